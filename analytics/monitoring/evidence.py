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
from therapy.plan.plan import plan_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import SessionResult
    from therapy.plan.plan import Plan

    from .adherence import DayHistory, StoppingRule
    from .change import Assessment
    from .done import ItemSeen

__all__ = ["Picture", "SessionFacts", "facts_of", "is_pain"]


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the rules need of one session.

    Attributes:
        t_ns: when it opened.
        fallen: a fall was told.
        fall_unanswered: motion looked like one, and nobody answered the question.
        medicine: a changed medicine was told.
        pain_before: 0 to 10, the highest of the parts exercised, as told at its start.
        pain_after: as told at its end; where it was not, last of all in between.
    """

    day: date
    t_ns: int = 0
    unwell: bool = False
    fallen: bool = False
    fall_unanswered: bool = False
    medicine: bool = False
    ended_by_pain: bool = False
    pain_before: int | None = None
    pain_after: int | None = None
    repetitions: int = 0
    too_fast: int = 0

    @property
    def stopped_by(self) -> StoppingRule | None:
        """The safety rule that ended it, or locked what it would have asked for."""
        if self.fallen or self.fall_unanswered:
            return "fall"
        if self.unwell:
            return "unwell"
        return "pain" if self.ended_by_pain else None


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the rules read of one patient on one day.

    The day itself is not over: its sessions count, its missing ones do not.

    Attributes:
        plan: in force.
        plans: all versions with the days on which they were in force; empty: `plan` alone.
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
    plans: Sequence[Plan] = ()

    def plan_on(self, day: date) -> Plan | None:
        """The version in force on a day; None where none was."""
        return plan_in_force(self.plans or (self.plan,), day)


def facts_of(  # noqa: C901, PLR0912 - one case an event
    events: Iterable[SessionEvent],
    result: SessionResult | None = None,
    *,
    seen: Iterable[ItemSeen] = (),
) -> SessionFacts | None:
    """The facts of one session; None where no session was opened.

    A question of the check-in that was answered again after going back counts with its last
    answer, as standing is locked by it (`therapy.session.locks`); a fall told later stays told.

    Args:
        events: in order; those that tell nothing here may be missing.
        result: the one that counts, assessments among its repetitions.
        seen: its items, where the result is not at hand.
    """
    day: date | None = None
    t_ns = 0
    fallen = unanswered = unwell = by_pain = medicine = False
    checking = True
    before: dict[str, int | None] = {}
    after: int | None = None
    pain: int | None = None
    for event in events:
        match event:
            case SessionOpened():
                day, t_ns = date.fromisoformat(event.day), event.t_ns
            case SuspectedFall():
                unanswered, checking = True, False
            case CheckAnswered(question="fallen", answer=told):
                fallen, unanswered = told is True or (fallen and not checking), False
            case CheckAnswered(question="medicine", answer=told):
                medicine = told is True
            case CheckAnswered(question="unwell", answer=True) | UnwellReported():
                unwell = True
            case CheckAnswered(question=asked, at="in") if is_pain(asked):
                before[asked] = _scale(event.answer)
            case CheckAnswered(question="pain", at="out"):
                after = _scale(event.answer)
            case PainReported():
                pain = event.pain
            case ExerciseEnded(reason=StopReason.PAIN) | SessionClosed(reason=CloseReason.PAIN):
                by_pain = True
            case SessionClosed(reason=CloseReason.UNWELL):
                unwell = True
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
        medicine=medicine,
        ended_by_pain=by_pain,
        pain_before=max((p for p in before.values() if p is not None), default=None),
        pain_after=pain if after is None else after,
        repetitions=len(repetitions) + sum(item.repetitions for item in seen),
        too_fast=fast + sum(item.too_fast for item in seen),
    )


def is_pain(question: str) -> bool:
    """Whether a question asks for pain in what is exercised, whichever part that is."""
    return question.startswith("pain") and question != "pain elsewhere"


def _scale(answer: object) -> int | None:
    return answer if isinstance(answer, int) and not isinstance(answer, bool) else None
