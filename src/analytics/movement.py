"""The movement of an exercise as one number that rises and falls: what repetitions are found in.

Where the range is observable it is that angle. Where it is not, repetitions can still be
counted: in how far the sensor has turned about the axis about which it turns most.
"""

from __future__ import annotations

import math
from typing import Protocol, TypeAlias

import numpy as np

from .orientation import Vector, elevation_deg

__all__ = ["Elevation", "Movement", "Quaternion", "Turning"]

Quaternion: TypeAlias = tuple[float, float, float, float]


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

    least_deg = 15.0

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
    2. The main axis is the first principal component of all vectors so far; it points so that
       the item begins low. It is looked for again every REFIT_FRAMES.
    3. The number is the vector's component along that axis. The past is computed anew once the
       axis has moved by more than 10°, and at the item's end.

    After a restart of the orientation filter the heading is unknown; the first orientation is
    taken to be where the last one was.
    """

    least_deg = 8.0
    REFIT_FRAMES = 12
    _MOVED = math.cos(math.radians(10))

    def __init__(self) -> None:
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
        if not self._vectors or (len(self._vectors) % self.REFIT_FRAMES and not final):
            return False
        vectors = np.array(self._vectors)
        mean = vectors.mean(axis=0)
        _, axes = np.linalg.eigh((vectors - mean).T @ (vectors - mean))
        axis = axes[:, -1] if axes[:, -1] @ mean >= 0 else -axes[:, -1]
        found: Vector = (float(axis[0]), float(axis[1]), float(axis[2]))
        if not final and _dot(found, self._axis) > self._MOVED:
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
