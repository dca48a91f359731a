"""By how much gravity turns further than the gyroscope says, from one moment of rest to another.

A scale that is off by a tenth spoils every range by about as much, and no single turn disagrees by
more than a brisk movement may. From rest to rest nothing but the scale is left.

1. Moments of rest, in which nothing but gravity is felt and nothing turns, are paired over each of
   `TURNS_S`.
2. Where gravity is expected after each turn is computed by the rates as they are and by slightly
   larger ones: the difference is what a larger scale would change.
3. The share of it by which gravity is found further on is each pair's own. A straight line through
   them follows a scale that drifts.
4. The line is told where its middle, or an end of it, stands out of the scatter about it. The
   median of worn sensors on people (UCI, 13 recordings) is within 0.015; of simulated ones on soft
   tissue it is within 0.03 where the scatter is small.

Who never rests between repetitions shows no such pairs, and of them nothing is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from .arrays import dots
from .strapdown import into_sensor, to_start, turned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array, Mask

__all__ = ["scale_off"]

TURNS_S: Final = 0.8, 1.6, 2.4, 3.2, 4.8
STEP_S: Final = 0.1
SMALL: Final = 0.05
LEAST_TURN_RAD: Final = float(np.deg2rad(25.0))
FEWEST_PAIRS: Final = 100
CLEARLY: Final = 3.0
"""Times the scatter of single pairs, from which on their median is no chance."""
MOST_SCATTER: Final = 0.03
"""Beyond which something else than the scale is left between rests: they were halts on the way."""
LEAST_OFF, LEAST_DRIFTED = 0.04, 0.08
"""Gyroscopes are made within 0.03: of the middle, and of an end."""
LOOKS: Final = 3
"""At the line, each without what stood out of the last."""


def scale_off(
    ups: Sequence[Array], resting: Sequence[Mask], rates: Sequence[Array], rate_hz: float
) -> bool:
    """Whether gravity clearly turns further than the gyroscope says, or less far.

    Args:
        ups: of stretches without a break, [n, 3] unit vectors to what is felt as up.
        resting: of each, [n] where nothing moves.
        rates: of each, [n, 3] rad/s, without their bias.
        rate_hz: of the samples.
    """
    before = np.cumsum([0, *map(len, ups)])[:-1].tolist()
    found = [
        (at + begun, share)
        for begun, seen in zip(before, zip(ups, resting, rates, strict=True), strict=True)
        for at, share in [_shares(*seen, rate_hz)]
    ]
    if not found:
        return False
    at, shares = (np.concatenate(x) for x in zip(*found, strict=True))
    if len(shares) < FEWEST_PAIRS:
        return False
    line, scatter = _line(at / at.max(), shares)
    if scatter > MOST_SCATTER:
        return False
    # The middle of a line is known better than its ends.
    leasts = LEAST_DRIFTED, LEAST_OFF, LEAST_DRIFTED
    return any(
        abs(off) > max(least, CLEARLY * scatter) for off, least in zip(line, leasts, strict=True)
    )


def _line(at: Array, shares: Array) -> tuple[tuple[float, float, float], float]:
    """A straight line at its first, middle and last place, and the scatter about it."""
    kept: Mask = np.ones(len(at), bool)
    ends = float(at.min()), (float(at.min()) + float(at.max())) / 2, float(at.max())
    for _ in range(LOOKS):
        slope, level = np.polynomial.polynomial.polyfit(at[kept], shares[kept], 1)[::-1]
        off = np.abs(shares - level - slope * at)
        scatter = 1.48 * float(np.median(off))
        kept = np.asarray(off <= CLEARLY * max(scatter, 1e-3))
    first, middle, last = (float(level + slope * x) for x in ends)
    return (first, middle, last), scatter


def _shares(up: Array, resting: Mask, gyr: Array, rate_hz: float) -> tuple[Array, Array]:
    """[k] when each pair of moments of rest ends, and its share, if it lies far enough apart."""
    step = max(1, round(STEP_S * rate_hz))
    starts, ends = [], []
    for length in (round(seconds * rate_hz) for seconds in TURNS_S):
        at = np.arange(0, max(0, len(up) - length), step)
        at = at[resting[at] & resting[at + length]]
        starts.append(at)
        ends.append(at + length)
    before, after = np.concatenate(starts), np.concatenate(ends)
    if not len(before):
        return np.empty(0), np.empty(0)
    expected, further = (
        into_sensor(q[after], to_start(q[before], up[before]))
        for q in (turned(gyr * scale, rate_hz) for scale in (1.0, 1 + SMALL))
    )
    change = (further - expected) / SMALL
    size = dots(change, change)
    far = size > LEAST_TURN_RAD**2
    share = dots(up[after] - expected, change)[far] / size[far]
    return after[far].astype(np.float64), np.asarray(share)
