"""Who watches: each page has a mailbox that never fills and never makes anybody wait."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from .live_session import LiveState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .live_session import Sample

__all__ = ["Audience", "LiveFrame", "Mailbox"]

CAPACITY = 2048
"""Samples kept for a page that is slow; older ones are dropped and counted."""


class LiveFrame(BaseModel):
    """One message to a page: the state where it changed, and the samples since the last.

    `control` and `angle_deg` have one value for each of `t_ms` (Unix epoch, milliseconds);
    an angle is None where it is not observable. `dropped` counts this page's lost samples.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    state: LiveState | None
    t_ms: tuple[float, ...]
    control: tuple[float, ...]
    angle_deg: tuple[float | None, ...]
    dropped: int


class Mailbox:
    """What one page has yet to get: the newest state, and the samples that fit.

    A slow page loses the oldest samples, never a state: a newer one replaces it, and each
    state is whole.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._samples: deque[Sample] = deque(maxlen=capacity)
        self._state: LiveState | None = None
        self._dropped = 0
        self._there = asyncio.Event()

    def put(self, samples: Sequence[Sample] = (), state: LiveState | None = None) -> None:
        """Add samples, or replace the state; returns at once."""
        capacity = self._samples.maxlen or 0
        self._dropped += max(0, len(self._samples) + len(samples) - capacity)
        self._samples.extend(samples)
        if state is not None:
            self._state = state
        self._there.set()

    async def take(self) -> LiveFrame:
        """Wait for something, then take all that is there."""
        await self._there.wait()
        self._there.clear()
        samples, state = tuple(self._samples), self._state
        self._samples.clear()
        self._state = None
        return LiveFrame(
            state=state,
            t_ms=tuple(s.t_ns / 1e6 for s in samples),
            control=tuple(round(s.control, 4) for s in samples),
            angle_deg=tuple(
                None if s.angle_deg is None else round(s.angle_deg, 2) for s in samples
            ),
            dropped=self._dropped,
        )


class Audience:
    """The mailboxes of all pages that watch one patient."""

    def __init__(self) -> None:
        self._mailboxes: set[Mailbox] = set()

    def __len__(self) -> int:
        return len(self._mailboxes)

    def join(self, mailbox: Mailbox) -> None:
        """Start to watch."""
        self._mailboxes.add(mailbox)

    def leave(self, mailbox: Mailbox) -> None:
        """Watch no more."""
        self._mailboxes.discard(mailbox)

    def put(self, samples: Sequence[Sample] = (), state: LiveState | None = None) -> None:
        """Give all of them the same."""
        for mailbox in self._mailboxes:
            mailbox.put(samples, state)
