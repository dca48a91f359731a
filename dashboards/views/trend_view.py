"""How a range has moved over weeks: assessment repetitions only, beside the error they have.

Beside it stand what the plan aims at, and, where the plan marks the other limb as well, what that
one reaches in the same exercise, posture and level.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from analytics.monitoring.change import baseline_and_recent, change_between, sem_of
from telemetry.body import Side
from telemetry.messages.events import SessionOpened
from therapy.exercises.library import EXERCISES
from therapy.exercises.observable import Observable

from .figure_words import place_words
from .item_view import PeakView, percentiles_of
from .session_view import best_result
from .words import Words, called_words, exercise_words, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analytics.monitoring.change import Assessment, Context
    from analytics.monitoring.figures import PatientFigures
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import Result, SessionResult
    from telemetry.seams import SessionSummary

__all__ = ["TrendSession", "TrendView", "trend_views"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendSession:
    """One session as the journal has it."""

    summary: SessionSummary
    events: Sequence[SessionEvent]
    results: Sequence[Result]

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
    """A difference beside the error that it must exceed to count as a change.

    `core_versions` where several computed what is compared: the error knows nothing of a step
    between them.
    """

    baseline_deg: float
    recent_deg: float
    change_deg: float
    threshold_deg: float
    beyond_error: bool
    n_baseline: int
    n_recent: int
    own_error: bool
    core_versions: tuple[str, ...] = ()


class OtherSideView(_Frozen):
    """What the limb that is known to be well reached last."""

    day: str
    median_deg: float


class TrendView(_Frozen):
    """Assessments of one exercise, side, posture, placement and calibration level.

    `quantity` says whether its figures are peaks, or excursions of an angle without a zero.
    """

    exercise: str
    name: Words
    called: Words
    side: Side
    posture: str
    placement: str
    place: Words | None
    level: str
    quantity: Literal["peak", "excursion"]
    what: Words | None
    points: tuple[TrendPoint, ...]
    change: ChangeView | None
    target_deg: float | None
    other_side: OtherSideView | None


def trend_views(figures: PatientFigures, since: date) -> tuple[TrendView, ...]:
    """All comparable assessments from a day on, by what makes them comparable.

    What is a baseline, and what has changed since, is told of all that there ever were.
    """
    recent = [a for a in figures.assessments if a.day >= since]
    contexts = dict.fromkeys(a.context for a in recent)
    return tuple(_trend(figures, recent, context) for context in contexts)


def _trend(figures: PatientFigures, recent: Sequence[Assessment], context: Context) -> TrendView:
    points = []
    for assessment in sorted((a for a in recent if a.context == context), key=lambda a: a.day):
        p10, median, p90 = percentiles_of(assessment.peaks_deg)
        peaks = PeakView(median_deg=median, p10_deg=p10, p90_deg=p90)
        points.append(TrendPoint(day=assessment.day.isoformat(), peaks=peaks))
    return TrendView(
        exercise=context.exercise,
        name=exercise_words(context.exercise),
        called=called_words(context.exercise, context.side),
        side=context.side,
        posture=context.posture,
        placement=context.placement,
        place=place_words(context.placement),
        level=context.level,
        quantity=context.quantity,
        what=_what(figures, context),
        points=tuple(points),
        change=_change([a for a in figures.assessments if a.context == context], context),
        target_deg=figures.target_deg(context),
        other_side=_other_side(figures, context),
    )


def _what(figures: PatientFigures, context: Context) -> Words | None:
    """What its angle is of, by the plans that asked for it."""
    for version in reversed(figures.versions):
        for item in version.plan.items:
            if (item.exercise, item.side) != (context.exercise, context.side):
                continue
            for worn in ((context.placement,), None):
                sees = item.sees(worn)
                if isinstance(sees, Observable):
                    return words(sees.what)
    return None


def _other_side(figures: PatientFigures, context: Context) -> OtherSideView | None:
    """The other limb in the same posture and level, only where the plan says that it is well."""
    known = EXERCISES.get(context.exercise)
    other: Side = "left" if context.side == "right" else "right"
    limb = f"{known.limb if known else 'arm'}-{other}"
    if figures.plan is None or limb not in figures.plan.unaffected:
        return None
    placement = context.placement.removesuffix(context.side) + other
    beside = replace(context, side=other, placement=placement)
    found = [a for a in figures.assessments if a.context == beside]
    if not found:
        return None
    last = max(found, key=lambda a: a.day)
    return OtherSideView(day=last.day.isoformat(), median_deg=last.value_deg)


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
        core_versions=_several(a.core_version for a in (*baseline, *recent)),
    )


def _several(versions: Iterable[str]) -> tuple[str, ...]:
    """Those that there are, in their order, where there is more than one."""
    known = sorted({one for one in versions if one}, key=lambda one: (len(one), one))
    return tuple(known) if len(known) > 1 else ()
