"""How surely two sensors move together, whatever joint lies between them.

Whoever moves a limb stirs the segment that bears it: it is pushed back, its muscles swell under the
sensor, the rest of the body makes up for it. However little that is, it keeps time with the limb,
which somebody else's movement does only by chance. A slow sway hides it, and slow series are alike
by chance: so each is looked at in what it does not tell of itself beforehand.

1. Both series are thinned to `LOOKED_AT_HZ`; what one's own past foretells of it is taken off
   (autoregression by Yule and Walker), and from the other what the same filter takes off. Each
   value then tells something of its own (prewhitening: Box, Jenkins, Time Series Analysis, 11.2).
2. The share of what is left that the other explains by least squares, and its log likelihood. Few
   and short movements give little of it, however well they agree.
3. Of a limb the stroke explains: its rate about the joint's axis, how far it has turned, and how it
   hurries; each main component of the proximal sensor's rate is explained by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from .axis import project
from .passband import low_passed

if TYPE_CHECKING:
    import numpy.typing as npt

    from analytics.signals.arrays import Array

    Series = TypeVar("Series", npt.NDArray[np.float64], npt.NDArray[np.complex128])

__all__ = ["evidence", "foretelling", "unforetold", "unison"]

LOOKED_AT_HZ = 8.0
"""Above half of it `passband` leaves next to nothing."""
ORDER = 6
LEAST_LOOKS = 12
LEAST_LEFT = 1e-9


def unison(distal: Array, proximal: Array, rate_hz: float, axis: Array) -> float:
    """Log likelihood by which a proximal sensor keeps time with the distal one's stroke.

    Args:
        distal: [n, 3] rad/s.
        proximal: the same of the other sensor.
        rate_hz: of the samples.
        axis: [3] of the joint in the distal sensor.
    """
    rate = project(low_passed(distal, rate_hz), axis)
    stroke = np.column_stack((rate, np.cumsum(rate) / rate_hz, np.gradient(rate) * rate_hz))
    stroke /= np.maximum(stroke.std(axis=0), 1e-12)
    moved = low_passed(proximal, rate_hz)
    moved = moved - moved.mean(axis=0)
    main = moved @ np.linalg.eigh(moved.T @ moved)[1]
    return sum(evidence(stroke, component, rate_hz) for component in main.T)


def evidence(told: Series, of: Series, rate_hz: float) -> float:
    """Log likelihood by which series [n, k] tell of a series [n]; 0 where it is too short."""
    thin = max(1, round(rate_hz / LOOKED_AT_HZ))
    told, of = told[::thin], of[::thin]
    order = min(ORDER, len(of) // 4)
    if len(of) - order < LEAST_LOOKS:
        return 0.0
    past = foretelling(of - of.mean(), order)
    told, of = unforetold(told, past), unforetold(of, past)
    told, of = told - told.mean(axis=0), of - of.mean()
    rest = of - told @ np.linalg.lstsq(told, of, rcond=None)[0]
    power = float(np.vdot(of, of).real)
    if power < LEAST_LEFT * len(of):
        return 0.0
    share = 1 - float(np.vdot(rest, rest).real) / power
    # A complex value is two looks.
    looks = len(of) / (1 if np.iscomplexobj(of) else 2)
    return -looks * float(np.log(min(1.0, max(1 - share, LEAST_LEFT))))


def foretelling(values: Series, order: int) -> Series:
    """[order] how far each of the last values of a series [n] about 0 foretells the next."""
    n = len(values)
    alike = np.array([np.vdot(values[: n - k], values[k:]) for k in range(order + 1)]) / n
    # A little noise keeps apart what is all but foretold.
    alike[0] *= 1.001
    apart = np.arange(order)[:, None] - np.arange(order)
    table = np.where(apart >= 0, alike[np.abs(apart)], alike[np.abs(apart)].conj())
    found: Series = np.linalg.solve(table + 1e-12 * np.eye(order), alike[1:])
    return found


def unforetold(values: Series, past: Series) -> Series:
    """What of series [n] or [n, k] the last values do not foretell."""
    order = len(past)
    left = values[order:].copy()
    for back, share in enumerate(past, 1):
        left -= share * values[order - back : len(values) - back]
    return left
