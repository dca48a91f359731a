"""The angle of a hinge joint between two worn sensors: gated fusion, live and recorded.

Both forms share two sources. The joint's angular rate, `gyr_distal @ j2 - gyr_proximal @ j1`,
knows every movement and drifts. The in-plane angle between the two directions of gravity does not
drift and sees nothing when the axis is vertical. No magnetometer and no heading enter.

Live (`JointAngleFilter`), per sample:

1. `angle += rate * dt`, gyroscope biases taken off as VQF estimates them.
2. `visible = min(|up1 - (up1 @ j1) j1|, |up2 - (up2 @ j2) j2|)`, 0 with the axis vertical.
3. Pull to the in-plane angle with gain `dt / 0.5 s * clip((visible - 0.15) / 0.35, 0, 1)`.

Recorded (`recorded_angle`): `angle = integral of the rate + c(t)`, `c` slow. It is found from all
gravity readings, past and to come, as the smoothed state of a Kalman filter run forward and
backward (Rauch, Tung, Striebel 1965) with the states offset and bias, the gravity readings'
standard deviation growing as `visible` shrinks. One repetition of 1.5 s has no start to settle in:
the bias is then held near zero by its prior and the gyroscope carries the shape.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.signals.orientation import looked_back, up_in_sensor

from .axis import HingeAxes, project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.signals.arrays import Array


PULL_S = 0.5
GATE_FROM, GATE_WIDTH = 0.15, 0.35
"""Gravity's part in the plane: below the first ignored, from the sum on trusted in full."""

BLOCK_S = 0.1
"""Grid of the slow correction."""
GRAVITY_SIGMA_RAD = math.radians(3.0)
"""Of one block's in-plane angle at full visibility; errors last about a second, hence so large."""
OFFSET_WALK_RAD = math.radians(0.3)
"""Per square root of a second: gyroscope scale, axis error."""
BIAS_SIGMA_RAD_S = math.radians(0.7)
"""Of two sensors' biases together before anything is known."""
SETTLED_BIAS_SIGMA_RAD_S = math.radians(0.05)
"""After VQF had `SETTLING_S` to find them."""
SETTLING_S = 20.0
BIAS_WALK_RAD_S = math.radians(0.004)
CHANGE_S = 5.0
"""From one end of a repetition to the other."""


class JointAngleFilter:
    """Live fusion for one joint; batches in, angles out, the same bits for any cutting.

    Args:
        rate_hz: of both streams, on one grid.
        axes: from segment calibration, signed so that flexion is positive.
        zero_rad: the in-plane angle that reads 0, from segment calibration; None: the angle
            counts from the first sample.
    """

    def __init__(self, rate_hz: float, axes: HingeAxes, zero_rad: float | None = 0.0) -> None:
        self._dt = 1 / rate_hz
        self._axes = axes
        self._zero = zero_rad
        self._angle: float | None = None
        self._lost = False

    def push(
        self, up_proximal: Array, up_distal: Array, gyr_proximal: Array, gyr_distal: Array
    ) -> tuple[Array, Array]:
        """Angles (rad) and visibility (0-1), each [n].

        Args:
            up_proximal: [n, 3] unit vectors to earth's up in the proximal sensor.
            up_distal: the same in the distal one.
            gyr_proximal: [n, 3] rad/s, biases taken off.
            gyr_distal: the same of the distal one.
        """
        plane, visible = in_plane_angle(up_proximal, up_distal, self._axes)
        turned = self._axes.rate(gyr_proximal, gyr_distal) * self._dt
        angles = [
            self.step(p, v, t)
            for p, v, t in zip(plane.tolist(), visible.tolist(), turned.tolist(), strict=True)
        ]
        return np.array(angles), visible

    def step(self, plane: float, visible: float, turned: float) -> float:
        """The angle (rad) at the next sample.

        Args:
            plane: the in-plane angle of gravity, rad.
            visible: gravity's part in the plane, 0 to 1.
            turned: by how much the joint turned since the last sample, rad.
        """
        seen = visible > GATE_FROM
        angle = self._angle
        if angle is None:
            given = self._zero is not None and seen
            angle = _wrapped(plane - (self._zero or 0.0)) if given else 0.0
        elif self._lost:
            # How it turned meanwhile is not known: gravity tells, or it is taken not to have.
            if seen and self._zero is not None:
                angle += _wrapped(plane - self._zero - angle)
        else:
            angle += turned
            if self._zero is not None:
                gate = min(max((visible - GATE_FROM) / GATE_WIDTH, 0.0), 1.0)
                angle += self._dt / PULL_S * gate * _wrapped(plane - self._zero - angle)
        if self._zero is None and seen:
            self._zero = plane - angle
        self._angle, self._lost = angle, False
        return angle

    def restart(self) -> None:
        """Samples are lost: the next one begins from gravity."""
        self._lost = True

    def state(self) -> dict[str, Any]:
        """All that it remembers, as plain values."""
        return {"angle": self._angle, "zero": self._zero, "lost": self._lost}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._angle, self._zero, self._lost = state["angle"], state["zero"], state["lost"]


