"""A patient's days: what is known of each, and what each came to.

Steps:

1. A session belongs to the day that its home said, in its plan's time zone and until the plan's
   `day_ends`; it counts by the version that it was opened with. One on a day that cannot be
   (`set_aside`) counts nowhere.
2. Of items that were exercised and whose result has not come nothing is known; what a clinician
   corrected stands in place of what was measured.
3. Days after the home was last heard of are unknown, not missed; so are days on which a plan was
   sent and the home had none yet.
4. Each day is judged by the version that was in force on it (`plan_versions`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from telemetry.messages.results import AdherenceResult

from .adherence import DayHistory, day_adherence
from .done import ItemDone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from therapy.plan.plan import Plan

    from .adherence import StoppingRule
    from .facts import PatientFacts, SessionFile
    from .plan_versions import VersionView

__all__ = [
    "AHEAD",
    "EARLIEST",
    "PLAN_NOT_TAKEN",
    "SetAside",
    "days_between",
    "history_of",
    "judged_day",
    "monday_of",
    "set_aside",
]

PLAN_NOT_TAKEN = "plan not taken"
EARLIEST: Final = date(2020, 1, 1)
"""No box was in use before; one without a battery clock starts in 1970."""
AHEAD: Final = timedelta(days=1)
"""Somewhere it is a day later than in UTC already."""
ONE_DAY: Final = timedelta(days=1)
GRAVEST: Final[tuple[StoppingRule, ...]] = ("fall", "unwell", "pain")
"""Of several rules that stopped sessions of one day, the one that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A session that counts nowhere until a clinician says on which day it was.

    `day` is the one that its home's clock told.
    """

    home: str
    session: str
    day: date


def set_aside(sessions: Iterable[SessionFile], now_ns: int) -> tuple[SetAside, ...]:
    """Sessions whose day is before any of this was, or that is nowhere yet; the oldest first."""
    latest = datetime.fromtimestamp(now_ns / 1e9, UTC).date() + AHEAD
    found = [
        SetAside(home=s.home, session=s.session, day=day)
        for s in sessions
        if (day := s.day) is not None and not EARLIEST <= day <= latest
    ]
    return tuple(sorted(found, key=lambda s: (s.day, s.home, s.session)))


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def history_of(
    facts: PatientFacts,
    plans: Mapping[int, Plan],
    first: date,
    today: date,
    heard: date | None,
    *,
    untreated: Sequence[tuple[date, date]] = (),
) -> dict[date, DayHistory]:
    """What is known of each day from `first` to `today`.

    Args:
        facts: of the patient.
        plans: by version; of what was done in a session by one that is not there nothing is known.
        first: the first day.
        today: the last.
        heard: the day on which the home was last heard of; None: never.
        untreated: between which days nobody is treated: they ask for nothing, like excused ones.
    """
    measured: dict[date, list[ItemDone]] = defaultdict(list)
    told: dict[date, list[ItemDone]] = defaultdict(list)
    stopped: dict[date, set[StoppingRule]] = defaultdict(set)
    seen_days: set[date] = set()
    # In an order of their own: amounts are added up, and sums depend on it.
    for _, session in sorted(facts.sessions.items()):
        day, found = session.day, session.facts
        if day is None or found is None or session.opened is None:
            continue
        seen_days.add(day)
        if found.stopped_by is not None:
            stopped[day].add(found.stopped_by)
        plan = plans.get(session.opened.plan_version)
        told[day] += session.reported()
        measured[day] += [ItemDone(item, None) for item in session.unread_items()]
        measured[day] += session.done_unplanned() if plan is None else session.done(plan)
    corrected = facts.corrections()
    excused = {
        day
        for span in facts.excused_spans()
        for day in days_between(max(span.first, first), min(span.last, today))
        if facts.excused(day)
    }
    if facts.pauses():
        excused |= {day for day in days_between(first, today) if facts.paused(day)}
    for left, back in untreated:
        within = max(left + ONE_DAY, first), min(back - ONE_DAY, today)
        excused.update(days_between(*within))
    known = {}
    for day in days_between(first, today):
        done, reported = measured.get(day, []), told.get(day, [])
        if day in corrected:
            amounts = corrected[day]
            done = [d for d in done if d.item not in amounts]
            reported = [d for d in reported if d.item not in amounts]
            done += [ItemDone(item, amount) for item, amount in amounts.items()]
        known[day] = DayHistory(
            measured=tuple(done),
            reported=tuple(reported),
            excused=day in excused,
            heard=day in seen_days or (heard is not None and day <= heard),
            stopped=next((rule for rule in GRAVEST if rule in stopped.get(day, ())), None),
        )
    return known


def judged_day(
    patient: str,
    versions: Sequence[VersionView],
    plans: Sequence[Plan],
    history: Mapping[date, DayHistory],
    day: date,
    *,
    today: date,
) -> AdherenceResult | None:
    """What a day came to; None where nothing can be said of it, or it is not over.

    Args:
        patient: the pseudonym.
        versions: all of the plan.
        plans: those in force, each from its first day on.
        history: what is known, by day.
        day: the day.
        today: a day that is not before it counts only once something was done on it.
    """
    judged = day_adherence(plans, history, day, today=today)
    if judged is not None or day >= today:
        return judged
    waiting = [
        v
        for v in versions
        if v.published is not None
        and max(v.published, v.plan.valid_from) <= day
        and (v.plan.valid_to is None or day <= v.plan.valid_to)
    ]
    if not waiting:
        return None
    return AdherenceResult(
        patient=patient,
        day=day.isoformat(),
        plan_version=waiting[-1].plan.version,
        state="unknown",
        reason=PLAN_NOT_TAKEN,
    )


def monday_of(day: date) -> date:
    """The Monday of a day's week: what is done on one day counts for the schedule of all seven."""
    return day - timedelta(days=day.weekday())
