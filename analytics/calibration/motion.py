"""From the batches of a calibration to arrays: all its sensors on one grid of host time.

1. Leave out samples that are not finite, and put each stream in the order of its host times.
2. Take the stretch that all sensors cover; where one of them lacked samples for longer than
   `MOST_GAP_S`, that is told, and what came before it is left out if asked.
3. Interpolate linearly at the slowest sensor's rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array
    from telemetry.messages.motion import MotionBatch

    from .functional import Sensor

__all__ = ["MOST_GAP_S", "OnOneGrid", "on_one_grid", "steadied"]

MOST_GAP_S = 0.3
"""Samples missing for no longer than this are filled in."""
STEADY_S = 0.4
"""Two cycles of a 5 Hz tremor: averaged over, it does not count as moving."""


@dataclass(frozen=True, slots=True)
class OnOneGrid:
    """What the sensors of one calibration measured.

    Attributes:
        sensors: (acc m/s², gyr rad/s), [n, 3] each and of one length; rates are 0 where a
            sensor has no gyroscope.
        rate_hz: of the grid.
        gap_s: the longest time without a sample, of any sensor.
    """

    sensors: tuple[Sensor, ...]
    rate_hz: float
    gap_s: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.sensors[0][0]) / self.rate_hz

    @property
    def whole(self) -> bool:
        """Whether no gap is too long to be filled in."""
        return self.gap_s <= MOST_GAP_S


def on_one_grid(
    streams: Sequence[Sequence[MotionBatch]], rate_hz: float, *, after_gaps: bool = False
) -> OnOneGrid | None:
    """Put streams on one grid; None where no stretch is covered by all of them.

    Args:
        streams: the batches of each sensor, in any order.
        rate_hz: of the grid: the slowest sensor's.
        after_gaps: leave out everything up to the last gap that is too long.
    """
    if not streams or not all(streams):
        return None
    since_ns = min(batch.t0_ns for batches in streams for batch in batches)
    timed = [_timed(batches, since_ns) for batches in streams]
    if any(len(t) < 2 for t, _ in timed):
        return None
    start = max(t[0] for t, _ in timed)
    end = min(t[-1] for t, _ in timed)
    gap_s = 0.0
    for t, _ in timed:
        at = np.flatnonzero(np.diff(t) > MOST_GAP_S)
        at = at[(t[at + 1] > start) & (t[at] < end)]
        if len(at) and after_gaps:
            start = max(start, t[at[-1] + 1])
        elif len(at):
            gap_s = max(gap_s, float(np.diff(t)[at].max()))
    count = int((end - start) * rate_hz) + 1
    if end <= start or count < 2:
        return None
    grid = start + np.arange(count) / rate_hz
    return OnOneGrid(tuple(_at(grid, t, values) for t, values in timed), rate_hz, gap_s)


def steadied(sensor: Sensor, rate_hz: float) -> Sensor:
    """Averaged over `STEADY_S` twice, so that a tremor does not look like moving.

    Shorter by what the averages take; a sensor with less than that comes back as it is.
    """
    width = max(1, round(STEADY_S * rate_hz))
    if len(sensor[0]) < 3 * width:
        return sensor
    return _averaged(_averaged(sensor[0], width), width), _averaged(
        _averaged(sensor[1], width), width
    )


def _averaged(values: Array, width: int) -> Array:
    sums = np.cumsum(np.concatenate([np.zeros((1, values.shape[1])), values]), axis=0)
    return np.asarray((sums[width:] - sums[:-width]) / width)


def _timed(batches: Sequence[MotionBatch], since_ns: int) -> tuple[Array, Array]:
    """[n] s since `since_ns` and [n, 6], finite and in order of time."""
    # All at once: with one sample a batch, an operation for each would take tens of ms.
    dt_us = np.concatenate([batch.dt_us for batch in batches])
    starts_ns = np.array([batch.t0_ns for batch in batches], np.int64)
    t_ns = np.repeat(starts_ns, [len(b) for b in batches]) + dt_us.astype(np.int64) * 1000
    gyr = [np.zeros_like(b.acc) if b.gyr is None else b.gyr for b in batches]
    values = np.hstack([np.concatenate([b.acc for b in batches]), np.concatenate(gyr)])
    order = np.argsort(t_ns, kind="stable")
    order = order[np.isfinite(values[order]).all(axis=1)]
    t = (t_ns[order] - since_ns) * 1e-9
    later = np.concatenate([[True], np.diff(t) > 0]) if len(t) else np.zeros(0, bool)
    return t[later], values[order][later].astype(np.float64)


def _at(grid: Array, t: Array, values: Array) -> Sensor:
    columns = [np.interp(grid, t, values[:, k]) for k in range(6)]
    return np.column_stack(columns[:3]), np.column_stack(columns[3:])
