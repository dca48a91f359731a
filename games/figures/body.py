"""A figure of rounded limbs, seen from the side, the front or above, in a box of 640 by 470."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = [
    "BED",
    "BOX",
    "BodyPart",
    "Bone",
    "Place",
    "Pose",
    "bent",
    "end",
    "lying",
    "seated",
    "seated_front",
    "standing",
]

Place: TypeAlias = tuple[float, float]

BOX: Final = (640, 470)
TORSO, UPPER_ARM, FOREARM, THIGH, SHANK = 128.0, 76.0, 72.0, 104.0, 98.0


@dataclass(frozen=True, slots=True)
class Bone:
    """A rounded limb from one joint to another.

    Attributes:
        moving: it is what the exercise is about.
        rim: a fine light edge sets it off from what it crosses.
    """

    start: Place
    stop: Place
    width: float = 26.0
    moving: bool = False
    rim: bool = True


@dataclass(frozen=True, slots=True)
class BodyPart:
    """Furniture or a thing held: a filled polygon."""

    points: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Pose:
    """One instant of an exercise.

    Attributes:
        bones: drawn in order, so the later ones lie nearer.
        head: middle of the head; None in a close-up.
        tip: the point whose way the arrow shows.
        sensor: where the first sensor is worn.
        things: furniture behind the figure.
        held: things before the figure.
    """

    bones: tuple[Bone, ...]
    head: Place | None
    tip: Place
    sensor: Place
    things: tuple[BodyPart, ...] = ()
    held: tuple[BodyPart, ...] = field(default=())


def end(start: Place, length: float, angle_deg: float) -> Place:
    """Where a limb ends: 0 points right, 90 up."""
    a = math.radians(angle_deg)
    return start[0] + length * math.cos(a), start[1] - length * math.sin(a)


def between(a: Place, b: Place, share: float) -> Place:
    """A place on the way from `a` to `b`."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def bent(start: Place, stop: Place, first: float, second: float, *, up: bool = True) -> Place:
    """The joint between two limbs of given lengths; `up` chooses the side it bends to."""
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    reach = min(math.hypot(dx, dy), first + second - 1e-6)
    along = math.atan2(-dy, dx)
    cosine = (first**2 + reach**2 - second**2) / (2 * first * reach)
    inner = math.acos(max(-1.0, min(1.0, cosine)))
    return end(start, first, math.degrees(along + (inner if up else -inner)))


CHAIR: Final = (
    BodyPart(((196, 318), (352, 318), (352, 334), (196, 334))),
    BodyPart(((196, 180), (212, 180), (212, 430), (196, 430))),
    BodyPart(((338, 334), (350, 334), (350, 430), (338, 430))),
)
BED: Final = (
    BodyPart(((60, 350), (590, 350), (590, 372), (60, 372))),
    BodyPart(((80, 372), (96, 372), (96, 430), (80, 430))),
    BodyPart(((554, 372), (570, 372), (570, 430), (554, 430))),
    BodyPart(((66, 326), (150, 318), (158, 350), (62, 350))),
)
STOOL: Final = (
    BodyPart(((252, 318), (388, 318), (388, 334), (252, 334))),
    BodyPart(((262, 334), (274, 334), (274, 430), (262, 430))),
    BodyPart(((366, 334), (378, 334), (378, 430), (366, 430))),
)


def seated(
    arm_deg: float | None = None,
    forearm_deg: float | None = None,
    thigh_deg: float = 0.0,
    shank_deg: float = -90.0,
    *,
    moving: str = "arm",
) -> Pose:
    """Seated on a chair, seen from its right side; None lets the arm rest on the thigh."""
    hip, shoulder = (256.0, 296.0), (250.0, 296.0 - TORSO)
    knee = end(hip, THIGH, thigh_deg)
    ankle = end(knee, SHANK, shank_deg)
    toes = end(ankle, 42, shank_deg + 86)
    other_knee = end(hip, THIGH, 0)
    other_ankle = end(other_knee, SHANK, -90)
    upper = -74.0 if arm_deg is None else arm_deg
    elbow = end(shoulder, UPPER_ARM, upper)
    fore = -14.0 if arm_deg is None else (upper if forearm_deg is None else forearm_deg)
    hand = end(elbow, FOREARM, fore)
    leg, arm = moving == "leg", moving == "arm"
    bones = (
        Bone(hip, other_knee, 32),
        Bone(other_knee, other_ankle, 26),
        Bone(other_ankle, end(other_ankle, 42, -4), 18),
        Bone(hip, shoulder, 46),
        Bone(hip, knee, 34, leg),
        Bone(knee, ankle, 28, leg),
        Bone(ankle, toes, 18, leg),
        Bone(shoulder, elbow, 26, arm and forearm_deg is None),
        Bone(elbow, hand, 22, arm),
    )
    tip = hand if arm else (ankle if shank_deg != -90 else knee)
    worn = between(elbow, hand, 0.75) if arm else between(knee, ankle, 0.6)
    if arm and forearm_deg is None:
        worn = between(shoulder, elbow, 0.55)
    if leg and shank_deg == -90:
        worn = between(hip, knee, 0.6)
    return Pose(bones, (shoulder[0] + 10, shoulder[1] - 56), tip, worn, CHAIR)


