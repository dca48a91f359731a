"""The angle that a segment sweeps, by gravity alone: without drift, however the sensor lies."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

import numpy as np

from analytics.signals.orientation import up_in_sensor
from telemetry.errors import NotObservable

from .movement import ANGLE_LEAST_DEG, FIT_FRAMES, Turning, dot, main_axis, rotation_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array, Mask, Quaternion, Vector

__all__ = ["LEAST_VISIBLE", "Sweeping", "across_of", "swept_deg"]

LEAST_VISIBLE = 0.35
"""Gravity's share across the axis below which the axis is too upright to tell an angle."""


def swept_deg(q: Array, restarted: Mask, rate_hz: float) -> Array:
    """Angle from the item's first orientation, about its main axis of turning.

    1. The main axis in sensor coordinates, as `movement.Turning` finds it.
    2. Earth's up in sensor coordinates, projected across that axis; its angle from the first.
       So a wandering heading cannot enter, and neither can a turn about the vertical.
    3. Continued past half a turn; it points so that the item begins low.

    A forearm turn, a foot's or a thigh's tilt and a lying person's shoulder rotation are such
    angles; the neutral-zero method's zero is the pose in which the item begins.

    Args:
        q: [n, 4] orientations, sensor to earth.
        restarted: [n] whether the filter started afresh before a frame.
        rate_hz: of the frames.

    Returns:
        [n] degrees.

    Raises:
        NotObservable: the axis is nearly vertical.
    """
    axis = np.array(main_axis(rotation_vectors(q, restarted), rate_hz))
    up = up_in_sensor(q)
    x, y = across_of(axis)
    along_x = up[:, 0] * x[0] + up[:, 1] * x[1] + up[:, 2] * x[2]
    along_y = up[:, 0] * y[0] + up[:, 1] * y[1] + up[:, 2] * y[2]
    if float(np.median(np.sqrt(along_x * along_x + along_y * along_y))) < LEAST_VISIBLE:
        raise NotObservable(
            "a rotation about the vertical cannot be seen without a heading: "
            "the movement's axis is nearly upright",
            italian="una rotazione attorno alla verticale non si vede senza una direzione: "
            "l'asse del movimento è quasi verticale",
        )
    # The sensor turns one way and sees the earth turn the other.
    angle = -np.degrees(np.unwrap(np.arctan2(along_y, along_x)))
    swept: Array = angle - angle[0]
    return swept


class Sweeping:
    """`swept_deg` while the item goes on.

    1. Until the first repetition is over, the movement is `movement.Turning`: something to count.
    2. Then the axis of that repetition is taken, and the angle is what gravity sweeps across it,
       from the item's first frame. It has no drift and needs no heading, so a restart of the
       orientation filter costs nothing.
    3. The axis is looked for again as `Turning` does; the past is computed anew where it moved.

    Where the axis is too upright it stays `Turning`, and is looked at again later.
    """

    learns = True

    def __init__(self, rate_hz: float) -> None:
        self._turning = Turning(rate_hz)
        self._ups: list[Vector] = []
        self._plane: tuple[Vector, Vector] | None = None
        self._first = self._last = 0.0
        self._next_try = 0

    @property
    def in_degrees(self) -> bool:
        """Whether the axis is known."""
        return self._plane is not None

    @property
    def least_deg(self) -> float:
        """Of the angle, or of what is counted in until then."""
        return self._turning.least_deg if self._plane is None else ANGLE_LEAST_DEG

    def add(self, q: Quaternion, *, restarted: bool) -> float:
        """Take the orientation of the next frame."""
        turned = self._turning.add(q, restarted=restarted)
        self._ups.append(_up(q))
        if self._plane is None:
            return turned
        self._last = self._continued(self._ups[-1])
        return self._last - self._first

    def values(self, orientations: Sequence[Quaternion]) -> list[float]:
        """Degrees, near the last frame's."""
        if self._plane is None:
            return self._turning.values(orientations)
        return [self._continued(_up(q)) - self._first for q in orientations]

    def refit(self) -> list[float] | None:
        """Look for the main axis again, where it is time."""
        past = self._turning.refit()
        if past is None or self._plane is None:
            return past
        # An axis that turns upright later is followed on: the result says what was not seen.
        return self._about(self._turning.main_axis())

    def learn(self) -> list[float] | None:
        """Take the main axis, unless it is too upright."""
        n = len(self._ups)
        if n < self._next_try:
            return None
        self._next_try = n + max(FIT_FRAMES, n // 4)
        axis = self._turning.main_axis()
        x, y = _vectors_across(axis)
        if statistics.median(math.hypot(dot(u, x), dot(u, y)) for u in self._ups) < LEAST_VISIBLE:
            return None
        return self._about(axis)

    def _about(self, axis: Vector) -> list[float]:
        self._plane = _vectors_across(axis)
        self._last = self._first = self._raw(self._ups[0])
        past = []
        for up in self._ups:
            self._last = self._continued(up)
            past.append(self._last - self._first)
        return past

    def _continued(self, up: Vector) -> float:
        return self._last + math.remainder(self._raw(up) - self._last, 360.0)

    def _raw(self, up: Vector) -> float:
        x, y = self._plane or ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
        return -math.degrees(math.atan2(dot(up, y), dot(up, x)))


def _up(q: Quaternion) -> Vector:
    w, x, y, z = q
    return (2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z)


def across_of(axis: Array) -> tuple[Array, Array]:
    """Two unit vectors across an axis, right-handed with it."""
    first = np.zeros(3)
    first[int(np.argmin(np.abs(axis)))] = 1.0
    x = np.cross(axis, first)
    x /= np.linalg.norm(x)
    return x, np.cross(axis, x)


def _vectors_across(axis: Vector) -> tuple[Vector, Vector]:
    (a, b, c), (d, e, f) = (v.tolist() for v in across_of(np.array(axis)))
    return (a, b, c), (d, e, f)
