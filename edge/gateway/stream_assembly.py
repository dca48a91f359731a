"""Readings of one wearable into the items of its streams. Pure: time comes with the readings."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge.clock.clock_model import CRYSTAL, NOMINAL, ClockModel
from edge.clock.placed import Placed
from edge.clock.sample_grid import SampleGrid
from edge.clock.stamp_watch import StampFault
from edge.wearables.wearable import Reading, Sampling, joined, rows_of
from telemetry.messages.motion import (
    Int64Array,
    MotionBatch,
    StreamEnded,
    StreamGap,
    StreamItem,
    StreamOpened,
    TimeQuality,
)

from .resuming import RESTARTED, abandoned
from .stream_trust import StreamTrust

if TYPE_CHECKING:
    from collections.abc import Callable

    from .counters import Counters
    from .resuming import ResumePoint

__all__ = ["Origin", "StreamAssembly"]

INT32_MAX = 2**31 - 1
# Sensors overshoot their full scale a little; what is far beyond is no measurement.
RANGE_MARGIN = 1.1
NO_OFFSET = np.zeros(1, np.int32)
NO_OFFSET.flags.writeable = False
OTHER_RATE = "other rate"
NOMINAL_WITHIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose samples these are."""

    wearable: str
    model: str
    placement: str
    firmware: str | None = None


