"""Lifts of a leg that goes nowhere, which swing a shank as strides do.

Who goes forward tilts the shank on over the standing foot all through the stance, and meanwhile the
body travels. Who lifts a leg on the spot keeps it still until it is lifted again, or turns it a
little and back as fast, or does not rest it: then it is carried about a hip or a knee that stays
where it is, and is as fast as it turns.

By the medians of a bout's strides, from each swing to the next:

1. How far the shank turns, how fast back, and where it is for half of the stride.
2. The velocity of the sensor along the way in which it swings, from the acceleration in the
   orientation that the gyroscope keeps over one stride; what is left of it over the stride is
   gravity, and what a walk adds by its own velocity, which is not needed.
3. A stride swings the sensor forward faster than the stance does: a leg that is put down in front
   of a lifted knee does not, and one that goes round with a pedal, forth and back about as fast,
   hardly does. While the shank turns back, a leg that hangs from a hip or a knee at rest moves back
   as it turns; over a standing foot the sensor does not.

The bounds are those of 152 walks of 76 recordings of old and young people, one of them on sticks
(`Marpino/Walking-dataset` on GitHub), and of simulated lifts (`docs/challenges.md`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.smoothing import running_mean
from analytics.signals.strapdown import to_start, turned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array

__all__ = ["on_the_spot"]

SMALL_SWING_DEG, AS_FAST = 22.0, 0.8
"""A smaller swing, back about as fast as forth, is a lift: real walks have 25° and more, and the
shank tilts back over the foot at about half the rate of its swing."""
STANDING_SHARE: Final = (0.36, 0.7)
"""Where the shank is for half of a stride, between its hindmost and its foremost angle: in real
walks 0.44 to 0.65, on the spot 0.03 to 0.2 where the leg rests between two lifts."""
EVEN, FORWARD_M_S = 0.65, 0.45
"""Who turns the shank back faster than that share of the swing's rate is at least so much faster
forward in the swing: real walks like that by 0.53 and more, simulated pedals by up to 0.44."""
CARRIED: Final = 0.5
"""Correlation of the sensor's velocity with the rate at which the shank turns back, from which on
it hangs from what rests: simulated lifts have 0.53 and more, most over 0.8; of real walks 98 %
at most 0.3, and two, of shuffling old people, 0.8, which are not told."""
FEWEST: Final = 6
"""Samples of turning back that tell it."""
TREMOR_S: Final = 0.2
"""A tremor of 5 Hz turns a shank otherwise than it carries it."""


def on_the_spot(
    swings: Sequence[int], gyr: Array, acc: Array, rate_hz: float, *, rate: Array, axis: Array
) -> bool:
    """Whether the swings of a bout are lifts.

    Args:
        swings: rows of their peaks, in order.
        gyr: [n, 3] rad/s.
        acc: [n, 3] m/s².
        rate_hz: of all.
        rate: [n] rad/s about the swing's axis, smooth, swings positive.
        axis: [3] of the swing.
    """
    spans = list(pairwise(swings))
    swung, standing, back = np.median([_turns(rate[a:b], rate_hz) for a, b in spans], axis=0)
    small = swung < SMALL_SWING_DEG and AS_FAST < back < 1 / AS_FAST
    low, high = STANDING_SHARE
    if small or not low < standing < high:
        return True
    goings = [_goes(rate[a:b], gyr[a:b], acc[a:b], axis, rate_hz) for a, b in spans]
    told = [g for g in goings if g is not None]
    if 2 * len(told) < len(goings):
        return True
    faster, carried = np.median(told, axis=0)
    least = FORWARD_M_S if back > EVEN else 0.0
    return bool(faster < least or carried > CARRIED)


def _turns(rate: Array, rate_hz: float) -> tuple[float, float, float]:
    """How far a stride swings, degrees, where it is for half of it, how fast back beside forth."""
    # What a stride's turns do not come back to is the sensor's bias, or a slope.
    at = np.cumsum(rate - rate.mean()) / rate_hz
    hindmost, foremost = float(at.min()), float(at.max())
    standing = (float(np.median(at)) - hindmost) / max(foremost - hindmost, 1e-9)
    return np.degrees(foremost - hindmost), standing, -float(rate.min()) / max(float(rate[0]), 1e-9)


def _goes(
    rate: Array, gyr: Array, acc: Array, axis: Array, rate_hz: float
) -> tuple[float, float] | None:
    """By how much faster forward it swings than it turns back, m/s; and how far it is carried.

    None where too little of it turns back to be a stride.
    """
    rate = running_mean(rate, rate_hz, TREMOR_S)
    returns = rate < 0
    if np.count_nonzero(returns) < FEWEST:
        return None
    turns = turned(gyr, rate_hz)
    force = to_start(turns, acc)
    up = force.mean(axis=0)
    velocity = np.cumsum(force - up, axis=0) / rate_hz
    # A shank hangs: what turns it forward about the axis moves its lower end along this.
    ahead = np.cross(up, to_start(turns, np.tile(axis, (len(acc), 1))).mean(axis=0))
    along = velocity @ (ahead / max(float(np.linalg.norm(ahead)), 1e-9))
    along = running_mean(along, rate_hz, TREMOR_S)
    faster = float(along[~returns].mean() - along[returns].mean())
    moved, turning = (v - v.mean() for v in (along[returns], rate[returns]))
    spread = float(np.sqrt((moved @ moved) * (turning @ turning)))
    return faster, float(moved @ turning) / max(spread, 1e-12)
