"""The rules that raise alerts: explicit, explainable, described and never advising.

Each rule reads one patient's picture of a day and says `raised`, `held` or `cleared`; the gap
between the two levels is its hysteresis. Numbers are proposals to be set per clinic; how many
alerts they make, how many of them false, and what they miss is kept by `analytics.alert_load`.

    kind       raised when                                             cleared when
    unwell     "I feel unwell" was pressed in the last 7 days          not for 7 days
    fall       a fall was told in the last 7 days                      not for 7 days
    pain       it ended, or was at the stop value after, any of the    none of the last 3,
               last 3 sessions; or their median is the plan's rise     and half the rise
               above that of the sessions before (28 days)
    few days   so few active days in 14 as the agreed goal gives       at the goal's own number
               by chance in 1 of 200 fortnights; or none
    range      assessments fell beyond their error                     by half of it
    speed      more than the plan's share of 3 sessions too fast       under half of it
    overdose   over 130 % of the dose in 7 days                        up to 110 %
    data       nothing heard for 3 days                                heard
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from telemetry.events import (
    CheckAnswered,
    CloseReason,
    ExerciseEnded,
    PainReported,
    SessionClosed,
    SessionOpened,
    StopReason,
    UnwellReported,
)
from therapy.library import EXERCISES, exercise_named
from therapy.wording import Wording

from .alert_words import WORDS
from .alerts import Evidence
from .change import baseline_and_recent, change_between, sem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telemetry.events import SessionEvent
    from telemetry.results import SessionResult
    from therapy.plan import Plan

    from .adherence import DayHistory
    from .alerts import Kind
    from .change import Assessment, Change, Context

__all__ = ["Picture", "SessionFacts", "evidence_of", "facts_of", "fewest_days"]

RECENT_DAYS: Final = 7
FORTNIGHT: Final = 14
LEAST_KNOWN_DAYS: Final = 10
CHANCE: Final = 0.005
OVER: Final = 1.3
OVER_CLEARED: Final = 1.1
SILENT_DAYS: Final = 3
LAST_SESSIONS: Final = 3
LEAST_REPETITIONS: Final = 20


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the rules need of one session; `t_ns` is when it opened."""

    day: date
    t_ns: int = 0
    unwell: bool = False
    fallen: bool = False
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
        history: by day, for at least the last 14 days.
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


def evidence_of(picture: Picture) -> tuple[Evidence, ...]:
    """What every rule says of the picture."""
    return (
        _unwell(picture),
        _fall(picture),
        _pain(picture),
        _few_days(picture),
        _range(picture),
        _speed(picture),
        _overdose(picture),
        _data(picture),
    )


def facts_of(
    events: Iterable[SessionEvent], result: SessionResult | None = None
) -> SessionFacts | None:
    """The facts of one session; None where no session was opened."""
    day: date | None = None
    t_ns = 0
    fallen = unwell = by_pain = False
    pain: int | None = None
    for event in events:
        match event:
            case SessionOpened():
                day, t_ns = date.fromisoformat(event.day), event.t_ns
            case CheckAnswered(question="fallen", answer=True):
                fallen = True
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
    return SessionFacts(day, t_ns, unwell, fallen, by_pain, pain, len(repetitions), fast)


def fewest_days(goal_a_week: int, days: int) -> int:
    """The highest number of active days that the goal gives by chance in 1 of 200 periods.

    Binomial with the goal's share of days. No active day at all is always few.
    """
    share, total = min(goal_a_week / 7, 0.95), 0.0
    for k in range(days + 1):
        total += math.comb(days, k) * share**k * (1 - share) ** (days - k)
        if total > CHANCE:
            return max(0, k - 1)
    return days


def _unwell(picture: Picture) -> Evidence:
    return _event("unwell", [s for s in _since(picture, RECENT_DAYS) if s.unwell])


def _fall(picture: Picture) -> Evidence:
    return _event("fall", [s for s in _since(picture, RECENT_DAYS) if s.fallen])


def _event(kind: Kind, sessions: Sequence[SessionFacts]) -> Evidence:
    told = _told(kind, raised=bool(sessions), cleared=not sessions, n=len(sessions))
    newest_ns = max((s.t_ns for s in sessions), default=None)
    return told.model_copy(update={"event_ns": newest_ns})


