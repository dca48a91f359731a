"""A patient's figures as points of the `therapy` bucket: the same numbers as on the page.

adherence (span day)   what each day came to, at noon of the clinic's zone
alert                  each episode by its evidence now, at noon of its first day
assessment             each day's assessed range in its context, beside baseline, error and target
patient                one point a patient, at the moment of enrolment: where they stand today
"""

from __future__ import annotations

import statistics
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from analytics.monitoring.alert import GRAVITY
from analytics.monitoring.change import baseline_and_recent, change_between, sem_of
from analytics.monitoring.day import EARLIEST
from ingest.influx.points import Point
from therapy.exercises.library import exercise_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from analytics.monitoring.alert import Alert
    from analytics.monitoring.figures import PatientFigures
    from telemetry.messages.results import AdherenceResult

__all__ = ["MEASUREMENTS", "figure_points"]

MEASUREMENTS: Final = ("adherence_day", "alert", "assessment", "patient")
"""Written from figures only, each patient's replaced whole."""
UNKNOWN: Final = "unknown"
CALM: Final = 99
"""Rank of a patient of whom nothing waits; below it the place of the gravest alert's kind."""
BEFORE_START: Final = 90
NONE_YET: Final = "–"
DAY_S: Final = 86_400


def figure_points(figures: PatientFigures, zone: ZoneInfo) -> Iterator[Point]:
    """All points of a patient.

    Args:
        figures: of the patient.
        zone: the clinic's: its noon is where a day stands.
    """
    tags = {"site": figures.site or UNKNOWN, "patient": figures.patient}
    pains = _pains(figures)
    for judged in figures.days.values():
        yield _day(judged, pains.get(judged.day), tags, zone)
    yield from _assessments(figures, tags, zone)
    for alert in figures.alerts:
        yield _alert(alert, figures, tags, zone)
    yield _patient(figures, tags)


def _pains(figures: PatientFigures) -> dict[str, int]:
    """The highest pain that was told on each day, before or after."""
    found: dict[str, int] = {}
    for session in figures.sessions:
        told = [p for p in (session.pain_before, session.pain_after) if p is not None]
        if told:
            day = session.day.isoformat()
            found[day] = max(found.get(day, 0), *told)
    return found


def _assessments(figures: PatientFigures, tags: dict[str, str], zone: ZoneInfo) -> Iterator[Point]:
    """Of each context and day the first assessment, as the change is told of it."""
    unaffected = figures.plan.unaffected if figures.plan else ()
    for context in dict.fromkeys(a.context for a in figures.assessments):
        mine = [a for a in figures.assessments if a.context == context]
        baseline, recent = baseline_and_recent(mine, context)
        change = None
        if baseline and recent:
            sem = sem_of((), limb=exercise_named(context.exercise).limb)
            change = change_between(baseline, recent, sem)
        where = {
            "exercise": context.exercise,
            "side": context.side,
            "posture": context.posture,
            "placement": context.placement,
            "level": context.level,
            "quantity": context.quantity,
        }
        limb = f"{exercise_named(context.exercise).limb}-{context.side}"
        by_day = {a.day: a for a in reversed(mine)}
        for day, assessed in by_day.items():
            yield Point(
                "assessment",
                tags | where,
                {
                    "day": day.isoformat(),
                    "value_deg": float(assessed.value_deg),
                    "least_deg": float(min(assessed.peaks_deg)),
                    "most_deg": float(max(assessed.peaks_deg)),
                    # Only a limb that was said to be well tells what the other one may reach.
                    "unaffected_deg": float(assessed.value_deg) if limb in unaffected else None,
                    "baseline_deg": statistics.fmean(a.compared_deg for a in baseline),
                    "target_deg": figures.target_deg(context),
                    "change_deg": None if change is None else change.change_deg,
                    "threshold_deg": None if change is None else change.threshold_deg,
                    "beyond_error": None if change is None else int(change.beyond_error),
                },
                _noon(day, zone),
            )


