"""The exercises on the feet and on the back that are simulated, as `exercise_motion` has others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .body import elevation_deg
from .exercise_motion import ExerciseMotion
from .lower_body import STANCE_REST, lower_body
from .upright_scripts import chair_test, stances, walks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.signals.arrays import Array

    from .body import LimbSegment

__all__ = ["LEG_MOTIONS"]


def _thigh(_: Mapping[str, Array], segments: Mapping[str, LimbSegment]) -> Array:
    return elevation_deg(segments["thigh"])


def _in_bridge(channels: Mapping[str, Array], _: Mapping[str, LimbSegment]) -> Array:
    """The thigh's turn about the line through both hips, towards the straight line."""
    return channels["pelvis"] - channels["hip"] - channels["lie"]


def _heel(channels: Mapping[str, Array], _: Mapping[str, LimbSegment]) -> Array:
    return channels["ankle"]


def _upright(channels: Mapping[str, Array], _: Mapping[str, LimbSegment]) -> Array:
    """The thigh's turn from level towards upright."""
    return 90 - channels["hip"]


_HEEL_UP_M: Final = 0.09
_ON_CHAIR: Final = {"hip": 86.0, "knee": 88.0}
_TO_STANDING: Final = {"hip": (86.0, 5.0), "knee": (88.0, 5.0), "z": (0.0, 0.4), "y": (0.0, 0.38)}
_HELD: Final = ("lie", "turn", "pelvis", "tilt")
_BRIDGE: Final = {"lie": 90.0, "hip": 52.0, "knee": 98.0}

LEG_MOTIONS: Final[Mapping[str, ExerciseMotion]] = {
    "heel-raise": ExerciseMotion(
        "heel-raise", "standing", ("foot",), lower_body, {},
        {"ankle": (0.0, 36.0), "z": (0.0, _HEEL_UP_M)}, _heel,
        up_s=1.2, hold_s=0.7, down_s=1.6, stance=STANCE_REST,
    ),
    "hip-abduction": ExerciseMotion(
        "hip-abduction", "standing", ("thigh", "sternum"), lower_body, {},
        {"aside": (3.0, 34.0)}, _thigh,
        up_s=1.4, hold_s=0.7, down_s=1.8, stance=STANCE_REST, compensates="tilt", marked=True,
    ),
    "hip-abduction-alone": ExerciseMotion(
        "hip-abduction", "standing", ("thigh",), lower_body, {},
        {"aside": (3.0, 34.0)}, _thigh,
        up_s=1.4, hold_s=0.7, down_s=1.8, stance=STANCE_REST, compensates="tilt", marked=True,
    ),
    "sit-to-stand": ExerciseMotion(
        "sit-to-stand", "seated", ("thigh",), lower_body, _ON_CHAIR, _TO_STANDING, _upright,
        up_s=1.3, hold_s=0.6, down_s=1.6, stance=STANCE_REST, compensates="none", resting=_HELD,
    ),
    "chair-test": ExerciseMotion(
        "chair-stand-30s", "seated", ("thigh",), lower_body, _ON_CHAIR, _TO_STANDING, _upright,
        stance=STANCE_REST, compensates="none", resting=_HELD, script=chair_test,
    ),
    "balance": ExerciseMotion(
        "balance-stance", "standing", ("sternum",), lower_body, {}, {}, _heel,
        stance=STANCE_REST, resting=tuple(STANCE_REST), script=stances,
    ),
    "walk": ExerciseMotion(
        "walk", "standing", ("shank",), lower_body, {},
        {"hip": (0.0, 0.0), "knee": (0.0, 0.0)}, _heel,
        stance=STANCE_REST, resting=("lie", "pelvis"), script=walks,
    ),
    "bridge": ExerciseMotion(
        "bridge", "supine", ("thigh",), lower_body, _BRIDGE,
        {"hip": (52.0, 10.0), "z": (0.0, 0.16)}, _in_bridge,
        up_s=1.5, hold_s=2.0, down_s=1.8, stance=STANCE_REST, resting=("lie", "pelvis", "turn"),
        compensates="none",
    ),
}  # fmt: skip
"""By name."""
