"""By how much gravity turns further than the gyroscope says, whether the sensor rests or not.

A scale that is off by a tenth spoils every range by about as much, and no single turn disagrees by
more than a brisk movement may. What a movement adds to gravity is known but for a few constants: a
sensor on a limb goes round its joint, and the joint may be carried along.

1. Over windows of `WINDOW_S` what is felt is brought by the gyroscope's own turn to where the
   sensor began. There gravity is one constant vector `u`; a lever `r` adds
   `R (alpha x r + omega x (omega x r))`; a joint that is carried along as the limb turns adds a
   constant vector times the angular acceleration about the main axis; and a scale that is short by
   a share `s` leaves `s (u x theta)`, with `theta` the sum of all turning. All are linear.
2. Lever, carrying and share are found by least squares, common to all windows, each window
   weighing less the more it leaves (iterated): of who walks or handles the sensor the joint moves.
3. What the share alone changes, which no lever and no carrying could, tells how well it is known.
4. A straight line through the windows' own shares follows a scale that drifts.
5. Its middle or an end is told where it is further off than gyroscopes are and than what is left
   could make of it.

A sensor that hardly turns against gravity shows no share, and of it nothing is told; little is of
who moves more than one joint at a time: of 140 recordings of seven shoulder exercises by a watch
(SPAR) the share is within 0.04 plus 0.8 times what is left in all, and that is 0.15 and more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .strapdown import turned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array

__all__ = ["scale_off"]

WINDOW_S: Final = 2.4
GRID_S, SMOOTHED = 0.075, 4
"""All is averaged over so many of these steps, within which that hardly changes. Skin swings faster
than that."""
ROUNDS: Final = 5
LEAST_LEFT_M_S2: Final = 0.02
"""Of a window: a sensor's own noise."""
SHOWING_M_S2: Final = 0.3
"""Root mean square of what a share of 1, and nothing else, would change."""
FEWEST_WINDOWS: Final = 6.0
LEAST_OFF, LEAST_DRIFTED = 0.04, 0.06
"""Gyroscopes are made within 0.03: of the middle, and of an end."""
LEFT_SHARE: Final = 0.8
"""Of what is left, as a share of what a share of 1 would change, that may pass for a share."""
CLEARLY: Final = 3.0
"""Standard deviations of the windows' mean."""
FELT, SHARE = 0, 7
"""What is felt, and after lever and carrying the scale's share, of what each window tells."""
HELD: Final = np.diag([1e-4] * 6 + [1e-6])
"""Keeps small what no movement shows."""


def scale_off(forces: Sequence[Array], rates: Sequence[Array], rate_hz: float) -> bool:
    """Whether gravity clearly turns further than the gyroscope says, or less far.

    Args:
        forces: of stretches without a break, [n, 3] m/s².
        rates: of each, [n, 3] rad/s, without their bias.
        rate_hz: of the samples.
    """
    begun = np.cumsum([0, *map(len, forces)])[:-1].tolist()
    found = [
        (ends + began, products)
        for began, force, rate in zip(begun, forces, rates, strict=True)
        if len(force) >= WINDOW_S * rate_hz
        for ends, products in [_products(force, rate, rate_hz)]
    ]
    if not found:
        return False
    at, products = (np.concatenate(x) for x in zip(*found, strict=True))
    return _told_off(at / sum(map(len, forces)), products)


def _told_off(at: Array, products: Array) -> bool:
    """Steps 2 to 5, of windows at [k] places from 0 to 1; see `_products`."""
    unknown, weights, left = _solved(products)
    alone = _alone(np.einsum("k,kij->ij", weights, products)[1:, 1:])
    telling = weights * np.einsum("i,kij,j->k", alone, products[:, 1:, 1:], alone)
    total, weight = float(telling.sum()), float(weights.sum())
    windows = total**2 / max(float(telling @ telling), 1e-12)
    if total < SHOWING_M_S2**2 * weight or windows < FEWEST_WINDOWS:
        return False
    missed = products[:, 1:, FELT] - products[:, 1:, 1:] @ unknown
    # What each window adds to or takes from the common share, weighted by how much it tells.
    added = weights * (missed @ alone)
    level = float(unknown[-1]) + float(added.sum()) / total
    place = float(telling @ at) / total
    spread = max(float(telling @ (at - place) ** 2) / total, 1e-12)
    slope = float((at - place) @ (added + telling * (unknown[-1] - level))) / (total * spread)
    drifted = level + slope * (at - place) - unknown[-1]
    scatter = np.sqrt(float(telling @ (added / np.maximum(telling, 1e-12) - drifted) ** 2) / total)
    others = float(weights @ left - drifted @ (2 * added - telling * drifted)) / total
    by_others = LEFT_SHARE * float(np.sqrt(max(others, 0.0)))
    for where, least in ((place, LEAST_OFF), (0.0, LEAST_DRIFTED), (1.0, LEAST_DRIFTED)):
        sigma = scatter / np.sqrt(windows) * np.sqrt(1 + (where - place) ** 2 / spread)
        if abs(level + slope * (where - place)) > max(least + by_others, CLEARLY * sigma):
            return True
    return False


