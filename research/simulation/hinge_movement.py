"""Movements of a limb for the hinge simulator: smooth, varied, with the joint moving in space.

Repetitions are minimum-jerk strokes (Flash and Hogan 1985) with random amplitude and pace; slow
wandering of the whole limb lies over them. Lower-limb movements are planar chains of hip, knee
and ankle with the pelvis or the foot as their base, plus hip rotation and tilt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.spatial.transform import Rotation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analytics.signals.arrays import Array

FINE = 4
UPPER_ARM_M, THIGH_M, SHANK_M = 0.30, 0.42, 0.42
STRAIGHT_RAISES = 5
FLEXIONS = 5


class MovementSettings(Protocol):
    """What a movement asks of a scenario."""

    @property
    def rate_hz(self) -> float:
        """Sensor rate."""
        ...

    @property
    def seconds(self) -> float:
        """Length."""
        ...

    @property
    def rest_s(self) -> float:
        """Stillness at the start."""
        ...

    @property
    def contracture_deg(self) -> float:
        """The joint gets no straighter."""
        ...

    @property
    def joint(self) -> str:
        """`elbow` or `knee`."""
        ...


@dataclass(frozen=True, slots=True)
class HingeMovement:
    """A movement on the fine grid of [n] points.

    Attributes:
        flexion_deg: [n] joint angle, 0 straight.
        proximal: [n] orientation of the proximal bone, body to earth.
        joint_m: [n, 3] position of the joint.
        axial: [n] rotation of the distal bone about its long axis, -1 to 1.
    """

    flexion_deg: Array
    proximal: Rotation
    joint_m: Array
    axial: Array


def stroke(x: Array) -> Array:
    """Minimum-jerk rise from 0 at x <= 0 to 1 at x >= 1."""
    x = np.clip(x, 0, 1)
    return x**3 * (10 - 15 * x + 6 * x**2)


def repetitions(
    rng: np.random.Generator,
    t: Array,
    *,
    start_s: float,
    stop_s: float,
    amplitude: float,
    up_s: float,
    hold_s: float,
    pause_s: float,
    spread: float = 0.04,
) -> Array:
    """[n] a train of strokes up and down between two times, none cut off."""
    out = np.zeros_like(t)
    at = start_s
    while True:
        height = amplitude * (1 + spread * rng.standard_normal())
        up, down = up_s * (1 + 0.25 * rng.random(2))
        end = at + up + hold_s + down
        if end > stop_s:
            return out
        out += height * (stroke((t - at) / up) - stroke((t - at - up - hold_s) / down))
        at = end + pause_s


def wander(rng: np.random.Generator, t: Array, size: float, rest_s: float) -> Array:
    """[n] slow random sway of about this size, growing from stillness after the rest."""
    out = np.zeros_like(t)
    for frequency in rng.uniform(0.05, 0.35, 3):
        part = size * rng.uniform(0.3, 1)
        out += part * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 2 * np.pi))
    return stroke((t - rest_s) / 2) * out / 1.7


def _grid(settings: MovementSettings, seconds: float) -> Array:
    return np.arange(round(seconds * settings.rate_hz * FINE)) / (settings.rate_hz * FINE)


def _turn(axes: str, *angles_deg: Array) -> Rotation:
    return Rotation.from_euler(axes, np.column_stack(angles_deg), degrees=True)


def _arm(rng: np.random.Generator, s: MovementSettings, *, level: bool) -> HingeMovement:
    t = _grid(s, s.seconds)
    curls = repetitions(
        rng,
        t,
        start_s=s.rest_s,
        stop_s=s.seconds,
        amplitude=130 - s.contracture_deg,
        up_s=1.2,
        hold_s=0.4,
        pause_s=0.8,
    )
    flexion = np.minimum(s.contracture_deg + curls, 145)
    forward, side, yaw = (wander(rng, t, size, s.rest_s) for size in (10, 6, 20))
    base = Rotation.from_euler("y", 90 if level else 0, degrees=True)
    upper = _turn("z", yaw) * base * _turn("YX", side, forward)
    sway = np.column_stack([wander(rng, t, size, s.rest_s) for size in (0.02, 0.02, 0.005)])
    elbow = sway + upper.apply([0, 0, -UPPER_ARM_M])
    return HingeMovement(flexion, upper, elbow, wander(rng, t, 1, s.rest_s))


def curls(rng: np.random.Generator, s: MovementSettings) -> HingeMovement:
    """Elbow curls with the arm hanging: the hinge is horizontal."""
    return _arm(rng, s, level=False)


def curls_arm_level(rng: np.random.Generator, s: MovementSettings) -> HingeMovement:
    """Elbow curls in the horizontal plane: the hinge is vertical."""
    return _arm(rng, s, level=True)


def _leg(
    rng: np.random.Generator,
    t: Array,
    hip_deg: Array,
    knee_deg: Array,
    rest_s: float,
    *,
    hip_m: Array | None = None,
) -> HingeMovement:
    """A leg; with `hip_m` None the ankle stands still and carries the chain."""
    tilt, rotation, heading = (wander(rng, t, size, rest_s) for size in (3, 5, 4))
    thigh = _turn("z", heading) * _turn("XYZ", hip_deg, tilt, rotation)
    shank = thigh * _turn("x", -knee_deg)
    if hip_m is None:
        knee_m = -shank.apply([0, 0, -SHANK_M])
    else:
        knee_m = hip_m + thigh.apply([0, 0, -THIGH_M])
    return HingeMovement(knee_deg, thigh, knee_m, wander(rng, t, 1, rest_s))


def knee_extension(rng: np.random.Generator, s: MovementSettings) -> HingeMovement:
    """Seated, the shank lifted from 90 degrees to straight."""
    t = _grid(s, s.seconds)
    lift = repetitions(
        rng,
        t,
        start_s=s.rest_s,
        stop_s=s.seconds,
        amplitude=85 - s.contracture_deg,
        up_s=0.9,
        hold_s=0.6,
        pause_s=0.8,
    )
    hip = 85 + 0.06 * lift + wander(rng, t, 2, s.rest_s)
    return _leg(rng, t, hip, 90 - lift, s.rest_s, hip_m=np.zeros((len(t), 3)))


def squat(rng: np.random.Generator, s: MovementSettings) -> HingeMovement:
    """Squats and sit-to-stands: the foot stands, knee, hip and ankle share the movement."""
    t = _grid(s, s.seconds)
    knee = s.contracture_deg + repetitions(
        rng,
        t,
        start_s=s.rest_s,
        stop_s=s.seconds,
        amplitude=90 - s.contracture_deg,
        up_s=0.8,
        hold_s=0.4,
        pause_s=0.6,
    )
    ankle = knee * rng.uniform(0.25, 0.4)
    return _leg(rng, t, knee - ankle + wander(rng, t, 1.5, s.rest_s), knee, s.rest_s)


def walking(rng: np.random.Generator, s: MovementSettings) -> HingeMovement:
    """Level walking: swing and stance flexion, the hip carried forward, heel strikes."""
    t = _grid(s, s.seconds)
    gait = stroke((t - s.rest_s) / 2)
    cadence_hz = rng.uniform(0.75, 1.0)
    phase = np.cumsum(cadence_hz * (1 + wander(rng, t, 0.05, 0))) / (s.rate_hz * FINE)
    cycle = 2 * np.pi * phase
    stance = 15 * np.exp(3 * (np.cos(cycle - 2 * np.pi * 0.14) - 1))
    swing = 55 * np.exp(3 * (np.cos(cycle - 2 * np.pi * 0.72) - 1))
    knee = s.contracture_deg + gait * (5 + stance + swing)
    hip = gait * (8 + 22 * np.cos(cycle - 2 * np.pi * 0.95))
    strike = np.exp((np.cos(cycle - 2 * np.pi * 0.02) - 1) / (2 * np.pi * 0.012) ** 2)
    hip_m = np.column_stack(
        [
            0.02 * gait * np.sin(cycle),
            1.2 * np.cumsum(gait) / (s.rate_hz * FINE) + 0.01 * gait * np.cos(2 * cycle),
            0.02 * gait * np.cos(2 * cycle) - 0.0015 * gait * strike,
        ]
    )
    return _leg(rng, t, hip, knee, s.rest_s, hip_m=hip_m)


def calibration(rng: np.random.Generator, s: MovementSettings) -> HingeMovement:
    """Neutral pose still for 5 s, five flexions, five raises with the joint straight."""
    flexing_s, raising_s = FLEXIONS * 4.2, STRAIGHT_RAISES * 3.9
    t = _grid(s, 5 + flexing_s + raising_s + 1)
    range_deg = (120 if s.joint == "elbow" else 80) - s.contracture_deg
    bend = repetitions(
        rng,
        t,
        start_s=5,
        stop_s=5 + flexing_s,
        amplitude=range_deg,
        up_s=1.2,
        hold_s=0.3,
        pause_s=0.6,
    )
    raise_from = 5 + flexing_s
    raised = repetitions(
        rng,
        t,
        start_s=raise_from,
        stop_s=raise_from + raising_s,
        amplitude=60,
        up_s=1.3,
        hold_s=0.2,
        pause_s=0.5,
    )
    off_plane = np.deg2rad(rng.choice([-5, 5]))
    direction = np.array([np.cos(off_plane), np.sin(off_plane), 0])
    sway = [wander(rng, t, size, 5.0) for size in (3, 2)]
    # A knee is flexed standing on the other leg: the thigh stays upright, the shank goes back.
    proximal = Rotation.from_rotvec(np.deg2rad(raised)[:, None] * direction) * _turn("YX", *sway)
    length = UPPER_ARM_M if s.joint == "elbow" else THIGH_M
    joint_m = proximal.apply([0, 0, -length])
    return HingeMovement(s.contracture_deg + bend, proximal, joint_m, 0.3 * wander(rng, t, 1, 5.0))


MOVEMENTS: Mapping[str, Callable[[np.random.Generator, MovementSettings], HingeMovement]] = {
    "calibration": calibration,
    "curls": curls,
    "curls-arm-level": curls_arm_level,
    "knee-extension": knee_extension,
    "squat": squat,
    "walking": walking,
}

__all__ = ["MOVEMENTS", "HingeMovement", "MovementSettings", "repetitions", "stroke", "wander"]
