"""A version of the plan as it is read: what is asked, within which limits, and what to mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from telemetry.body import Side
from therapy.exercises.dose import DoseUnit
from therapy.plan.limits import PainProfile
from therapy.templates.clearing import cleared_words

from .words import Words, called_words, exercise_words, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.monitoring.plan_versions import VersionView
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

__all__ = [
    "PlanItemView",
    "PlanVersionView",
    "PlanView",
    "coming_versions",
    "plan_view",
    "version_view",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanVersionView(_Frozen):
    """How far a version of the plan has come; `signed_by`: who answers for it.

    `cleared` is what was ticked one by one before it was signed.
    """

    version: int
    state: str
    published: str | None
    effective: str | None
    signed_by: str | None
    signed_ms: float | None
    cleared: tuple[Words, ...]
    note: str
    note_it: str


class PlanItemView(_Frozen):
    """One exercise as it is asked for; `locked`: standing is not cleared, or locked by a fall."""

    item: str
    name: Words
    called: Words
    side: Side
    posture: str
    assisted: bool
    sets: int
    per_set: float
    unit: DoseUnit
    weekdays: tuple[str, ...] | None
    times_a_week: int
    limit_deg: float | None
    target_deg: float | None
    assessment: str
    locked: bool


class PlanView(_Frozen):
    """The version in force.

    `fall_locked_since`: the day of a fall, or of a question about one that was not answered with
    no, from which on standing is kept back at home whatever the plan clears; None: by none.
    `stop_questions` keep exercise for another day; `zero_forbidden`: no neutral pose may serve as
    zero (spasticity, contracture). The pain, effort and breathlessness from which a set ends are
    those of the plan's limits.
    """

    version: int
    valid_from: str
    goal: str
    when_and_where: str
    framing: str
    helper: bool
    pain_profile: PainProfile
    pain_stop: int
    effort_stop: float
    breathlessness_stop: float | None
    session_cap_min: float
    sessions_a_day: int
    cleared_for_standing: bool
    fall_locked_since: str | None = None
    zero_forbidden: bool
    days_a_week: int
    stop_questions: tuple[Words, ...]
    items: tuple[PlanItemView, ...]


def coming_versions(versions: Sequence[VersionView], in_force: int | None) -> tuple[int, ...]:
    """Versions that are still to take the place of the one in force, or should have.

    What a home refused is over once another version was sent.
    """
    last_sent = max((v.plan.version for v in versions if v.published is not None), default=0)
    return tuple(
        v.plan.version
        for v in versions
        if v.plan.version > (in_force or 0)
        and (
            v.state == "signed"
            or (v.state in ("published", "refused") and v.plan.version == last_sent)
        )
    )


def plan_view(plan: Plan | None, *, fall_locked_ns: int | None = None) -> PlanView | None:
    """The version in force for a page; None where none is.

    Args:
        plan: the version.
        fall_locked_ns: since when a fall keeps standing locked; None: it does not.
    """
    if plan is None:
        return None
    limits = plan.limits
    fallen = fall_locked_ns is not None
    return PlanView(
        version=plan.version,
        valid_from=plan.valid_from.isoformat(),
        goal=plan.goal,
        when_and_where=plan.when_and_where,
        framing=plan.framing,
        helper=plan.helper,
        pain_profile=limits.pain_profile,
        # A cautious plan ends the set at what eases it elsewhere.
        pain_stop=limits.pain_amber if limits.pain_profile == "cautious" else limits.pain_stop,
        effort_stop=limits.effort_stop,
        breathlessness_stop=limits.breathlessness_stop if plan.check_in.breathlessness else None,
        session_cap_min=limits.session_cap_min,
        sessions_a_day=limits.sessions_a_day,
        cleared_for_standing=limits.cleared_for_standing,
        fall_locked_since=None
        if fall_locked_ns is None
        else plan.day_of(fall_locked_ns).isoformat(),
        zero_forbidden=not plan.neutral_pose,
        days_a_week=plan.goal_days_a_week,
        stop_questions=tuple(Words(it=q.it, en=q.en) for q in plan.stop_questions),
        items=tuple(_item(plan, item, fallen=fallen) for item in plan.items),
    )


def _item(plan: Plan, item: PlanItem, *, fallen: bool) -> PlanItemView:
    schedule, dose = plan.schedule_of(item), item.asked
    return PlanItemView(
        item=item.id,
        name=exercise_words(item.exercise),
        called=called_words(item.exercise, item.side),
        side=item.side,
        posture=item.in_posture,
        assisted=item.assisted,
        sets=dose.sets,
        per_set=dose.per_set,
        unit=dose.unit,
        weekdays=schedule.weekdays,
        times_a_week=schedule.per_week,
        limit_deg=item.limit_deg,
        target_deg=item.target_deg,
        assessment=item.assessment,
        locked=item.needs_clearance and (fallen or not plan.limits.cleared_for_standing),
    )


def version_view(view: VersionView) -> PlanVersionView:
    """One version for a page."""
    return PlanVersionView(
        version=view.plan.version,
        state=view.state,
        published=None if view.published is None else view.published.isoformat(),
        effective=None if view.effective is None else view.effective.isoformat(),
        signed_by=view.signed_by,
        signed_ms=None if view.signed_ns is None else view.signed_ns / 1e6,
        cleared=tuple(words(one) for one in cleared_words(view.cleared)),
        note=view.note,
        note_it=view.note_it,
    )
