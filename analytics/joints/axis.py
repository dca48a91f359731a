"""Where a joint's axis lies in two worn sensors, found from any movement of the joint.

No calibration movement, no magnetometer, no assumption on how the sensors are strapped on. The
idea of kinematic constraints is that of Seel, Raisch and Schauer (Sensors 2014, 14:6891) and of
Olsson, Kok, Seel and Halvorsen (Sensors 2020, 20:3534); the steps are our own:

1. From `BIAS_FROM_S` on take off the gyroscope biases that offlineVQF finds. Choose up to
   `MAX_WINDOWS` short windows in which the sensors turn most.
2. In each, integrate both gyroscopes from the window's middle, so that all vectors of one sensor
   stand in one frame. What remains unknown is one rotation `Q` between the two frames.
3. Find `Q`, the joint's place seen from each sensor (`r1`, `r2`) and the axis `j` by least squares
   from three demands: both sensors feel the same force at the joint's centre; the relative angular
   rate is along `j`; the proximal segment too turns mostly along `j` (weak, since people exercise
   in a plane; it decides where the proximal segment hardly moves). Large residuals, as at a heel
   strike, count linearly. Several headings of `Q` are tried, since the cost has several valleys.
4. Combine the windows: the pair (j1, j2) as one vector of six, averaged without regard to its
   overall sign, windows that disagree left out once.

Departures from the sources: whole vectors instead of norms, so the relative sign of the two axes
comes out as well; short windows instead of whole recordings, so that a single repetition is enough.
The overall sign (which way is flexion) is not observable and is set by convention: the largest
excursion from the start is positive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analytics.signals.orientation import looked_back
from telemetry.errors import NotObservable

from .axis_fit import Sensed, WindowFit, fit_windows, principal_direction

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

BIAS_FROM_S = 4.0
MAX_WINDOWS = 8
WINDOW_S = 2.0
LEAST_TURN_RAD = 0.1
DISAGREEMENT = np.cos(np.deg2rad(30))


@dataclass(frozen=True, slots=True)
class HingeAxes:
    """The joint's axis in both sensors.

    Attributes:
        proximal, distal: [3] unit vectors, each in its sensor's frame; the joint's angular rate is
            `gyr_distal @ distal - gyr_proximal @ proximal`.
        misfit_rad_s: root mean square of the relative rate that is not along the axis; soft
            tissue, a second degree of freedom, or a wrong placement.
        spread_rad: disagreement between windows, 0 with one window.
        doubt: [3, 3] mean square by which the proximal axis may be another; None: not looked at.
        windowed: [3] the proximal axis as the windows show it, where the distal sensor's following
            chose another (`heading`); None: it is the same.
    """

    proximal: Array
    distal: Array
    misfit_rad_s: float = 0.0
    spread_rad: float = 0.0
    doubt: Array | None = None
    windowed: Array | None = None

    def flipped(self) -> HingeAxes:
        """The same axis pointing the other way."""
        windowed = None if self.windowed is None else -self.windowed
        return replace(self, proximal=-self.proximal, distal=-self.distal, windowed=windowed)

    def as_windowed(self) -> HingeAxes:
        """As the windows alone show them."""
        proximal = self.proximal if self.windowed is None else self.windowed
        return replace(self, proximal=proximal, doubt=None, windowed=None)

    def rate(self, gyr_proximal: Array, gyr_distal: Array) -> Array:
        """[n] the joint's angular rate, rad/s, from [n, 3] each."""
        return project(gyr_distal, self.distal) - project(gyr_proximal, self.proximal)


def project(vectors: Array, axis: Array) -> Array:
    """[n] dot products; row by row, so that cutting a batch changes no bit."""
    result: Array = vectors[:, 0] * axis[0] + vectors[:, 1] * axis[1] + vectors[:, 2] * axis[2]
    return result


