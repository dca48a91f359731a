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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from telemetry.errors import NotObservable

if TYPE_CHECKING:
    from collections.abc import Callable

Array = npt.NDArray[np.float64]

BIAS_FROM_S = 10.0
MAX_WINDOWS = 8
WINDOW_S = 2.0
HEADINGS = 4
FIT_RATE_HZ = 25.0
LOW_PASS_HZ = 5.0
"""Skin wobbles faster than a joint turns; only the fit is low-passed, never the angle."""
FORCE_SIGMA_M_S2 = 0.5
RATE_SIGMA_RAD_S = 0.3
PLANE_SIGMA_RAD_S = 0.5
LEVER_SIGMA_M = 0.15
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
    """

    proximal: Array
    distal: Array
    misfit_rad_s: float = 0.0
    spread_rad: float = 0.0

    def flipped(self) -> HingeAxes:
        """The same axis pointing the other way."""
        return HingeAxes(-self.proximal, -self.distal, self.misfit_rad_s, self.spread_rad)

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
            f"joint axis: {count / rate_hz:.1f} s are too short, give at least one repetition"
        )
    if count >= BIAS_FROM_S * rate_hz:
        gyr_proximal = _without_bias(acc_proximal, gyr_proximal, rate_hz)
        gyr_distal = _without_bias(acc_distal, gyr_distal, rate_hz)
    fits = []
    for start, stop in _windows(gyr_proximal, gyr_distal, rate_hz):
        part = slice(start, stop)
        fits.append(
            _fit_window(
                acc_proximal[part], gyr_proximal[part], acc_distal[part], gyr_distal[part], rate_hz
            )
        )
    if not fits:
        raise NotObservable("joint axis: the sensors hardly turn, record the joint moving")
    axes = _combine(fits)
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


@dataclass(frozen=True, slots=True)
class _WindowFit:
    proximal: Array
    distal: Array
    misfit_rad_s: float
    weight: float


@dataclass(frozen=True, slots=True)
class _Window:
    """One window's vectors on the fit's grid, each sensor's in the frame of its middle sample."""

    to_middle: Array
    rate_in_sensor: Array
    force1: Array
    force2: Array
    rate1: Array
    rate2: Array
    lever1: Array
    lever2: Array


def _fit_window(acc1: Array, gyr1: Array, acc2: Array, gyr2: Array, rate_hz: float) -> _WindowFit:
    from scipy.optimize import least_squares  # noqa: PLC0415
    from scipy.spatial.transform import Rotation  # noqa: PLC0415

    to_middle1, to_middle2 = _integrate(gyr1, rate_hz), _integrate(gyr2, rate_hz)
    smooth1, smooth2 = _low_pass(gyr1, rate_hz), _low_pass(gyr2, rate_hz)
    sparse = slice(None, None, max(1, int(rate_hz / FIT_RATE_HZ)))
    window = _Window(
        to_middle1[sparse],
        smooth1[sparse],
        _turned(to_middle1, _low_pass(acc1, rate_hz))[sparse],
        _turned(to_middle2, _low_pass(acc2, rate_hz))[sparse],
        _turned(to_middle1, smooth1)[sparse],
        _turned(to_middle2, smooth2)[sparse],
        (to_middle1 @ _lever_matrix(smooth1, rate_hz))[sparse],
        (to_middle2 @ _lever_matrix(smooth2, rate_hz))[sparse],
    )
    force1, force2 = window.force1.mean(axis=0), window.force2.mean(axis=0)
    up = force1 / (np.linalg.norm(force1) or 1.0)
    level, _ = Rotation.align_vectors([force1], [force2])
    best_cost, best = np.inf, (np.eye(3), up)
    for turn in np.arange(HEADINGS) * (2 * np.pi / HEADINGS):
        start = Rotation.from_rotvec(up * turn) * level
        residual, unpack = _demands(window, start)
        found = least_squares(residual, np.zeros(11), loss="soft_l1", max_nfev=40)
        if found.cost < best_cost:
            best_cost, best = found.cost, unpack(found.x)
    q, axis = best
    relative = np.einsum("nji,nj->ni", window.to_middle, window.rate2 @ q.T - window.rate1)
    across = relative - np.outer(relative @ axis, axis)
    distal = np.einsum("nji,jk,nkl->nil", to_middle2, q.T, to_middle1) @ axis
    mean = distal.mean(axis=0)
    along_rms = float(np.sqrt(np.mean((relative @ axis) ** 2)))
    return _WindowFit(
        axis,
        mean / np.linalg.norm(mean),
        float(np.sqrt((across**2).sum(axis=1).mean())),
        along_rms,
    )