def _alone(squares: Array) -> Array:
    """[7] the share of the scale less what lever and carrying explain of it."""
    others = squares[:-1, :-1] + HELD[:-1, :-1] * max(float(np.trace(squares)), 1e-9)
    return np.concatenate((-np.linalg.solve(others, squares[:-1, -1]), [1.0]))


def _solved(products: Array) -> tuple[Array, Array, Array]:
    """[7] the unknowns, [k] the windows' weights, and [k] the mean square that each leaves."""
    weights = np.ones(len(products))
    for _ in range(ROUNDS):
        summed = np.einsum("k,kij->ij", weights, products)
        unknown = np.linalg.solve(summed[1:, 1:] + HELD * len(products), summed[1:, FELT])
        told = np.concatenate(([1.0], -unknown))
        left = np.maximum(np.einsum("i,kij,j->k", told, products, told), 0.0)
        weights = 1 / (1 + left / max(float(np.median(left)), LEAST_LEFT_M_S2**2))
    return unknown, weights, left


def _products(force: Array, gyr: Array, rate_hz: float) -> tuple[Array, Array]:
    """[k] where each window ends, and [k, 8, 8] mean products of what is felt and may be in it.

    In the order: felt, a lever along each of the sensor's axes, a joint carried along each of its
    first axes, the scale's share; each less its window's mean, which takes gravity off.
    """
    axes = _axes(turned(gyr, rate_hz))
    rate, felt = (np.einsum("ne,nei->ni", v, axes) for v in (gyr, force))
    step = max(1, round(GRID_S * rate_hz))
    main = np.linalg.eigh(rate.T @ rate)[1][:, -1]
    speed = rate[::step]
    swept = np.cross(speed[:, None], axes[::step])
    told = np.empty((len(speed), SHARE + 1, 3))
    told[:, FELT] = _steepness(_summed(felt)[::step])
    # The mean of an acceleration is what the velocity changes by from end to end.
    told[:, 1 : SHARE - 3] = _steepness(swept)
    told[:, SHARE - 3 : SHARE] = _steepness(speed @ main)[:, None, None] * np.eye(3)
    told[:, 1:SHARE] *= rate_hz
    told[:, SHARE] = _steepness(_summed(_summed(rate))[::step]) / rate_hz
    told /= step
    length = round(WINDOW_S * rate_hz / step)
    hop = max(1, length // 2)
    windows = sliding_window_view(told, length, axis=0)[::hop].transpose(0, 3, 1, 2)
    gravity = windows[:, :, FELT].mean(axis=1, keepdims=True)
    # Laid out as they are multiplied below, which spares a copy of all windows.
    less = np.empty((len(windows), SHARE + 1, length, 3))
    np.subtract(windows, windows.mean(axis=1, keepdims=True), out=less.transpose(0, 2, 1, 3))
    less[:, SHARE] = np.cross(gravity, less[:, SHARE])
    flat = less.reshape(len(windows), SHARE + 1, -1)
    products = flat @ flat.transpose(0, 2, 1) / flat.shape[2]
    return (np.arange(len(windows)) * hop + length).astype(np.float64) * step, products


def _axes(q: Array) -> Array:
    """[n, 3, 3] where each of the sensor's axes points, seen from where it began."""
    w, x, y, z = q.T
    axes = np.empty((len(q), 3, 3))
    axes[:, 0, 0] = w * w + x * x - y * y - z * z
    axes[:, 0, 1], axes[:, 0, 2] = 2 * (x * y + w * z), 2 * (x * z - w * y)
    axes[:, 1, 0], axes[:, 1, 2] = 2 * (x * y - w * z), 2 * (y * z + w * x)
    axes[:, 1, 1] = w * w - x * x + y * y - z * z
    axes[:, 2, 0], axes[:, 2, 1] = 2 * (x * z + w * y), 2 * (y * z - w * x)
    axes[:, 2, 2] = w * w - x * x - y * y + z * z
    return axes


def _summed(values: Array) -> Array:
    """[n, 3] the integral since the first sample, in samples, by trapezia."""
    sums = np.zeros_like(values)
    np.cumsum((values[1:] + values[:-1]) / 2, axis=0, out=sums[1:])
    return sums


def _steepness(values: Array) -> Array:
    """What values [k, ...] change by in a step, over `SMOOTHED` of them around each."""
    at, half = np.arange(len(values)), SMOOTHED // 2
    low, high = np.maximum(at - half, 0), np.minimum(at + half, len(values) - 1)
    count = (high - low).reshape(-1, *(1 for _ in values.shape[1:]))
    return np.asarray((values[high] - values[low]) / count)