def _day(judged: AdherenceResult, pain: int | None, tags: dict[str, str], zone: ZoneInfo) -> Point:
    return Point(
        "adherence_day",
        tags,
        {
            "day": judged.day,
            "state": judged.state,
            "reason": judged.reason,
            "pain": pain,
            "missed": int(judged.state == "missed"),
            "unknown": int(judged.state == "unknown"),
            "stopped": int(judged.state == "stopped by rule"),
            "done": int(judged.state in ("done", "partly")),
            "plan_version": judged.plan_version,
            "sessions": judged.sessions,
            "dose": judged.dose,
            "range": judged.range,
            "quality": judged.quality,
        },
        _noon(date.fromisoformat(judged.day), zone),
    )


def _alert(alert: Alert, figures: PatientFigures, tags: dict[str, str], zone: ZoneInfo) -> Point:
    seen = alert.seen
    return Point(
        "alert",
        tags | {"kind": alert.kind, "grave": "true" if alert.grave else "false"},
        {
            "opened": alert.opened.isoformat(),
            # Not absent: a table has its columns though nobody has looked yet.
            "closed": NONE_YET if alert.closed is None else alert.closed.isoformat(),
            "open": int(alert.open),
            "waiting": int(alert in figures.waiting),
            "rank": GRAVITY.index(alert.kind),
            "text_it": alert.it,
            "text_en": alert.en,
            "digest": alert.digest,
            "seen_by": NONE_YET if seen is None else seen.by,
            "seen_day": NONE_YET if seen is None else seen.day.isoformat(),
            "action": NONE_YET if seen is None else seen.action,
        },
        _alert_ns(alert, figures, zone),
    )


def _alert_ns(alert: Alert, figures: PatientFigures, zone: ZoneInfo) -> int:
    """Noon of its first day; of one that a wrong clock tells, today's, each in a place of its own.

    A database has no place for days before 1970, and boards show none that is to come.
    """
    if EARLIEST <= alert.opened <= figures.today:
        return _noon(alert.opened, zone)
    return _noon(figures.today, zone) + alert.opened.toordinal() * 1000


def _patient(figures: PatientFigures, tags: dict[str, str]) -> Point:
    waiting = figures.waiting
    period = figures.period
    gravest = waiting[0] if waiting else None
    started = figures.state not in ("enrolled", "plan sent", "plan refused", "plan taken")
    rank = GRAVITY.index(gravest.kind) if gravest else CALM if started else BEFORE_START
    states = period.days
    return Point(
        "patient",
        tags,
        {
            "state": figures.state,
            "rank": rank,
            "waiting": len(waiting),
            "why_it": gravest.it if gravest else None,
            "why_en": gravest.en if gravest else None,
            "kind": gravest.kind if gravest else None,
            "since": gravest.opened.isoformat() if gravest else None,
            "plan_version": None if figures.plan is None else figures.plan.version,
            "last_contact_ms": None if figures.heard_ns is None else figures.heard_ns // 1_000_000,
            "last_session": None if figures.last_session is None else str(figures.last_session),
            "sessions": len(figures.sessions),
            "active": int(figures.on_worklist),
            "dose": period.dose,
            "adherence": period.sessions,
            "range": period.range,
            "quality": period.quality,
            "missed": states.get("missed", 0),
            "unknown": states.get("unknown", 0),
            "stopped": states.get("stopped by rule", 0),
            "unwell": sum(a.kind == "unwell" and a.open for a in figures.alerts),
            "falls": sum(a.kind == "fall" and a.open for a in figures.alerts),
        },
        _standing(figures),
    )


def _standing(figures: PatientFigures) -> int:
    """Where the patient's one point stands: it never moves."""
    first = figures.enrolled_ns
    if first is None and figures.sessions:
        first = min(s.t_ns for s in figures.sessions)
    return (first or 0) // 1_000_000_000 * 1_000_000_000


def _noon(day: date, zone: ZoneInfo) -> int:
    """Noon there, or the nearest moment that lies on this day in UTC, too, where noon does not."""
    local = int(datetime.combine(day, time(12), zone).timestamp())
    midnight = int(datetime.combine(day, time(), UTC).timestamp())
    return min(max(local, midnight), midnight + DAY_S - 1) * 1_000_000_000