def seated_front(left: tuple[Place, Place], right: tuple[Place, Place], *, both: bool) -> Pose:
    """Seated on a stool, seen from the front; each arm as (elbow, hand), the right one moves."""
    shoulder, hip = 168.0, 300.0
    x = 320.0
    legs: list[Bone] = []
    for side in (-1, 1):
        knee, ankle = (x + side * 40, hip + 34), (x + side * 46, hip + 122)
        legs += [
            Bone((x + side * 26, hip), knee, 34),
            Bone(knee, ankle, 28),
            Bone(ankle, (ankle[0] + side * 10, ankle[1] + 8), 22),
        ]
    trunk = (
        Bone((x - 34, shoulder + 8), (x - 22, hip), 36, rim=False),
        Bone((x + 34, shoulder + 8), (x + 22, hip), 36, rim=False),
        Bone((x, shoulder + 6), (x, hip), 50, rim=False),
    )
    arms = (
        Bone((x - 52, shoulder), left[0], 25, both),
        Bone(left[0], left[1], 21, both),
        Bone((x + 52, shoulder), right[0], 25, moving=True),
        Bone(right[0], right[1], 21, moving=True),
    )
    return Pose(
        (*trunk, *legs, *arms),
        (x, shoulder - 62),
        right[1],
        between(right[0], right[1], 0.78),
        STOOL,
    )


def standing(rise: float, *, crossed: bool = False) -> Pose:
    """From sitting (0) to standing (1), seen from the side, with the lean in between.

    Args:
        rise: how far.
        crossed: the arms lie crossed on the chest, as the chair stand tests ask for.
    """
    ankle, toes = (352.0, 412.0), (394.0, 416.0)
    lean_deg = 88 - 38 * math.sin(math.pi * min(1.0, rise * 1.25)) * (1 - 0.25 * rise)
    # All but as far as the leg is long: the tests count full stands, and the figure shows one.
    hip = between((256.0, 296.0), (350.0, 200.6), rise)
    knee = bent(hip, ankle, THIGH, SHANK + 10, up=True)
    shoulder = end(hip, TORSO, lean_deg)
    if crossed:
        elbow = end(shoulder, 0.8 * UPPER_ARM, lean_deg - 140)
        hand = end(elbow, 0.7 * FOREARM, lean_deg + 24)
    else:
        elbow = end(shoulder, UPPER_ARM, -70)
        hand = end(elbow, FOREARM, -20)
    bones = (
        Bone(hip, knee, 34, moving=True),
        Bone(knee, ankle, 28, moving=True),
        Bone(ankle, toes, 18),
        Bone(hip, shoulder, 46, moving=True),
        Bone(shoulder, elbow, 26),
        Bone(elbow, hand, 22),
    )
    head = end(shoulder, 58, lean_deg - 8)
    return Pose(bones, head, shoulder, between(hip, knee, 0.55), CHAIR)


def lying(*, arm_deg: float | None = None, heel: float = 0.0) -> Pose:
    """On the back, head left; an arm that points along `arm_deg`, or a heel drawn up (0 to 1)."""
    shoulder, hip = (196.0, 324.0), (322.0, 326.0)
    flat_knee, flat_ankle = (430.0, 328.0), (530.0, 330.0)
    ankle = (530.0 - 118 * heel, 332.0)
    knee = bent(hip, ankle, THIGH + 2, SHANK + 6, up=True)
    leg = arm_deg is None
    arm = -8.0 if arm_deg is None else arm_deg
    elbow = end(shoulder, UPPER_ARM, arm)
    hand = end(elbow, FOREARM, arm)
    bones = (
        Bone(hip, flat_knee, 32),
        Bone(flat_knee, flat_ankle, 26),
        Bone(shoulder, hip, 46),
        Bone(hip, knee, 34, leg),
        Bone(knee, ankle, 28, leg),
        Bone(ankle, end(ankle, 36, 62), 18, leg),
        Bone(shoulder, elbow, 26, not leg),
        Bone(elbow, hand, 22, not leg),
    )
    tip, worn = (ankle, between(knee, ankle, 0.6)) if leg else (hand, between(shoulder, elbow, 0.6))
    return Pose(bones, (132.0, 312.0), tip, worn, BED)
