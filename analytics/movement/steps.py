"""Walking, told by its steps: the force's norm swings with their period, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.arrays import lengths
from analytics.signals.smoothing import running_mean

if TYPE_CHECKING:
    from analytics.signals.arrays import Array
    from analytics.signals.oriented_stream import Frames

__all__ = ["step_period_s"]

STEP_M_S2: Final = 0.6
"""Root mean square of the force's norm between 1 and 4 Hz, in a walk."""
STEPS_S: Final = (0.35, 1.3)
STEPS_ALIKE: Final = 0.4
WALK_WINDOW_S: Final = 4.0
AS_MUCH: Final = 0.8
"""Of what recurs most, from which on a briefer period does as well."""


def step_period_s(frames: Frames, rate_hz: float) -> Array:
    """[n] from one step to the next, or from one stride, where steps follow each other; else 0."""
    norm = lengths(frames.acc)
    band = running_mean(norm, rate_hz, 0.1) - running_mean(norm, rate_hz, 0.6)
    length = round(WALK_WINDOW_S * rate_hz)
    found = np.zeros(len(norm))
    lags = range(max(1, round(STEPS_S[0] * rate_hz)), round(STEPS_S[1] * rate_hz) + 1)
    for a in range(0, len(norm) - length + 1, max(1, length // 4)):
        part = band[a : a + length]
        power = float(part @ part)
        if power / length < STEP_M_S2**2:
            continue
        again = _recurring(part)
        # Steps come back after one period and after two; a stroke and its hold do so once at most.
        recurs = [min(again[lag], again[2 * lag]) for lag in lags]
        if max(recurs) > STEPS_ALIKE and min(again) < 0 and not _trembles(again, lags, max(recurs)):
            often = next(i for i, r in enumerate(recurs) if r > AS_MUCH * max(recurs))
            found[a : a + length] = lags[often] / rate_hz
    return found


def _trembles(again: list[float], lags: range, recurs: float) -> bool:
    """Whether what recurs does so more often already: a step's period would be a multiple."""
    swung_back = next(lag for lag, alike in enumerate(again) if alike < 0)
    return max(again[swung_back : lags[0]], default=0.0) > AS_MUCH * recurs


def _recurring(part: Array) -> list[float]:
    """How much a stretch is like itself at each lag in frames, up to two thirds of it."""
    length, power = len(part), float(part @ part)
    lags = range(1, 2 * length // 3 + 1)
    return [
        1.0,
        *(float(part[lag:] @ part[:-lag]) / power * length / (length - lag) for lag in lags),
    ]
