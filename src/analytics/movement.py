"""The movement of an exercise as one number that rises and falls: what repetitions are found in.

Where the range is observable it is that angle. Where it is not, repetitions can still be
counted: in how far the sensor has turned about the axis about which it turns most.
"""

from __future__ import annotations

import math
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from .orientation import Vector, elevation_deg

__all__ = ["Elevation", "Movement", "Quaternion", "Turning"]

Quaternion: TypeAlias = tuple[float, float, float, float]

SLOW_S = 8.0
"""What changes over longer times than this is drift or posture, not a repetition."""
FIT_FRAMES = 12
"""Least number of frames between two looks for the main axis."""
NOISE_DEG = 2.0
"""A smaller deviation says little about the axis."""
_MOVED = math.cos(math.radians(10))


class Movement(Protocol):
    """Turns orientations into the movement's one number, in degrees."""

    least_deg: float
    """A smaller back and forth is no repetition as long as nothing better is known."""

    def add(self, q: Quaternion, *, restarted: bool) -> None:
        """Take the orientation of the next frame."""
        ...

    def value(self, q: Quaternion) -> float:
        """The number for an orientation, by what is known now."""
        ...

    def refit(self, *, final: bool) -> bool:
        """Learn from all frames so far; True where the numbers of past frames have changed."""
        ...

    def history(self) -> list[float]:
        """The numbers of all frames so far."""
        ...

    def history_end(self) -> float:
        """The last of them."""
        ...


class Elevation:
    """Elevation of a segment against gravity; see `orientation.elevation_deg`."""

    least_deg = 8.0

    def __init__(self, axis: Vector) -> None:
        self._axis = axis
        self._values: list[float] = []

    def add(self, q: Quaternion, *, restarted: bool) -> None:  # noqa: ARG002 - needs no memory
        """Take the orientation of the next frame."""
        self._values.append(self.value(q))

    def value(self, q: Quaternion) -> float:
        """Elevation in degrees."""
        w, x, y, z = q
        up = (2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z)
        return elevation_deg(up, self._axis)

    def refit(self, *, final: bool) -> bool:  # noqa: ARG002 - there is nothing to learn
        """Nothing to learn."""
        return False

    def history(self) -> list[float]:
        """The elevations of all frames so far."""
        return self._values

    def history_end(self) -> float:
        """The last elevation."""
        return self._values[-1]


class Turning:
    """How far the sensor has turned since the item began, about its own main axis of turning.

    1. Each orientation is taken relative to the item's first, as a rotation vector in degrees,
       continued past half a turn.
    2. The main axis is the first principal component of what the vectors deviate from their own
       mean over SLOW_S, so that a wandering heading does not look like movement. A deviation
       counts by its length instead of the square (spatial signs: Visuri, Koivunen & Oja 2000),
       so that one large turn between repetitions does not outweigh them.
    3. The axis points so that the item begins low. It is looked for again and again while the
       item goes on; the past is computed anew once it has moved by more than 10°, and at the
       item's end.

    After a restart of the orientation filter the heading is unknown; the first orientation is
    taken to be where the last one was.
    """

    least_deg = 4.0

    def __init__(self, rate_hz: float) -> None:
        self._slow = max(1, round(SLOW_S * rate_hz / 2))
        self._next_fit = FIT_FRAMES
        self._reference: Quaternion | None = None
        self._vectors: list[Vector] = []
        self._axis: Vector = (0.0, 0.0, 0.0)

    def add(self, q: Quaternion, *, restarted: bool) -> None:
        """Take the orientation of the next frame."""
        if self._reference is None:
            self._reference = q
        elif restarted:
            self._reference = _product(q, _conjugate(_rotation(self._vectors[-1])))
        self._vectors.append(self._vector(q))

    def value(self, q: Quaternion) -> float:
        """Degrees turned about the main axis."""
        return _dot(self._vector(q), self._axis) if self._reference else 0.0

    def refit(self, *, final: bool) -> bool:
        """Look for the main axis again, where it is time."""
        n = len(self._vectors)
        if not n or (n < self._next_fit and not final):
            return False
        self._next_fit = n + max(FIT_FRAMES, n // 20)
        found = _main_axis(np.array(self._vectors), self._slow)
        if not final and _dot(found, self._axis) > _MOVED:
            return False
        self._axis = found
        return True

    def history(self) -> list[float]:
        """The numbers of all frames so far."""
        return [_dot(v, self._axis) for v in self._vectors]

    def history_end(self) -> float:
        """The last of them."""
        return _dot(self._vectors[-1], self._axis)

    def _vector(self, q: Quaternion) -> Vector:
        if self._reference is None:
            return (0.0, 0.0, 0.0)
        w, x, y, z = _product(_conjugate(self._reference), q)
        norm = math.sqrt(x * x + y * y + z * z)
        if norm < 1e-12:
            return (0.0, 0.0, 0.0)
        turn = math.degrees(2 * math.atan2(norm, w))
        before = self._vectors[-1] if self._vectors else (0.0, 0.0, 0.0)
        scale = turn / norm
        vector = (x * scale, y * scale, z * scale)
        along = _dot(vector, before) / turn if turn else 0.0
        scale += 360.0 * round((along - turn) / 360.0) / norm
        return (x * scale, y * scale, z * scale)


def _main_axis(vectors: npt.NDArray[np.float64], half: int) -> Vector:
    """Axis of the fast part of rotation vectors [n, 3]; `half` a window of frames is slow."""
    n = len(vectors)
    sums = np.concatenate((np.zeros((1, 3)), np.cumsum(vectors, axis=0)))
    at = np.arange(n)
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, n)
    fast = vectors - (sums[high] - sums[low]) / (high - low)[:, None]
    length = np.sqrt((fast * fast).sum(axis=1))
    weighted = fast / np.maximum(length, NOISE_DEG)[:, None]
    _, axes = np.linalg.eigh(weighted.T @ fast)
    axis = axes[:, -1]
    if axis @ (vectors.mean(axis=0) - vectors[0]) < 0:
        axis = -axis
    return (float(axis[0]), float(axis[1]), float(axis[2]))


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _conjugate(q: Quaternion) -> Quaternion:
    return (q[0], -q[1], -q[2], -q[3])


def _product(p: Quaternion, q: Quaternion) -> Quaternion:
    a, b, c, d = p
    w, x, y, z = q
    return (
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    )


def _rotation(vector: Vector) -> Quaternion:
    """The unit quaternion of a rotation vector in degrees."""
    turn = math.sqrt(_dot(vector, vector))
    if turn < 1e-12:
        return (1.0, 0.0, 0.0, 0.0)
    half = math.radians(turn) / 2
    scale = math.sin(half) / turn
    return (math.cos(half), vector[0] * scale, vector[1] * scale, vector[2] * scale)