def _demands(
    w: _Window, start: object
) -> tuple[Callable[[Array], Array], Callable[[Array], tuple[Array, Array]]]:
    """The residuals of step 3 as a function of [turn of Q, r1, r2, tilt of j], and its reading."""
    from scipy.spatial.transform import Rotation  # noqa: PLC0415

    matrix0: Array = start.as_matrix()  # type: ignore[attr-defined]
    relative0 = np.einsum("nji,nj->ni", w.to_middle, w.rate1 - w.rate2 @ matrix0.T)
    axis0 = principal_direction(relative0)
    across0 = np.linalg.svd(axis0[None])[2][1:]

    def unpack(x: Array) -> tuple[Array, Array]:
        axis = axis0 + across0.T @ x[9:11]
        turned: Array = Rotation.from_rotvec(x[:3]).as_matrix() @ matrix0
        return turned, axis / np.linalg.norm(axis)

    def residual(x: Array) -> Array:
        q, axis = unpack(x)
        force = (w.force1 - w.lever1 @ x[3:6]) - (w.force2 - w.lever2 @ x[6:9]) @ q.T
        relative = np.einsum("nji,nj->ni", w.to_middle, w.rate1 - w.rate2 @ q.T)
        across = relative - np.outer(relative @ axis, axis)
        out_of_plane = w.rate_in_sensor - np.outer(w.rate_in_sensor @ axis, axis)
        return np.concatenate(
            [
                (force / FORCE_SIGMA_M_S2).ravel(),
                (across / RATE_SIGMA_RAD_S).ravel(),
                (out_of_plane / PLANE_SIGMA_RAD_S).ravel(),
                x[3:9] / LEVER_SIGMA_M,
            ]
        )

    return residual, unpack


def _combine(fits: list[_WindowFit]) -> HingeAxes:
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


def principal_direction(vectors: Array) -> Array:
    """The unit direction in which the vectors (about zero, not their mean) are largest."""
    axis: Array = np.linalg.eigh(vectors.T @ vectors)[1][:, -1]
    return axis


def _integrate(gyr: Array, rate_hz: float) -> Array:
    """[n, 3, 3] rotation of each sample's frame into the middle sample's, from the gyroscope."""
    from scipy.spatial.transform import Rotation  # noqa: PLC0415

    steps = Rotation.from_rotvec((gyr[1:] + gyr[:-1]) / (2 * rate_hz)).as_matrix()
    out = np.empty((len(gyr), 3, 3))
    out[0] = np.eye(3)
    for i, step in enumerate(steps, 1):
        out[i] = out[i - 1] @ step
    return np.asarray(out[len(gyr) // 2].T @ out)


def _turned(rotations: Array, vectors: Array) -> Array:
    return np.asarray(np.einsum("nij,nj->ni", rotations, vectors))


def _lever_matrix(gyr: Array, rate_hz: float) -> Array:
    """[n, 3, 3] what turns a lever (m) into the acceleration it adds: `[ω'] + [ω]²`."""

    def cross(v: Array) -> Array:
        out = np.zeros((len(v), 3, 3))
        out[:, 0, 1], out[:, 0, 2], out[:, 1, 2] = -v[:, 2], v[:, 1], -v[:, 0]
        out[:, 1, 0], out[:, 2, 0], out[:, 2, 1] = v[:, 2], -v[:, 1], v[:, 0]
        return out

    turning = cross(gyr)
    return cross(np.gradient(gyr, 1 / rate_hz, axis=0)) + turning @ turning


def _without_bias(acc: Array, gyr: Array, rate_hz: float) -> Array:
    from vqf import offlineVQF  # noqa: PLC0415

    dense = np.ascontiguousarray(gyr, np.float64)
    found = offlineVQF(dense, np.ascontiguousarray(acc, np.float64), None, 1 / rate_hz)
    return np.asarray(dense - found["bias"])


def _low_pass(values: Array, rate_hz: float) -> Array:
    from scipy.signal import butter, sosfiltfilt  # noqa: PLC0415

    if rate_hz <= 2.2 * LOW_PASS_HZ:
        return values
    sections = butter(2, LOW_PASS_HZ / (rate_hz / 2), output="sos")
    padding = min(len(values) - 1, round(0.3 * rate_hz))
    return np.asarray(sosfiltfilt(sections, values, axis=0, padlen=padding))


__all__ = ["HingeAxes", "estimate_axes", "principal_direction", "project"]
