"""What a sensor that lies askew on its limb makes of an elevation's range."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.arrays import dots, lengths

from .gravity_sweep import across_of
from .repetition import Excursion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array, Vector

__all__ = ["Askewness", "askewness_of", "askewness_of_rise"]

CANDIDATES: Final = 64
"""Directions that the limb may have in the sensor."""
BESIDE_DEG: Final = 12.0
"""A limb that swings no further beside the vertical than this passes through it."""
INSIDE: Final = 0.08, 0.985
"""Of what is possible; with what else is uncertain, 95 of 100 true ranges."""
POINTS: Final = 16
"""Of the way to a peak, and of that back from it."""
MOST_LOOKED_AT: Final = 9
"""Repetitions, evenly chosen: a sensor lies askew in all of them alike."""


@dataclass(frozen=True, slots=True)
class Askewness:
    """What a sensor that may be askew leaves open in the range of an item's repetitions.

    Attributes:
        below_deg, above_deg: by how much the true range may be smaller and greater, 95 % of it.
    """

    below_deg: float
    above_deg: float


def askewness_of(
    ups: Array, excursions: Sequence[Excursion], axis: Vector, off_deg: float
) -> Askewness:
    """Let the limb lie in the sensor in any direction near the marked one, and see what changes.

    An elevation is an angle between two directions and turns back where the limb hangs or points
    straight up, so that a sensor which lies off its limb reads too little there; elsewhere it
    shifts both ends alike. How much that is depends on where gravity went in the sensor, which is
    known, and on where the limb lies, which is not.

    1. The limb's direction is drawn around the marked one, `off_deg` in each of two directions, by
       points that lie as a normal distribution does.
    2. For each, the range that gravity's path tells. A limb that is lowest less than `BESIDE_DEG`
       beside the vertical passes through it: what it went beyond counts as well.
    3. The true range lies within the `INSIDE` share of these, around what is told.

    Args:
        ups: [n, 3] unit vectors to earth's up in the sensor.
        excursions: the repetitions, in numbers of these, at least one.
        axis: marked unit vector along the limb, away from the trunk.
        off_deg: standard deviation of the limb's direction from it, in each of two directions.
    """
    limbs = _around(np.array(axis), off_deg)
    possible = []
    looked_at = np.unique(np.linspace(0, len(excursions) - 1, MOST_LOOKED_AT).round().astype(int))
    for number in looked_at.tolist():
        e, before = excursions[number], excursions[number - 1] if number else None
        since = max(0, e.valley - (e.peak - e.valley)) if before is None else before.end
        rising, falling = (
            np.unique(np.linspace(a, b, POINTS).round().astype(np.int64))
            for a, b in ((min(since, e.valley), e.peak), (e.peak, e.end))
        )
        folded, passing = _ranges_deg(ups[np.concatenate((rising, falling))], len(rising), limbs)
        told = passing[0] if abs(passing[0] - e.rise) < abs(folded[0] - e.rise) else folded[0]
        possible.append(passing - told)
    least, most = np.quantile(np.median(possible, axis=0), INSIDE)
    return Askewness(max(0.0, -float(least)), max(0.0, float(most)))


@lru_cache(maxsize=4096)
def askewness_of_rise(low_deg: float, high_deg: float, off_deg: float) -> Askewness:
    """The same of one rise from an elevation to another in a plane, of which no more is known."""
    rising = np.radians(np.linspace(low_deg, high_deg, POINTS))
    ups = np.column_stack((-np.cos(rising), np.sin(rising), np.zeros(POINTS)))
    last = POINTS - 1
    rise = Excursion(0, 0, last, last, last, last, low_deg, high_deg)
    return askewness_of(ups, [rise], (1.0, 0.0, 0.0), off_deg)


def _ranges_deg(ups: Array, risen: int, limbs: Array) -> tuple[Array, Array]:
    """[k] elevation gained on earth's way up [m, 3] of limbs [k, 3].

    As it is folded back at the vertical, and told on where the limb passes it. The lowest place is
    looked for in the first `risen` points, on the way up.
    """
    elevations = np.degrees(np.arccos(np.clip(-limbs @ ups.T, -1.0, 1.0)))
    # Up, seen around the limb: beyond the vertical it lies on the other side.
    across = ups[None] - (limbs @ ups.T)[:, :, None] * limbs[:, None]
    length = lengths(across)
    level = int(np.abs(elevations[0, :risen] - 90.0).argmin())
    cosine = dots(across, across[:, level : level + 1])
    cosine /= np.maximum(length * length[:, level : level + 1], 1e-9)
    hangs = elevations < 90.0
    upright = np.where(hangs, elevations, 180.0 - elevations)
    beside = upright * np.sqrt(np.maximum(0.0, 1 - cosine * cosine))
    beyond = np.where(hangs, upright * cosine, 180.0 - upright * cosine)
    told_on = np.where((beside < BESIDE_DEG) & (cosine < 0), beyond, elevations)
    folded, passing = (e.max(axis=1) - e[:, :risen].min(axis=1) for e in (elevations, told_on))
    return folded, passing


def _around(axis: Array, off_deg: float) -> Array:
    """[k, 3] unit vectors around one, as a normal distribution in two directions; itself first.

    A sunflower's spiral (Vogel 1979), its radii those of the normal distribution.
    """
    x, y = across_of(axis)
    number = np.arange(CANDIDATES)
    radius = np.radians(off_deg) * np.sqrt(-2 * np.log(1 - number / CANDIDATES))
    turn = number * np.pi * (3 - np.sqrt(5))
    sine = np.sin(radius)[:, None]
    beside = np.cos(turn)[:, None] * x + np.sin(turn)[:, None] * y
    return np.asarray(np.cos(radius)[:, None] * axis + sine * beside)
