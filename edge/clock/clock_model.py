"""Device time onto host time: a crystal believed over arrivals, lag told apart from drift."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from telemetry.messages.motion import Int64Array

__all__ = ["CRYSTAL", "NOMINAL", "ClockKind", "ClockModel", "Correction"]

US_PER_S = 1_000_000
SETTLED_BLOCKS = 5
FIT_POINTS = 60
INTERCEPT_PERCENTILE = 10
# Until some blocks are known: a connection interval or two.
UNSETTLED_UNCERTAINTY_US = 30_000
# What the delay of one block says of where the line lies; for the weight of a fitted slope.
BLOCK_NOISE_US = 5_000
# A block's least delay may lie so far above the line before it counts as late, not as the link.
PUNCTUAL_US = 40_000
# Fewer blocks than this are a stretch that has not yet been agreed with.
AGREED_BLOCKS = 2
# The first notification of a connection is often late, and alone.
TOLD_FALL_US = 100_000
RESTING_US = 20_000
SET_US = US_PER_S // 2
# No wearable holds back more: beyond it the host's clock was set.
MOST_LAG_US = 60 * US_PER_S


@dataclass(frozen=True, slots=True)
class ClockKind:
    """What is known of a clock before it is seen.

    Attributes:
        window_s: how much of what was punctual the fit looks at.
        most_slope_ppm: no such clock is further off.
        usual_slope_ppm: standard deviation among such clocks.
        least_uncertainty_us: what no fit can better; the constant part of the path is not
            observable.
        lags: whether it tells lag from drift; else what comes late is followed.
    """

    window_s: float = 600.0
    most_slope_ppm: float = 200.0
    usual_slope_ppm: float = 50.0
    least_uncertainty_us: float = 2000.0
    lags: bool = True


CRYSTAL = ClockKind()
"""A wearable's own clock: within 200 ppm of the host's, mostly within 50."""
NOMINAL = ClockKind(
    window_s=10.0,
    most_slope_ppm=250_000.0,
    usual_slope_ppm=20_000.0,
    least_uncertainty_us=25_000.0,
    lags=False,
)
"""Counted samples: the rate is only nominal, and losses shift the count. Look back less, allow
more; with 2 % lost unseen the simulated error is 25 ms."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Host times told so far were wrong.

    Attributes:
        late_us: by how much they were too late; 0 where that is not known.
        afresh: the mapping began anew: one of the clocks was set.
    """

    late_us: int
    afresh: bool


class ClockModel:
    """Maps one wearable's unwrapped device time to the host's, sample by sample.

    A notification arrives after its sample was taken, never before, and often much later:
    connection events, retransmissions, stalls, queues that fill and do not drain. The truth lies
    along the lower edge of `arrival - device`, as long as that edge is one that a clock can have.

    Steps, at each notification, for its youngest sample:

    1. Keep the least `arrival - device` of each block of 1 s.
    2. A block whose least lies more than 40 ms above the line is late and says nothing of the
       clock: the line goes on without it, however long that lasts, and `lag_us` tells how late.
    3. At the end of a punctual block fit a line to the punctual ones of the window, thinned to
       60 points by taking minima again: slope by Theil-Sen over pairs at least a sixth of the
       window apart, capped, and drawn towards 0 as far as it is less certain than what crystals
       are known to do; intercept as the 10th percentile of what remains. Before 5 blocks are
       known: their minimum, no slope.
    4. Two blocks in a row that lie more than 40 ms below the line show that all that lies above
       them was late: that is forgotten, the line begins with them, and `corrected` says by how
       much earlier times were too late. So it does each time that the line has sunk by 100 ms
       more than a crystal drifts, however slowly: a queue that drains little by little.
    5. Host time = device time + line, but never later than the arrival, and never less than
       half a sample period after the sample before it, so that corrections never turn time
       back.
    6. Begin anew, and say so within two seconds, when a notification arrives more than 0.5 s too
       early for the line, or more than a minute late: the host's clock was set.

    The window is long because sampling and connection events beat: with 100 Hz and a 30 ms
    interval, 10 ppm of skew, the delay's lower edge is a saw of 10 ms and 1000 s.

    Args:
        period_us: between samples.
        kind: of clock.
        after_us: no host time may come before half a period after this one.
    """

    def __init__(
        self, *, period_us: float, kind: ClockKind = CRYSTAL, after_us: int | None = None
    ) -> None:
        self._least_step_us = max(1, int(period_us / 2))
        self._kind = kind
        self.resets = -1
        self.lag_us = 0
        """How late the newest sample came, beyond the least of its link; 0 where not told."""
        self._correction: Correction | None = None
        self._fallen_us = 0.0
        self._afresh = self._falling = False
        self._reset(after_us)

    def _reset(self, after_us: int | None = None) -> None:
        self.resets += 1
        self._origin: tuple[int, int] | None = None
        self._minima: deque[tuple[float, float]] = deque(maxlen=max(10, int(self._kind.window_s)))
        self._block: tuple[int, float, float] | None = None
        self._early: list[tuple[float, float]] = []
        self._intercept = 0.0
        self._slope = 0.0
        self._slope_sd = self._kind.usual_slope_ppm
        self._spread_us: float | None = None
        self._behind_us = 0.0
        self._highest = (0.0, -math.inf)
        self._punctual_s = 0.0
        self._now_s = 0.0
        self._last_us = after_us

    @property
    def last_us(self) -> int | None:
        """Host time of the newest sample."""
        return self._last_us

    @property
    def slope_ppm(self) -> float:
        """How much slower than the host's the device's clock runs."""
        return self._slope

    @property
    def uncertainty_us(self) -> int:
        """Standard uncertainty of a mapped time against other streams, microseconds.

        It grows with the time for which nothing was punctual, by what the slope may be off. Where
        what comes late is followed, it holds how far the line is behind.
        """
        held_s = self._now_s - self._punctual_s
        # One block without a fit is no lack of news.
        drifted = self._slope_sd * held_s if held_s > SETTLED_BLOCKS else 0.0
        if self._spread_us is None:
            return round(math.hypot(UNSETTLED_UNCERTAINTY_US, drifted, self._behind_us))
        known_us = math.hypot(self._spread_us, self._kind.least_uncertainty_us)
        return round(math.hypot(known_us, drifted, self._behind_us))

    def corrected(self) -> Correction | None:
        """What was found wrong since the last call; None: nothing."""
        found, self._correction = self._correction, None
        return found

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
        late_us = delay_us - self._line_us(x_us)
        if late_us < -SET_US or late_us > MOST_LAG_US:
            self._fallen_us += max(0.0, -late_us)
            self._afresh = self._falling = True
            self._reset()
            self._observe(device_us, arrival_us)
            return
        self.lag_us = max(0, round(late_us)) if self._kind.lags else 0
        self._collect(x_us / US_PER_S, delay_us)

    def _line_us(self, x_us: float) -> float:
        return self._intercept + self._slope * 1e-6 * x_us

    def _collect(self, x_s: float, delay_us: float) -> None:
        number = int(x_s)
        if self._block is None or number != self._block[0]:
            if self._block is not None:
                self._now_s = x_s
                self._tell_fall()
                self._close_block(*self._block[1:])
            self._block = (number, x_s, delay_us)
        elif delay_us < self._block[2]:
            self._block = (number, x_s, delay_us)
        if len(self._minima) < SETTLED_BLOCKS:
            fall_us = self._intercept - (delay_us - self._slope * x_s)
            if fall_us > 0:
                self._intercept -= fall_us
                self._fallen_us += fall_us
                self._falling |= fall_us > RESTING_US

    def _tell_fall(self) -> None:
        """Once it rests: how far the line fell at once, as when a queue drains.

        Where samples are counted that is no lag: more came than were counted on.
        """
        if self._falling:
            self._falling = False
            return
        if self._afresh or self._fallen_us > TOLD_FALL_US:
            lags = self._kind.lags
            late_us = round(self._fallen_us) if lags else 0
            self._correction = Correction(late_us, afresh=self._afresh or not lags)
        self._fallen_us, self._afresh = 0.0, False

    def _close_block(self, x_s: float, delay_us: float) -> None:
        """Take a block's least delay for what it is: late, punctual, or earlier than all before."""
        off_us = delay_us - self._line_us(x_s * US_PER_S)
        if self._kind.lags and off_us > self._patience_us(x_s):
            self._early.clear()
            return
        if self._kind.lags and off_us < -PUNCTUAL_US and len(self._minima) >= SETTLED_BLOCKS:
            self._early.append((x_s, delay_us))
            if len(self._early) < AGREED_BLOCKS:
                return
            self._forget_late(-off_us)
        else:
            self._early.clear()
            self._minima.append((x_s, delay_us))
        self._punctual_s = x_s
        self._fit()
        if self._kind.lags:
            self._tell_sinking(x_s)
        else:
            self._behind_us = max(0.0, delay_us - self._line_us(x_s * US_PER_S))

    def _patience_us(self, x_s: float) -> float:
        """How far above the line is punctual: more, the longer the line was only held."""
        return PUNCTUAL_US + 3 * self._slope_sd * max(0.0, x_s - self._punctual_s)

    def _tell_sinking(self, x_s: float) -> None:
        """Say so when the line has sunk by more than a crystal's drift, little by little."""
        if len(self._minima) < SETTLED_BLOCKS:
            return
        line_us = self._line_us(x_s * US_PER_S)
        at_s, highest_us = self._highest
        highest_us = max(line_us, highest_us - self._kind.most_slope_ppm * (x_s - at_s))
        if highest_us - line_us > TOLD_FALL_US:
            self._correction = Correction(round(highest_us - line_us), afresh=False)
            highest_us = line_us
        self._highest = x_s, highest_us

    def _forget_late(self, by_us: float) -> None:
        """What lies above the early blocks by more than a crystal's drift was late all along."""
        x_s, delay_us = min(self._early, key=lambda block: block[1])
        most = self._kind.most_slope_ppm
        kept = [
            (x, d) for x, d in self._minima if d <= delay_us + most * abs(x - x_s) + PUNCTUAL_US
        ]
        self._minima.clear()
        self._minima.extend([*kept, *self._early])
        self._early.clear()
        self._highest = x_s, -math.inf
        self._correction = Correction(round(by_us), afresh=False)
        if len(self._minima) < SETTLED_BLOCKS:
            self._spread_us = None
            self._slope_sd = self._kind.usual_slope_ppm
            self._intercept = min(d - self._slope * x for x, d in self._minima)

    def _fit(self) -> None:
        if not self._kind.lags:
            while self._minima and self._minima[0][0] < self._now_s - self._kind.window_s:
                self._minima.popleft()
        if len(self._minima) < SETTLED_BLOCKS:
            return
        x, delay = _thinned(np.array(self._minima))
        span_s = float(x[-1] - x[0])
        slope = _theil_sen(x, delay, least_apart=span_s / 6)
        usual = self._kind.usual_slope_ppm
        # Standard error of a slope between two halves of a window with this noise on its points.
        error = BLOCK_NOISE_US / max(span_s, 1.0) * math.sqrt(12 / len(x))
        weight = usual**2 / (usual**2 + error**2)
        self._slope_sd = usual * math.sqrt(1 - weight)
        most = self._kind.most_slope_ppm
        self._slope = weight * float(np.clip(slope, -most, most))
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
