"""What one exercise item lets the sensors see: decided once, before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from telemetry.events import AssessmentStarted, ExerciseStarted
    from telemetry.motion import StreamOpened

    from .orientation import Vector

__all__ = ["SEGMENT_AXES", "Observation", "Observe", "Phase", "PhaseLimits", "count_only"]


@dataclass(frozen=True, slots=True)
class Phase:
    """Bounds of one phase's duration in seconds; None: none."""

    min_s: float | None = None
    max_s: float | None = None


@dataclass(frozen=True, slots=True)
class PhaseLimits:
    """How fast and how slow a repetition may be, phase by phase."""

    up: Phase = field(default_factory=Phase)
    hold: Phase = field(default_factory=Phase)
    down: Phase = field(default_factory=Phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """How one exercise item is seen.

    Attributes:
        stream: the stream that is looked at.
        axis: unit vector along the segment, away from the trunk, in sensor coordinates; its
            elevation against gravity is the angle. None: repetitions are only counted.
        what: the observable in plain words, e.g. `forearm elevation, elbow straight`.
        not_observable: why there is no range; None where there is one.
        limit_deg: the clinician's limit of the angle.
        phases: bounds for the speed.
    """

    stream: str
    axis: Vector | None
    what: str
    not_observable: str | None = None
    limit_deg: float | None = None
    phases: PhaseLimits = field(default_factory=PhaseLimits)


Observe: TypeAlias = Callable[
    ["ExerciseStarted | AssessmentStarted", Mapping[str, "StreamOpened"]], Observation | None
]
"""Decides how an item is seen, from its start and the streams it spans, all of them opened.

None: by nothing, so that it leaves no result. Must give the same answer for the same arguments.
"""

SEGMENT_AXES: dict[str, Vector] = {
    "wrist-left": (1.0, 0.0, 0.0),
    "wrist-right": (-1.0, 0.0, 0.0),
}
"""Where the hand lies, seen from a watch worn with its crown or button as usual, by placement.

A watch's x axis lies along the forearm; worn the same way round, it points to the hand on the
left wrist and to the elbow on the right.
"""


def count_only(stream: str, reason: str) -> Observation:
    """An item whose repetitions can be counted and whose range cannot be seen."""
    return Observation(stream=stream, axis=None, what="repetitions", not_observable=reason)
