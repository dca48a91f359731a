"""Whether gravity turns in a sensor as its gyroscope says, between moments that show gravity alone.

1. Calm moments, in which nothing but gravity is felt, are paired over each of `TURNS_S`.
2. The gyroscope's turn between them is integrated (`strapdown`); what it makes of gravity's
   direction is held to what was felt.
3. **Gross**: half of the pairs in which either turned by `LEAST_TURN_RAD` disagree by more than a
   share of it: a dead, a wrong or a runaway channel or a scale that drifts spoils them all, a brisk
   movement some. What the pairs disagree by that turned less is the movement's own acceleration,
   which a turn about the vertical hardly shows in its size; only what goes beyond it counts.
4. **Another reading**: the gyroscope's axes with other signs, in another order or to another scale
   explain what was felt clearly better than as they are. Little movement tells that as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from typing import TYPE_CHECKING, Final

import numpy as np

from .arrays import dots
from .strapdown import into_sensor, to_start, turned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array, Indices, Mask

__all__ = ["TURNS_S", "GravitySeen", "turns_otherwise"]

TURNS_S: Final = 0.8, 1.6, 3.2
STEP_S: Final = 0.1
LEAST_TURN_RAD: Final = float(np.deg2rad(25.0))
"""Less may be what a movement feels like, not how gravity turns."""
FEWEST_PAIRS: Final = 12
DISAGREE_SHARE: Final = 0.15
"""The median of good sensors, on people and on joints moved by hand, stays below a tenth."""
MOVEMENTS_OWN_PERCENT: Final = 90.0
"""On joints about a vertical axis the share is then below 0.1, by wrong scales above 0.2."""
OFF_RAD: Final = float(np.deg2rad(2.0))
"""What skin, noise and the last of a movement make of a good gyroscope."""
SCALES: Final = *(0.5, 0.65, 0.8, 1.25, 1.5, 2.0), float(np.pi / 180), float(180 / np.pi)
ONE_AXIS: Final = 0.0, 0.5, 2.0
"""Scales of all axes, and of one alone."""
WORTH_A_LOOK: Final = 0.4
"""Mean cost of a pair below which the axes as they are leave too little to look further."""
GAIN: Final = 0.2
CLEAR_GAIN: Final = 0.6
"""Mean of the log likelihood of a pair (Cauchy) by which another reading is better,"""
EVIDENCE: Final = 20.0
CLEAR_EVIDENCE: Final = 2.5
"""and the same summed over seconds: what is clearly better needs less of it."""
EXPLAINED_RAD: Final = float(np.deg2rad(4.0))
CLEARLY_EXPLAINED_RAD: Final = float(np.deg2rad(3.0))
"""What the other reading leaves, root mean square, if it is the right one."""


@dataclass(frozen=True, slots=True)
class GravitySeen:
    """Gravity in a stretch of evenly spaced samples.

    Attributes:
        up: [n, 3] unit vectors to what is felt as up.
        calm: [n] where nothing but gravity is felt.
        gyr: [n, 3] rad/s.
    """

    up: Array
    calm: Mask
    gyr: Array


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Calm moments, as numbers of samples in one stretch."""

    seen: GravitySeen
    before: Indices
    after: Indices


def turns_otherwise(stretches: Sequence[GravitySeen], rate_hz: float, bias: Array) -> bool:
    """Whether gravity turns otherwise than the gyroscope says.

    Args:
        stretches: to look at, each without a break.
        rate_hz: of their samples.
        bias: [3] rad/s that the gyroscope reads where gravity keeps its direction.
    """
    pairs = [p for s in stretches if len((p := _pairs(s, rate_hz)).before)]
    if not pairs:
        return False
    off, moved = (np.concatenate(x) for x in zip(*(_off(p, rate_hz) for p in pairs), strict=True))
    far = moved > LEAST_TURN_RAD
    own = float(np.percentile(off[~far], MOVEMENTS_OWN_PERCENT)) if (~far).any() else 0.0
    share = (off[far] - own) / moved[far]
    if len(share) >= FEWEST_PAIRS and np.median(share) > DISAGREE_SHARE:
        return True
    if _cost(off) < WORTH_A_LOOK:
        return False
    return _read_otherwise(pairs, rate_hz, bias)


def _pairs(seen: GravitySeen, rate_hz: float) -> _Pairs:
    step = max(1, round(STEP_S * rate_hz))
    starts, ends = [], []
    for seconds in TURNS_S:
        length = round(seconds * rate_hz)
        at = np.arange(0, len(seen.up) - length, step)
        at = at[seen.calm[at] & seen.calm[at + length]]
        starts.append(at)
        ends.append(at + length)
    return _Pairs(seen, np.concatenate(starts), np.concatenate(ends))


def _off(pairs: _Pairs, rate_hz: float) -> tuple[Array, Array]:
    """[k] by how much gravity turned otherwise in each pair, and how much either turned, rad."""
    seen = pairs.seen
    q = turned(seen.gyr, rate_hz)
    before, after = seen.up[pairs.before], seen.up[pairs.after]
    # What was up before, seen from where the sensor began, and from where it is after.
    expected = into_sensor(q[pairs.after], to_start(q[pairs.before], before))
    moved = np.maximum(_between(before, after), _between(before, expected))
    return _between(expected, after), moved


def _read_otherwise(pairs: Sequence[_Pairs], rate_hz: float, bias: Array) -> bool:
    """Whether another reading of the axes explains clearly better what was felt."""
    seconds = STEP_S * sum(len(p.before) for p in pairs)

    def off(reading: Array, bias: Array) -> Array:
        found = []
        for p in pairs:
            q = turned((p.seen.gyr - bias) @ reading.T, rate_hz)
            felt = [to_start(q[at], p.seen.up[at]) for at in (p.before, p.after)]
            found.append(_between(*felt))
        return np.concatenate(found)

    # A slow movement may pass for a bias: it is believed where it helps the axes as they are.
    one = np.eye(3)
    as_it_is, with_bias = min((_cost(off(one, b)), i) for i, b in enumerate((0 * bias, bias)))
    if as_it_is < WORTH_A_LOOK:
        return False
    believed = with_bias * bias
    best, left = min(
        (
            (_cost(o), float(np.sqrt((o * o).mean())))
            for o in (off(r, believed) for r in _readings())
        ),
    )
    gain = as_it_is - best
    return any(
        gain > least and gain * seconds > evidence and left < explained
        for least, evidence, explained in (
            (GAIN, EVIDENCE, EXPLAINED_RAD),
            (CLEAR_GAIN, CLEAR_EVIDENCE, CLEARLY_EXPLAINED_RAD),
        )
    )


@cache
def _readings() -> tuple[Array, ...]:
    """[3, 3] each: all signs and orders of the axes but the one as they are, and other scales."""
    one = np.eye(3)
    signed = [
        one[list(order)] * np.array(signs)[:, None]
        for order, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3))
    ]
    alone = [np.where(np.diag(row) > 0, scale, one) for row, scale in product(one, ONE_AXIS)]
    return (*signed[1:], *(one * scale for scale in SCALES), *alone)


def _cost(off: Array) -> float:
    return float(np.log1p((off / OFF_RAD) ** 2).mean())


def _between(a: Array, b: Array) -> Array:
    return np.asarray(np.arccos(np.clip(dots(a, b), -1.0, 1.0)))
