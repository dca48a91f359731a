"""The fit behind `axis`: one joint's axis in short windows of two sensors' movement.

All windows and all headings that are tried run side by side, as one damped least-squares descent
(Levenberg 1944, Marquardt 1963) with the derivatives written out; residuals beyond their usual
size count linearly, by reweighting (soft L1). NumPy alone, so that it may run while a game goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array, Indices, Mask

__all__ = ["Sensed", "WindowFit", "fit_windows", "principal_direction"]

HEADINGS = 4
FIT_RATE_HZ = 25.0
LOW_PASS_HZ = 5.0
"""Skin wobbles faster than a joint turns; only the fit is low-passed, never the angle."""
FORCE_SIGMA_M_S2 = 0.5
RATE_SIGMA_RAD_S = 0.3
PLANE_SIGMA_RAD_S = 0.5
LEVER_SIGMA_M = 0.15
TURNED_COST = 0.3
"""What it adds to a descent's cost that the sensors lie in opposite headings."""
MOST_STEPS = 25
FIRST_STEPS = 6
"""After so many steps the better half of the headings goes on."""
CONVERGED = 1e-4
"""Share of the cost that a step must gain to be followed by another."""


@dataclass(frozen=True, slots=True)
class Sensed:
    """What one sensor read in a window: [n, 3] m/s² and rad/s."""

    acc: Array
    gyr: Array


@dataclass(frozen=True, slots=True)
class WindowFit:
    """The axis as one window shows it.

    Attributes:
        proximal, distal: unit vectors in each sensor.
        misfit_rad_s: root mean square of the relative rate that is not along it.
        weight: root mean square of the relative rate along it.
    """

    proximal: Array
    distal: Array
    misfit_rad_s: float
    weight: float


@dataclass(frozen=True, slots=True)
class _Windows:
    """[w, n, 3] vectors on the fit's grid, each in the frame of its sensor's middle sample."""

    to_middle: Array
    """[w, n, 3, 3] of the proximal sensor."""
    rate_in_sensor: Array
    force1: Array
    force2: Array
    rate1: Array
    rate2: Array
    lever1: Array
    lever2: Array

    def at(self, numbers: Indices) -> _Windows:
        return _Windows(*(getattr(self, f.name)[numbers] for f in fields(self)))


@dataclass(frozen=True, slots=True)
class _Guess:
    """[w, ...] where the descents stand.

    Attributes:
        turn: [w, 3, 3] rotation from the distal middle frame to the proximal one.
        levers: [w, 6] the joint seen from both sensors, metres.
        axis: [w, 3] unit vectors.
    """

    turn: Array
    levers: Array
    axis: Array

    def at(self, numbers: Indices) -> _Guess:
        return _Guess(self.turn[numbers], self.levers[numbers], self.axis[numbers])

    def moved(self, step: Array, basis: Array) -> _Guess:
        axis = self.axis + np.einsum("wik,wk->wi", basis, step[:, 9:])
        return _Guess(
            _rotations(step[:, :3]) @ self.turn,
            self.levers + step[:, 3:9],
            axis / np.linalg.norm(axis, axis=1, keepdims=True),
        )

    def where(self, better: Mask, other: _Guess) -> _Guess:
        return _Guess(
            np.where(better[:, None, None], self.turn, other.turn),
            np.where(better[:, None], self.levers, other.levers),
            np.where(better[:, None], self.axis, other.axis),
        )


