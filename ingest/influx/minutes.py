"""Means of every channel by minute: kept for good where raw samples are not.

The follower writes them itself, from the journal, so that what comes late or is written again
counts as what came at once: a minute's point is always the mean of all samples of it that the
journal holds up to the record at hand. A sample counts by its index in its stream, once.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from telemetry.messages.motion import MotionBatch

from .followers import MOTION_KINDS, InfluxFollower
from .lines import line
from .record_context import RecordContext, cut, home_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.journal.journal import Journal
    from ingest.journal.reading import JournalReader
    from telemetry.clock import Clock
    from telemetry.messages.record import Record

    from .server import InfluxSettings, LineWriter

__all__ = ["MINUTES", "MinuteMeans", "minutes_follower"]

MINUTES: Final = "influx:minutes"
MINUTE_NS: Final = 60_000_000_000
STREAMS_KEPT: Final = 64
_CHANNELS: Final = {"acc": ("acc_x", "acc_y", "acc_z"), "gyr": ("gyr_x", "gyr_y", "gyr_z")} | {
    "mag": ("mag_x", "mag_y", "mag_z")
}


def minutes_follower(
    journal: Journal,
    writer: LineWriter,
    settings: InfluxSettings,
    clock: Clock,
    *,
    restricted: Callable[[str], bool] = lambda _patient: False,
    whole: JournalReader | None = None,
) -> InfluxFollower:
    """The follower that fills the bucket of minutes; it has a cursor of its own.

    `whole` reads the journal and the archive beside it; without it the journal alone.
    """
    context = RecordContext(whole or journal, restricted)
    means = MinuteMeans(context)
    return InfluxFollower(
        journal,
        writer,
        clock,
        name=MINUTES,
        bucket=settings.minutes_bucket,
        kinds=MOTION_KINDS,
        lines_of=means.lines,
        context=context,
    )


@dataclass(slots=True)
class _StreamMinutes:
    """Sums by minute and field of one stream, of the samples before `next_index`."""

    placement: str
    next_index: int = 0
    sums: dict[int, dict[str, tuple[float, int]]] = field(default_factory=dict)

    def add(self, batch: MotionBatch) -> set[int]:
        """Count a batch's samples that were not; returns the minutes that it lies in."""
        t_ns, indices = batch.t_ns, np.arange(batch.first_index, batch.next_index)
        minutes = t_ns // MINUTE_NS
        fresh = indices >= self.next_index
        for minute in np.unique(minutes[fresh]):
            part = fresh & (minutes == minute)
            sums = self.sums.setdefault(int(minute), {})
            for channel, names in _CHANNELS.items():
                values = getattr(batch, channel)
                if values is None:
                    continue
                rows = values[part].astype(np.float64)
                rows = rows[np.isfinite(rows).all(axis=1)]
                for name, total in zip(names, rows.sum(axis=0), strict=True):
                    before, count = sums.get(name, (0.0, 0))
                    sums[name] = before + float(total), count + len(rows)
        self.next_index = max(self.next_index, batch.next_index)
        return {int(minute) for minute in np.unique(minutes)}


class MinuteMeans:
    """Makes the points of the minutes that a record's samples lie in.

    What was counted of a stream is kept in mind for the last streams; of any other it is counted
    anew from the journal, with its session's other streams of the same placement.

    Args:
        context: whose a record is, where a stream was worn, what it measured.
    """

    def __init__(self, context: RecordContext) -> None:
        self._context = context
        self._streams: OrderedDict[tuple[str, str], _StreamMinutes] = OrderedDict()

    def lines(self, record: Record) -> list[bytes]:
        """The points of the minutes that a record of motion lies in.

        Raises:
            DecodeError: the body is not what the record's kind says.
        """
        whose, home = self._context.whose(record), home_of(record)
        batches = [] if whose is None else self._context.motion(record)
        if whose is None or not batches:
            return []
        mine = self._of(record, batches[0])
        touched = {minute for batch in batches for minute in mine.add(batch)}
        beside = [
            other
            for (of, _), other in self._streams.items()
            if of == home and other.placement == mine.placement
        ]
        tags = whose.tags | {"placement": mine.placement}
        return [text for minute in sorted(touched) if (text := _line(minute, beside, tags))]

    def _of(self, record: Record, item: MotionBatch) -> _StreamMinutes:
        home = home_of(record)
        key = (home, item.stream)
        if key not in self._streams:
            placement = self._context.placement(item.stream, home)
            others: list[str] = []
            if record.session is not None:
                others = self._context.streams(record.session, home)
            for stream in dict.fromkeys((*others, item.stream)):
                if self._context.placement(stream, home) == placement:
                    self._count(home, stream, placement, before=item)
        self._streams.move_to_end(key)
        while len(self._streams) > STREAMS_KEPT:
            self._streams.popitem(last=False)
        return self._streams[key]

    def _count(self, home: str, stream: str, placement: str, *, before: MotionBatch) -> None:
        """Count a stream anew: all of it, or of the one at hand what lies before the batch."""
        if (home, stream) in self._streams:
            return
        counted = _StreamMinutes(placement)
        for item in self._context.stream_items(stream, home):
            if not isinstance(item, MotionBatch):
                continue
            if stream == before.stream and item.next_index > before.first_index:
                if (head := cut(item, item.first_index, before.first_index)) is not None:
                    counted.add(head)  # the archive's batches are cut elsewhere
                break
            counted.add(item)
        self._streams[home, stream] = counted


def _line(minute: int, streams: list[_StreamMinutes], tags: dict[str, str]) -> bytes | None:
    totals: dict[str, tuple[float, int]] = {}
    for stream in streams:
        for name, (total, count) in stream.sums.get(minute, {}).items():
            before, n = totals.get(name, (0.0, 0))
            totals[name] = before + total, n + count
    fields: dict[str, float] = {n: total / count for n, (total, count) in totals.items() if count}
    samples = max((count for _, count in totals.values()), default=0)
    return line("motion", tags, {**fields, "samples": samples}, minute * MINUTE_NS)