def _pain(picture: Picture) -> Evidence:
    limits = picture.plan.limits
    sessions = list(_since(picture, 2 * FORTNIGHT))
    last, earlier = sessions[-LAST_SESSIONS:], sessions[:-LAST_SESSIONS]
    after = [s.pain_after for s in last if s.pain_after is not None]
    ended = sum(s.ended_by_pain for s in last)
    high = sum(s.ended_by_pain or (s.pain_after or 0) >= limits.pain_stop for s in last)
    before = [s.pain_after for s in earlier if s.pain_after is not None]
    rise = 0.0
    if len(before) >= LAST_SESSIONS and len(after) == LAST_SESSIONS:
        rise = statistics.median(after) - statistics.median(before)
    return _told(
        "pain",
        raised=high > 0 or rise >= limits.pain_rise,
        cleared=high == 0 and rise < limits.pain_rise / 2,
        sessions=len(last),
        ended=ended,
        pain=max(after, default=0),
        rise=rise,
    )


def _few_days(picture: Picture) -> Evidence:
    days = [picture.day - timedelta(days=i) for i in range(1, FORTNIGHT + 1)]
    asked = [d for d in days if picture.plan.covers(d)]
    known = [picture.history[d] for d in asked if d in picture.history]
    told = [h for h in known if h.heard and not h.excused]
    active = sum(
        any(d.amount for d in (*h.measured, *h.reported)) for h in known if h.heard or h.measured
    )
    goal = picture.plan.goal_days_a_week
    expected = goal * len(told) / 7
    enough = len(told) >= LEAST_KNOWN_DAYS
    return _told(
        "few days",
        raised=enough and active <= fewest_days(goal, len(told)),
        cleared=enough and active >= math.floor(expected),
        active=active,
        days=len(told),
        expected=round(expected),
    )


def _range(picture: Picture) -> Evidence:
    changes = (_change(picture, context) for context in _contexts(picture))
    found = [change for change in changes if change is not None]
    if not found:
        return _told("range", raised=False, cleared=False)
    context, change = min(found, key=lambda pair: pair[1].change_deg / pair[1].threshold_deg)
    return _told(
        "range",
        raised=-change.change_deg > change.threshold_deg,
        cleared=-change.change_deg <= change.threshold_deg / 2,
        exercise=EXERCISES[context.exercise].name,
        fall=-change.change_deg,
        before=change.baseline_deg,
        now=change.recent_deg,
        threshold=change.threshold_deg,
    )


def _contexts(picture: Picture) -> tuple[Context, ...]:
    return tuple(dict.fromkeys(a.context for a in picture.assessments))


def _change(picture: Picture, context: Context) -> tuple[Context, Change] | None:
    baseline, recent = baseline_and_recent(picture.assessments, context)
    if not baseline or not recent:
        return None
    limb = exercise_named(context.exercise).limb
    stable = [a for a in picture.stable if a.context == context]
    return context, change_between(baseline, recent, sem_of(stable, limb=limb))


def _speed(picture: Picture) -> Evidence:
    last = [s for s in _since(picture, 2 * FORTNIGHT) if s.repetitions][-LAST_SESSIONS:]
    counted = sum(s.repetitions for s in last)
    share = sum(s.too_fast for s in last) / counted if counted else 0.0
    enough = counted >= LEAST_REPETITIONS and len(last) == LAST_SESSIONS
    limit = picture.plan.limits.fast_share
    return _told(
        "speed",
        raised=enough and share > limit,
        cleared=enough and share < limit / 2,
        percent=100 * share,
        sessions=len(last),
    )


def _overdose(picture: Picture) -> Evidence:
    plan, worst = picture.plan, 0.0
    days = [picture.day - timedelta(days=i) for i in range(1, RECENT_DAYS + 1)]
    for item in plan.items:
        amounts = [
            d.amount or 0.0
            for day in days
            if day in picture.history
            for d in picture.history[day].measured
            if d.item == item.id
        ]
        asked = item.asked.amount * plan.schedule_of(item).per_week
        worst = max(worst, sum(amounts) / asked)
    return _told(
        "overdose", raised=worst > OVER, cleared=worst <= OVER_CLEARED, percent=100 * worst
    )


def _data(picture: Picture) -> Evidence:
    silent = 0
    while silent < FORTNIGHT:
        known = picture.history.get(picture.day - timedelta(days=silent + 1))
        if known is None or known.heard:
            break
        silent += 1
    return _told("data", raised=silent >= SILENT_DAYS, cleared=silent == 0, days=silent)


def _since(picture: Picture, days: int) -> Iterable[SessionFacts]:
    first = picture.day - timedelta(days=days)
    return (s for s in picture.sessions if first <= s.day <= picture.day)


def _told(kind: Kind, *, raised: bool, cleared: bool, **figures: float | Wording) -> Evidence:
    words = WORDS[kind].filled(**figures) if raised else None
    numbers = {k: float(v) for k, v in figures.items() if not isinstance(v, Wording)}
    return Evidence(
        kind=kind,
        state="raised" if raised else "cleared" if cleared else "held",
        it=words.it if words else "",
        en=words.en if words else "",
        figures=numbers,
    )
