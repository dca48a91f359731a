"""Tells the session when nothing is asked for in the open exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.requests import ReportRest

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.messages.requests import Request
    from therapy.session.session_state import SessionState

__all__ = ["RestTelling"]

AGAIN_NS = 500_000_000
"""So long a session may take to take a request; after it, it is told once more."""


class RestTelling:
    """What moves in a rest, in a pause or while a page stands is no dose: the session has to know.

    Args:
        request: asks the session.
    """

    def __init__(self, request: Callable[[Request], None]) -> None:
        self._request = request
        self._told: tuple[str, bool, int] = ("", False, 0)

    def tell(self, state: SessionState | None, now_ns: int, *, resting: bool) -> None:
        """Tell what is so now, where the session does not know it.

        Args:
            state: the session's newest.
            now_ns: present instant.
            resting: whether nothing is to be moved now.
        """
        if state is None or not state.open_item or state.resting is resting:
            return
        item, told, told_ns = self._told
        waits = (item, told) == (state.current.item.id, resting)
        if waits and now_ns - told_ns < AGAIN_NS:
            return
        self._told = (state.current.item.id, resting, now_ns)
        self._request(ReportRest(resting=resting))
