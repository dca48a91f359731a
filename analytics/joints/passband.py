"""What of a series is a limb's movement: neither its drift nor what skin and noise add."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from analytics.signals.arrays import Array

__all__ = ["Series", "low_passed", "without_drift"]

Series = TypeVar("Series", "npt.NDArray[np.float64]", "npt.NDArray[np.complex128]")

LOW_PASS_HZ = 3.0
SLOW_S = 10.0
"""A mean over so long is drift, not movement."""


def low_passed(values: Array, rate_hz: float) -> Array:
    """[n, 3] under a bell that halves what swings at `LOW_PASS_HZ`."""
    sigma = np.sqrt(np.log(2) / 2) / (np.pi * LOW_PASS_HZ) * rate_hz
    half = min(max(1, int(np.ceil(3 * sigma))), max(1, len(values) // 2))
    bell = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)
    bell /= bell.sum()
    padded = np.pad(values, ((half, half), (0, 0)), mode="edge")
    return np.stack([np.convolve(c, bell, mode="valid") for c in padded.T], axis=1)


def without_drift(series: Series, rate_hz: float) -> Series:
    """What a series [n] deviates from its own mean over `SLOW_S`."""
    half = max(1, round(SLOW_S * rate_hz / 2))
    sums = np.concatenate((np.zeros(1, series.dtype), np.cumsum(series)))
    at = np.arange(len(series))
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(series))
    fast: Series = series - (sums[high] - sums[low]) / (high - low)
    return fast
