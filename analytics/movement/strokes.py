"""The strokes of a repetition: how long each phase took, and between which angles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.signals.smoothing import parabola_smoothed

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

    from .repetition import Excursion

__all__ = ["UNSEEN_SHARE", "Strokes", "ends_of", "strokes_of"]

UNSEEN_SHARE = 0.1
"""Of a minimum-jerk stroke's seen part, what lies unseen before it and after it, where it is slower
than `repetition.SLOW` of its own peak velocity: strokes of 1 to 4 s come out 4 % short at most."""
SMOOTHED_SHARE = 0.1
"""Half of what an end is smoothed over, as a share of the shorter stroke beside it."""
NEAR_S = 0.3


@dataclass(frozen=True, slots=True)
class Strokes:
    """Durations of a repetition's phases, in frames."""

    up: float
    hold: float
    down: float


def strokes_of(e: Excursion) -> Strokes:
    """How long a repetition's phases took, each drawn out to where its stroke began and ended."""
    up, hold, down = e.hold_from - e.start, e.hold_to - e.hold_from, e.end - e.hold_to
    unseen = UNSEEN_SHARE * up, UNSEEN_SHARE * down
    within = min(1.0, hold / max(sum(unseen), 1e-9))
    return Strokes(
        up + unseen[0] * (1 + within),
        hold - within * sum(unseen),
        down + unseen[1] * (1 + within),
    )


def ends_of(values: Array, e: Excursion, rate_hz: float) -> tuple[float, float]:
    """The lowest and the highest angle of a repetition, smoothed no more than its pace allows.

    A fast movement turns within a tenth of a second; a slow one may be averaged over longer, so
    that a tremor does not widen it.

    Args:
        values: [n] the angle before smoothing.
        e: the repetition, in frames of it.
        rate_hz: of the frames.
    """
    shorter_s = max(1, min(e.peak - e.valley, e.end - e.peak)) / rate_hz
    half_s = SMOOTHED_SHARE * shorter_s
    near = max(1, round(NEAR_S * rate_hz))
    low = parabola_smoothed(_around(values, e.valley, near), rate_hz, half_s)
    high = parabola_smoothed(_around(values, e.peak, near), rate_hz, half_s)
    return float(np.min(low)), float(np.max(high))


def _around(values: Array, at: int, near: int) -> Array:
    return values[max(0, at - near) : at + near + 1]
