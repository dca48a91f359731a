"""Small parts that edge tests are built of."""

from __future__ import annotations

import numpy as np

from telemetry.errors import StoreBusy
from telemetry.messages.codec import decode_item
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamItem, StreamOpened

STREAM = "01K0000000000000000000000A"
START_NS = 1_795_000_000_000_000_000


class MemoryRecorder:
    """A recorder in memory; refuses while `refusing`."""

    def __init__(self) -> None:
        self.records = []
        self.refusing = False

    async def append(self, records) -> int:
        if self.refusing:
            raise StoreBusy("locked by the test")
        self.records.extend(records)
        return len(self.records)

    @property
    def items(self) -> list[StreamItem]:
        return [decode_item(r.body) for r in self.records]


def stored(items) -> int:
    """Samples in batches, each index counted once per stream."""
    seen = {
        (i.stream, k) for i in of(MotionBatch, items) for k in range(i.first_index, i.next_index)
    }
    assert len(seen) == sum(len(i) for i in of(MotionBatch, items)), "a sample was stored twice"
    return len(seen)


def declared_lost(items) -> int:
    return sum(i.count or 0 for i in of(StreamGap, items))


def of(kind, items) -> list:
    return [i for i in items if isinstance(i, kind)]


def check_streams(items) -> None:
    """Every stream is opened first, runs without an undeclared hole, and says nothing after."""
    position = {}
    for item in items:
        match item:
            case StreamOpened():
                assert item.stream not in position
                position[item.stream] = 0
            case MotionBatch():
                assert item.first_index == position[item.stream], "an undeclared hole"
                position[item.stream] = item.next_index
            case StreamGap():
                assert item.first_index == position[item.stream]
                position[item.stream] += item.count or 0
            case StreamEnded():
                assert item.next_index == position.pop(item.stream)


def batch(first, n, stream=STREAM, start_ns=START_NS):
    """Samples at 50 Hz, of a value that tells their first index."""
    dt_us = (np.arange(n) * 20_000).astype(np.int32)
    return MotionBatch(
        stream=stream,
        first_index=first,
        t0_ns=start_ns + first * 20_000_000,
        dt_us=dt_us,
        lag_us=np.zeros(n, np.int32),
        acc=np.full((n, 3), first, np.float32),
    )
