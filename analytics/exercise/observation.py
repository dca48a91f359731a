"""What one exercise item lets the sensors see: decided once, before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from analytics.calibration.functional import CalibrationLevel
    from analytics.calibration.segments import KnownSegments
    from analytics.joints.axis import HingeAxes
    from analytics.observability.doubt import Doubt
    from analytics.signals.arrays import Vector
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted
    from telemetry.messages.motion import StreamOpened
    from therapy.exercises.dose import Tempo

__all__ = [
    "Hinge",
    "Method",
    "Observation",
    "Observe",
    "count_only",
    "doubted",
]


class Method(StrEnum):
    """How the angle of an item comes about."""

    ELEVATION = "elevation"
    """A segment's long axis against gravity, 0 hanging down: `orientation.elevation_deg`."""
    SWEPT = "swept"
    """The angle that gravity sweeps about the main axis of turning: `gravity_sweep.swept_deg`."""
    FLEXION = "flexion"
    """A hinge between two segments: `flexion.flexion`."""
    STANCE = "stance"
    """No angle: how long somebody stood still, and how much the trunk swayed, in `balance`."""
    WALK = "walk"
    """No angle: strides, in `gait`."""
    CHAIR_TEST = "chair test"
    """No angle: full stands, in `field_tests`."""
    COUNT = "count"
    """No angle: repetitions are found in `movement.Turning`, and nothing more is said."""


@dataclass(frozen=True, slots=True)
class Hinge:
    """The joint between the observed segment and the one nearer to the trunk.

    Attributes:
        proximal: stream of the sensor nearer to the trunk.
        axes: from segment calibration, flexion positive; None: found from the movement itself.
        zero_rad: the in-plane angle that reads 0; None: only the size of a movement is told.
        level: how the axes were found, where there are some; without, it is `motion`.
        straight_deg: None where the movement flexes the joint, and its angle is flexion. Where it
            straightens the joint, the angle is this less flexion, so that it rises with the
            movement: 90 for a knee that begins at a right angle, 0 for a wrist.
    """

    proximal: str
    axes: HingeAxes | None = None
    zero_rad: float | None = None
    level: CalibrationLevel = "functional"
    straight_deg: float | None = None

    @property
    def known_by(self) -> CalibrationLevel:
        """How its axes are known."""
        return "motion" if self.axes is None else self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """How one exercise item is seen.

    Attributes:
        stream: the stream that is looked at; for a joint that of its distal segment.
        axis: unit vector along the segment, away from the trunk, in sensor coordinates, where
            the method is elevation; None elsewhere.
        axis_measured: whether a calibration measured that axis; else the sensor's marking tells it.
        from_hanging: whether the exercise is begun with that segment hanging down.
        what: the observable in plain words, e.g. `forearm elevation, elbow straight`.
        not_observable: why there is no range; None where there is one.
        doubts: the same as reasons of the gate, in both languages.
        limit_deg: the clinician's limit of the angle.
        tempo: as prescribed, with its bounds; None: none is.
        method: how the angle comes about.
        hinge: the joint, where the method is flexion.
        trunk: stream of a sensor on the sternum, which sees how far the trunk leans.
        also: further figures to give, of `measures.MEASURES`.
        least_deg: a repetition turns the segment by more; smaller ones are attempts.
        told_from_deg: a set that is smaller in the median has no range, for another segment turns
            as much in it.
    """

    stream: str
    axis: Vector | None
    what: str
    not_observable: str | None = None
    doubts: tuple[Doubt, ...] = ()
    limit_deg: float | None = None
    tempo: Tempo | None = None
    method: Method = Method.ELEVATION
    axis_measured: bool = False
    from_hanging: bool = False
    hinge: Hinge | None = None
    trunk: str | None = None
    also: tuple[str, ...] = ()
    least_deg: float = 0.0
    told_from_deg: float = 0.0

    @property
    def zeroed(self) -> bool:
        """Whether its angle has a zero; else only the size of a movement is told.

        A swept angle counts from where the item happened to begin.
        """
        if self.hinge is not None:
            return self.hinge.zero_rad is not None
        return self.method is Method.ELEVATION


Observe: TypeAlias = Callable[
    ["ExerciseStarted | AssessmentStarted", Mapping[str, "StreamOpened"], "KnownSegments"],
    Observation | None,
]
"""Decides how an item is seen.

From its start, the streams it spans, all of them opened, and what was calibrated before it began.

None: by nothing, so that it leaves no result. Must give the same answer for the same arguments.
"""


def count_only(stream: str, reason: str, *, doubts: tuple[Doubt, ...] = ()) -> Observation:
    """An item whose repetitions can be counted and whose range cannot be seen."""
    return Observation(
        stream=stream,
        axis=None,
        what="repetitions",
        not_observable=reason,
        doubts=doubts,
        method=Method.COUNT,
    )


def doubted(seen: Observation, doubts: Sequence[Doubt]) -> Observation:
    """The same item where no figure of an angle passes the gate: only counted, at its tempo."""
    return replace(
        count_only(seen.stream, doubts[0].reason.en, doubts=tuple(doubts)),
        tempo=seen.tempo,
        trunk=seen.trunk,
        also=seen.also,
        least_deg=seen.least_deg,
    )
