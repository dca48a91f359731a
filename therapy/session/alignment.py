"""What a segment calibration is of: one sensor on its segment, or a joint's two as a pair.

Also what the plan allows it: which angle the joint has in the neutral pose, and what the clinic
stored. No zero is taken from a neutral pose that the plan forbids.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from therapy.exercises.joint import joint_between
from therapy.exercises.observable import Observable, Quantity, site_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telemetry.body import Side
    from telemetry.messages.events import HingeCalibration
    from therapy.exercises.joint import Joint
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem
    from therapy.wording import Wording

__all__ = [
    "MOST_ATTEMPTS",
    "MOVEMENTS",
    "Alignment",
    "AlignmentPhase",
    "Measuring",
    "SegmentFound",
    "SegmentProgress",
    "alignments_of",
    "neutral_deg",
    "stored_for",
]

UnitVector: TypeAlias = tuple[float, float, float]

MOST_ATTEMPTS: Final = 2
"""How often one level is tried before the next one."""
MOVEMENTS: Final = 3
"""Flexions, and raises, that a functional calibration asks for."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """One calibration that is due.

    Attributes:
        placement: the sensor; of a joint the distal one.
        proximal: of a joint, the sensor nearer to the trunk.
        joint: None for one sensor by itself.
        hangs: whether the segment hangs straight down in the pose that is asked for.
    """

    placement: str
    proximal: str | None = None
    joint: Joint | None = None
    hangs: bool = False

    @property
    def placements(self) -> tuple[str, ...]:
        """All sensors of it, the one nearer to the trunk first."""
        return (self.placement,) if self.proximal is None else (self.proximal, self.placement)

    @property
    def side(self) -> Side | None:
        """Of the body; None in the middle."""
        side = self.placement.removeprefix(site_of(self.placement)).removeprefix("-")
        return cast("Literal['left', 'right'] | None", side or None)

    @property
    def marked(self) -> bool:
        """Whether the joint's axis is known from how its sensors are marked.

        A watch at the wrist turns with the forearm, and a hand's sensor lies on its back.
        """
        watches = {site_of(p) for p in self.placements} & {"wrist", "hand"}
        return self.joint is not None and self.side is not None and not watches


class AlignmentPhase(Enum):
    """What the person is asked to do in a calibration."""

    WAITING = "waiting for the person"
    STILL = "keep still"
    FLEXIONS = "bend the joint"
    RAISES = "raise the limb"


@dataclass(frozen=True, slots=True)
class Measuring:
    """How far the calibration on the screen is.

    Attributes:
        attempt: grows with each one, so that a late outcome is known as such.
        failed: attempts of this level that failed.
        seen: movements of this phase.
        tried: there was an attempt of this level.
        told: what it found wrong, or why this level comes now.
    """

    attempt: int = 0
    phase: AlignmentPhase = AlignmentPhase.WAITING
    began_ns: int = 0
    failed: int = 0
    seen: int = 0
    tried: bool = False
    told: Wording | None = None


@dataclass(frozen=True, slots=True)
class SegmentProgress:
    """The home sees how the calibration goes on."""

    attempt: int
    phase: AlignmentPhase
    seen: int = 0


@dataclass(frozen=True, slots=True)
class SegmentFound:
    """What came of an attempt, as the home measured it.

    Attributes:
        attempt, placement: which one this is the outcome of.
        note: in plain words, what to repeat or what was seen.
        blameless: nothing could be measured, e.g. a silent sensor: no failed attempt.
        axis, hinge: as in `SegmentCalibrated`.
    """

    attempt: int
    placement: str
    passed: bool
    note: Wording
    blameless: bool = False
    axis: UnitVector | None = None
    hinge: HingeCalibration | None = None


def alignments_of(items: Iterable[PlanItem], worn: Sequence[str]) -> tuple[Alignment, ...]:
    """The calibrations that are due before `items`, by the sensors worn.

    Two sensors that see a joint of some item are one calibration; a sensor of such a pair is
    calibrated by itself only where it is the one nearer to the trunk and another item looks at
    it alone. What no item uses, such as a heart sensor's own motion, is not calibrated.
    """
    joints: dict[str, Alignment] = {}
    alone: set[str] = set()
    beside: set[str] = set()
    hanging: set[str] = set()
    for item in items:
        near = [p for p in worn if _reaches(p, item.side)]
        seen = item.sees(near)
        if not isinstance(seen, Observable):
            beside.update(item.placements or near)
            continue
        first, *others = seen.placements
        beside.update(others)
        joint = joint_between(others[0], first) if others else None
        if seen.quantity is Quantity.FLEXION and joint is not None:
            joints[first] = Alignment(first, others[0], joint)
            continue
        alone.add(first)
        if (
            seen.quantity in (Quantity.ELEVATION, Quantity.RELATIVE_ELEVATION)
            and item.in_posture != "supine"
        ):
            hanging.add(first)
    paired = {p for alignment in joints.values() for p in alignment.placements}
    found = []
    for placement in dict.fromkeys(worn):
        if placement in joints:
            found.append(joints[placement])
        elif placement in alone or placement in beside - paired:
            found.append(Alignment(placement, hangs=placement in hanging))
    return tuple(found)


def neutral_deg(plan: Plan, alignment: Alignment) -> float | None:
    """The joint's angle in its neutral pose: as the clinician measured it, else 0 where allowed.

    None where it is not known, and then nothing may serve as zero.
    """
    for measured in plan.neutral_angles:
        if (measured.joint, measured.side) == (alignment.joint, alignment.side):
            return measured.angle_deg
    return 0.0 if plan.neutral_pose else None


def stored_for(plan: Plan, alignment: Alignment) -> HingeCalibration | None:
    """What the clinic stored for a joint's two sensors."""
    for stored in plan.calibrations:
        if (stored.proximal, stored.distal) == (alignment.proximal, alignment.placement):
            return stored
    return None


def _reaches(placement: str, side: str) -> bool:
    """Whether a sensor is on this side of the body, or in its middle."""
    return placement == site_of(placement) or placement.endswith(f"-{side}")
