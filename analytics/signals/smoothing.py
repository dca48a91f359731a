"""Smoothers: a local parabola that keeps peaks, as samples come in; a bell for acceleration."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array, Indices

__all__ = [
    "ParabolaSmoother",
    "bell_smoothed",
    "parabola_smoothed",
    "parabola_weights",
    "running_mean",
    "smoothed",
]

HALF_WIDTH_S = 0.2
"""Half of the fitted stretch: a movement slower than 1 Hz passes whole, a 5 Hz tremor shrinks."""
SHORT = 64
"""Values of a stretch, up to which a step costs more than what is added in it."""
BELL_SIGMA_S = 0.19
"""Halves a movement of 1 Hz; a repetition of 2 s or more stands out from what shakes it."""


@cache
def parabola_weights(rate_hz: float, half_width_s: float = HALF_WIDTH_S) -> tuple[float, ...]:
    """Weights of the middle of a least-squares parabola (Savitzky & Golay 1964, order 2)."""
    half = max(1, round(half_width_s * rate_hz))
    offsets = np.arange(-half, half + 1, dtype=np.float64)
    powers = np.stack((np.ones_like(offsets), offsets, offsets**2), axis=1)
    return tuple(float(w) for w in np.linalg.pinv(powers)[0])


@cache
def _bell_weights(rate_hz: float) -> tuple[float, ...]:
    half = max(1, round(3 * BELL_SIGMA_S * rate_hz))
    weights = np.exp(-0.5 * (np.arange(-half, half + 1) / (BELL_SIGMA_S * rate_hz)) ** 2)
    return tuple(float(w) for w in weights / weights.sum())


class ParabolaSmoother:
    """Smooths a series value by value, `delay` values late; ends are padded with themselves.

    Plain Python arithmetic in a fixed order, so that the result is the same bits however the
    series was cut.
    """

    def __init__(self, rate_hz: float) -> None:
        self._weights = parabola_weights(rate_hz)
        self.delay = len(self._weights) // 2
        self._window: list[float] = []

    def push(self, value: float) -> float | None:
        """Take a value; return the smoothed one `delay` values back, None at the very start."""
        window = self._window
        if not window:
            window.extend([value] * self.delay)
        window.append(value)
        if len(window) < len(self._weights):
            return None
        total = 0.0
        for weight, v in zip(self._weights, window, strict=True):
            total += weight * v
        del window[0]
        return total

    def flush(self) -> list[float]:
        """The values still due, the last one repeated for what would come; then start afresh."""
        if not self._window:
            return []
        last = self._window[-1]
        rest = [v for v in (self.push(last) for _ in range(self.delay)) if v is not None]
        self._window = []
        return rest


def smoothed(values: Array, rate_hz: float, breaks: Sequence[int] = ()) -> Array:
    """`ParabolaSmoother` over a whole series [n], begun afresh at each of `breaks`."""
    return _weighted(values, parabola_weights(rate_hz), breaks)


def parabola_smoothed(values: Array, rate_hz: float, half_width_s: float) -> Array:
    """A short series [n] under a parabola of at most `HALF_WIDTH_S` to both sides."""
    half = max(1, round(min(half_width_s, HALF_WIDTH_S) * rate_hz))
    return _weighted(values, parabola_weights(rate_hz, half / rate_hz), ())


def bell_smoothed(values: Array, rate_hz: float, breaks: Sequence[int] = ()) -> Array:
    """A whole series [n] under a Gaussian bell of BELL_SIGMA_S, begun afresh at `breaks`."""
    return _weighted(values, _bell_weights(rate_hz), breaks)


@lru_cache(maxsize=256)
def _shifts(width: int, n: int) -> Indices:
    """[width, n] places of the values under each weight, the ends repeated."""
    at = np.arange(width)[:, None] + np.arange(n) - width // 2
    return np.asarray(np.clip(at, 0, n - 1))


@lru_cache(maxsize=256)
def _column(weights: tuple[float, ...]) -> Array:
    return np.array(weights)[:, None]


def _weighted(values: Array, weights: Sequence[float], breaks: Sequence[int]) -> Array:
    half = len(weights) // 2
    result = np.zeros(len(values))
    for a, b in pairwise([0, *breaks, len(values)]):
        if a == b:
            continue
        if 1 < b - a <= SHORT:
            # A row a weight, added up row by row: the order below, in few steps.
            rows = values[a:b][_shifts(len(weights), b - a)]
            result[a:b] += (_column(tuple(weights)) * rows).sum(axis=0)
            continue
        padded = np.concatenate(
            (np.full(half, values[a]), values[a:b], np.full(half, values[b - 1]))
        )
        for i, weight in enumerate(weights):
            result[a:b] += weight * padded[i : i + b - a]
    return result


def running_mean(values: Array, rate_hz: float, seconds: float) -> Array:
    """[n] means over so many seconds around each value; shorter at the ends."""
    half = max(1, round(seconds * rate_hz / 2))
    sums = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(len(values))
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(values))
    return np.asarray((sums[high] - sums[low]) / (high - low))