def fit_windows(windows: Sequence[tuple[Sensed, Sensed]], rate_hz: float) -> list[WindowFit]:
    """The axis in each window of (proximal, distal) samples; all of one length."""
    prepared = [_prepared(proximal, distal, rate_hz) for proximal, distal in windows]
    to_middle2 = np.stack([p[1] for p in prepared])
    data = _Windows(
        *(np.stack([getattr(p[0], f.name) for p in prepared]) for f in fields(_Windows))
    )
    tried = np.repeat(np.arange(len(windows)), HEADINGS)
    level = _level(data)
    guess, cost = _descended(data.at(tried), _starts(data, level), FIRST_STEPS)
    cost += _turned_cost(guess, level[tried])
    kept = np.argsort(cost.reshape(-1, HEADINGS), axis=1)[:, : HEADINGS // 2]
    kept = (kept + HEADINGS * np.arange(len(windows))[:, None]).ravel()
    guess, cost = _descended(data.at(tried[kept]), guess.at(kept), MOST_STEPS - FIRST_STEPS)
    cost += _turned_cost(guess, level[tried[kept]])
    best = cost.reshape(len(windows), -1).argmin(axis=1)
    best += HEADINGS // 2 * np.arange(len(windows))
    return _read(data, guess.at(best), to_middle2)


def _prepared(proximal: Sensed, distal: Sensed, rate_hz: float) -> tuple[_Windows, Array]:
    to_middle1, to_middle2 = _to_middle(proximal.gyr, rate_hz), _to_middle(distal.gyr, rate_hz)
    smooth1, smooth2 = _low_pass(proximal.gyr, rate_hz), _low_pass(distal.gyr, rate_hz)
    sparse = slice(None, None, max(1, int(rate_hz / FIT_RATE_HZ)))
    return _Windows(
        to_middle1[sparse],
        smooth1[sparse],
        _turned(to_middle1, _low_pass(proximal.acc, rate_hz))[sparse],
        _turned(to_middle2, _low_pass(distal.acc, rate_hz))[sparse],
        _turned(to_middle1, smooth1)[sparse],
        _turned(to_middle2, smooth2)[sparse],
        (to_middle1 @ _lever_matrix(smooth1, rate_hz))[sparse],
        (to_middle2 @ _lever_matrix(smooth2, rate_hz))[sparse],
    ), to_middle2


def _level(w: _Windows) -> Array:
    """[w, 3, 3] the least rotation that brings both sensors' mean forces in line."""
    up, other = _units(w.force1.mean(axis=1)), _units(w.force2.mean(axis=1))
    across = np.cross(other, up)
    sine = np.linalg.norm(across, axis=1, keepdims=True)
    # Opposite forces: any axis across them will do.
    across = np.where(sine > 1e-6, across, _basis(up)[:, :, 0])
    angle = np.arctan2(sine, (other * up).sum(axis=1, keepdims=True))
    return _rotations(_units(across) * angle)


def _starts(w: _Windows, level: Array) -> _Guess:
    """Both mean forces in line, in `HEADINGS` headings; the axis is the main relative rate."""
    up = _units(w.force1.mean(axis=1))
    headings = np.arange(HEADINGS) * (2 * np.pi / HEADINGS)
    turns = _rotations((up[:, None] * headings[:, None]).reshape(-1, 3))
    turn = turns @ np.repeat(level, HEADINGS, axis=0)
    data = w.at(np.repeat(np.arange(len(up)), HEADINGS))
    relative = _relative(data, data.rate2 @ turn.swapaxes(1, 2))
    axis = np.linalg.eigh(np.einsum("wni,wnj->wij", relative, relative))[1][:, :, -1]
    return _Guess(turn, np.zeros((len(turn), 6)), axis)


def _turned_cost(guess: _Guess, level: Array) -> Array:
    """[w] what speaks against each descent where the movement itself does not decide.

    A proximal segment that keeps still tells no heading. Sensors are strapped on alike.
    """
    cosine = (np.einsum("wij,wij->w", guess.turn, level) - 1) / 2
    return np.asarray(TURNED_COST * (1 - cosine) / 2)


def _descended(w: _Windows, guess: _Guess, steps: int) -> tuple[_Guess, Array]:
    """Each descent after at most so many steps, and its cost [w]."""
    cost = _cost(_residuals(w, guess))
    damping = np.full(len(cost), 1e-2)
    for _ in range(steps):
        basis = _basis(guess.axis)
        hessian, slope = _normal_equations(w, guess, basis)
        diagonal = np.einsum("wii->wi", hessian)
        damped = hessian + np.eye(11) * (damping[:, None] * diagonal + 1e-9)[:, None, :]
        step = np.linalg.solve(damped, -slope[:, :, None])[:, :, 0]
        moved = guess.moved(step, basis)
        new = _cost(_residuals(w, moved))
        better = new < cost
        gained = np.where(better, cost - new, 0.0)
        guess, cost = moved.where(better, guess), np.where(better, new, cost)
        damping = np.where(better, damping / 5, damping * 6)
        if (better & (gained < CONVERGED * cost)).all():
            break
    return guess, cost


def _residuals(w: _Windows, guess: _Guess) -> Array:
    """[w, 9 n + 6] of the three demands, and of levers longer than usual."""
    count = len(guess.axis)
    back = guess.turn.swapaxes(1, 2)
    force1 = w.force1 - np.einsum("wnij,wj->wni", w.lever1, guess.levers[:, :3])
    force2 = w.force2 - np.einsum("wnij,wj->wni", w.lever2, guess.levers[:, 3:])
    relative = _relative(w, w.rate2 @ back)
    parts = (
        (force1 - force2 @ back) / FORCE_SIGMA_M_S2,
        _across(relative, guess.axis) / RATE_SIGMA_RAD_S,
        _across(w.rate_in_sensor, guess.axis) / PLANE_SIGMA_RAD_S,
    )
    return np.concatenate(
        [*(p.reshape(count, -1) for p in parts), guess.levers / LEVER_SIGMA_M], axis=1
    )


def _normal_equations(w: _Windows, guess: _Guess, basis: Array) -> tuple[Array, Array]:
    """`J'WJ` [w, 11, 11] and `J'Wr` [w, 11] in (turn, both levers, tilt of the axis)."""
    count, samples = w.force1.shape[:2]
    back, axis = guess.turn.swapaxes(1, 2), guess.axis
    force2 = (w.force2 - np.einsum("wnij,wj->wni", w.lever2, guess.levers[:, 3:])) @ back
    rate2 = w.rate2 @ back
    jacobian = np.zeros((count, 3, samples, 3, 11))
    jacobian[:, 0, :, :, :3] = _cross(force2)
    jacobian[:, 0, :, :, 3:6] = -w.lever1
    jacobian[:, 0, :, :, 6:9] = guess.turn[:, None] @ w.lever2
    turned = w.to_middle.swapaxes(2, 3) @ _cross(rate2)
    along = np.einsum("wi,wnij->wnj", axis, turned)
    jacobian[:, 1, :, :, :3] = turned - axis[:, None, :, None] * along[:, :, None, :]
    jacobian[:, 1, :, :, 9:] = _tilting(_relative(w, rate2), axis, basis)
    jacobian[:, 2, :, :, 9:] = _tilting(w.rate_in_sensor, axis, basis)
    sigma = np.array([FORCE_SIGMA_M_S2, RATE_SIGMA_RAD_S, PLANE_SIGMA_RAD_S])
    jacobian /= sigma[:, None, None, None]
    j = jacobian.reshape(count, -1, 11)
    r = _residuals(w, guess)
    weight = 1 / np.sqrt(1 + r * r)
    weighted = j * weight[:, :-6, None]
    hessian = weighted.swapaxes(1, 2) @ j
    slope = np.einsum("wrk,wr->wk", weighted, r[:, :-6])
    levers = np.arange(3, 9)
    hessian[:, levers, levers] += weight[:, -6:] / LEVER_SIGMA_M**2
    slope[:, 3:9] += weight[:, -6:] * r[:, -6:] / LEVER_SIGMA_M
    return hessian, slope


def _tilting(vectors: Array, axis: Array, basis: Array) -> Array:
    """[w, n, 3, 2] how the part of vectors [w, n, 3] across the axis changes as it tilts."""
    along = np.einsum("wni,wi->wn", vectors, axis)
    tilted = np.einsum("wni,wik->wnk", vectors, basis)
    return np.asarray(
        -along[:, :, None, None] * basis[:, None] - axis[:, None, :, None] * tilted[:, :, None, :]
    )


def _relative(w: _Windows, rate2: Array) -> Array:
    """[w, n, 3] rate of the proximal sensor against the distal, in the proximal sensor."""
    return np.asarray(np.einsum("wnji,wnj->wni", w.to_middle, w.rate1 - rate2))


def _across(vectors: Array, axis: Array) -> Array:
    along = np.einsum("wni,wi->wn", vectors, axis)
    return np.asarray(vectors - along[:, :, None] * axis[:, None, :])


def _cost(residuals: Array) -> Array:
    return np.asarray((np.sqrt(1 + residuals * residuals) - 1).sum(axis=1))


def _read(w: _Windows, guess: _Guess, to_middle2: Array) -> list[WindowFit]:
    relative = _relative(w, w.rate2 @ guess.turn.swapaxes(1, 2))
    across = _across(relative, guess.axis)
    along = np.einsum("wni,wi->wn", relative, guess.axis)
    fits = []
    for i, axis in enumerate(guess.axis):
        sparse = to_middle2[i][:: max(1, round(to_middle2.shape[1] / w.to_middle.shape[1]))]
        in_middle = w.to_middle[i] @ axis
        in_distal = np.einsum("nji,nj->ni", sparse, in_middle @ guess.turn[i])
        fits.append(
            WindowFit(
                axis,
                _units(in_distal.mean(axis=0)),
                float(np.sqrt((across[i] ** 2).sum(axis=1).mean())),
                float(np.sqrt(np.mean(along[i] ** 2))),
            )
        )
    return fits


def principal_direction(vectors: Array) -> Array:
    """The unit direction in which the vectors (about zero, not their mean) are largest."""
    axis: Array = np.linalg.eigh(vectors.T @ vectors)[1][:, -1]
    return axis


def _to_middle(gyr: Array, rate_hz: float) -> Array:
    """[n, 3, 3] rotation of each sample's frame into the middle sample's, from the gyroscope."""
    steps = _rotations((gyr[1:] + gyr[:-1]) / (2 * rate_hz))
    out = np.empty((len(gyr), 3, 3))
    out[0] = np.eye(3)
    for i, step in enumerate(steps, 1):
        out[i] = out[i - 1] @ step
    return np.asarray(out[len(gyr) // 2].T @ out)


def _rotations(vectors: Array) -> Array:
    """[n, 3, 3] rotations by [n, 3] rotation vectors (Rodrigues)."""
    angle = np.linalg.norm(vectors, axis=1)[:, None, None]
    k = _cross(vectors / np.maximum(angle[:, :, 0], 1e-12))
    return np.asarray(np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k))


def _cross(v: Array) -> Array:
    """[..., 3, 3] the matrix that takes the cross product with [..., 3] from the left."""
    out = np.zeros((*v.shape, 3))
    out[..., 0, 1], out[..., 0, 2], out[..., 1, 2] = -v[..., 2], v[..., 1], -v[..., 0]
    out[..., 1, 0], out[..., 2, 0], out[..., 2, 1] = v[..., 2], -v[..., 1], v[..., 0]
    return out


def _basis(axes: Array) -> Array:
    """[w, 3, 2] two unit vectors across each axis [w, 3]."""
    least = np.eye(3)[np.abs(axes).argmin(axis=1)]
    first = _units(np.cross(axes, least))
    return np.stack((first, np.cross(axes, first)), axis=2)


def _units(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12))


def _turned(rotations: Array, vectors: Array) -> Array:
    return np.asarray(np.einsum("nij,nj->ni", rotations, vectors))


def _lever_matrix(gyr: Array, rate_hz: float) -> Array:
    """[n, 3, 3] what turns a lever (m) into the acceleration it adds: `[ω'] + [ω]²`."""
    turning = _cross(gyr)
    return np.asarray(_cross(np.gradient(gyr, 1 / rate_hz, axis=0)) + turning @ turning)


def _low_pass(values: Array, rate_hz: float) -> Array:
    """[n, 3] smoothed by a bell curve that halves what swings at `LOW_PASS_HZ`; no delay."""
    if rate_hz <= 2.2 * LOW_PASS_HZ:
        return values
    sigma = np.sqrt(np.log(2) / 2) / (np.pi * LOW_PASS_HZ) * rate_hz
    half = min(len(values) - 1, int(np.ceil(4 * sigma)))
    bell = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)
    bell /= bell.sum()
    # Mirrored through its ends, so that a slope goes on.
    before, after = 2 * values[0] - values[half:0:-1], 2 * values[-1] - values[-2 : -half - 2 : -1]
    padded = np.concatenate((before, values, after))
    return np.column_stack([np.convolve(column, bell, mode="valid") for column in padded.T])
