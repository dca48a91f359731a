"""Device time onto host time, by the lower envelope of the transport's delay."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from telemetry.messages.motion import Int64Array

__all__ = ["ClockModel"]

US_PER_S = 1_000_000
SETTLED_BLOCKS = 5
FIT_POINTS = 60
INTERCEPT_PERCENTILE = 10
# What is left when the fit is perfect: the constant part of the path is not observable.
PATH_UNCERTAINTY_US = 2000
# Until some blocks are known: a connection interval or two.
UNSETTLED_UNCERTAINTY_US = 30_000


class ClockModel:
    """Maps one wearable's unwrapped device time to the host's, sample by sample.

    A notification arrives after its sample was taken, never before, and often much later:
    connection events, retransmissions, stalls. The truth lies along the lower edge of
    `arrival - device`.

    Steps, at each notification, for its youngest sample:

    1. Keep the least `arrival - device` of each block of 1 s.
    2. At the end of a block fit a line to the least ones of the last `window_s`, thinned to
       60 points by taking minima again: slope by Theil-Sen over pairs at least a sixth of the
       window apart, capped at `max_slope_ppm`; intercept as the 10th percentile of what
       remains. Before 5 blocks are known: their minimum, no slope.
    3. Host time = device time + line, but never later than the arrival, and never less than
       half a sample period after the sample before it, so that corrections never turn time
       back.
    4. Begin anew when a notification arrives more than 0.5 s too early for the line (one of the
       clocks was set), or when all are more than 0.5 s late for 30 s.

    The window is long because sampling and connection events beat: with 100 Hz and a 30 ms
    interval, 10 ppm of skew, the delay's lower edge is a saw of 10 ms and 1000 s.

    Args:
        period_us: between samples.
        window_s: how far back the fit looks.
        max_slope_ppm: the cap; crystals stay within 100, a merely nominal rate may be 5 % off.
        least_uncertainty_us: what no fit can better.
    """

    def __init__(
        self,
        *,
        period_us: float,
        window_s: float = 600.0,
        max_slope_ppm: float = 500.0,
        least_uncertainty_us: float = PATH_UNCERTAINTY_US,
    ) -> None:
        self._least_step_us = max(1, int(period_us / 2))
        self._window_s = window_s
        self._max_slope = max_slope_ppm
        self._least_uncertainty_us = least_uncertainty_us
        self.resets = -1
        self._reset()

    def _reset(self) -> None:
        self.resets += 1
        self._origin: tuple[int, int] | None = None
        self._minima: deque[tuple[float, float]] = deque()
        self._block: tuple[int, float, float] | None = None
        self._intercept = 0.0
        self._slope = 0.0
        self._spread_us: float | None = None
        self._late_since_us: int | None = None
        self._last_us: int | None = None

    @property
    def slope_ppm(self) -> float:
        """How much slower than the host's the device's clock runs."""
        return self._slope

    @property
    def uncertainty_us(self) -> int:
        """Standard uncertainty of a mapped time against other streams, microseconds."""
        if self._spread_us is None:
            return UNSETTLED_UNCERTAINTY_US
        return round(math.hypot(self._spread_us, self._least_uncertainty_us))

    def to_host(self, device_us: Int64Array, arrival_us: int) -> Int64Array:
        """Host time of the samples of one notification.

        Args:
            device_us: [n] int64, increasing, not before those of earlier calls.
            arrival_us: host time of the notification.

        Returns:
            [n] int64 host times in microseconds, increasing.
        """
        newest = int(device_us[-1])
        self._observe(newest, arrival_us)
        assert self._origin is not None  # noqa: S101 - _observe sets it
        device_origin, host_origin = self._origin
        if len(device_us) == 1:
            # Most wearables send one sample at a time; arrays of one cost ten times a number.
            x = newest - device_origin
            one = host_origin + x + round(self._intercept + self._slope * 1e-6 * x)
            one = min(one, arrival_us)
            if self._last_us is not None:
                one = max(one, self._last_us + self._least_step_us)
            self._last_us = one
            return np.array([one], dtype=np.int64)
        x_us = device_us - device_origin
        line = self._intercept + self._slope * 1e-6 * x_us
        host: Int64Array = host_origin + x_us + np.rint(line).astype(np.int64)
        np.minimum(host, arrival_us, out=host)
        self._keep_order(host)
        self._last_us = int(host[-1])
        return host

    def _keep_order(self, host_us: Int64Array) -> None:
        """Raise times, in place, that would come before or too close after their predecessor."""
        step = self._least_step_us
        if self._last_us is not None:
            host_us[0] = max(host_us[0], self._last_us + step)
        ramp = step * np.arange(len(host_us))
        host_us[:] = np.maximum.accumulate(host_us - ramp) + ramp

    def _observe(self, device_us: int, arrival_us: int) -> None:
        if self._origin is None:
            self._origin = (device_us, arrival_us)
        x_us = device_us - self._origin[0]
        delay_us = float(arrival_us - self._origin[1] - x_us)
        early_us = self._intercept + self._slope * 1e-6 * x_us - delay_us
        if early_us > US_PER_S / 2 or self._late_too_long(-early_us, arrival_us):
            self._reset()
            self._observe(device_us, arrival_us)
            return
        self._collect(x_us / US_PER_S, delay_us)

    def _late_too_long(self, late_us: float, arrival_us: int) -> bool:
        if late_us < US_PER_S / 2:
            self._late_since_us = None
            return False
        if self._late_since_us is None:
            self._late_since_us = arrival_us
        return arrival_us - self._late_since_us > 30 * US_PER_S

    def _collect(self, x_s: float, delay_us: float) -> None:
        number = int(x_s)
        if self._block is None or number != self._block[0]:
            if self._block is not None:
                self._minima.append(self._block[1:])
                self._fit(x_s)
            self._block = (number, x_s, delay_us)
        elif delay_us < self._block[2]:
            self._block = (number, x_s, delay_us)
        if len(self._minima) < SETTLED_BLOCKS:
            self._intercept = min(self._intercept, delay_us)

    def _fit(self, now_s: float) -> None:
        while self._minima and self._minima[0][0] < now_s - self._window_s:
            self._minima.popleft()
        if len(self._minima) < SETTLED_BLOCKS:
            return
        x, delay = _thinned(np.array(self._minima))
        slope = _theil_sen(x, delay, least_apart=(x[-1] - x[0]) / 6)
        self._slope = float(np.clip(slope, -self._max_slope, self._max_slope))
        rest = delay - self._slope * x
        self._intercept = float(np.percentile(rest, INTERCEPT_PERCENTILE))
        below = rest[rest <= np.median(rest)] - self._intercept
        self._spread_us = float(np.sqrt(np.mean(below**2)))


def _thinned(minima: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most 60 points, the least of each run of consecutive ones."""
    run = -(-len(minima) // FIT_POINTS)
    starts = np.arange(0, len(minima), run)
    chosen = [s + int(np.argmin(minima[s : s + run, 1])) for s in starts]
    return minima[chosen, 0], minima[chosen, 1]


def _theil_sen(x: np.ndarray, y: np.ndarray, *, least_apart: float) -> float:
    """Median slope of all pairs at least so far apart."""
    i, j = np.triu_indices(len(x), 1)
    apart = x[j] - x[i]
    far = apart >= max(least_apart, 1e-9)
    if not far.any():
        return 0.0
    return float(np.median((y[j] - y[i])[far] / apart[far]))