@dataclass(frozen=True, slots=True)
class RecordedAngle:
    """A recording's angle and how well it is known.

    Attributes:
        angle_rad: [n], relative to `zero_rad`; without a zero, to the start.
        offset_sigma_rad: [n] standard deviation of the slow part (drift, gravity), tissue apart;
            without a zero, of its change since the start.
        visible: [n] 0-1.
        looseness: how far the two sensors are from one rigid hinge: root mean square of
            `|gyr1 x j1| - |gyr2 x j2|` over that of the joint's rate.
        zero_rad: the in-plane angle that reads 0.
        change_sigma_rad: standard deviation of the slow part of a change within `CHANGE_S`.
    """

    angle_rad: Array
    offset_sigma_rad: Array
    visible: Array
    looseness: float
    zero_rad: float = 0.0
    change_sigma_rad: float = 0.0


def recorded_angle(
    proximal: tuple[Array, Array],
    distal: tuple[Array, Array],
    rate_hz: float,
    axes: HingeAxes,
    zero_rad: float | None = None,
) -> RecordedAngle:
    """The joint angle of a whole recording.

    Args:
        proximal: (acc m/s², gyr rad/s), each [n, 3], without gaps.
        distal: the same of the other sensor, on the same grid.
        rate_hz: of the grid.
        axes: signed so that flexion is positive.
        zero_rad: the in-plane angle that reads 0; None counts from the start.
    """
    ups, gyrs = [], []
    for acc, gyr in (proximal, distal):
        found = looked_back(_dense(acc), _dense(gyr), None, rate_hz, of_joint=True)
        ups.append(up_in_sensor(found["quat6D"]))
        gyrs.append(gyr - found["bias"])
    rate = axes.rate(gyrs[0], gyrs[1])
    turned = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / (2 * rate_hz))])
    loose = looseness(gyrs[0], gyrs[1], axes)
    return held_by_gravity(turned, (ups[0], ups[1]), rate_hz, axes, zero_rad=zero_rad, loose=loose)


def held_by_gravity(
    turned: Array,
    ups: tuple[Array, Array],
    rate_hz: float,
    axes: HingeAxes,
    *,
    zero_rad: float | None,
    loose: float,
) -> RecordedAngle:
    """The angle of an unbroken run, from how far the joint turned and where gravity points.

    Args:
        turned: [n] rad, about the axis since the first sample; may drift.
        ups: [n, 3] unit vectors to earth's up in the proximal and the distal sensor.
        rate_hz: of the samples.
        axes: signed so that flexion is positive.
        zero_rad: the in-plane angle that reads 0; None counts from the start.
        loose: see `looseness`.
    """
    count = len(turned)
    plane, visible = in_plane_angle(ups[0], ups[1], axes)
    bias_sigma = _bias_sigma(count / rate_hz)
    correction, sigma = _slow_correction(plane - turned, visible, bias_sigma, rate_hz)
    angle = turned + correction
    # Within a repetition gravity bounds the drift of a change, and so does the gyroscope.
    carried = math.hypot(bias_sigma * CHANGE_S, OFFSET_WALK_RAD * math.sqrt(CHANGE_S))
    change = min(math.sqrt(2) * float(np.median(sigma)), carried)
    if zero_rad is None:
        zero_rad = float(angle[0])
        angle = angle - zero_rad
        t = np.arange(count) / rate_hz
        drifted = np.sqrt((bias_sigma * t) ** 2 + OFFSET_WALK_RAD**2 * t)
        sigma = np.minimum(np.hypot(sigma, sigma[0]), drifted)
    else:
        middle = float(np.median(angle)) - zero_rad
        angle = angle - zero_rad - 2 * np.pi * round(middle / (2 * np.pi))
    return RecordedAngle(angle, sigma, visible, loose, zero_rad, change)


def in_plane_angle(up_proximal: Array, up_distal: Array, axes: HingeAxes) -> tuple[Array, Array]:
    """The angle from gravity alone and how much of gravity lies in the joint's plane.

    Returns:
        [n] rad, growing with the joint's angle, wrapped to ±pi and with an arbitrary zero that
        depends on the axes only; [n] visibility, 0 with the axis vertical, 1 horizontal.
    """
    x1, y1 = plane_basis(axes.proximal)
    x2, y2 = plane_basis(axes.distal)
    u1, v1 = project(up_proximal, x1), project(up_proximal, y1)
    u2, v2 = project(up_distal, x2), project(up_distal, y2)
    angle = np.arctan2(v1 * u2 - u1 * v2, u1 * u2 + v1 * v2)
    return angle, np.sqrt(np.minimum(u1 * u1 + v1 * v1, u2 * u2 + v2 * v2))


