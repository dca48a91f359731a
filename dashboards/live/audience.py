"""Who watches: each page has a mailbox that never fills and never makes anybody wait."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from .live_session import LiveState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .live_session import Sample

__all__ = ["Audience", "LiveFrame", "Mailbox", "encoded_frame"]

FRAME_EVERY_S = 1 / 30
"""Real seconds: what a screen can show, however fast the clock of the therapy runs."""

CAPACITY = 2048
"""Samples kept for a page that is slow; older ones are dropped and counted."""


class LiveFrame(BaseModel):
    """One message to a page: the state where it changed, and the samples since the last.

    `control` and `angle_deg` have one value for each of `t_ms` (Unix epoch, milliseconds);
    an angle is None where it is not observable. `ago_s`: how long ago the newest was heard here,
    whatever the home's clock says. `dropped` counts this page's lost samples.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    state: LiveState | None
    t_ms: tuple[float, ...]
    control: tuple[float, ...]
    angle_deg: tuple[float | None, ...]
    dropped: int
    ago_s: float = 0.0


class Mailbox:
    """What one page has yet to get, as it is sent: the newest state, and the samples that fit.

    A slow page loses the oldest samples, never a state: a newer one replaces it, and each
    state is whole.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._held = 0
        self._samples: deque[tuple[str, int]] = deque()
        self._state: str | None = None
        self._said: list[str] = []
        self._dropped = self._told_dropped = 0
        self._there = asyncio.Event()

    def put(self, samples: str | None, count: int, state: str | None) -> None:
        """Add an encoded frame of so many samples, or replace the state; returns at once."""
        if samples is not None:
            self._samples.append((samples, count))
            self._held += count
        while self._held > self._capacity and len(self._samples) > 1:
            _, lost = self._samples.popleft()
            self._held -= lost
            self._dropped += lost
        if state is not None:
            self._state = state
        self._there.set()

    def tell(self, text: str) -> None:
        """Add a word of the server's own, which nothing replaces."""
        self._said.append(text)
        self._there.set()

    async def take(self) -> list[str]:
        """Wait for something, then take all that is there: words, and `LiveFrame`s as JSON."""
        await self._there.wait()
        self._there.clear()
        found, self._said = self._said, []
        if self._state is not None:
            found.append(self._state)
        found += [text for text, _ in self._samples]
        if self._dropped != self._told_dropped:
            self._told_dropped = self._dropped
            found.append(_encoded(dropped=self._dropped))
        self._samples.clear()
        self._held, self._state = 0, None
        return found


class Audience:
    """The mailboxes of all pages that watch one patient.

    What there is to see is cut into frames for all of them together, and each frame is encoded
    once, however many watch.
    """

    def __init__(self) -> None:
        self._mailboxes: set[Mailbox] = set()
        self._samples: list[Sample] = []
        self._state: LiveState | None = None
        self._cut_s = -math.inf
        self._next: asyncio.Handle | None = None

    def __len__(self) -> int:
        return len(self._mailboxes)

    def join(self, mailbox: Mailbox) -> None:
        """Start to watch."""
        self._mailboxes.add(mailbox)

    def leave(self, mailbox: Mailbox) -> None:
        """Watch no more."""
        self._mailboxes.discard(mailbox)
        if not self._mailboxes and self._next is not None:
            self._next.cancel()

    def put(self, samples: Sequence[Sample] = (), state: LiveState | None = None) -> None:
        """Give all of them the same, with the next frame."""
        self._samples.extend(samples)
        if state is not None:
            self._state = state
        if self._next is None:
            loop = asyncio.get_running_loop()
            wait_s = max(0.0, self._cut_s + FRAME_EVERY_S - loop.time())
            self._next = loop.call_later(wait_s, self._cut) if wait_s else loop.call_soon(self._cut)

    def _cut(self) -> None:
        self._next, self._cut_s = None, asyncio.get_running_loop().time()
        samples, state = self._samples, self._state
        self._samples, self._state = [], None
        frame = encoded_frame(samples, state)
        for mailbox in self._mailboxes:
            mailbox.put(*frame)


def encoded_frame(
    samples: Sequence[Sample], state: LiveState | None, *, ago_s: float = 0.0
) -> tuple[str | None, int, str | None]:
    """Samples, how many, and state, as mailboxes take them; heard so many seconds ago."""
    told = None if state is None else _encoded(state)
    return (_encoded(samples=samples, ago_s=ago_s) if samples else None), len(samples), told


def _encoded(
    state: LiveState | None = None,
    samples: Sequence[Sample] = (),
    *,
    dropped: int = 0,
    ago_s: float = 0.0,
) -> str:
    return LiveFrame(
        state=state,
        t_ms=tuple(s.t_ns / 1e6 for s in samples),
        control=tuple(round(s.control, 4) for s in samples),
        angle_deg=tuple(None if s.angle_deg is None else round(s.angle_deg, 2) for s in samples),
        dropped=dropped,
        ago_s=round(ago_s, 1),
    ).model_dump_json()
