"""What a journal tells of a patient's past: for today's agenda, and for adherence."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from analytics.monitoring.done import items_done, items_reported
from telemetry.messages.events import AssessmentEnded, RangeCalibrated, SessionOpened
from telemetry.messages.results import SessionResult
from therapy.session.agenda import Past
from therapy.session.questions import extra_pain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.seams import SessionReader, SessionSummary
    from therapy.plan.plan import Plan

__all__ = [
    "broke_off",
    "counting_result",
    "last_targets",
    "left_extra_pain",
    "past_of",
    "sessions_on",
]


def past_of(reader: SessionReader, plans: Sequence[Plan], day: date) -> Past:
    """What was done before `day`, and on it.

    Args:
        reader: the home's journal.
        plans: all versions of the patient's plan; each session counts by its own.
        day: today in the plan's time zone.
    """
    by_version = {plan.version: plan for plan in plans}
    done_days: dict[str, set[date]] = defaultdict(set)
    done_today: dict[str, float] = defaultdict(float)
    assessed_days: dict[str, set[date]] = defaultdict(set)
    for summary in _of(reader, plans):
        on = date.fromisoformat(summary.day)
        events = reader.events(summary.session)
        for event in events:
            if isinstance(event, AssessmentEnded):
                assessed_days[event.item].add(on)
        opened = next((e for e in events if isinstance(e, SessionOpened)), None)
        plan = None if opened is None else by_version.get(opened.plan_version)
        result = counting_result(reader, summary.session)
        if plan is None:
            continue
        measured = () if result is None else items_done(plan, result)
        for done in (*measured, *items_reported(events)):
            if done.amount:
                done_days[done.item].add(on)
            if on == day:
                done_today[done.item] += done.amount or 0.0
    return Past(done_days, done_today, assessed_days)


def counting_result(
    reader: SessionReader, session: str, *, home: str | None = None
) -> SessionResult | None:
    """The result of a session that counts: the last one that is not provisional."""
    found = [
        result
        for result in reader.results(session, home=home)
        if isinstance(result, SessionResult) and not result.provisional
    ]
    return found[-1] if found else None


def sessions_on(reader: SessionReader, plan: Plan, day: date) -> int:
    """How many sessions the patient opened on a day."""
    return sum(summary.day == day.isoformat() for summary in _of(reader, [plan]))


def broke_off(reader: SessionReader, plan: Plan, day: date) -> bool:
    """Whether the newest closed session of a day broke off, by a crash or a power cut."""
    closed = [
        summary
        for summary in _of(reader, [plan])
        if summary.closed_ns is not None and summary.day == day.isoformat()
    ]
    return bool(closed) and closed[-1].reason == "interrupted"


def last_targets(reader: SessionReader, plan: Plan) -> dict[str, float]:
    """Of each item the target of its last session, degrees."""
    found: dict[str, float] = {}
    for summary in _of(reader, [plan]):
        for event in reader.events(summary.session):
            if isinstance(event, RangeCalibrated) and event.target_deg is not None:
                found[event.item] = event.target_deg
    return found


def left_extra_pain(reader: SessionReader, plan: Plan) -> bool:
    """Whether the newest closed session left more pain behind than it began with."""
    closed = [summary for summary in _of(reader, [plan]) if summary.closed_ns is not None]
    return bool(closed) and extra_pain(reader.events(closed[-1].session), plan.limits)


def _of(reader: SessionReader, plans: Sequence[Plan]) -> list[SessionSummary]:
    return [s for patient in {p.patient for p in plans} for s in reader.sessions(patient=patient)]