def estimate_axes(
    acc_proximal: Array, gyr_proximal: Array, acc_distal: Array, gyr_distal: Array, rate_hz: float
) -> HingeAxes:
    """The joint's axis from any movement; each array [n, 3], m/s² and rad/s.

    Raises:
        NotObservable: the recording is shorter than half a second, or nothing turns.
    """
    count = len(gyr_proximal)
    if count < 0.5 * rate_hz:
        raise NotObservable(
            f"joint axis: {count / rate_hz:.1f} s are too short, give at least one repetition",
            italian="asse dell'articolazione: registrazione troppo breve",
        )
    if count >= BIAS_FROM_S * rate_hz:
        gyr_proximal = _without_bias(acc_proximal, gyr_proximal, rate_hz)
        gyr_distal = _without_bias(acc_distal, gyr_distal, rate_hz)
    windows = [
        (
            Sensed(acc_proximal[start:stop], gyr_proximal[start:stop]),
            Sensed(acc_distal[start:stop], gyr_distal[start:stop]),
        )
        for start, stop in _windows(gyr_proximal, gyr_distal, rate_hz)
    ]
    if not windows:
        raise NotObservable(
            "joint axis: the sensors hardly turn, record the joint moving",
            italian="asse dell'articolazione: i sensori quasi non ruotano",
        )
    axes = _combine(fit_windows(windows, rate_hz))
    angle = np.cumsum(axes.rate(gyr_proximal, gyr_distal)) / rate_hz
    drift = np.linspace(0, angle[-1], count) if count > 5 * rate_hz else 0.0
    excursion = angle - drift
    return axes if excursion.max() >= -excursion.min() else axes.flipped()


def _windows(gyr1: Array, gyr2: Array, rate_hz: float) -> list[tuple[int, int]]:
    """The most agile window of each of up to `MAX_WINDOWS` equal parts of the recording."""
    count, length = len(gyr1), round(WINDOW_S * rate_hz)
    agility = (gyr1**2).sum(axis=1) + (gyr2**2).sum(axis=1)
    if count <= 1.5 * length:
        return [(0, count)] if np.sqrt(agility).sum() / rate_hz > LEAST_TURN_RAD else []
    energy = np.concatenate([[0.0], np.cumsum(agility)])
    in_window = energy[length:] - energy[:-length]
    parts = min(MAX_WINDOWS, max(1, count // length))
    windows: list[tuple[int, int]] = []
    for first, last in zip(*_part_bounds(len(in_window), parts), strict=True):
        start = int(first + np.argmax(in_window[first:last]))
        window = (start, start + length)
        turned = np.sqrt(agility[window[0] : window[1]]).sum() / rate_hz
        if turned > LEAST_TURN_RAD and all(start >= stop for _, stop in windows):
            windows.append(window)
    return windows


def _part_bounds(count: int, parts: int) -> tuple[list[int], list[int]]:
    edges = np.linspace(0, count, parts + 1).astype(int)
    return edges[:-1].tolist(), edges[1:].tolist()


def _combine(fits: list[WindowFit]) -> HingeAxes:
    pairs = np.array([np.concatenate([f.proximal, f.distal]) for f in fits]) / np.sqrt(2)
    weights = np.array([f.weight for f in fits])
    mean = principal_direction(pairs * np.sqrt(weights)[:, None])
    agree = np.abs(pairs @ mean) > DISAGREEMENT
    if agree.any():
        pairs, weights = pairs[agree], weights[agree]
        mean = principal_direction(pairs * np.sqrt(weights)[:, None])
    proximal, distal = mean[:3] / np.linalg.norm(mean[:3]), mean[3:] / np.linalg.norm(mean[3:])
    angles = np.arccos(np.clip(np.abs(pairs @ mean), 0, 1))
    misfit = float(np.sqrt(np.average([f.misfit_rad_s**2 for f in fits])))
    return HingeAxes(proximal, distal, misfit, float(np.sqrt(np.average(angles**2))))


def _without_bias(acc: Array, gyr: Array, rate_hz: float) -> Array:
    dense = np.ascontiguousarray(gyr, np.float64)
    found = looked_back(np.ascontiguousarray(acc, np.float64), dense, None, rate_hz, of_joint=True)
    return np.asarray(dense - found["bias"])


__all__ = ["HingeAxes", "estimate_axes", "principal_direction", "project"]
