"""Thins a curve for a screen without hiding anything: lowest and highest of each step, and gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Envelope", "Span", "envelope", "unsampled"]

LEAST_GAP_S: Final = 0.25
"""What is shorter is no gap that an eye can see in a session's curve."""
PERIODS: Final = 4.0
"""So many sample periods without a sample are a gap."""

Span = tuple[float, float]
"""From and to, seconds."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Lowest and highest value of each of equal steps, from 0 on; None where none was told."""

    step_s: float
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


def envelope(
    t_s: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    *,
    seconds: float,
    steps: int,
) -> Envelope:
    """The envelope of samples, as M4-like aggregation keeps it for a screen of `steps` pixels.

    Each sample lies in exactly one step, so that the extremes of any stretch are those of its
    steps; every nth sample would lose the peaks between.

    Args:
        t_s: [n] times, any order; those outside 0 to `seconds` are left out.
        values: [n], NaN where none was told.
        seconds: how long the whole is; more than 0.
        steps: how many steps at least 1.
    """
    told = np.isfinite(values) & (t_s >= 0) & (t_s <= seconds)
    at = np.minimum((t_s[told] / seconds * steps).astype(np.int64), steps - 1)
    low, high = np.full(steps, np.inf), np.full(steps, -np.inf)
    np.minimum.at(low, at, values[told])
    np.maximum.at(high, at, values[told])
    return Envelope(seconds / steps, _rounded(low), _rounded(high))


def unsampled(t_s: npt.NDArray[np.float64], *, seconds: float, most: int = 200) -> tuple[Span, ...]:
    """The stretches from 0 to `seconds` of which no sample came; the `most` longest, in order.

    A gap is longer than `LEAST_GAP_S` and than `PERIODS` of the median sample period.
    """
    inside = np.sort(t_s[(t_s >= 0) & (t_s <= seconds)])
    if len(inside) == 0:
        return ((0.0, seconds),)
    edges = np.concatenate([[0.0], inside, [seconds]])
    apart = np.diff(edges)
    period = float(np.median(np.diff(inside))) if len(inside) > 1 else 0.0
    wide = np.flatnonzero(apart > max(LEAST_GAP_S, PERIODS * period))
    longest = wide[np.argsort(apart[wide])[::-1][:most]]
    return tuple(
        (round(float(edges[i]), 2), round(float(edges[i + 1]), 2)) for i in sorted(longest.tolist())
    )


def _rounded(values: npt.NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(None if not np.isfinite(v) else round(float(v), 1) for v in values)
