"""Whether a thigh that turns towards standing is borne up by it, as one that leaves a chair is.

Who stands up turns the thigh about the knee, and a sensor on it goes up; who puts down a lifted
knee turns it about the hip, as far and the same way, and it goes down. So does one whose test began
standing, where the turn is taken the wrong way round.

1. Over each stroke up the acceleration along gravity, beside that of the angle, both without
   tremor. What goes up with the angle speeds up and slows down with it.
2. The median stroke tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.smoothing import running_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array

__all__ = ["borne_up"]

TREMOR_S: Final = 0.4
"""Two periods of a tremor of 5 Hz, which turns a thigh about the hip; over so long twice."""
PUT_DOWN: Final = -0.2
"""Correlation below which it goes down: simulated stands have 0.3 to 0.9 where nobody trembles,
tests that began standing and knees that are put down -0.55 to -0.95."""
FEWEST: Final = 5
"""Frames of a stroke that tell it."""


def borne_up(
    angle_deg: Array, upward_m_s2: Array, strokes: Sequence[tuple[int, int]], rate_hz: float
) -> bool:
    """Whether the sensor goes up as the angle does, in the median stroke; so without any.

    Args:
        angle_deg: [n] the thigh's turn, rising towards the stand.
        upward_m_s2: [n] acceleration along gravity.
        strokes: frames from and to of each rise.
        rate_hz: of the frames.
    """
    speed, upward = np.gradient(_steady(angle_deg, rate_hz)), _steady(upward_m_s2, rate_hz)
    alike = [_alike(np.gradient(speed[a:b]), upward[a:b]) for a, b in strokes if b - a >= FEWEST]
    return not alike or float(np.median(alike)) > PUT_DOWN


def _steady(values: Array, rate_hz: float) -> Array:
    return running_mean(running_mean(values, rate_hz, TREMOR_S), rate_hz, TREMOR_S)


def _alike(one: Array, other: Array) -> float:
    """Correlation; 0 where one of them does not change."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 0 else 0.0
