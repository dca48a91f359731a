"""What a page shows of one patient: since the last contact, days, ranges, exercises, alerts, plan.

Figures come from the clinic's facts as they are folded; of the sessions themselves only those of
the four weeks shown are read.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

from analytics.monitoring.figures import WEEKS, PatientState
from telemetry.messages.events import (
    CloseReason,
    EffortReported,
    ExerciseEnded,
    PainReported,
    SessionClosed,
    StopReason,
)
from telemetry.messages.results import AdherenceResult
from therapy.plan.schedule import week_of

from .exercise_row import ExerciseRow, exercise_rows
from .field_test_view import FieldTestView, field_test_views
from .plan_view import PlanVersionView, PlanView, coming_versions, plan_view, version_view
from .session_view import pain_at
from .since_view import SinceView, since_view
from .trend_view import TrendView, trend_views
from .words import Words, words
from .work_view import patient_summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.monitoring.adherence import PeriodAdherence
    from analytics.monitoring.alert import Alert
    from analytics.monitoring.figures import PatientFigures
    from analytics.monitoring.worklist import MonitoredHours
    from telemetry.seams import SessionSummary

    from .trend_view import TrendSession

__all__ = [
    "TREND_DAYS",
    "AlertView",
    "DayView",
    "PainPoint",
    "PatientView",
    "first_shown",
    "patient_view",
]

TREND_DAYS: Final = 182
"""How far back ranges, tests and alerts are shown."""

DayShown = Literal[
    "measured",
    "done",
    "partly",
    "self-reported",
    "excused",
    "unknown",
    "missed",
    "stopped by rule",
    "nothing asked",
    "to come",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class DayView(_Frozen):
    """One day of the calendar; `sessions` are those recorded on it, `homes` who sent each.

    `reason` names the rule that stopped it, or why nothing is known of it.
    """

    day: str
    state: DayShown
    reason: str | None
    dose: float | None
    sessions: tuple[str, ...]
    homes: tuple[str | None, ...]


class PainPoint(_Frozen):
    """Pain at one session's start and end, effort at its end, 0 to 10, where they were told."""

    session: str
    day: str
    before: int | None
    after: int | None
    effort: float | None
    ended_by_pain: bool


class SeenView(_Frozen):
    """Who looked at an alert, and what was done."""

    by: str
    day: str
    action: str
    note: str


class AlertView(_Frozen):
    """One alert by its evidence now; `grave`: it is the worse of its kind's two forms.

    `sessions` are those recorded on the day it opened, `homes` who sent each; `digest` names the
    evidence shown. `more`: some of it nobody had before them who has looked.
    """

    patient: str
    kind: str
    opened: str
    digest: str
    waiting: bool
    more: bool = False
    sessions: tuple[str, ...]
    homes: tuple[str | None, ...]
    closed: str | None
    grave: bool
    text: Words
    seen: SeenView | None


class PeriodView(_Frozen):
    """Adherence over the four weeks; parts 0 to 1, None where no day tells."""

    sessions: float | None
    dose: float | None
    range: float | None
    quality: float | None


class PatientView(_Frozen):
    """One patient, all that a page shows; `precautions` and `review` are of the episode.

    Clock times are told in `time_zone`.

    `coming` are versions that were signed, sent or refused and nothing has taken their place.
    """

    patient: str
    today: str
    time_zone: str | None = None
    state: PatientState
    summary: Words
    since: SinceView
    plan: PlanView | None
    versions: tuple[PlanVersionView, ...]
    coming: tuple[int, ...]
    heard_ms: float | None
    plan_version: int | None
    goal: str
    precautions: str
    review: str | None
    review_due: bool
    days: tuple[DayView, ...]
    period: PeriodView
    trends: tuple[TrendView, ...]
    field_tests: tuple[FieldTestView, ...]
    exercises: tuple[ExerciseRow, ...]
    pains: tuple[PainPoint, ...]
    alerts: tuple[AlertView, ...]
    alerts_read: Words | None
    may_acknowledge: bool
    may_edit_plan: bool


