"""The angle of a joint frame by frame, from two orientations that come in one by one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analytics.joints.angle import JointAngleFilter, plane_basis
from analytics.movement.movement import conjugate, dot, product, rotation_vector_deg

if TYPE_CHECKING:
    from analytics.joints.axis import HingeAxes
    from analytics.signals.arrays import Quaternion, Vector

    from .observation import Hinge

__all__ = ["LiveHinge", "between"]


class LiveHinge:
    """`joints.angle.JointAngleFilter` on the frames of two streams.

    How far each sensor turned about the joint's axis comes from its orientations instead of its
    gyroscope: so all samples between two frames count, and the biases are off as VQF knows them.

    Args:
        rate_hz: of the frames.
        hinge: what is calibrated of the joint.
        axes: its axes, calibrated or found.
    """

    def __init__(self, rate_hz: float, hinge: Hinge, axes: HingeAxes) -> None:
        self._filter = JointAngleFilter(rate_hz, axes, hinge.zero_rad)
        self._proximal = _Side(_vector(axes.proximal), *map(_vector, plane_basis(axes.proximal)))
        self._distal = _Side(_vector(axes.distal), *map(_vector, plane_basis(axes.distal)))
        self._straight_deg = hinge.straight_deg
        if self._straight_deg is not None and hinge.zero_rad is None:
            self._straight_deg = 0.0

    def step(self, proximal: Quaternion, distal: Quaternion, *, restarted: bool) -> float:
        """The movement's angle at the next frame, degrees; see `observation.Hinge`."""
        if restarted:
            self._filter.restart()
        turned = self._distal.turned(distal) - self._proximal.turned(proximal)
        u1, v1 = self._proximal.seen(proximal)
        u2, v2 = self._distal.seen(distal)
        plane = math.atan2(v1 * u2 - u1 * v2, u1 * u2 + v1 * v2)
        visible = math.sqrt(min(u1 * u1 + v1 * v1, u2 * u2 + v2 * v2))
        angle_deg = math.degrees(self._filter.step(plane, visible, turned))
        return angle_deg if self._straight_deg is None else self._straight_deg - angle_deg


class _Side:
    """One sensor of the joint: its axis, and two unit vectors across it."""

    def __init__(self, axis: Vector, x: Vector, y: Vector) -> None:
        self._axis, self._x, self._y = axis, x, y
        self._last: Quaternion | None = None

    def turned(self, q: Quaternion) -> float:
        """How far it turned about the axis since the last frame, rad."""
        last, self._last = self._last or q, q
        w, x, y, z = product(conjugate(last), q)
        relative = (w, x, y, z) if w >= 0 else (-w, -x, -y, -z)
        return math.radians(dot(rotation_vector_deg(relative), self._axis))

    def seen(self, q: Quaternion) -> tuple[float, float]:
        """Earth's up along both vectors across the axis."""
        w, x, y, z = q
        up = (2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z)
        return dot(up, self._x), dot(up, self._y)


def between(p: Quaternion, q: Quaternion, share: float) -> Quaternion:
    """The orientation so far on the way from `p` to `q`, which are near each other."""
    a, b, c, d = p
    w, x, y, z = q
    if a * w + b * x + c * y + d * z < 0:
        w, x, y, z = -w, -x, -y, -z
    w, x, y, z = a + share * (w - a), b + share * (x - b), c + share * (y - c), d + share * (z - d)
    length = math.sqrt(w * w + x * x + y * y + z * z)
    return (w / length, x / length, y / length, z / length)


def _vector(values: object) -> Vector:
    x, y, z = values.tolist()  # type: ignore[attr-defined]
    return (x, y, z)
