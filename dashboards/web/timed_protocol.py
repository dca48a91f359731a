"""An HTTP connection that must get on: who neither asks nor reads in time is let go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

__all__ = ["TimedProtocol"]

LOOK_EVERY_S: Final = 5.0
AT_ONCE: Final = 150
"""Beyond that many the one that has kept us waiting longest makes room."""


class TimedProtocol(H11Protocol):
    """uvicorn's own, which waits for ever for the rest of a request.

    A connection that at two looks in a row waits for the same request's head or body, or for the
    same bytes of an answer to be read, is closed. A WebSocket has left it by then.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to look; where there are too many, make room."""
        super().connection_made(transport)
        self._began_s = time.monotonic()
        self._seen: tuple[object, ...] | None = None
        self._timer = self.loop.call_later(LOOK_EVERY_S, self._look)
        if len(self.connections) > AT_ONCE:
            waiting = [c for c in self.connections if isinstance(c, TimedProtocol) and c.waits()]
            longest = min(waiting, key=lambda c: c._began_s, default=None)  # noqa: SLF001 - another of us
            if longest is not None:
                longest.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        self._timer.cancel()
        super().connection_lost(exc)

    def waits(self) -> bool:
        """Whether the other side has to say something before anything can be answered."""
        cycle: Any = self.cycle
        return cycle is None or cycle.response_complete or cycle.more_body

    def end(self) -> None:
        """Let the connection go at once."""
        self.transport.abort()

    def _look(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        unread = self.transport.get_write_buffer_size()
        seen = (self.cycle, self.waits(), unread)
        if seen == self._seen and (self.waits() or unread):
            self.end()
            return
        self._seen = seen
        self._timer = self.loop.call_later(LOOK_EVERY_S, self._look)
