"""Readings of one wearable into the items of its streams. Pure: time comes with the readings."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge.clock.clock_model import ClockModel
from edge.clock.sample_grid import Placed, SampleGrid
from edge.wearables.wearable import Reading, Sampling
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from .counters import Counters
    from .resuming import ResumePoint

__all__ = ["Origin", "StreamAssembly"]

INT32_MAX = 2**31 - 1
# Sensors overshoot their full scale a little; what is far beyond is no measurement.
RANGE_MARGIN = 1.1


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
    the connection was lost, a new stream opens.

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
        self._epoch = -1
        self._stream: str | None = None
        self._next_index = 0
        self._gap_reason = "radio"
        # Why samples may be missing that nothing numbers, until a numbered one follows.
        self._unknown: str | None = None
        self._held: Reading | None = None
        self._grid = SampleGrid(rate_hz=sampling.rate_hz, wrap_us=sampling.wrap_us, slack=slack)
        self._clock = self._new_clock()

    @property
    def stream(self) -> str | None:
        """The open stream."""
        return self._stream

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
        for placed in self._place(reading, arrival_ns // 1000):
            if placed.restarted and self._stream is not None:
                self._unknown = "rebooted"
                items += self.end("rebooted", arrival_ns)
            if self._stream is None:
                items.append(self._open(arrival_ns))
            if self._unknown is not None and (placed.index[0] == 0 or not self.sampling.stamped):
                items.append(self._unknown_gap(arrival_ns))
                if self._unknown != "rejected":
                    self._clock = self._new_clock()
            items += self._cut(_pick(reading, self._held, placed), placed, arrival_ns)
            self._unknown = None
        if self._grid.holding:
            # Should it stay the last one, it was sent and is not recorded.
            self._unknown = self._unknown or "radio"
        self._held = reading
        return items

    def refused(self) -> None:
        """A notification could not be read: samples of it, if any, are lost uncounted."""
        self._unknown = self._unknown or "rejected"
        if self._gap_reason == "radio":
            self._gap_reason = "rejected"

    def link_lost(self) -> None:
        """The connection went; the next jump of the index is its doing."""
        if self._stream is not None:
            self._unknown = self._gap_reason = "link lost"
        self._grid.reconnected()

    def end(self, reason: str, t_ns: int) -> list[StreamItem]:
        """Close the open stream, if there is one.

        What the wearable sent after the last sample and nobody could read is declared as a gap
        of unknown length.
        """
        if self._stream is None:
            return []
        items: list[StreamItem] = []
        if self._unknown is not None:
            items.append(self._unknown_gap(t_ns))
        ended = StreamEnded(
            stream=self._stream, next_index=self._next_index, reason=reason, t_ns=t_ns
        )
        self._stream = self._unknown = None
        return [*items, ended]

    def _plausible(self, reading: Reading) -> Reading:
        limits = (
            (reading.acc, self.sampling.acc_range_m_s2),
            (reading.gyr, self.sampling.gyr_range_rad_s),
            (reading.mag, None),
        )
        known = [
            (np.abs(values), np.inf if limit is None else limit * RANGE_MARGIN)
            for values, limit in limits
            if values is not None
        ]
        # A comparison with NaN is false: one test for both.
        if all(values.max() < bound for values, bound in known):
            return reading
        good = np.ones(len(reading), dtype=bool)
        for values, bound in known:
            good &= (values < bound).all(axis=1)
        self.counters.rejected_samples += int(len(good) - good.sum())
        self.refused()
        return _rows(reading, np.flatnonzero(good))

    def _place(self, reading: Reading, arrival_us: int) -> list[Placed]:
        if reading.device_us is not None:
            before = self._grid.duplicates, self._grid.rejected
            placed = self._grid.place(reading.device_us, arrival_us)
            self.counters.duplicates += self._grid.duplicates - before[0]
            self.counters.rejected_samples += self._grid.rejected - before[1]
            return placed
        rows = np.arange(len(reading), dtype=np.int64)
        index = self._next_index + rows
        # Counted samples stand in for device time, at the nominal rate.
        counted_us = np.rint(index * (1e6 / self.sampling.rate_hz)).astype(np.int64)
        return [Placed(rows, index, counted_us)]

    def _open(self, t_ns: int) -> StreamOpened:
        self._epoch += 1
        self._stream = self._new_stream()
        self._next_index = 0
        self._gap_reason = "radio"
        self._clock = self._new_clock()
        stamped = self.sampling.stamped
        return StreamOpened(
            stream=self._stream,
            wearable=self.origin.wearable,
            model=self.origin.model,
            placement=self.origin.placement,
            rate_hz=self.sampling.rate_hz,
            opened_ns=t_ns,
            epoch=self._epoch,
            time_quality=TimeQuality.MAPPED if stamped else TimeQuality.FITTED,
            numbered=stamped,
            gyroscope=self.sampling.gyroscope,
            acc_range_m_s2=self.sampling.acc_range_m_s2,
            gyr_range_rad_s=self.sampling.gyr_range_rad_s,
            firmware=self.origin.firmware,
        )

    def _new_clock(self) -> ClockModel:
        period_us = 1e6 / self.sampling.rate_hz
        if self.sampling.stamped:
            return ClockModel(period_us=period_us)
        # The rate is only nominal and losses shift the count: look back less, allow more. With
        # 2 % lost unseen the simulated error is 25 ms.
        return ClockModel(
            period_us=period_us,
            window_s=10.0,
            max_slope_ppm=50_000.0,
            least_uncertainty_us=25_000.0,
        )

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
        times = host_us[part]
        lag = arrival_ns // 1000 - times
        if not -INT32_MAX < lag[-1] <= lag[0] < INT32_MAX:
            lag = np.clip(lag, -INT32_MAX, INT32_MAX)
        stamped = reading.device_us is not None
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


def _rows(reading: Reading, rows: Int64Array) -> Reading:
    return Reading(
        reading.acc[rows],
        None if reading.gyr is None else reading.gyr[rows],
        None if reading.mag is None else reading.mag[rows],
        None if reading.device_us is None else reading.device_us[rows],
    )


def _pick(reading: Reading, held: Reading | None, placed: Placed) -> Reading:
    """The placed rows; a held sample comes first and is the last one of the reading before."""
    if len(placed) == len(reading) and placed.rows[0] == 0:
        return reading
    fresh = _rows(reading, placed.rows[placed.rows >= 0])
    if placed.rows[0] >= 0 or held is None:
        return fresh
    held = _rows(held, np.array([len(held) - 1]))
    return Reading(
        np.concatenate([held.acc, fresh.acc]),
        None if held.gyr is None or fresh.gyr is None else np.concatenate([held.gyr, fresh.gyr]),
        None if held.mag is None or fresh.mag is None else np.concatenate([held.mag, fresh.mag]),
        placed.device_us,
    )
