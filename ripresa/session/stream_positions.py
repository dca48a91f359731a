"""Where each open stream stands: a sink beside the live and the record sink."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telemetry.messages.motion import StreamItem

__all__ = ["Positions"]


class Positions:
    """Knows, for each open stream, the index that its next sample will have.

    Args:
        from_first_sample: until `pin` is called, streams stand where they began: a replayed
            recording's exercise begins with its first sample, not when someone asks for it.
    """

    def __init__(self, *, from_first_sample: bool = False) -> None:
        self._next: dict[str, int] = {}
        self._ended: set[str] = set()
        self._at_start = from_first_sample
        self._changed = asyncio.Event()
        self.last_sample_ns: int | None = None
        self.opened: dict[str, StreamOpened] = {}
        """The streams of this session."""

    def __call__(self, item: StreamItem) -> None:
        """Take note of one item."""
        match item:
            case StreamOpened():
                self.opened[item.stream] = item
                self._next[item.stream] = 0
                self._changed.set()
            case MotionBatch():
                self._next[item.stream] = item.next_index
                self.last_sample_ns = item.t0_ns + int(item.dt_us[-1]) * 1000
            case StreamGap(count=int(count)):
                self._next[item.stream] = item.first_index + count
            case StreamEnded():
                self._next[item.stream] = item.next_index
                self._ended.add(item.stream)
            case _:
                pass

    def spans(self) -> Mapping[str, int]:
        """For each stream the index of its next sample."""
        return dict.fromkeys(self._next, 0) if self._at_start else dict(self._next)

    def forget_ended(self) -> None:
        """Leave out the streams that have ended: a new session begins."""
        for stream in self._ended:
            self._next.pop(stream, None)
            self.opened.pop(stream, None)
        self._ended.clear()

    def pin(self) -> None:
        """From now on tell where the streams really stand."""
        self._at_start = False

    async def wait_for_streams(self, count: int) -> None:
        """Wait until so many streams have been opened."""
        while len(self.opened) < count:
            self._changed.clear()
            await self._changed.wait()
