"""An arm and a leg as chains of rigid bones: where each segment is and how it lies.

Axes of a person who stands upright and looks north: x right, y forward, z up; limbs hang along
-z. Joints have their centres at the ends of the bones, and their axes are those of real ones: the
elbow's is oblique by the carrying angle, the knee turns the shank outwards over the last degrees
of extension. Nothing is taken from the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.signals.arrays import Array

__all__ = ["ARM_REST", "LEG_REST", "LimbSegment", "arm", "elevation_deg", "leg"]

TRUNK_M, SHOULDER_M = 0.48, 0.18
UPPER_ARM_M, FOREARM_M, THIGH_M, SHANK_M = 0.30, 0.26, 0.42, 0.41
CARRYING_DEG = 9.0
SCREW_HOME_DEG = 9.0
"""How far the shank turns outwards over the last 30 degrees of extension."""

ARM_REST: Mapping[str, float] = {
    "lie": 0.0, "lean": 0.0, "turn": 0.0, "raise": 8.0, "plane": 30.0, "rotation": 0.0,
    "elbow": 8.0, "pronation": 0.0, "x": 0.0, "y": 0.0, "z": 0.0,
}  # fmt: skip
"""Standing or seated, the arm hanging."""
LEG_REST: Mapping[str, float] = {
    "lie": 0.0, "turn": 0.0, "hip": 0.0, "aside": 3.0, "hip_rotation": 0.0, "knee": 3.0,
    "x": 0.0, "y": 0.0, "z": 0.0,
}  # fmt: skip
"""Standing on both legs."""


@dataclass(frozen=True, slots=True)
class LimbSegment:
    """One bone on the fine grid.

    Attributes:
        turned: [m] its orientation, segment to earth.
        joint_m: [m, 3] its end nearer to the trunk.
        bent_deg: [m] angle of that joint, by which muscles swell under a strap.
    """

    turned: Rotation
    joint_m: Array
    bent_deg: Array


def arm(channels: Mapping[str, Array]) -> dict[str, LimbSegment]:
    """Trunk, upper arm and forearm of a right arm from its channels; see `ARM_REST`.

    `raise` is the angle of the upper arm from hanging in the `plane` (0 aside, 90 forward) of the
    trunk, `lean` the trunk's forward lean; `lie` turns the whole person onto the back.
    """
    root = np.column_stack([channels[k] for k in ("x", "y", "z")])
    trunk = _turn("z", channels["turn"]) * _turn("x", channels["lie"] - channels["lean"])
    shoulder = root + trunk.apply([SHOULDER_M, 0, TRUNK_M])
    plane, raised = np.radians(channels["plane"]), np.radians(channels["raise"])
    axis = np.column_stack([np.sin(plane), -np.cos(plane), np.zeros_like(plane)])
    upper = trunk * Rotation.from_rotvec(raised[:, None] * axis) * _turn("z", channels["rotation"])
    elbow = shoulder + upper.apply([0, 0, -UPPER_ARM_M])
    carrying = Rotation.from_euler("y", -CARRYING_DEG, degrees=True)
    fore = upper * carrying * _turn("x", channels["elbow"]) * _turn("z", channels["pronation"])
    return {
        "sternum": LimbSegment(trunk, root, channels["lean"]),
        "upper-arm": LimbSegment(upper, shoulder, channels["raise"]),
        "forearm": LimbSegment(fore, elbow, channels["elbow"]),
    }


def leg(channels: Mapping[str, Array]) -> dict[str, LimbSegment]:
    """Thigh and shank of a right leg from its channels; see `LEG_REST`."""
    hip_m = np.column_stack([channels[k] for k in ("x", "y", "z")])
    pelvis = _turn("z", channels["turn"]) * _turn("x", channels["lie"])
    thigh = (
        pelvis
        * _turn("x", channels["hip"])
        * _turn("y", -channels["aside"])
        * _turn("z", channels["hip_rotation"])
    )
    knee_m = hip_m + thigh.apply([0, 0, -THIGH_M])
    outwards = -SCREW_HOME_DEG * np.clip(1 - channels["knee"] / 30, 0, 1)
    shank = thigh * _turn("x", -channels["knee"]) * _turn("z", outwards)
    return {
        "sternum": LimbSegment(pelvis, hip_m, channels["hip"]),
        "thigh": LimbSegment(thigh, hip_m, channels["hip"]),
        "shank": LimbSegment(shank, knee_m, channels["knee"]),
    }


def elevation_deg(segment: LimbSegment) -> Array:
    """[m] angle of a limb's bone from hanging down."""
    down = segment.turned.apply([0, 0, -1])
    up: Array = np.degrees(np.arccos(np.clip(-down[:, 2], -1, 1)))
    return up


def _turn(axis: str, angle_deg: Array) -> Rotation:
    return Rotation.from_euler(axis, angle_deg[:, None], degrees=True)
