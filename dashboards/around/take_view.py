"""The physiotherapist's own repetitions as a page shows them, by exercise of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from dashboards.views.words import Words, exercise_words

if TYPE_CHECKING:
    from analytics.monitoring.figures import PatientFigures
    from telemetry.messages.around.take_curve import TakeCurve, TakeRecorded

    from .treatment_port import TakeSession

__all__ = ["OwnTakesView", "TakeView", "own_takes_view", "take_views"]

POINTS: Final = 60
"""Of a curve; more are not seen at its size."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TakeTold(_Frozen):
    """Who recorded it, when, for which version; `curve` is seconds and the share of the range."""

    by: str
    t_ms: float
    version: int
    curve: tuple[tuple[float, float], ...]


class TakeView(_Frozen):
    """One exercise of the plan; `take` None: none goes with it."""

    item: str
    exercise: str
    name: Words
    take: TakeTold | None


class TakeSessionView(_Frozen):
    """A session held on the clinic's own machine, with what was moved in it."""

    session: str
    patient: str
    opened_ms: float
    items: tuple[tuple[str, str], ...]


class OwnTakesView(_Frozen):
    """What a take can be made of; `sessions` None: that cannot be read now."""

    sessions: tuple[TakeSessionView, ...] | None


def take_views(figures: PatientFigures) -> tuple[TakeView, ...]:
    """Each exercise of the newest version that was sent, with its take."""
    sent = [view.plan for view in figures.versions if view.published is not None]
    if not sent:
        return ()
    plan = max(sent, key=lambda one: one.version)
    takes = figures.around.takes
    return tuple(
        TakeView(
            item=item.id,
            exercise=item.exercise,
            name=exercise_words(item.exercise),
            take=_told(takes.get(item.exercise)),
        )
        for item in plan.items
    )


def own_takes_view(sessions: list[TakeSession] | None) -> OwnTakesView:
    """The sessions to choose from, as they came."""
    if sessions is None:
        return OwnTakesView(sessions=None)
    return OwnTakesView(
        sessions=tuple(
            TakeSessionView(
                session=one.session,
                patient=one.patient,
                opened_ms=one.opened_ns / 1e6,
                items=tuple(one.items),
            )
            for one in sessions
        )
    )


def _told(one: TakeRecorded | None) -> TakeTold | None:
    if one is None or one.curve is None:
        return None
    return TakeTold(by=one.by, t_ms=one.t_ns / 1e6, version=one.version, curve=_points(one.curve))


def _points(curve: TakeCurve) -> tuple[tuple[float, float], ...]:
    """At most `POINTS` of it, the last one among them."""
    all_of = [(t / 1000, round(v, 2)) for t, v in zip(curve.t_ms, curve.control, strict=True)]
    step = -(-len(all_of) // POINTS)
    return (*all_of[:-1:step], all_of[-1])
