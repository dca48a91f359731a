"""Where a sensor lies that stood still, by how it tilts while its wearer steps.

In a stance nothing tells a trunk from a thigh: both hardly move, and neither turns about the
ankles as a stiff body would. (In the recordings named below, lower backs turn about a point 0.3 m
under to 0.3 m over themselves, and of thighs only those in braces about the ankle.) Steps tell it:
a leg is tilted forth and back by each of its own, a trunk is carried along and stays upright.

1. Force: the root mean square over WINDOW_S of the acceleration's size about its usual one. Tilt:
   the same of the angular rate across the vertical, so that turning round counts for nothing.
2. Where the force is a step's, the tilt is a leg's or a trunk's. FEWEST_S of a trunk's without a
   break, and more of it in all, show a trunk: that is three steps, so that it is not the other leg
   alone that stepped.

Of recordings of walking (`Marpino/Walking-dataset`, `CyrilVoisard/ipol_dataset_1` on GitHub) no
thigh of 64 has a stretch like that of over 1.04 s, and every back of 28 has one of 4.9 s; of 55
lower backs, which tilt with the pelvis, two have less than FEWEST_S (`docs/challenges.md`).
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.joints.passband import low_passed
from analytics.signals.smoothing import running_mean

from .stance import FORCE_M_S2

if TYPE_CHECKING:
    from analytics.signals.arrays import Array, Indices, Mask

__all__ = ["LOOKED_BACK_S", "Carrier", "carrier_of"]

WINDOW_S: Final = 1.0
UPRIGHT_S: Final = 2.0
"""Over so long gravity tells what is up, whatever a step adds to it."""
TILT_RAD_S: Final = 0.45
"""Stepping trunks have 0.1 to 0.36, lower backs up to 0.5 in a turn, thighs 0.6 and more."""
FEWEST_S: Final = 2.0
LOOKED_BACK_S: Final = 120.0
"""Before an item: the way to where it is done."""


class Carrier(StrEnum):
    """What carries a sensor."""

    TRUNK = "trunk"
    LEG = "leg"
    UNKNOWN = "unknown"
    """Nobody stepped, or there is no gyroscope."""


def carrier_of(index: Indices, acc: Array, gyr: Array, rate_hz: float) -> Carrier:
    """What carries the sensor, by the steps among its samples.

    Args:
        index: [n] of the samples; no stretch spans what was lost.
        acc: [n, 3] m/s².
        gyr: [n, 3] rad/s; zero where there is no gyroscope.
        rate_hz: of the samples.
    """
    if len(index) < UPRIGHT_S * rate_hz or not gyr.any():
        return Carrier.UNKNOWN
    stepped, tilted = _stepped(acc, rate_hz), _tilts(acc, gyr, rate_hz)
    legs, trunks = stepped & tilted, stepped & ~tilted
    lost = np.flatnonzero(np.diff(index, prepend=index[0]) > 1)
    if _longest(trunks, lost) >= FEWEST_S * rate_hz and trunks.sum() > legs.sum():
        return Carrier.TRUNK
    return Carrier.LEG if legs.sum() > trunks.sum() else Carrier.UNKNOWN


def _stepped(acc: Array, rate_hz: float) -> Mask:
    size = np.sqrt((acc * acc).sum(axis=1))
    off = size - np.median(size)
    return np.asarray(running_mean(off * off, rate_hz, WINDOW_S) > FORCE_M_S2[1] ** 2)


def _tilts(acc: Array, gyr: Array, rate_hz: float) -> Mask:
    up = np.column_stack([running_mean(column, rate_hz, UPRIGHT_S) for column in acc.T])
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
    across = np.cross(low_passed(gyr, rate_hz), up)
    mean = running_mean((across * across).sum(axis=1), rate_hz, WINDOW_S)
    return np.asarray(mean > TILT_RAD_S**2)


def _longest(there: Mask, lost: Indices) -> int:
    """The most samples without a break."""
    longest = 0
    for first, last in pairwise([0, *lost.tolist(), len(there)]):
        edges = np.diff(np.concatenate(([0], there[first:last].astype(np.int8), [0])))
        lengths = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
        longest = max(longest, int(lengths.max(initial=0)))
    return longest
