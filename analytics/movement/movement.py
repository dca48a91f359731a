"""The movement of an exercise as one number that rises and falls: what repetitions are found in.

Where the range is observable it is that angle. Where it is not, repetitions can still be
counted: in how far the sensor has turned about the axis about which it turns most.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

from analytics.signals.arrays import dots, lengths
from analytics.signals.orientation import elevation_deg, elevations_in_turn_deg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array, Mask, Quaternion, Vector

__all__ = [
    "ANGLE_LEAST_DEG",
    "TURNING_LEAST_DEG",
    "Elevation",
    "Movement",
    "Turning",
    "conjugate",
    "dot",
    "fast_part",
    "main_axis",
    "principal_axes",
    "product",
    "rotation_vector_deg",
    "rotation_vectors",
    "turned_away",
    "turned_waves",
]

SLOW_S = 8.0
"""What changes over longer times than this is drift or posture, not a repetition."""
FIT_FRAMES = 12
"""Least number of frames between two looks for the main axis."""
NOISE_DEG = 2.0
"""A smaller deviation says little about the axis."""
ANGLE_LEAST_DEG = 8.0
TURNING_LEAST_DEG = 4.0
_MOVED = math.cos(math.radians(10))
_NO_TURN = 1e-12
_CONJUGATE = np.array([1.0, -1.0, -1.0, -1.0])


class Movement(Protocol):
    """Turns orientations into the movement's one number, in degrees, while they come in.

    Attributes:
        learns: whether frames change what it knows; one that does not need not be given any.
    """

    learns: bool

    @property
    def least_deg(self) -> float:
        """A smaller back and forth is no repetition as long as nothing better is known."""
        ...

    @property
    def in_degrees(self) -> bool:
        """Whether its number is the angle that the item is about, not only something to count."""
        ...

    def add(self, q: Quaternion, *, restarted: bool) -> float:
        """Take the orientation of the next frame; returns its number, by what is known now."""
        ...

    def values(self, orientations: Sequence[Quaternion]) -> list[float]:
        """The numbers for orientations near the last frame's, by what is known now."""
        ...

    def refit(self) -> list[float] | None:
        """Learn from all frames so far; their numbers anew, where they have changed."""
        ...

    def learn(self) -> list[float] | None:
        """Become the angle, now that a repetition was seen; the numbers of all frames anew.

        None where that is not to be, or not yet.
        """
        ...


class Elevation:
    """Elevation of a segment against gravity; see `orientation.elevation_deg`."""

    least_deg = ANGLE_LEAST_DEG
    in_degrees = True
    learns = False

    def __init__(self, axis: Vector) -> None:
        self._axis = axis

    def add(self, q: Quaternion, *, restarted: bool) -> float:  # noqa: ARG002 - has no memory
        """The elevation of the next frame."""
        return elevation_deg(q, self._axis)

    def values(self, orientations: Sequence[Quaternion]) -> list[float]:
        """Elevations in degrees."""
        return elevations_in_turn_deg(orientations, self._axis)

    def refit(self) -> list[float] | None:
        """There is nothing to learn."""
        return None

    def learn(self) -> list[float] | None:
        """It is the angle already."""
        return None


