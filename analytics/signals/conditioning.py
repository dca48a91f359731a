"""Samples made fit for an orientation filter: whole, finite, on the device-clock grid.

One non-finite value silently ruins VQF, and a forgotten gap turns the world, so nothing reaches
the filter that was not looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from telemetry.messages.motion import MotionBatch

    from .arrays import Array, Indices

__all__ = ["MAX_INTERPOLATED", "Conditioner", "SampleCounts", "Segment"]

MAX_INTERPOLATED = 10
"""Longest run of missing samples that is bridged by interpolation."""

_FULL_SCALE = 0.999
"""A component beyond this share of full scale is taken as saturated."""

_PLAUSIBLE = 1e6
"""No acceleration (m/s²) or angular rate (rad/s) of a body; keeps later squares finite."""


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """What became of a stream's samples, or of those in a span of it.

    Attributes:
        received: samples that arrived, bad ones included, repeats left out.
        nonfinite: rejected because a component was not a number or beyond all reason.
        saturated: rejected because a component stood at full scale.
        repeated: dropped because their index had been passed already.
        missing: indices never received.
        interpolated: indices filled in, missing or rejected.
        restarts: times the filter had to start afresh after more than ten bad in a row.
        undeclared: missing indices that no StreamGap declared.
    """

    received: int = 0
    nonfinite: int = 0
    saturated: int = 0
    repeated: int = 0
    missing: int = 0
    interpolated: int = 0
    restarts: int = 0
    undeclared: int = 0


class Segment(NamedTuple):
    """Consecutive samples ready for the filter.

    Attributes:
        first_index: index of the first sample in its stream.
        acc, gyr: [n, 3] float64, C-contiguous, m/s² and rad/s.
        interpolated: how many samples at the beginning are filled in.
        restart: whether the filter starts afresh here.
        mag: [n, 3] float64 in any unit, zero where nothing usable was measured; None where the
            wearable sends no magnetic field.
    """

    first_index: int
    acc: Array
    gyr: Array
    interpolated: int
    restart: bool
    mag: Array | None = None


Note = tuple[str, int, int]
"""What happened (a name of SampleCounts), to which index first, to how many samples."""


@dataclass(slots=True)
class Conditioner:
    """Conditions one stream; the result does not depend on how the stream was cut.

    1. A sample with a non-finite component, or one at full scale, is rejected.
    2. Rejected and lost samples are holes in the index grid. A hole of at most ten samples is
       filled linearly once the next good sample is there; a longer one ends the segment.
    3. A jump of the index is a hole, declared by a StreamGap or not. A StreamGap of unknown
       length ends the segment.
    4. The magnetic field rejects no sample: where it is not finite, and in holes, it is zero,
       which an orientation filter passes over.
    """

    acc_limit: float = _PLAUSIBLE
    gyr_limit: float = _PLAUSIBLE
    first_index: int | None = None
    next_index: int = 0
    """Index that the next received sample should have."""
    _notes: list[Note] = field(default_factory=list)
    _last_index: int | None = None
    _last: tuple[Array, Array] | None = None
    _declared: int = 0
    """End of the last declared gap."""

    @classmethod
    def for_ranges(cls, acc_range_m_s2: float | None, gyr_range_rad_s: float | None) -> Conditioner:
        """A conditioner that knows the sensors' full scale (None: unknown)."""
        return cls(
            _PLAUSIBLE if acc_range_m_s2 is None else _FULL_SCALE * acc_range_m_s2,
            _PLAUSIBLE if gyr_range_rad_s is None else _FULL_SCALE * gyr_range_rad_s,
        )

    @property
    def position(self) -> int:
        """Index after the last sample that was passed on; holes still open come after it."""
        return 0 if self._last_index is None else self._last_index + 1

    def counts(self, start: int = 0, stop: int | None = None) -> SampleCounts:
        """What became of the samples with an index from `start` up to `stop`."""
        if self.first_index is None:
            return SampleCounts()
        start = max(start, self.first_index)
        stop = self.next_index if stop is None else min(stop, self.next_index)
        sums = dict.fromkeys(SampleCounts.__slots__, 0)
        for what, first, count in self._notes:
            sums[what] += max(0, min(stop, first + count) - max(start, first))
        sums["received"] = max(0, stop - start) - sums["missing"]
        return SampleCounts(**sums)

    def holes(self, start: int, stop: int) -> Indices:
        """[g, 2] first index and count of each hole that was filled in, within [start, stop)."""
        found = [
            (first, count)
            for what, first, count in self._notes
            if what == "interpolated" and first < stop and first + count > start
        ]
        return np.array(found, np.int64).reshape(-1, 2)

    def declare_gap(self, first_index: int, count: int | None) -> None:
        """Take note of a StreamGap."""
        if count is None:
            self._last = None
        else:
            self._declared = max(self._declared, first_index + count)

    def push(self, batch: MotionBatch) -> list[Segment]:
        """Condition a batch; where there is no gyroscope its rates are zero."""
        acc = np.ascontiguousarray(batch.acc, dtype=np.float64)
        rates = np.zeros_like(acc) if batch.gyr is None else batch.gyr
        gyr = np.ascontiguousarray(rates, dtype=np.float64)
        mag = None if batch.mag is None else _usable(batch.mag)
        first = batch.first_index
        if self.first_index is None:
            self.first_index = first
        elif first != self.next_index:
            repeated = min(len(acc), max(0, self.next_index - first))
            if repeated:
                self._notes.append(("repeated", first, repeated))
            if repeated == len(acc):
                return []
            acc, gyr, first = acc[repeated:], gyr[repeated:], first + repeated
            mag = None if mag is None else mag[repeated:]
            self._note_jump(first)
        self.next_index = first + len(acc)
        if _within(acc, self.acc_limit) and _within(gyr, self.gyr_limit):
            return [self._run(first, acc, gyr, mag)]
        return self._good_runs(first, acc, gyr, mag)

    def _note_jump(self, first: int) -> None:
        missing = first - self.next_index
        if missing:
            self._notes.append(("missing", self.next_index, missing))
        undeclared = first - max(self.next_index, min(self._declared, first))
        if undeclared:
            self._notes.append(("undeclared", first - undeclared, undeclared))

    def _good_runs(self, first: int, acc: Array, gyr: Array, mag: Array | None) -> list[Segment]:
        acc_peak, gyr_peak = np.abs(acc).max(axis=1), np.abs(gyr).max(axis=1)
        finite = (acc_peak < _PLAUSIBLE) & (gyr_peak < _PLAUSIBLE)
        good = finite & (acc_peak < self.acc_limit) & (gyr_peak < self.gyr_limit)
        for offset in np.flatnonzero(~good).tolist():
            what = "saturated" if finite[offset] else "nonfinite"
            self._notes.append((what, first + offset, 1))
        edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])))).tolist()
        return [
            self._run(first + a, acc[a:b], gyr[a:b], None if mag is None else mag[a:b])
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]

    def _run(self, first: int, acc: Array, gyr: Array, mag: Array | None) -> Segment:
        """Good consecutive samples, with the hole before them filled or declared a restart."""
        hole = 0 if self._last_index is None else first - self._last_index - 1
        restart = self._last is None or hole > MAX_INTERPOLATED
        if restart:
            hole = 0
            if self._last_index is not None:
                self._notes.append(("restarts", first, 1))
        if hole and self._last is not None:
            share = np.arange(1, hole + 1)[:, None] / (hole + 1)
            last_acc, last_gyr = self._last
            acc = np.concatenate((last_acc + (acc[0] - last_acc) * share, acc))
            gyr = np.concatenate((last_gyr + (gyr[0] - last_gyr) * share, gyr))
            mag = None if mag is None else np.concatenate((np.zeros((hole, 3)), mag))
            self._notes.append(("interpolated", first - hole, hole))
        self._last = acc[-1], gyr[-1]
        self._last_index = first - hole + len(acc) - 1
        return Segment(first - hole, acc, gyr, hole, restart, mag)

    def state(self) -> dict[str, Any]:
        """All that it remembers, as plain values."""
        return {
            "limits": [self.acc_limit, self.gyr_limit],
            "indices": [self.first_index, self.next_index],
            "notes": [list(n) for n in self._notes],
            "last_index": self._last_index,
            "last": None if self._last is None else [v.tolist() for v in self._last],
            "declared": self._declared,
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Conditioner:
        """Go on where `state` was taken."""
        last = state["last"]
        return cls(
            state["limits"][0],
            state["limits"][1],
            state["indices"][0],
            state["indices"][1],
            [(what, first, count) for what, first, count in state["notes"]],
            state["last_index"],
            None if last is None else (np.array(last[0]), np.array(last[1])),
            state["declared"],
        )


def _usable(mag: npt.NDArray[np.float32]) -> Array:
    usable = np.ascontiguousarray(mag, dtype=np.float64)
    if not _within(usable, _PLAUSIBLE):
        good = np.abs(usable).max(axis=1) < _PLAUSIBLE
        usable = np.where(good[:, None], usable, 0.0)
    return usable


def _within(values: Array, limit: float) -> bool:
    """Whether all values are finite and below a limit in size."""
    flat = values.ravel()
    # No square is larger than the sum of all: one product clears most short batches. A value that
    # is not a number makes both comparisons false.
    if flat.dot(flat) < limit * limit:
        return True
    return bool(np.abs(flat).max() < limit)
