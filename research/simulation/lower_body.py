"""A trunk, a pelvis and a right leg down to the foot, for exercises on the feet and on the back.

Axes and limbs as in `body`. What a stance does to the trunk (leaning aside, swaying about the
ankles) has channels of its own, and a foot is a rigid bone that turns at the ankle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from .body import LEG_REST, SCREW_HOME_DEG, SHANK_M, THIGH_M, LimbSegment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.signals.arrays import Array

__all__ = ["FOOT_M", "STANCE_REST", "lower_body"]

FOOT_M = 0.15
"""From the ankle to the ball of the foot, about which a heel rises."""

STANCE_REST: Mapping[str, float] = {
    **LEG_REST, "pelvis": 0.0, "lean": 0.0, "tilt": 0.0, "ankle": 0.0,
}  # fmt: skip
"""Standing on both legs."""


def lower_body(channels: Mapping[str, Array]) -> dict[str, LimbSegment]:
    """Trunk, thigh, shank and foot of a right leg from its channels; see `STANCE_REST`.

    `pelvis` tips the pelvis up as in a bridge, against which the hip turns; `lean` and `tilt` turn
    the trunk forward and to the right; `ankle` points the foot down.
    """
    hip_m = np.column_stack([channels[k] for k in ("x", "y", "z")])
    whole = _turn("z", channels["turn"]) * _turn("x", channels["lie"])
    trunk = whole * _turn("x", -channels["lean"]) * _turn("y", channels["tilt"])
    thigh = (
        whole
        * _turn("x", channels["hip"] - channels["pelvis"])
        * _turn("y", -channels["aside"])
        * _turn("z", channels["hip_rotation"])
    )
    knee_m = hip_m + thigh.apply([0, 0, -THIGH_M])
    outwards = -SCREW_HOME_DEG * np.clip(1 - channels["knee"] / 30, 0, 1)
    shank = thigh * _turn("x", -channels["knee"]) * _turn("z", outwards)
    ankle_m = knee_m + shank.apply([0, 0, -SHANK_M])
    foot = shank * _turn("x", -channels["ankle"])
    return {
        "sternum": LimbSegment(trunk, hip_m, channels["lean"]),
        "thigh": LimbSegment(thigh, hip_m, channels["hip"] + channels["aside"]),
        "shank": LimbSegment(shank, knee_m, channels["knee"]),
        "foot": LimbSegment(foot, ankle_m, channels["ankle"]),
    }


def _turn(axis: str, angle_deg: Array) -> Rotation:
    return Rotation.from_euler(axis, angle_deg[:, None], degrees=True)
