"""A seated figure on its feet: for exercises that a plan asks for standing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .body import CHAIR, STOOL, Bone

if TYPE_CHECKING:
    from .body import Place, Pose

__all__ = ["upright"]

HIP_Y: Final = 290.0
"""Bones that begin and end below it are legs."""
SMALLER: Final = 0.84
MIDDLE_X, GROUND_Y, SOLE_Y = 320.0, 425.0, 510.0

SIDE_LEGS: Final = (
    Bone((256, 296), (262, 396), 32),
    Bone((262, 396), (256, 492), 26),
    Bone((256, 494), (300, 500), 18),
)
FRONT_LEGS: Final = tuple(
    bone
    for side in (-1, 1)
    for bone in (
        Bone((320 + side * 24, 300), (320 + side * 28, 398), 34),
        Bone((320 + side * 28, 398), (320 + side * 30, 492), 28),
        Bone((320 + side * 30, 492), (320 + side * 40, 500), 22),
    )
)


def upright(pose: Pose) -> Pose:
    """The pose standing and without its seat, a little smaller; lying ones and hands stay."""
    if pose.things is CHAIR:
        legs: tuple[Bone, ...] = SIDE_LEGS
    elif pose.things is STOOL:
        legs = FRONT_LEGS
    else:
        return pose
    above = tuple(b for b in pose.bones if min(b.start[1], b.stop[1]) < HIP_Y)
    bones = tuple(
        replace(b, start=_placed(b.start), stop=_placed(b.stop), width=b.width * SMALLER)
        for b in (*legs, *above)
    )
    head = None if pose.head is None else _placed(pose.head)
    return replace(
        pose,
        bones=bones,
        head=head,
        tip=_placed(pose.tip),
        sensor=_placed(pose.sensor),
        things=(),
    )


def _placed(at: Place) -> Place:
    x, y = at
    return MIDDLE_X + (x - MIDDLE_X) * SMALLER, GROUND_Y - (SOLE_Y - y) * SMALLER
