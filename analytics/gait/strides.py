"""Strides by a sensor on the shank: each swing of the leg is one.

Source: the mid-swing of a shank is the peak of its angular rate in the direction of walking
(Aminian et al., J Biomech 2002; 35:689; Salarian et al., IEEE Trans Biomed Eng 2004; 51:1434).

1. The axis about which the shank swings is the main axis of its angular rate while it is fast; the
   sign is the one in which the rate's short peaks, the swings, point up.
2. A swing is a peak of the low-passed rate above a share of the person's own usual swing, and above
   40 °/s; two within `NEAR_S` are one, the larger.
3. Swings that follow each other within `MOST_STRIDE_S` and are of one size make a bout; three
   strides make a walk. What else the leg does, in steps to the side or on a chair, makes none.
4. Two strides are the least that is called walking (Kluge et al., PLoS ONE 2021; 16:e0256541), but
   two swings alone are also a kick and a step. They are a walk where the same person's longer walks
   of this item say what a stride is, and both swings and the time between them are like that.
5. A leg that is lifted on the spot swings too (`on_the_spot`). Bouts like that are no walk; their
   swings are among those that may be strides.

It departs from the sources in the sensor, which need not lie in the sagittal plane, and in asking
for no heel strike or toe off: a shuffling foot shows none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.smoothing import running_mean

from .on_the_spot import on_the_spot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array, Mask

__all__ = ["Bout", "Walks", "bouts_in", "walks_in"]

LEAST_RAD_S: Final = 0.7
SHARE: Final = 0.4
"""Of the usual swing: a lower peak is none."""
NEAR_S: Final = 0.45
MOST_STRIDE_S: Final = 2.6
LEAST_STRIDE_S: Final = 0.6
FEWEST: Final = 3
SMOOTH_S: Final = 0.12
ACROSS: Final = 0.5
"""Cosine between a swing's own axis and the walk's: people turn, but do not swing sideways."""
LIKE: Final = 0.7
"""Least share of the usual swing and of the usual stride's time, either way, in a short walk."""


@dataclass(frozen=True, slots=True)
class Bout:
    """One stretch of walking: the rows of its swings' peaks, in order."""

    swings: tuple[int, ...]

    @property
    def strides(self) -> int:
        """Swings of this leg."""
        return len(self.swings)


@dataclass(frozen=True, slots=True)
class Walks:
    """What an item of walking holds.

    Attributes:
        bouts: the walks.
        alone: further swings that may be strides: too few together, or on the spot.
        on_the_spot: how many of these are lifts of a leg that went nowhere.
    """

    bouts: tuple[Bout, ...] = ()
    alone: int = 0
    on_the_spot: int = 0


def bouts_in(gyr: Array, acc: Array, rate_hz: float, broken: Mask | None = None) -> list[Bout]:
    """The walks in an item, as `walks_in` finds them."""
    return list(walks_in(gyr, acc, rate_hz, broken).bouts)


def walks_in(gyr: Array, acc: Array, rate_hz: float, broken: Mask | None = None) -> Walks:
    """The walks in an item, and what may be strides beside them.

    Args:
        gyr: [n, 3] rad/s.
        acc: [n, 3] m/s².
        rate_hz: of it.
        broken: [n] whether samples are missing before one: no stride spans them.
    """
    if len(gyr) < rate_hz:
        return Walks()
    smooth = np.column_stack([running_mean(column, rate_hz, SMOOTH_S) for column in gyr.T])
    axis = _swing_axis(smooth)
    if axis is None:
        return Walks()
    rate = smooth @ axis
    peaks = _swings(rate, smooth, rate_hz)
    found = _bouts(peaks, rate, rate_hz, broken)
    bouts = [b for b in found if not on_the_spot(b.swings, gyr, acc, rate_hz, rate=rate, axis=axis)]
    lifted, strides = (sum(b.strides for b in some) for some in (found, bouts))
    return Walks(tuple(bouts), len(peaks) - strides, lifted - strides)


def _swing_axis(gyr: Array) -> Array | None:
    """[3] the axis of the fast part, pointing so that swings are positive; None: nothing is."""
    speed = np.sqrt((gyr * gyr).sum(axis=1))
    fast = gyr[speed > max(LEAST_RAD_S, 0.5 * float(np.quantile(speed, 0.95)))]
    if len(fast) < FEWEST:
        return None
    axis: Array = np.linalg.eigh(fast.T @ fast)[1][:, -1]
    rate = gyr @ axis
    # The swing is short and fast, the stance long and slow: its peaks reach further.
    high, low = np.quantile(rate, (0.98, 0.02))
    return axis if high > -low else -axis


def _swings(rate: Array, gyr: Array, rate_hz: float) -> list[int]:
    inner = rate[1:-1]
    peaks = np.flatnonzero((inner > rate[:-2]) & (inner >= rate[2:])) + 1
    high = peaks[rate[peaks] > LEAST_RAD_S]
    if not len(high):
        return []
    least = max(LEAST_RAD_S, SHARE * float(np.quantile(rate[high], 0.75)))
    speed = np.sqrt((gyr[high] * gyr[high]).sum(axis=1))
    along = rate[high] > ACROSS * speed
    kept: list[int] = []
    for peak in high[(rate[high] > least) & along].tolist():
        if kept and (peak - kept[-1]) / rate_hz < NEAR_S:
            if rate[peak] > rate[kept[-1]]:
                kept[-1] = peak
        else:
            kept.append(peak)
    return kept


def _bouts(peaks: Sequence[int], rate: Array, rate_hz: float, broken: Mask | None) -> list[Bout]:
    found: list[list[int]] = []
    gaps = np.zeros(0) if broken is None else np.flatnonzero(broken)
    for peak in peaks:
        last = found[-1][-1] if found else None
        joined = last is not None and (peak - last) / rate_hz <= MOST_STRIDE_S
        if joined and last is not None and np.any((gaps > last) & (gaps <= peak)):
            joined = False
        if joined:
            found[-1].append(peak)
        else:
            found.append([peak])
    long = [b for b in found if len(b) >= FEWEST]
    return [Bout(tuple(b)) for b in found if len(b) >= FEWEST or _short_walk(b, rate, long)]


def _short_walk(bout: Sequence[int], rate: Array, long: Sequence[Sequence[int]]) -> bool:
    """Whether two swings are strides as those of the item's longer walks are."""
    if len(bout) != FEWEST - 1 or not long:
        return False
    swing = float(np.median(rate[np.concatenate(long)]))
    stride = float(np.median(np.concatenate([np.diff(b) for b in long])))
    sizes = rate[list(bout)] / swing
    took = (bout[1] - bout[0]) / stride
    return bool(np.all((sizes > LIKE) & (sizes < 1 / LIKE)) and LIKE < took < 1 / LIKE)
