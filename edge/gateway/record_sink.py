"""The record path: batches of about a second to the journal, without holding up the live path."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telemetry.errors import StoreError
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import (
    MotionBatch,
    StreamEnded,
    StreamGap,
    StreamItem,
    StreamOpened,
    StreamQuality,
)
from telemetry.messages.record import NewRecord, RecordKind

from .rate_limited import RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.clock import Clock
    from telemetry.seams import Recorder

__all__ = ["RecordSink"]

log = logging.getLogger(__name__)

BLOCK_ITEMS = 128
JOURNAL_FULL = "journal full"


@dataclass(slots=True)
class _OpenBatch:
    """What one stream has sent since its last closed batch."""

    close_at: int
    parts: list[MotionBatch] = field(default_factory=list)
    samples: int = 0


class RecordSink:
    """Takes stream items, closes batches by sample count, appends them in order.

    While the recorder refuses, items wait; when more than `backlog_samples` wait, the oldest
    batches become declared gaps. Markers are never dropped.

    Args:
        recorder: the journal.
        clock: for the pause between attempts.
        session: the session under way, None outside one.
        backlog_samples: how many samples may wait.
        batch_s: length of a batch.

    Attributes:
        journalled, dropped: samples so far.
    """

    def __init__(
        self,
        recorder: Recorder,
        clock: Clock,
        *,
        session: Callable[[], str | None] = lambda: None,
        backlog_samples: int = 360_000,
        batch_s: float = 1.0,
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._session = session
        self._limit = backlog_samples
        self._batch_s = batch_s
        self._open: dict[str, _OpenBatch] = {}
        self._waiting: deque[tuple[StreamItem, str | None]] = deque()
        self._waiting_samples = 0
        self._appending: list[tuple[StreamItem, str | None]] = []
        self._more = asyncio.Event()
        self._done = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._complain = RateLimited(log, clock)
        self.journalled = 0
        self.dropped = 0

    @property
    def backlog(self) -> int:
        """Samples that are not durable yet."""
        open_samples = sum(o.samples for o in self._open.values())
        in_flight = sum(_samples(item) for item, _ in self._appending)
        return self._waiting_samples + open_samples + in_flight

    def start(self) -> None:
        """Begin to append; needs a running event loop."""
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name="record sink")

    async def stop(self, *, timeout_s: float = 10.0) -> int:
        """Close all batches, wait until everything is durable, end.

        Args:
            timeout_s: real seconds to wait for a recorder that refuses.

        Returns:
            Samples that could not be recorded in that time.
        """
        for stream in list(self._open):
            self._close(stream)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                if self._waiting or self._appending:
                    self._done.clear()
                    await self._done.wait()
        await self.abandon()
        if self.backlog:
            log.error("record: %d samples could not be stored before the end", self.backlog)
        return self.backlog

    async def abandon(self) -> None:
        """Stop where it is, as a killed process does: what is not durable yet is lost."""
        if self._worker is not None:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker
            self._worker = None

    def __call__(self, item: StreamItem) -> None:
        """Take one item; returns at once."""
        match item:
            case StreamOpened():
                close_at = max(1, round(item.rate_hz * self._batch_s))
                self._open[item.stream] = _OpenBatch(close_at)
                self._enqueue(item)
            case MotionBatch():
                self._collect(item)
            case StreamGap():
                self._close(item.stream)
                self._enqueue(item)
            case StreamQuality():
                # It carries its own index: no reason to cut a batch.
                self._enqueue(item)
            case StreamEnded():
                self._close(item.stream)
                self._open.pop(item.stream, None)
                self._enqueue(item)

    def _collect(self, batch: MotionBatch) -> None:
        held = self._open.setdefault(batch.stream, _OpenBatch(1))
        # Offsets are 32 bit microseconds: a clock that was set may not share a batch.
        if held.parts and abs(batch.t0_ns - held.parts[0].t0_ns) > 60_000_000_000:
            self._close(batch.stream)
        held.parts.append(batch)
        held.samples += len(batch)
        if held.samples < held.close_at:
            return
        whole = MotionBatch.join(held.parts)
        start = 0
        while len(whole) - start >= held.close_at:
            self._enqueue(whole.cut(start, start + held.close_at))
            start += held.close_at
        held.parts = [whole.cut(start, len(whole))] if start < len(whole) else []
        held.samples = len(whole) - start

    def _close(self, stream: str) -> None:
        held = self._open.get(stream)
        if held is not None and held.parts:
            self._enqueue(MotionBatch.join(held.parts))
            held.parts, held.samples = [], 0

    def _enqueue(self, item: StreamItem) -> None:
        self._waiting.append((item, self._session()))
        self._waiting_samples += _samples(item)
        while self._waiting_samples > self._limit:
            self._drop_oldest()
        self._more.set()

    def _drop_oldest(self) -> None:
        """Put a declared gap in the place of the oldest batch that waits."""
        position, (batch, session) = next(
            (i, entry) for i, entry in enumerate(self._waiting) if _samples(entry[0])
        )
        assert isinstance(batch, MotionBatch)  # noqa: S101 - only batches have samples
        self._waiting_samples -= len(batch)
        self.dropped += len(batch)
        gap = StreamGap(
            stream=batch.stream,
            first_index=batch.first_index,
            count=len(batch),
            reason=JOURNAL_FULL,
            t_ns=batch.t0_ns,
        )
        self._complain.error("record: backlog full, oldest motion dropped into a declared gap")
        before = self._waiting[position - 1][0] if position else None
        if (
            isinstance(before, StreamGap)
            and before.reason == JOURNAL_FULL
            and before.stream == batch.stream
            and before.count is not None
            and before.first_index + before.count == batch.first_index
        ):
            gap = StreamGap(
                stream=batch.stream,
                first_index=before.first_index,
                count=before.count + len(batch),
                reason=JOURNAL_FULL,
                t_ns=before.t_ns,
            )
            self._waiting[position - 1] = (gap, session)
            del self._waiting[position]
        else:
            self._waiting[position] = (gap, session)

    async def _work(self) -> None:
        pause_s = 0.05
        while True:
            if not self._waiting:
                self._done.set()
                self._more.clear()
                await self._more.wait()
            while self._waiting and len(self._appending) < BLOCK_ITEMS:
                self._appending.append(self._waiting.popleft())
            taken = sum(_samples(item) for item, _ in self._appending)
            self._waiting_samples -= taken
            try:
                await self._recorder.append([_record(*entry) for entry in self._appending])
            except StoreError as e:
                self._complain.error("record: %s; trying again", e)
                self._waiting.extendleft(reversed(self._appending))
                self._waiting_samples += taken
                self._appending = []
                while self._waiting_samples > self._limit:
                    self._drop_oldest()
                await self._clock.sleep(pause_s * max(1.0, self._clock.speed))
                pause_s = min(2.0, pause_s * 2)
                continue
            self.journalled += taken
            self._appending = []
            pause_s = 0.05


def _samples(item: StreamItem) -> int:
    return len(item) if isinstance(item, MotionBatch) else 0


def _record(item: StreamItem, session: str | None) -> NewRecord:
    match item:
        case MotionBatch():
            kind, t_ns = RecordKind.MOTION, item.t0_ns
        case StreamOpened():
            kind, t_ns = RecordKind.STREAM, item.opened_ns
        case _:
            kind, t_ns = RecordKind.STREAM, item.t_ns
    return NewRecord(
        t_ns=t_ns, kind=kind, body=encode_item(item), session=session, stream=item.stream
    )