def patient_view(
    figures: PatientFigures,
    sessions: Sequence[TrendSession],
    *,
    hours: MonitoredHours | None = None,
    summaries: Sequence[SessionSummary] | None = None,
    tests: Sequence[TrendSession] | None = None,
    edits_plans: bool = False,
) -> PatientView:
    """One patient as a page shows it.

    Args:
        figures: as the clinic's facts give them.
        sessions: recorded ones, oldest first, at least those from `first_shown` on.
        hours: when alerts are read; None where nobody keeps any.
        summaries: to which alerts lead; None: those of `sessions`.
        tests: of which results of field tests are shown; None: `sessions`.
        edits_plans: whether plans can be written where this is shown.
    """
    if summaries is None:
        summaries = [s.summary for s in sessions]
    today = figures.today
    first = first_shown(today)
    recent = [s for s in sessions if s.day >= first]
    in_sessions = _in_sessions(recent)
    days = {
        day: figures.days.get(day) or in_sessions.get(day)
        for day in (first + timedelta(days=n) for n in range(7 * WEEKS))
    }
    plan = figures.plan
    heard_ns, episode = figures.heard_ns, figures.around.episode
    return PatientView(
        patient=figures.patient,
        today=today.isoformat(),
        time_zone=figures.zone_on(today) or (None if hours is None else hours.time_zone),
        state=figures.state,
        summary=patient_summary(figures),
        since=since_view(figures, recent, first),
        plan=plan_view(plan, fall_locked_ns=figures.around.locked_since_ns),
        versions=tuple(version_view(v) for v in figures.versions if v.state != "draft"),
        coming=coming_versions(figures.versions, None if plan is None else plan.version),
        heard_ms=None if heard_ns is None else heard_ns / 1e6,
        plan_version=None if plan is None else plan.version,
        goal="" if plan is None else plan.goal,
        precautions="" if episode is None else episode.precautions,
        review=None if episode is None or episode.review is None else episode.review.isoformat(),
        review_due=figures.review_due is not None,
        days=tuple(_day_view(day, today, recent, found) for day, found in days.items()),
        period=_period(figures.period),
        trends=trend_views(figures, today - timedelta(days=TREND_DAYS)),
        field_tests=field_test_views(sessions if tests is None else tests),
        exercises=exercise_rows(figures, first, recent),
        pains=tuple(_pain(s) for s in recent if s.events),
        alerts=()
        if hours is None
        else tuple(_alert(a, figures, summaries) for a in reversed(_shown_alerts(figures))),
        alerts_read=None if hours is None else words(hours.text()),
        may_acknowledge=hours is not None,
        may_edit_plan=edits_plans,
    )


def first_shown(today: date) -> date:
    """The Monday with which the four weeks begin."""
    return week_of(today)[0] - timedelta(weeks=WEEKS - 1)


def _shown_alerts(figures: PatientFigures) -> list[Alert]:
    """Those of half a year, and older ones that go on or that nobody has seen."""
    since = figures.today - timedelta(days=TREND_DAYS)
    return [a for a in figures.alerts if a.opened >= since or a.open or a in figures.waiting]


def _in_sessions(recent: Sequence[TrendSession]) -> dict[date, AdherenceResult]:
    """The fullest session's own adherence of each day, for days whose plan is not at hand."""
    found: dict[date, AdherenceResult] = {}
    for session in recent:
        for result in session.results:
            if isinstance(result, AdherenceResult):
                known = found.get(session.day)
                if known is None or (known.dose or 0) <= (result.dose or 0):
                    found[session.day] = result
    return found


def _day_view(
    day: date, today: date, recent: Sequence[TrendSession], found: AdherenceResult | None
) -> DayView:
    on_it = [s.summary for s in recent if s.day == day]
    state: DayShown = "to come" if day >= today else "nothing asked"
    if found is not None:
        state = found.state
    return DayView(
        day=day.isoformat(),
        state=state,
        reason=found.reason if found else None,
        dose=found.dose if found else None,
        sessions=tuple(s.session for s in on_it),
        homes=tuple(s.home for s in on_it),
    )


def _period(found: PeriodAdherence) -> PeriodView:
    return PeriodView(
        sessions=found.sessions, dose=found.dose, range=found.range, quality=found.quality
    )


def _pain(session: TrendSession) -> PainPoint:
    told = [e.pain for e in session.events if isinstance(e, PainReported)]
    after = pain_at(session.events, "out")
    by_pain = any(
        (isinstance(e, SessionClosed) and e.reason == CloseReason.PAIN)
        or (isinstance(e, ExerciseEnded) and e.reason == StopReason.PAIN)
        for e in session.events
    )
    return PainPoint(
        session=session.summary.session,
        day=session.summary.day,
        before=pain_at(session.events, "in"),
        after=after if after is not None or not told else told[-1],
        effort=next(
            (e.effort for e in reversed(session.events) if isinstance(e, EffortReported)), None
        ),
        ended_by_pain=by_pain,
    )


def _alert(alert: Alert, figures: PatientFigures, summaries: Sequence[SessionSummary]) -> AlertView:
    seen = alert.seen
    on_it = [s for s in summaries if s.day == alert.opened.isoformat()]
    return AlertView(
        patient=alert.patient,
        kind=alert.kind,
        opened=alert.opened.isoformat(),
        digest=alert.digest,
        waiting=alert in figures.waiting,
        more=alert.more,
        sessions=tuple(s.session for s in on_it),
        homes=tuple(s.home for s in on_it),
        closed=None if alert.closed is None else alert.closed.isoformat(),
        grave=alert.grave,
        text=words(alert.text),
        seen=None
        if seen is None
        else SeenView(by=seen.by, day=seen.day.isoformat(), action=seen.action, note=seen.note),
    )
