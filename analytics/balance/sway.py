"""Sway of a quietly standing trunk, by the measures of ISway (Mancini et al. 2012).

Source: Mancini M et al., ISway: a sensitive, valid and reliable measure of postural control,
J NeuroEng Rehabil 2012; 9:59, table 2; tilt corrected as by Moe-Nilssen, Clin Biomech 1998;
13:320. There the sensor lay at the lower back, here it is on the sternum: the figures are for one
person's comparison with earlier days, not with those published.

1. The mean of the acceleration over the stance points up; it tells the horizontal plane.
2. The two horizontal components are low-passed at 3.5 Hz, zero-phase, with the gain of a
   Butterworth filter of second order forth and back, and their mean is taken away.
3. RMS: root mean square of their resultant. PATH: length of the trajectory that they draw, m/s².
   DIST: mean distance from its middle. Mean frequency: PATH / (2π · DIST · duration), Hz.

It departs from the source in the directions: without a heading nothing tells front from side, so
only resultants are given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

__all__ = ["CUTOFF_HZ", "Sway", "sway_of"]

CUTOFF_HZ: Final = 3.5
FEWEST_S: Final = 5.0
"""A shorter stance holds too few of the trunk's slow oscillations."""


@dataclass(frozen=True, slots=True)
class Sway:
    """What a stance came to.

    Attributes:
        rms_m_s2: root mean square of the horizontal acceleration.
        path_m_s2: length of its trajectory.
        frequency_hz: mean frequency.
        seconds: over which.
    """

    rms_m_s2: float
    path_m_s2: float
    frequency_hz: float
    seconds: float


def sway_of(acc: Array, rate_hz: float) -> Sway | None:
    """The sway of one stance; None where it is too short.

    Args:
        acc: [n, 3] acceleration as measured, gravity included, m/s², in any orientation.
        rate_hz: of it.
    """
    seconds = len(acc) / rate_hz
    if seconds < FEWEST_S:
        return None
    mean = acc.mean(axis=0)
    up = mean / max(float(np.linalg.norm(mean)), 1e-9)
    across = acc - np.outer(acc @ up, up)
    smooth = _low_passed(across - across.mean(axis=0), rate_hz)
    smooth -= smooth.mean(axis=0)
    distance = np.sqrt((smooth * smooth).sum(axis=1))
    steps = np.diff(smooth, axis=0)
    path = float(np.sqrt((steps * steps).sum(axis=1)).sum())
    mean_distance = float(distance.mean())
    return Sway(
        rms_m_s2=float(np.sqrt((distance * distance).mean())),
        path_m_s2=path,
        frequency_hz=path / (2 * math.pi * max(mean_distance, 1e-9) * seconds),
        seconds=seconds,
    )


def _low_passed(values: Array, rate_hz: float) -> Array:
    """[n, 3] zero-phase, each end mirrored about its last value so that none rings."""
    n = len(values)
    padded = np.concatenate(
        (2 * values[0] - values[:0:-1], values, 2 * values[-1] - values[-2::-1])
    )
    spectrum = np.fft.rfft(padded, axis=0)
    at_hz = np.fft.rfftfreq(len(padded), 1 / rate_hz)
    gain = 1 / (1 + (at_hz / CUTOFF_HZ) ** 4)
    back = np.fft.irfft(spectrum * gain[:, None], len(padded), axis=0)
    smooth: Array = back[n - 1 : 2 * n - 1]
    return smooth