class AlongMainAxis:
    """What is counted along a main axis that is looked for again and again, without an angle.

    Args:
        rate_hz: of the frames, whose vectors a movement adds to `_vectors`.
    """

    in_degrees = False
    learns = True

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._next_fit = FIT_FRAMES
        self._vectors: list[Vector] = []
        self._axis: Vector = (0.0, 0.0, 0.0)

    def refit(self) -> list[float] | None:
        """Look for the main axis again, where it is time."""
        n = len(self._vectors)
        if n < self._next_fit:
            return None
        self._next_fit = n + max(FIT_FRAMES, n // 20)
        found = main_axis(np.array(self._vectors), self._rate_hz)
        if not turned_away(found, self._axis):
            return None
        self._axis = found
        return [dot(v, found) for v in self._vectors]

    def learn(self) -> list[float] | None:
        """No angle stands for it."""
        return None


class Turning(AlongMainAxis):
    """How far the sensor has turned since the item began, about its own main axis of turning.

    1. Each orientation is taken relative to the item's first, as a rotation vector in degrees,
       continued past half a turn.
    2. The main axis is the first principal component of what the vectors deviate from their own
       mean over SLOW_S, so that a wandering heading does not look like movement. A deviation
       counts by its length instead of the square (spatial signs: Visuri, Koivunen & Oja 2000),
       so that one large turn between repetitions does not outweigh them.
    3. The axis points so that the item begins low. It is looked for again and again while the
       item goes on; the past is computed anew once it has moved by more than 10°.

    After a restart of the orientation filter the heading is unknown; the first orientation is
    taken to be where the last one was. `counting` does the same over a whole item, and more.
    """

    least_deg = TURNING_LEAST_DEG

    def __init__(self, rate_hz: float) -> None:
        super().__init__(rate_hz)
        self._reference: Quaternion | None = None
        self._relative: Quaternion = (1.0, 0.0, 0.0, 0.0)

    def add(self, q: Quaternion, *, restarted: bool) -> float:
        """Take the orientation of the next frame."""
        if self._reference is None:
            self._reference = q
        elif restarted:
            self._reference = product(q, conjugate(self._relative))
        self._relative = self._relative_to_first(q)
        self._vectors.append(rotation_vector_deg(self._relative))
        return dot(self._vectors[-1], self._axis)

    def values(self, orientations: Sequence[Quaternion]) -> list[float]:
        """Degrees turned about the main axis."""
        return [
            dot(rotation_vector_deg(self._relative_to_first(q)), self._axis) for q in orientations
        ]

    def main_axis(self) -> Vector:
        """The main axis of turning in all frames so far."""
        return main_axis(np.array(self._vectors), self._rate_hz)

    def _relative_to_first(self, q: Quaternion) -> Quaternion:
        """Seen from the item's first orientation, with the sign that follows the last one's."""
        if self._reference is None:
            return self._relative
        w, x, y, z = product(conjugate(self._reference), q)
        a, b, c, d = self._relative
        return (w, x, y, z) if a * w + b * x + c * y + d * z >= 0 else (-w, -x, -y, -z)


def rotation_vectors(q: Array, restarted: Mask) -> Array:
    """Orientations [n, 4] relative to the first, [n, 3] degrees; see `Turning`, step 1."""
    vectors = np.empty((len(q), 3))
    relative = np.array([1.0, 0.0, 0.0, 0.0])
    starts = [0, *(np.flatnonzero(restarted[1:]) + 1).tolist(), len(q)]
    for a, b in pairwise(starts):
        reference = _products(q[a : a + 1], relative * _CONJUGATE)
        part = _products(reference * _CONJUGATE, q[a:b])
        flips = dots(part[1:], part[:-1]) < 0
        part[1:] *= np.where(np.cumsum(flips) % 2, -1.0, 1.0)[:, None]
        if part[0] @ relative < 0:
            part = -part
        length = lengths(part[:, 1:])
        turn = np.degrees(2 * np.arctan2(length, part[:, 0]))
        vectors[a:b] = part[:, 1:] * (turn / np.maximum(length, _NO_TURN))[:, None]
        relative = part[-1]
    return vectors


def turned_waves(q: Array) -> Array:
    """`rotation_vectors` of many short unbroken series [e, n, 4] at once: [e, n, 3] degrees."""
    part = _products(q[:, :1] * _CONJUGATE, q)
    flips = dots(part[:, 1:], part[:, :-1]) < 0
    part[:, 1:] *= np.where(np.cumsum(flips, axis=1) % 2, -1.0, 1.0)[:, :, None]
    length = lengths(part[..., 1:])
    turn = np.degrees(2 * np.arctan2(length, part[..., 0]))
    return np.asarray(part[..., 1:] * (turn / np.maximum(length, _NO_TURN))[..., None])


def main_axis(vectors: Array, rate_hz: float) -> Vector:
    """The first of the `principal_axes`."""
    return principal_axes(vectors, rate_hz)[0]


def principal_axes(vectors: Array, rate_hz: float) -> tuple[Vector, Vector, Vector]:
    """Axes of the fast part of rotation vectors [n, 3], the main one first.

    Each deviation counts by its length, not by the square; each axis points so that the item
    begins low.
    """
    fast = fast_part(vectors, rate_hz)
    length = lengths(fast)
    weighted = fast / np.maximum(length, NOISE_DEG)[:, None]
    _, axes = np.linalg.eigh(weighted.T @ fast)
    away = vectors.mean(axis=0) - vectors[0]
    x, y, z = (_pointing(axes[:, i], away) for i in (2, 1, 0))
    return x, y, z


def _pointing(axis: Array, away: Array) -> Vector:
    if axis @ away < 0:
        axis = -axis
    return (float(axis[0]), float(axis[1]), float(axis[2]))


def fast_part(values: Array, rate_hz: float) -> Array:
    """What a series [n, k] deviates from its own mean over SLOW_S."""
    n = len(values)
    half = max(1, round(SLOW_S * rate_hz / 2))
    sums = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    at = np.arange(n)
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, n)
    fast: Array = values - (sums[high] - sums[low]) / (high - low)[:, None]
    return fast


def turned_away(found: Vector, axis: Vector) -> bool:
    """Whether an axis that was found anew is so far off that the past is computed by it."""
    return dot(found, axis) <= _MOVED


def dot(a: Vector, b: Vector) -> float:
    """The dot product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def conjugate(q: Quaternion) -> Quaternion:
    """The opposite rotation of a unit quaternion."""
    return (q[0], -q[1], -q[2], -q[3])


def product(p: Quaternion, q: Quaternion) -> Quaternion:
    """The Hamilton product."""
    a, b, c, d = p
    w, x, y, z = q
    return (
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    )


def rotation_vector_deg(q: Quaternion) -> Vector:
    """The rotation vector of a unit quaternion, degrees; more than half a turn where w < 0."""
    w, x, y, z = q
    length = math.sqrt(x * x + y * y + z * z)
    scale = math.degrees(2 * math.atan2(length, w)) / max(length, _NO_TURN)
    return (x * scale, y * scale, z * scale)


def _products(p: Array, q: Array) -> Array:
    """Quaternion products of [n, 4] or [1, 4] and [n, 4] or [4]."""
    a, b, c, d = p[..., 0], p[..., 1], p[..., 2], p[..., 3]
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    return np.stack(
        (
            a * w - b * x - c * y - d * z,
            a * x + b * w + c * z - d * y,
            a * y - b * z + c * w + d * x,
            a * z + b * y - c * x + d * w,
        ),
        axis=-1,
    )
