"""What a strap that gives makes of a set: ends that differ from one repetition to the next.

A sensor that turns on its limb between rest and peak shows an angle that no limb went through. By
how much it did in a single repetition nobody can tell, but it differs from one to the next, and not
only in the plane in which the limb moves: there people differ as well, across it hardly. What gives
alike each time is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array

    from .repetition import Excursion

__all__ = ["Slippage", "slippage_of"]

FEWEST: Final = 4
LEAST_TURN: Final = 0.25
"""Sine of the turn between rest and peak, below which it lies in no plane."""
USUAL_DEG: Final = 5.0
"""As far apart are the ends of healthy adults who raise an arm (SPAR, 40 recordings: 4 degrees in
the median, 8 in 95 of 100)."""
USUAL_SWING_DEG: Final = 3.0
TIMES, SWING_TIMES = 2.0, 1.5
"""Of what is more than usual, by which a range may be off."""
MOST_SWING_DEG: Final = 20.0
"""A larger one is an elevation that turns back at the vertical."""
MOST_DEG: Final = 10.0


@dataclass(frozen=True, slots=True)
class Slippage:
    """How unlike each other the ends of a set's repetitions are.

    Attributes:
        across_deg: by how much peak and rest differ across the plane of movement, its scatter over
            the repetitions as a standard deviation.
        swing_deg: how far the angle comes back on the way up, or rises once more on the way down,
            in the median repetition: of a sensor that swings on its strap, or of a limb that does.
    """

    across_deg: float = 0.0
    swing_deg: float = 0.0

    @property
    def slides(self) -> bool:
        """Whether the sensor turns on its limb by so much that no angle is known."""
        return self.across_deg > MOST_DEG

    @property
    def half_deg(self) -> float:
        """By how much a range may be off for it, 95 % of it."""
        across = TIMES * np.sqrt(max(0.0, self.across_deg**2 - USUAL_DEG**2))
        swing = SWING_TIMES * max(0.0, self.swing_deg - USUAL_SWING_DEG)
        return float(np.hypot(across, min(swing, MOST_SWING_DEG)))


def slippage_of(
    ups: Array | None, values_deg: Sequence[float], excursions: Sequence[Excursion]
) -> Slippage:
    """How unlike the ends of the repetitions are.

    1. The plane of movement holds gravity's median directions in the sensor at rest and at the
       peaks.
    2. How far each end lies across it; of a limb that is raised beside its plane, both alike.
    3. The scatter of the difference, by its median deviation: one odd repetition is none.

    Args:
        ups: [n, 3] unit vectors to earth's up in the sensor; None: it moves in no plane of its own.
        values_deg: [n] the angle, smoothed; empty where it has other frames.
        excursions: the repetitions, in numbers of these.
    """
    if len(excursions) < FEWEST:
        return Slippage()
    across = 0.0 if ups is None else _across_deg(ups, excursions)
    swings = [_swing_deg(np.array(values_deg[e.start : e.end + 1]), e) for e in excursions]
    return Slippage(across, float(np.median(swings)))


def _across_deg(ups: Array, excursions: Sequence[Excursion]) -> float:
    low, high = (ups[[getattr(e, end) for e in excursions]] for end in ("valley", "peak"))
    normal = np.cross(np.median(low, axis=0), np.median(high, axis=0))
    length = float(np.sqrt(normal @ normal))
    if length <= LEAST_TURN:
        return 0.0
    apart = np.degrees(np.arcsin(np.clip((high - low) @ normal / length, -1.0, 1.0)))
    return 1.48 * float(np.median(np.abs(apart - np.median(apart))))


def _swing_deg(values: Array, e: Excursion) -> float:
    if not len(values):
        return 0.0
    up, down = values[: e.peak - e.start + 1], values[e.peak - e.start :]
    back = float((np.maximum.accumulate(up) - up).max(initial=0.0))
    again = float((down - np.minimum.accumulate(down)).max(initial=0.0))
    return max(back, again)
