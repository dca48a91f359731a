"""Where a game's requests go."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["Asks", "NobodyAsked"]


class Asks(Protocol):
    """Where requests go: the session service, over the bus."""

    def request(self, what: Any, **value: Any) -> None:
        """Ask for an event of the session; returns at once."""
        ...


class NobodyAsked:
    """For play outside any session: requests are counted and go nowhere."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def request(self, what: Any, **value: Any) -> None:
        """Remember the request."""
        self.requests.append((what, value))
