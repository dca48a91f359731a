"""The poses of the exercises for legs that carry the body, from start (0) to end (1)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from .body import (
    BED,
    FOREARM,
    SHANK,
    THIGH,
    TORSO,
    UPPER_ARM,
    BodyPart,
    Bone,
    Place,
    Pose,
    bent,
    between,
    end,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["balance", "bridge", "heel_raise", "hip_abduction", "walking"]

K: Final = 0.84
"""A standing figure is as much smaller, so that it fits."""
FLOOR_Y: Final = 418.0
WORKTOP: Final = (
    BodyPart(((412, 252), (560, 252), (560, 268), (412, 268))),
    BodyPart(((520, 268), (538, 268), (538, 430), (520, 430))),
)
"""Seen from the side, in front of the figure."""
WORKTOP_BEYOND: Final = (
    BodyPart(((140, 232), (500, 232), (500, 248), (140, 248))),
    BodyPart(((152, 248), (168, 248), (168, 404), (152, 404))),
    BodyPart(((472, 248), (488, 248), (488, 404), (472, 404))),
)
"""Seen from behind the figure, which faces it."""
CHAIR_BACKS: Final = tuple(
    BodyPart(((left, top), (right, top), (right, bottom), (left, bottom)))
    for edge in (150, 420)
    for left, right, top, bottom in (
        (edge, edge + 12, 228, 430),
        (edge + 58, edge + 70, 228, 430),
        (edge, edge + 70, 228, 252),
        (edge, edge + 70, 276, 292),
    )
)
"""One at each hand, seen from the front."""


def heel_raise(share: float) -> Pose:
    """Seen from the side, both hands on a worktop; the heels leave the floor."""
    ball, toes = (330.0, FLOOR_Y - 6), (354.0, FLOOR_Y - 4)
    lift = 40 * share
    ankle, heel = end(ball, 42, 158 - lift), end(ball, 54, 180 - lift)
    knee = end(ankle, SHANK * K, 90)
    hip = end(knee, THIGH * K, 91)
    shoulder = end(hip, TORSO * K, 89)
    hand = (424.0, 248.0)
    elbow = bent(shoulder, hand, UPPER_ARM * K, FOREARM * K, up=False)
    bones = (
        Bone(hip, knee, 30),
        Bone(hip, shoulder, 40),
        Bone(knee, ankle, 24, moving=True),
        Bone(heel, ball, 18, moving=True),
        Bone(ball, toes, 15),
        Bone(shoulder, elbow, 22),
        Bone(elbow, hand, 18),
    )
    head = end(shoulder, 50, 84)
    return Pose(bones, head, heel, between(ankle, ball, 0.55), WORKTOP)


def _standing(
    left: tuple[Place, Place], right: tuple[Place, Place], *, moving: bool, tilt_deg: float = 0.0
) -> tuple[tuple[Bone, ...], Place, Place]:
    """Bones, head and the middle of the chest of a figure that stands with its hands on something.

    Args:
        left: knee and ankle of the leg that stands.
        right: of the other one.
        moving: the right leg is what the exercise is about.
        tilt_deg: of the trunk, to the right.
    """
    pelvis = (320.0, 236.0)
    neck = end(pelvis, TORSO * K, 90 - tilt_deg)
    bones: list[Bone] = []
    for side, (knee, ankle) in ((-1, left), (1, right)):
        own = moving and side > 0
        hip = (pelvis[0] + side * 19, pelvis[1] + 4)
        bones += [
            Bone(hip, knee, 30, own),
            Bone(knee, ankle, 24, own),
            Bone(ankle, (ankle[0] + side * 5, ankle[1] + 9), 20, own),
        ]
    bones += [
        Bone((neck[0] - 26, neck[1] + 8), (pelvis[0] - 16, pelvis[1]), 32, rim=False),
        Bone((neck[0] + 26, neck[1] + 8), (pelvis[0] + 16, pelvis[1]), 32, rim=False),
        Bone(between(neck, pelvis, 0.06), pelvis, 44, rim=False),
    ]
    for side in (-1, 1):
        shoulder, hand = (neck[0] + side * 44, neck[1] + 2), (320.0 + side * 84, 230.0)
        elbow = bent(shoulder, hand, 58, 54, up=side < 0)
        bones += [Bone(shoulder, elbow, 21), Bone(elbow, hand, 18)]
    head = end(neck, 50, 90 - tilt_deg)
    return tuple(bones), head, between(pelvis, neck, 0.72)


def _leg(side: int, aside_deg: float) -> tuple[Place, Place]:
    hip = (320.0 + side * 19, 240.0)
    knee = end(hip, THIGH * K, -90 + side * aside_deg)
    return knee, end(knee, SHANK * K, -90 + side * aside_deg)


def hip_abduction(share: float) -> Pose:
    """Seen from behind, both hands on a worktop; the leg goes sideways."""
    right = _leg(1, 2 + 32 * share)
    bones, head, _ = _standing(_leg(-1, 2), right, moving=True)
    sensor = between((339.0, 240.0), right[0], 0.55)
    return Pose(bones, head, right[1], sensor, WORKTOP_BEYOND)


def balance(stance: str) -> Callable[[float], Pose]:
    """From a wide stance to `together`, `semi-tandem` or `tandem`, with footprints from above."""
    aside, ahead = {"together": (9.0, 0.0), "semi-tandem": (9.0, 22.0), "tandem": (1.0, 44.0)}[
        stance
    ]

    def pose(share: float) -> Pose:
        gap, forward = 26 + (aside - 26) * share, ahead * share
        legs = []
        for side in (-1, 1):
            # As in a mirror, what is ahead stands a little lower.
            at = (320.0 + side * gap, 392.0 + (0.5 * forward if side > 0 else 0.0))
            hip = (320.0 + side * 19, 240.0)
            legs.append((between(hip, at, 0.52), at))
        bones, head, chest = _standing(legs[0], legs[1], moving=True)
        prints = tuple(
            _footprint((560 + side * (gap + 5), 344 - (1.3 * forward if side > 0 else 0.0)))
            for side in (-1, 1)
        )
        tip = (320.0 + gap, 412.0 + 0.5 * forward)
        return Pose(bones, head, tip, chest, CHAIR_BACKS, prints)

    return pose


def _footprint(toes: Place) -> BodyPart:
    """A foot from above, toes up."""
    x, y = toes
    outline = ((-9, 4), (-4, -4), (5, -4), (10, 5), (9, 22), (7, 48), (0, 54), (-7, 48), (-7, 22))
    return BodyPart(tuple((x + dx, y + dy) for dx, dy in outline))


def walking(share: float) -> Pose:
    """Seen from the side: the near leg swings forward as the other one stays behind."""
    swing, pelvis = 52 * share - 26, (320.0, 240.0)
    neck = end(pelvis, TORSO * K, 87)
    bend = 46 * math.sin(math.pi * share)
    far = _step_of(pelvis, -swing, 8.0)
    near = _step_of(pelvis, swing, bend)
    arms = []
    for angle in (0.7 * swing, -0.7 * swing):
        elbow = end(neck, UPPER_ARM * K, -90 + angle)
        arms.append((elbow, end(elbow, FOREARM * K, -78 + 0.8 * angle)))
    (far_elbow, far_hand), (near_elbow, near_hand) = arms
    bones = (
        Bone(neck, far_elbow, 20),
        Bone(far_elbow, far_hand, 17),
        Bone(pelvis, far[0], 28),
        Bone(far[0], far[1], 23),
        Bone(far[1], far[2], 15),
        Bone(pelvis, neck, 40),
        Bone(pelvis, near[0], 30, moving=True),
        Bone(near[0], near[1], 24, moving=True),
        Bone(near[1], near[2], 16, moving=True),
        Bone(neck, near_elbow, 22),
        Bone(near_elbow, near_hand, 18),
    )
    floor = (BodyPart(((120, 424), (540, 424), (540, 432), (120, 432))),)
    sensor = between(near[0], near[1], 0.6)
    return Pose(bones, end(neck, 50, 84), near[1], sensor, floor)


def _step_of(hip: Place, forward_deg: float, bend_deg: float) -> tuple[Place, Place, Place]:
    knee = end(hip, THIGH * K, -90 + forward_deg)
    ankle = end(knee, SHANK * K, -90 + forward_deg - bend_deg)
    return knee, ankle, end(ankle, 34, forward_deg - 0.6 * bend_deg - 2)


def bridge(share: float) -> Pose:
    """On the back with the knees bent; the pelvis rises until thigh and trunk are in line."""
    shoulder, ankle = (196.0, 324.0), (432.0, 332.0)
    hip = end(shoulder, 124, 24 * share)
    knee = bent(hip, ankle, THIGH + 2, SHANK + 6, up=True)
    hand = end(end(shoulder, UPPER_ARM, -12), FOREARM, -6)
    bones = (
        Bone(shoulder, end(shoulder, UPPER_ARM, -12), 24),
        Bone(end(shoulder, UPPER_ARM, -12), hand, 20),
        Bone(shoulder, hip, 46, moving=True),
        Bone(hip, knee, 34, moving=True),
        Bone(knee, ankle, 28),
        Bone(ankle, (ankle[0] + 40, ankle[1] + 2), 18),
    )
    return Pose(bones, (132.0, 312.0), hip, between(hip, knee, 0.6), BED)