def looseness(gyr1: Array, gyr2: Array, axes: HingeAxes) -> float:
    """How far two sensors are from one rigid hinge; see `RecordedAngle`. Rates [n, 3] rad/s."""
    across = [
        np.linalg.norm(np.cross(g, j), axis=1)
        for g, j in ((gyr1, axes.proximal), (gyr2, axes.distal))
    ]
    turning = float(np.sqrt(np.mean(axes.rate(gyr1, gyr2) ** 2)))
    return float(np.sqrt(np.mean((across[0] - across[1]) ** 2))) / max(turning, 0.05)


def _bias_sigma(seconds: float) -> float:
    """What is left of two gyroscopes' biases after VQF had this long to find them, rad/s."""
    known = min(seconds / SETTLING_S, 1.0)
    return BIAS_SIGMA_RAD_S + (SETTLED_BIAS_SIGMA_RAD_S - BIAS_SIGMA_RAD_S) * known


def plane_basis(axis: Array) -> tuple[Array, Array]:
    """Two unit vectors that span the plane across the axis, right-handed with it."""
    least = np.zeros(3)
    least[int(np.argmin(np.abs(axis)))] = 1.0
    x = np.cross(axis, least)
    x /= np.linalg.norm(x)
    return x, np.cross(axis, x)


def _slow_correction(
    difference: Array, visible: Array, bias_sigma: float, rate_hz: float
) -> tuple[Array, Array]:
    """[n] smoothed `c(t)` of gravity minus integrated rate, and its standard deviation."""
    block = max(1, round(BLOCK_S * rate_hz))
    starts = np.arange(0, len(difference), block)
    weight = np.clip((visible - GATE_FROM) / GATE_WIDTH, 0.0, 1.0) ** 2
    # Averaged on the circle: the difference is known up to whole turns only.
    sums = np.add.reduceat(weight * np.exp(1j * difference), starts)
    total = np.add.reduceat(weight, starts)
    share = total / np.diff(np.append(starts, len(difference)))
    mean, variance = _smooth(np.angle(sums).tolist(), share.tolist(), block / rate_hz, bias_sigma)
    at, centres = np.arange(len(difference)), starts + (block - 1) / 2
    return np.interp(at, centres, mean), np.sqrt(np.interp(at, centres, variance))


def _smooth(
    readings: list[float], shares: list[float], dt: float, bias_sigma: float
) -> tuple[Array, Array]:
    """Forward-backward Kalman filter of (offset, bias): means and variances of the offset."""
    first = next((i for i, s in enumerate(shares) if s > 0), 0)
    m = np.array([readings[first], 0.0])
    p = np.diag([np.pi**2, bias_sigma**2])
    step = np.array([[1.0, dt], [0.0, 1.0]])
    noise = np.diag([OFFSET_WALK_RAD**2 * dt, BIAS_WALK_RAD_S**2 * dt])
    filtered: list[tuple[Array, Array]] = []
    predicted: list[tuple[Array, Array]] = []
    for reading, share in zip(readings, shares, strict=True):
        if filtered:
            m, p = step @ m, step @ p @ step.T + noise
        predicted.append((m, p))
        if share > 0:
            gain = p[:, 0] / (p[0, 0] + GRAVITY_SIGMA_RAD**2 / share)
            m = m + gain * _wrapped(reading - m[0])
            p = p - np.outer(gain, p[0])
        filtered.append((m, p))
    mean, variance = np.empty(len(filtered)), np.empty(len(filtered))
    m, p = filtered[-1]
    mean[-1], variance[-1] = m[0], p[0, 0]
    for i in range(len(filtered) - 2, -1, -1):
        (fm, fp), (nm, np_) = filtered[i], predicted[i + 1]
        back = fp @ step.T @ np.linalg.inv(np_)
        m = fm + back @ (m - nm)
        p = fp + back @ (p - np_) @ back.T
        mean[i], variance[i] = m[0], p[0, 0]
    return mean, np.maximum(variance, 0.0)


def _wrapped(angle: float) -> float:
    """The same angle within ±pi."""
    return math.remainder(angle, 2 * math.pi)


def _dense(values: Array) -> Array:
    return np.ascontiguousarray(values, np.float64)


__all__ = [
    "JointAngleFilter",
    "RecordedAngle",
    "held_by_gravity",
    "in_plane_angle",
    "looseness",
    "plane_basis",
    "recorded_angle",
]
