"""Where a game's requests go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from telemetry.messages.requests import Request

__all__ = ["Asks", "NobodyAsked"]


class Asks(Protocol):
    """Where requests go: the session service, over the bus."""

    def request(self, wish: Request) -> None:
        """Ask the session for something; stamps the request and returns at once."""
        ...


class NobodyAsked:
    """For play outside any session: requests are kept and go nowhere."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def request(self, wish: Request) -> None:
        """Remember the request."""
        self.requests.append(wish)
