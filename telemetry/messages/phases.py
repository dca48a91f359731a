"""Which phase of a session an event begins, as pages, points and dashboards name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from .events import (
    AssessmentEnded,
    AssessmentStarted,
    CheckAnswered,
    ExerciseEnded,
    ExerciseStarted,
    SegmentCalibrated,
    SessionClosed,
    SessionOpened,
)

if TYPE_CHECKING:
    from .events import SessionEvent

__all__ = ["SessionPhase", "phase_of"]

SessionPhase: TypeAlias = Literal[
    "check-in", "calibration", "exercise", "assessment", "between", "check-out", "closed"
]


def phase_of(event: SessionEvent) -> SessionPhase | None:  # noqa: PLR0911 - one a phase
    """The phase that begins with an event; None where it goes on."""
    match event:
        case SessionOpened():
            return "check-in"
        case SegmentCalibrated():
            return "calibration"
        case ExerciseStarted() | AssessmentEnded():
            return "exercise"
        case AssessmentStarted():
            return "assessment"
        case ExerciseEnded():
            return "between"
        case CheckAnswered(at="out"):
            return "check-out"
        case SessionClosed():
            return "closed"
        case _:
            return None