class StreamAssembly:
    """Turns one wearable's readings into stream items, over connections and reboots.

    A stream opens with the first sample. It goes on over lost connections, with a gap, as long
    as the wearable's own clock runs on; when that began anew, or the wearable has no clock and
    the connection was lost, a new stream opens. So it does at the rate that was measured, when
    that turns out to be another than the nominal one.

    What changes in how far samples can be trusted stands among the items as `StreamQuality`.

    Args:
        origin: named in each `StreamOpened`.
        sampling: as the wearable was configured.
        new_stream: gives a fresh ULID.
        counters: of this wearable; added to.
        slack: how many times faster than real time the host's clock runs.
    """

    def __init__(
        self,
        origin: Origin,
        sampling: Sampling,
        *,
        new_stream: Callable[[], str],
        counters: Counters,
        slack: float = 1.0,
    ) -> None:
        self.origin = origin
        self.sampling = sampling
        self.counters = counters
        self._new_stream = new_stream
        self._slack = slack
        self._epoch = -1
        self._stream: str | None = None
        self._next_index = 0
        self._gap_reason = "radio"
        # Why samples may be missing that nothing numbers, until a numbered one follows.
        self._unknown: str | None = None
        self._held: Reading | None = None
        self._arrival_ns = 0
        self._bounds = [
            math.inf if limit is None else limit * RANGE_MARGIN
            for limit in (sampling.acc_range_m_s2, sampling.gyr_range_rad_s, None)
        ]
        self._begin_at(sampling.rate_hz)

    def _begin_at(self, rate_hz: float) -> None:
        """A grid and a clock for this rate."""
        self._rate_hz = rate_hz
        self._grid = SampleGrid(rate_hz=rate_hz, wrap_us=self.sampling.wrap_us, slack=self._slack)
        self._clock = self._new_clock()
        self._trust = StreamTrust(rate_hz, self.sampling.rate_hz, slack=self._slack)

    @property
    def stream(self) -> str | None:
        """The open stream."""
        return self._stream

    @property
    def epoch(self) -> int:
        """Of the newest stream; -1 before the first."""
        return self._epoch

    @property
    def counted(self) -> bool:
        """Whether samples are counted, for want of stamps or of any use in them."""
        return not self.sampling.stamped or self._grid.fault is not None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is not as it should be with the stream, in words for a state."""
        return self._trust.remarks

    def resume(self, point: ResumePoint, t_ns: int) -> list[StreamItem]:
        """Go on with a stream that another gateway process left open.

        Returns:
            Nothing, or the markers that close it where its wearable numbers samples and none
            was recorded, so that there is nothing to go on from.
        """
        self._epoch = point.epoch
        if self.sampling.stamped and point.device_us is None:
            return abandoned(point, t_ns)
        self._stream, self._next_index = point.stream, point.next_index
        self._trust.opened(point.stream)
        self._unknown = self._gap_reason = RESTARTED
        if point.device_us is not None:
            self._grid.resume(
                index=point.last_index, device_us=point.device_us, host_us=point.t_ns // 1000
            )
        return []

    def take(self, reading: Reading, arrival_ns: int) -> list[StreamItem]:
        """Items for one notification; non-finite and impossible samples are left out.

        What is left out leaves a jump of the index behind, hence a declared gap.
        """
        self.counters.decoded += len(reading)
        reading = self._plausible(reading)
        if len(reading) == 0:
            return []
        items: list[StreamItem] = []
        whole = reading if self._held is None else joined([self._held, reading])
        runs = self._place(reading, arrival_ns // 1000)
        self._arrival_ns = arrival_ns
        items += self._take_runs(whole, runs)
        if runs and self._stream is not None:
            items += self._judged(len(reading), arrival_ns)
        return items

    def _take_runs(self, whole: Reading, runs: list[Placed]) -> list[StreamItem]:
        """Items of what was placed; the rest of these samples is held back."""
        items: list[StreamItem] = []
        for placed in runs:
            items += self._take_run(whole, placed, self._arrival_ns)
        held = self._grid.held_rows
        self._held = rows_of(whole, np.array(held)) if held else None
        return items

    def _release(self) -> list[StreamItem]:
        """What was held back for a next sample that will not come."""
        if self._held is None:
            return []
        return self._take_runs(self._held, self._grid.release())

    def _give_up_stamps(self, fault: StampFault) -> list[StreamItem]:
        """Count samples from now on, and what was held back."""
        placed = self._grid.give_up(fault)
        return [] if self._held is None else self._take_runs(self._held, placed)

    def _take_run(self, whole: Reading, placed: Placed, arrival_ns: int) -> list[StreamItem]:
        items: list[StreamItem] = []
        if placed.restarted and self._stream is not None:
            self._unknown = "rebooted"
            items += self._close("rebooted", arrival_ns)
        if self._stream is None:
            items += self._open(arrival_ns)
        if placed.after_loss:
            self._unknown = self._unknown or "radio"
        unnumbered = placed.index[0] == 0 or self.counted or placed.after_loss or placed.counted
        if self._unknown is not None and unnumbered:
            items.append(self._unknown_gap(arrival_ns))
            if self._unknown != "rejected":
                self._clock = self._new_clock()
        # One that came early stands after the one it overtook.
        as_it_came = len(placed) == len(whole) and (placed.rows[:-1] < placed.rows[1:]).all()
        picked = whole if as_it_came else rows_of(whole, placed.rows)
        items += self._cut(picked, placed, arrival_ns)
        self._unknown = None
        return items

    def _judged(self, received: int, arrival_ns: int) -> list[StreamItem]:
        """What has changed in how far the stream can be trusted; at another rate it ends."""
        newest = self._next_index - 1
        arrival_us = arrival_ns // 1000
        items: list[StreamItem] = []
        if self._grid.fault is not None and self._trust.stamps is None:
            self._clock = self._new_clock(after_us=self._clock.last_us)
            items += self._trust.stamps_given_up(
                self._grid.fault, index=self._grid.fault_index, t_ns=arrival_ns
            )
        if self._grid.set_at is not None:
            at, self._grid.set_at = self._grid.set_at, None
            items += self._trust.device_clock_set(at, t_ns=arrival_ns)
        items += self._trust.clock_seen(self._clock, newest, arrival_ns)
        if self._trust.stretched and not self.counted:
            items += self._give_up_stamps(StampFault.STRETCHED)
        stamped = None if self.counted else self._grid
        found = self._trust.rate_seen(received, stamped, newest, arrival_us)
        if found is None or self._held is not None:
            return items
        if found.rate_hz is None:
            return [*items, *self._give_up_stamps(StampFault.STRETCHED)]
        items += self._trust.other_rate(found.rate_hz, arrival_ns)
        items += self._close(OTHER_RATE, arrival_ns)
        asked_hz = self.sampling.rate_hz
        # As asked again: what a merely nominal rate is off by is learnt.
        again = abs(found.rate_hz / asked_hz - 1) < NOMINAL_WITHIN
        self._begin_at(asked_hz if again else found.rate_hz)
        return items

    def refused(self) -> None:
        """A notification could not be read: samples of it, if any, are lost uncounted."""
        self._unknown = self._unknown or "rejected"
        if self._gap_reason == "radio":
            self._gap_reason = "rejected"

    def link_lost(self, t_ns: int = 0) -> list[StreamItem]:
        """The connection went; the next jump of the index is its doing."""
        items = self._release()
        self._grid.reconnected()
        if self._stream is None:
            return items
        self._unknown = self._gap_reason = "link lost"
        return [*items, *self._trust.link_lost(self._next_index, t_ns)]

    def end(self, reason: str, t_ns: int) -> list[StreamItem]:
        """Close the open stream, if there is one.

        What the wearable sent after the last sample and nobody could read or place is declared
        as a gap of unknown length.
        """
        items = self._release()
        if self._held is not None:
            self._unknown = self._unknown or "radio"
        return [*items, *self._close(reason, t_ns)]

    def _close(self, reason: str, t_ns: int) -> list[StreamItem]:
        if self._stream is None:
            return []
        items: list[StreamItem] = []
        if self._unknown is not None:
            items.append(self._unknown_gap(t_ns))
        ended = StreamEnded(
            stream=self._stream, next_index=self._next_index, reason=reason, t_ns=t_ns
        )
        self._stream = self._unknown = None
        self._next_index = 0
        return [*items, ended]

    def _plausible(self, reading: Reading) -> Reading:
        held_to = zip((reading.acc, reading.gyr, reading.mag), self._bounds, strict=True)
        of_it = [(values, bound) for values, bound in held_to if values is not None]
        # A comparison with NaN is false: one test for both. Of one sample, which is what most
        # wearables send at a time, a few numbers cost less than arrays.
        single = len(reading.acc) == 1
        if single and all(-b < v < b for values, b in of_it for v in values[0].tolist()):
            return reading
        known = [(np.abs(values), bound) for values, bound in of_it]
        if not single and all(values.max() < bound for values, bound in known):
            return reading
        good = np.ones(len(reading), dtype=bool)
        for values, bound in known:
            good &= (values < bound).all(axis=1)
        self.counters.rejected_samples += int(len(good) - good.sum())
        self.refused()
        return rows_of(reading, np.flatnonzero(good))

    def _place(self, reading: Reading, arrival_us: int) -> list[Placed]:
        if reading.device_us is not None:
            before = self._grid.duplicates, self._grid.rejected
            placed = self._grid.place(reading.device_us, arrival_us, reading.prints())
            self.counters.duplicates += self._grid.duplicates - before[0]
            self.counters.rejected_samples += self._grid.rejected - before[1]
            return placed
        rows = np.arange(len(reading), dtype=np.int64)
        index = self._next_index + rows
        # Counted samples stand in for device time, at the nominal rate.
        counted_us = np.rint(index * (1e6 / self._rate_hz)).astype(np.int64)
        return [Placed(rows, index, counted_us)]

    def _open(self, t_ns: int) -> list[StreamItem]:
        self._epoch += 1
        self._stream = self._new_stream()
        self._next_index = 0
        self._gap_reason = "radio"
        self._clock = self._new_clock()
        stamped = not self.counted
        opened = StreamOpened(
            stream=self._stream,
            wearable=self.origin.wearable,
            model=self.origin.model,
            placement=self.origin.placement,
            rate_hz=self._rate_hz,
            opened_ns=t_ns,
            epoch=self._epoch,
            time_quality=TimeQuality.MAPPED if stamped else TimeQuality.FITTED,
            numbered=stamped,
            gyroscope=self.sampling.gyroscope,
            acc_range_m_s2=self.sampling.acc_range_m_s2,
            gyr_range_rad_s=self.sampling.gyr_range_rad_s,
            firmware=self.origin.firmware,
        )
        return [opened, *self._trust.opened(self._stream, t_ns)]

    def _new_clock(self, *, after_us: int | None = None) -> ClockModel:
        kind = NOMINAL if self.counted else CRYSTAL
        return ClockModel(period_us=1e6 / self._rate_hz, kind=kind, after_us=after_us)

    def _unknown_gap(self, t_ns: int) -> StreamGap:
        """A loss that nothing numbers."""
        assert self._stream is not None  # noqa: S101 - the callers looked
        assert self._unknown is not None  # noqa: S101
        self.counters.unknown_gaps += 1
        return StreamGap(
            stream=self._stream,
            first_index=self._next_index,
            count=None,
            reason=self._unknown,
            t_ns=t_ns,
        )

    def _cut(self, reading: Reading, placed: Placed, arrival_ns: int) -> list[StreamItem]:
        """Batches of consecutive indices, and a gap wherever the index jumps."""
        items: list[StreamItem] = []
        host_us = self._clock.to_host(placed.device_us, arrival_ns // 1000)
        bounds = [0, len(placed)]
        if placed.index[-1] - placed.index[0] >= len(placed):
            jumps = np.flatnonzero(np.diff(placed.index) != 1) + 1
            bounds[1:1] = jumps.tolist()
        for start, stop in itertools.pairwise(bounds):
            first = int(placed.index[start])
            if first > self._next_index:
                items.append(self._gap(first, arrival_ns))
            part = slice(start, stop)
            items.append(self._batch(reading, placed, part, host_us, arrival_ns))
            self._next_index = first + stop - start
        return items

    def _gap(self, first: int, t_ns: int) -> StreamGap:
        assert self._stream is not None  # noqa: S101 - opened before any cut
        count = first - self._next_index
        self.counters.declared_lost += count
        reason, self._gap_reason = self._gap_reason, "radio"
        return StreamGap(
            stream=self._stream,
            first_index=self._next_index,
            count=count,
            reason=reason,
            t_ns=t_ns,
        )

    def _batch(
        self,
        reading: Reading,
        placed: Placed,
        part: slice,
        host_us: Int64Array,
        arrival_ns: int,
    ) -> MotionBatch:
        assert self._stream is not None  # noqa: S101 - opened before any cut
        stamped = reading.device_us is not None
        if len(placed) == 1:
            at_us = int(host_us[0])
            lag_us = min(max(arrival_ns // 1000 - at_us, -INT32_MAX), INT32_MAX)
            return MotionBatch(
                stream=self._stream,
                first_index=int(placed.index[0]),
                t0_ns=at_us * 1000,
                dt_us=NO_OFFSET,
                lag_us=np.array([lag_us], dtype=np.int32),
                acc=reading.acc,
                gyr=reading.gyr,
                mag=reading.mag,
                device_us=placed.device_us if stamped else None,
            )
        times = host_us[part]
        lag = arrival_ns // 1000 - times
        if not -INT32_MAX < lag[-1] <= lag[0] < INT32_MAX:
            lag = np.clip(lag, -INT32_MAX, INT32_MAX)
        return MotionBatch(
            stream=self._stream,
            first_index=int(placed.index[part][0]),
            t0_ns=int(times[0]) * 1000,
            dt_us=(times - times[0]).astype(np.int32),
            lag_us=lag.astype(np.int32),
            acc=reading.acc[part],
            gyr=None if reading.gyr is None else reading.gyr[part],
            mag=None if reading.mag is None else reading.mag[part],
            device_us=placed.device_us[part] if stamped else None,
        )
