"""How a repetition was moved: smoothness and speed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

__all__ = ["sparc"]

_PAD_LEVEL = 4
_CUTOFF_HZ = 10.0
_LEAST_AMPLITUDE = 0.05


def sparc(speed: Array, rate_hz: float) -> float | None:
    """Spectral arc length of a speed profile: about -1.4 for one smooth stroke, lower if jerky.

    1. Magnitude spectrum, zero-padded to 2^4 times the next power of two, scaled to its maximum.
    2. Kept up to 10 Hz, and there from the first to the last bin of at least 0.05.
    3. Minus the length of that curve, with the frequency axis scaled to its own width.

    Source: Balasubramanian, Melendez-Calderon, Roby-Brami & Burdet, "On the analysis of movement
    smoothness", J NeuroEng Rehab 12:112 (2015). Rounded to four decimals.

    Returns:
        None for fewer than four values or no movement at all.
    """
    n = len(speed)
    if n < 4 or speed.max() <= 0:
        return None
    n_fft = 2 ** (math.ceil(math.log2(n)) + _PAD_LEVEL)
    magnitude = np.abs(np.fft.rfft(speed, n_fft))
    magnitude /= magnitude.max()
    magnitude = magnitude[: math.floor(_CUTOFF_HZ * n_fft / rate_hz) + 1]
    kept = np.flatnonzero(magnitude >= _LEAST_AMPLITUDE)
    magnitude = magnitude[kept[0] : kept[-1] + 1]
    if len(magnitude) < 2:
        return None
    step = 1.0 / (len(magnitude) - 1)
    steps = magnitude[1:] - magnitude[:-1]
    return round(-float(np.sqrt(step**2 + steps * steps).sum()), 4)
