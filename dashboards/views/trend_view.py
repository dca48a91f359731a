"""How a range has moved over weeks: assessment repetitions only, beside the error they have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from analytics.monitoring.change import assessments_of, baseline_and_recent, change_between, sem_of
from telemetry.messages.events import SegmentCalibrated, SessionOpened
from therapy.exercises.library import EXERCISES

from .item_view import PeakView, Side, percentiles_of
from .session_view import best_result
from .words import Words, exercise_words, observable_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analytics.monitoring.change import Assessment, Context
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import Result, SessionResult
    from telemetry.seams import SessionSummary

__all__ = ["TrendSession", "TrendView", "trend_views"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendSession:
    """One session as the journal has it; `placements` by stream."""

    summary: SessionSummary
    events: Sequence[SessionEvent]
    results: Sequence[Result]
    placements: Mapping[str, str] = field(default_factory=dict)

    @property
    def opened(self) -> SessionOpened | None:
        """Its opening, where it is recorded."""
        return next((e for e in self.events if isinstance(e, SessionOpened)), None)

    @property
    def result(self) -> SessionResult | None:
        """The last result that counts; None while there is only a provisional one."""
        found = best_result(self.results)
        return None if found is None or found.provisional else found

    @property
    def day(self) -> date:
        """The day it belongs to."""
        return date.fromisoformat(self.summary.day)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class TrendPoint(_Frozen):
    """One day's assessment: how far its repetitions got."""

    day: str
    peaks: PeakView


class ChangeView(_Frozen):
    """A difference beside the error that it must exceed to count as a change."""

    baseline_deg: float
    recent_deg: float
    change_deg: float
    threshold_deg: float
    beyond_error: bool
    n_baseline: int
    n_recent: int
    own_error: bool


class TrendView(_Frozen):
    """Assessments of one exercise, side, posture, placement and calibration level."""

    exercise: str
    name: Words
    side: Side
    posture: str
    placement: str
    level: str
    what: Words | None
    points: tuple[TrendPoint, ...]
    change: ChangeView | None


def trend_views(sessions: Sequence[TrendSession]) -> tuple[TrendView, ...]:
    """All comparable assessments of these sessions, by what makes them comparable."""
    found = [a for session in sessions for a in _assessments(session)]
    contexts = list(dict.fromkeys(a.context for a in found))
    named = {
        (item.exercise, item.side): item.range_of_motion.what
        for session in sessions
        if session.result
        for item in session.result.items
        if item.range_of_motion
    }
    return tuple(_trend(found, context, named) for context in contexts)


def _assessments(session: TrendSession) -> Sequence[Assessment]:
    result, opened = session.result, session.opened
    if result is None or opened is None:
        return ()
    levels = {
        e.placement: e.level
        for e in session.events
        if isinstance(e, SegmentCalibrated) and e.passed
    }
    only = opened.wearables[0].placement if len(opened.wearables) == 1 else None
    worn = {i.stream: only for i in result.items if only} | dict(session.placements)
    return assessments_of(
        result, day=session.day, posture=opened.posture, placements=worn, levels=levels
    )


def _trend(
    found: Sequence[Assessment], context: Context, named: Mapping[tuple[str, Side], str]
) -> TrendView:
    mine = [a for a in found if a.context == context]
    points = []
    for assessment in sorted(mine, key=lambda a: a.day):
        p10, median, p90 = percentiles_of(assessment.peaks_deg)
        peaks = PeakView(median_deg=median, p10_deg=p10, p90_deg=p90)
        points.append(TrendPoint(day=assessment.day.isoformat(), peaks=peaks))
    what = named.get((context.exercise, context.side))
    return TrendView(
        exercise=context.exercise,
        name=exercise_words(context.exercise),
        side=context.side,
        posture=context.posture,
        placement=context.placement,
        level=context.level,
        what=observable_words(what) if what else None,
        points=tuple(points),
        change=_change(mine, context),
    )


def _change(mine: Sequence[Assessment], context: Context) -> ChangeView | None:
    """The change from the first to the last days; None while there are too few."""
    baseline, recent = baseline_and_recent(mine, context)
    if not baseline or not recent:
        return None
    known = EXERCISES.get(context.exercise)
    change = change_between(baseline, recent, sem_of((), limb=known.limb if known else "arm"))
    return ChangeView(
        baseline_deg=change.baseline_deg,
        recent_deg=change.recent_deg,
        change_deg=change.change_deg,
        threshold_deg=change.threshold_deg,
        beyond_error=change.beyond_error,
        n_baseline=change.n_baseline,
        n_recent=change.n_recent,
        own_error=change.sem.n > 0,
    )
