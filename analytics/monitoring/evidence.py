"""What the alert rules read of one patient: facts of sessions, days, assessments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from telemetry.messages.events import (
    CheckAnswered,
    CloseReason,
    ExerciseEnded,
    PainReported,
    SessionClosed,
    SessionOpened,
    StopReason,
    SuspectedFall,
    UnwellReported,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import SessionResult
    from therapy.plan.plan import Plan

    from .adherence import DayHistory
    from .change import Assessment

__all__ = ["Picture", "SessionFacts", "facts_of"]


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the rules need of one session.

    Attributes:
        t_ns: when it opened.
        fallen: a fall was told.
        fall_unanswered: motion looked like one, and nobody answered the question.
    """

    day: date
    t_ns: int = 0
    unwell: bool = False
    fallen: bool = False
    fall_unanswered: bool = False
    ended_by_pain: bool = False
    pain_after: int | None = None
    repetitions: int = 0
    too_fast: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the rules read of one patient on one day.

    The day itself is not over: its sessions count, its missing ones do not.

    Attributes:
        plan: in force.
        day: the day of judgement.
        history: by day, for at least the last 14 days; with eight weeks a patient's own habit is
            known.
        sessions: in order, for at least the last 28 days.
        assessments: since the baseline.
        stable: assessments of a stable period, for the patient's own error.
    """

    plan: Plan
    day: date
    history: Mapping[date, DayHistory]
    sessions: Sequence[SessionFacts] = ()
    assessments: Sequence[Assessment] = ()
    stable: Sequence[Assessment] = ()


def facts_of(
    events: Iterable[SessionEvent], result: SessionResult | None = None
) -> SessionFacts | None:
    """The facts of one session; None where no session was opened."""
    day: date | None = None
    t_ns = 0
    fallen = unanswered = unwell = by_pain = False
    pain: int | None = None
    for event in events:
        match event:
            case SessionOpened():
                day, t_ns = date.fromisoformat(event.day), event.t_ns
            case SuspectedFall():
                unanswered = True
            case CheckAnswered(question="fallen", answer=told):
                fallen, unanswered = fallen or told is True, False
            case CheckAnswered(question="pain", at="out", answer=int(told)):
                pain = int(told)
            case PainReported():
                pain = event.pain
            case UnwellReported():
                unwell = True
            case ExerciseEnded(reason=StopReason.PAIN) | SessionClosed(reason=CloseReason.PAIN):
                by_pain = True
            case _:
                pass
    if day is None:
        return None
    repetitions = [r for item in result.items for r in item.repetitions] if result else []
    fast = sum(any("fast" in flag for flag in r.flags) for r in repetitions)
    return SessionFacts(
        day,
        t_ns,
        unwell=unwell,
        fallen=fallen,
        fall_unanswered=unanswered,
        ended_by_pain=by_pain,
        pain_after=pain,
        repetitions=len(repetitions),
        too_fast=fast,
    )
