"""The poses of each exercise, from its start (0) to its end (1)."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

from .body import (
    FOREARM,
    UPPER_ARM,
    BodyPart,
    Bone,
    Place,
    Pose,
    between,
    end,
    lying,
    seated,
    seated_front,
    standing,
)
from .feet_poses import balance, bridge, heel_raise, hip_abduction, walking

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["POSES", "posed_in"]

LEFT_REST: Final = ((258.0, 238.0), (286.0, 296.0))
RIGHT_SHOULDER: Final = (372.0, 168.0)
TABLE: Final = (
    BodyPart(((90, 330), (420, 330), (420, 350), (90, 350))),
    BodyPart(((120, 350), (140, 350), (140, 430), (120, 430))),
    BodyPart(((370, 350), (390, 350), (390, 430), (370, 430))),
)


def _front_arm(angle_deg: float) -> tuple[Place, Place]:
    elbow = end(RIGHT_SHOULDER, UPPER_ARM, angle_deg)
    return elbow, end(elbow, FOREARM, angle_deg)


def _forward_arm_raise(share: float) -> Pose:
    return seated(arm_deg=-84 + 154 * share)


def _arm_abduction(share: float) -> Pose:
    return seated_front(LEFT_REST, _front_arm(-78 + 146 * share), both=False)


def _supine_stick_flexion(share: float) -> Pose:
    pose = lying(arm_deg=18 + 140 * share)
    x, y = pose.tip
    stick = tuple((x + 15 * math.cos(a), y + 15 * math.sin(a)) for a in _turn(16))
    return Pose(pose.bones, pose.head, pose.tip, pose.sensor, pose.things, (BodyPart(stick),))


def _external_rotation(share: float) -> Pose:
    """On the back, seen from above: the forearm points up and turns outwards, elbow at the side."""
    elbow, turned = (322.0, 300.0), math.radians(-58 + 140 * share)
    # What points at the viewer looks short, and a little broader.
    hand = (elbow[0] + 10, elbow[1] + FOREARM * 1.1 * math.sin(turned))
    near = math.cos(turned)
    legs = tuple(
        bone
        for y in (226.0, 264.0)
        for bone in (
            Bone((354, y), (452, y), 32),
            Bone((452, y), (544, y), 26),
            Bone((546, y), (562, y + (4 if y > 245 else -4)), 20),
        )
    )
    bones = (
        Bone((218, 222), (350, 230), 34, rim=False),
        Bone((218, 268), (350, 260), 34, rim=False),
        Bone((222, 245), (356, 245), 56, rim=False),
        *legs,
        Bone((220, 196), (296, 182), 24),
        Bone((296, 182), (366, 188), 20),
        Bone((220, 294), elbow, 25),
        Bone(elbow, hand, 20 + 4 * near, moving=True),
    )
    bed = (
        BodyPart(((70, 130), (600, 130), (600, 360), (70, 360))),
        BodyPart(((84, 150), (176, 150), (176, 340), (84, 340))),
    )
    return Pose(bones, (154.0, 245.0), hand, between(elbow, hand, 0.8), bed)


def _external_rotation_upright(share: float) -> Pose:
    elbow = (386.0, 244.0)
    across = math.radians(150 - 140 * share)
    hand = (elbow[0] + FOREARM * 1.15 * math.cos(across), elbow[1] + 22 * math.sin(across) + 4)
    return seated_front(LEFT_REST, (elbow, hand), both=False)


def _elbow_bend(share: float) -> Pose:
    return seated(arm_deg=-82, forearm_deg=-78 + 140 * share)


def _forearm_turn(share: float) -> Pose:
    """The hand from the front, forearm on a table: the thumb travels from one side to the other."""
    turn = 170 - 160 * share
    middle = (320.0, 270.0)
    broad = end(middle, 64, turn)
    other = end(middle, 58, turn + 180)
    thumb = end(end(middle, 46, turn), 58, turn + 62 - 124 * share)
    bones = (
        Bone((320, 300), (320, 322), 60),
        Bone(other, broad, 46, moving=True),
        Bone(end(middle, 40, turn), thumb, 26, moving=True),
    )
    table = (
        BodyPart(((120, 322), (520, 322), (520, 346), (120, 346))),
        BodyPart(((150, 346), (172, 346), (172, 430), (150, 430))),
        BodyPart(((468, 346), (490, 346), (490, 430), (468, 430))),
    )
    return Pose(bones, None, broad, (320.0, 312.0), table)


def _wrist_lift(share: float) -> Pose:
    elbow, wrist = (150.0, 300.0), (400.0, 306.0)
    angle = -26 + 88 * share
    knuckles = end(wrist, 62, angle)
    fingers = end(knuckles, 58, angle - 14)
    thumb = end(end(wrist, 26, angle), 44, angle + 34)
    bones = (
        Bone(elbow, wrist, 50),
        Bone(wrist, knuckles, 42, moving=True),
        Bone(knuckles, fingers, 32, moving=True),
        Bone(end(wrist, 26, angle), thumb, 20, moving=True),
    )
    return Pose(bones, None, fingers, between(wrist, knuckles, 0.6), TABLE)


def _knee_extension(share: float) -> Pose:
    return seated(thigh_deg=0.0, shank_deg=-89.9 + 84 * share, moving="leg")


def _heel_slide(share: float) -> Pose:
    return lying(heel=share)


def _seated_march(share: float) -> Pose:
    return seated(thigh_deg=36 * share, shank_deg=-90, moving="leg")


def _toe_heel_raise(share: float) -> Pose:
    """Lower leg and foot, close: heel up at 0, flat half-way, toes up at 1."""
    knee = (250.0, 110.0)
    tilt = -34 + 62 * share
    heel_up = max(0.0, 0.55 - share)
    ankle = (262.0, 352.0 - 92 * heel_up)
    heel = end(ankle, 46, 214 + 0.6 * (tilt - 2))
    ball = end(ankle, 132, tilt - 18 if share < 0.55 else tilt - 24)
    bones = (
        Bone((60, 118), knee, 86),
        Bone(knee, ankle, 66),
        Bone(heel, ball, 42, moving=True),
        Bone(ball, end(ball, 36, max(-8.0, tilt - 20)), 34, moving=True),
    )
    floor = (BodyPart(((60, 410), (580, 410), (580, 424), (60, 424))),)
    return Pose(bones, None, ball, between(heel, ball, 0.6), floor)


def _big_reach(share: float) -> Pose:
    right = _reaching(RIGHT_SHOULDER, 1, share)
    left = _reaching((268.0, 168.0), -1, share)
    return seated_front(left, right, both=True)


def _reaching(shoulder: Place, side: int, share: float) -> tuple[Place, Place]:
    out = -58 + 92 * share
    fold = 118 * (1 - share)
    elbow = end(shoulder, UPPER_ARM, out)
    hand = end(elbow, FOREARM + 14 * share, out + fold)
    if side > 0:
        return elbow, hand
    return tuple((2 * shoulder[0] - x, y) for x, y in (elbow, hand))  # type: ignore[return-value]


def _turn(pieces: int) -> list[float]:
    return [2 * math.pi * n / pieces for n in range(pieces)]


POSES: Final[dict[str, Callable[[float], Pose]]] = {
    "forward-arm-raise": _forward_arm_raise,
    "arm-abduction": _arm_abduction,
    "supine-stick-flexion": _supine_stick_flexion,
    "external-rotation": _external_rotation,
    "elbow-bend": _elbow_bend,
    "forearm-turn": _forearm_turn,
    "wrist-lift": _wrist_lift,
    "knee-extension": _knee_extension,
    "heel-slide": _heel_slide,
    "seated-march": _seated_march,
    "sit-to-stand": standing,
    "chair-stand-30s": partial(standing, crossed=True),
    "five-stands": partial(standing, crossed=True),
    "five-sits": partial(standing, crossed=True),
    "toe-heel-raise": _toe_heel_raise,
    "big-reach": _big_reach,
    "heel-raise": heel_raise,
    "hip-abduction": hip_abduction,
    "bridge": bridge,
    "balance-stance": balance("together"),
    "balance-semi-tandem": balance("semi-tandem"),
    "balance-tandem": balance("tandem"),
    "walk": walking,
}
"""By the exercise's id in the library."""
_UPRIGHT: Final[dict[str, Callable[[float], Pose]]] = {
    "external-rotation": _external_rotation_upright
}
"""Exercises whose usual posture is lying, where they are done seated or standing."""


def posed_in(exercise: str, posture: str) -> Callable[[float], Pose]:
    """The poses of an exercise; one without a drawing of its own shows an arm raise.

    Args:
        exercise: id of the library.
        posture: as the plan asks for it; empty: the usual one.
    """
    if posture in {"seated", "standing"} and exercise in _UPRIGHT:
        return _UPRIGHT[exercise]
    return POSES.get(exercise, POSES["forward-arm-raise"])
