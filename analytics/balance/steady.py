"""The longest stretch of a stance in which the trunk only sways.

Sway is a small, slow movement without end; a cough, a step that was saved, or the last of the
movement with which somebody got into the stance is large and short. Only beside the person's own
usual movement can the two be told apart, since who trembles or sways heavily is never quiet.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.smoothing import running_mean

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

__all__ = ["steady_stretch"]

WINDOW_S: Final = 0.5
JOLTED: Final = 3.0
"""Times the stance's usual movement, from which on it is no sway."""
LEAST_FORCE_M_S2: Final = 0.12
LEAST_TURN_RAD_S: Final = 0.06
"""Root mean squares over WINDOW_S of what is never a jolt, however quietly somebody stands."""
SETTLING_S: Final = 0.5
"""After a jolt, and before one, the trunk moves on."""
EDGE_S: Final = 1.0
"""Likewise after stepping into the stance and before leaving it."""


def steady_stretch(acc: Array, gyr: Array, rate_hz: float) -> tuple[int, int]:
    """First row and the one after the last; an empty stretch where nothing is left.

    1. The force's size about its usual one, and the angular rate, as root mean squares over
       WINDOW_S.
    2. A jolt is where one of them is JOLTED times its own median over the stance.
    3. Of what lies between jolts, SETTLING_S taken off beside each, the longest.

    Args:
        acc: [n, 3] m/s² of one stance.
        gyr: [n, 3] rad/s; zero where there is no gyroscope.
        rate_hz: of both.
    """
    size = np.sqrt((acc * acc).sum(axis=1))
    off = size - np.median(size)
    force = np.sqrt(running_mean(off * off, rate_hz, WINDOW_S))
    turn = np.sqrt(running_mean((gyr * gyr).sum(axis=1), rate_hz, WINDOW_S))
    jolted = force > max(JOLTED * float(np.median(force)), LEAST_FORCE_M_S2)
    jolted |= turn > max(JOLTED * float(np.median(turn)), LEAST_TURN_RAD_S)
    settling, edge, n = round(SETTLING_S * rate_hz), round(EDGE_S * rate_hz), len(acc)
    bounds = [-1, *np.flatnonzero(jolted).tolist(), n]
    first, last = max(pairwise(bounds), key=lambda gap: gap[1] - gap[0])
    start = max(edge, first + 1 + settling if first >= 0 else 0)
    stop = min(n - edge, last - settling if last < n else n)
    return start, max(start, stop)
