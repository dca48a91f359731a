"""How a repetition was moved: smoothness and speed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array

__all__ = ["sparc", "sparcs"]

_PAD_LEVEL = 4
_CUTOFF_HZ = 10.0
_LEAST_AMPLITUDE = 0.05
FEWEST = 4


def sparcs(speeds: Sequence[Array], rate_hz: float) -> list[float | None]:
    """`sparc` of many speed profiles; spectra of one length are taken at once."""
    lengths = [2 ** (math.ceil(math.log2(max(2, len(s)))) + _PAD_LEVEL) for s in speeds]
    found: list[float | None] = [None] * len(speeds)
    for n_fft in set(lengths):
        chosen = [
            i
            for i, n in enumerate(lengths)
            if n == n_fft and len(speeds[i]) >= FEWEST and speeds[i].max() > 0
        ]
        padded = np.zeros((len(chosen), n_fft >> _PAD_LEVEL))
        for row, i in zip(padded, chosen, strict=True):
            row[: len(speeds[i])] = speeds[i]
        # A speed is never negative: its spectrum is largest at 0, so the cut may come first.
        cut = math.floor(_CUTOFF_HZ * n_fft / rate_hz) + 1
        magnitudes = np.abs(np.fft.rfft(padded, n_fft)[:, :cut])
        for i, magnitude in zip(chosen, magnitudes, strict=True):
            found[i] = _arc_length(magnitude)
    return found


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
    return sparcs([speed], rate_hz)[0]


def _arc_length(magnitude: Array) -> float | None:
    kept = np.flatnonzero(magnitude / magnitude[0] >= _LEAST_AMPLITUDE)
    scaled = magnitude[kept[0] : kept[-1] + 1] / magnitude[0]
    if len(scaled) < 2:
        return None
    step = 1.0 / (len(scaled) - 1)
    steps = scaled[1:] - scaled[:-1]
    return round(-float(np.sqrt(step**2 + steps * steps).sum()), 4)
