"""Which version of a plan was in force on which day, and how far each version has come.

A version counts once it was published *and* taken by the home: from the latest of its
`valid_from`, the day it was published and the day it was taken. So no publication changes a day
that is past: where a version brings another time zone or end of the day, neither its own nor the
one in force until then may have ended a day on which it counts. That the home has taken it tells
its answer, which is never later than the clinic got it, or a session that was opened with it,
whichever is earlier. A version that was never published counts only where the home's sessions
say that it works by it (a home without a clinic, a demo), from the first of them on; that it is
published later takes nothing from the days before. A version that a home took and a later answer
refuses, as of a box that took another's place, keeps its days, and is told as refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from telemetry.messages.care import PlanAnswered, PlanPublished, PlanSigned
    from therapy.plan.plan import Plan

__all__ = ["VersionState", "VersionView", "as_in_force", "day_at", "versions_of"]

VersionState: TypeAlias = Literal["draft", "signed", "published", "refused", "taken", "superseded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version and how far it has come.

    Attributes:
        published: the day on which it was sent; None: it was not.
        taken: the day on which the home took it, or first worked by it.
        effective: the first day on which it counts; None: not yet.
        refused: the day of the answer that refused it, where that is the last word on it.
        note, note_it: why it was refused; the Italian is empty where a home told none.
        signed_by: who answers for it; None: nobody has signed it.
        signed_ns: since when, by the clinic's clock.
        template, cleared: what it was started from, and what was ticked before the signature.
    """

    plan: Plan
    state: VersionState
    published: date | None = None
    taken: date | None = None
    effective: date | None = None
    refused: date | None = None
    note: str = ""
    note_it: str = ""
    signed_by: str | None = None
    signed_ns: int | None = None
    template: str | None = None
    cleared: tuple[str, ...] = ()


def versions_of(
    plans: Iterable[Plan],
    *,
    published: Mapping[int, PlanPublished],
    answers: Sequence[PlanAnswered],
    opened_with: Mapping[int, tuple[int, int]],
    now_ns: int,
    signed: Mapping[int, PlanSigned] | None = None,
) -> tuple[VersionView, ...]:
    """All versions known, in order.

    Args:
        plans: of the publications, drafts, and those that sessions were opened with.
        published: the first publication of each version.
        answers: of the home, in any order.
        opened_with: of each version, when the first and the last session were opened with it,
            nanoseconds.
        now_ns: a version is superseded once a later one has come into force.
        signed: the first signature under each version; one under other content counts for nothing.
    """
    found: list[VersionView] = []
    for plan in sorted({plan.version: plan for plan in plans}.values(), key=lambda p: p.version):
        found.append(_view(plan, published.get(plan.version), answers, opened_with, found))
    today = day_at(found, now_ns)
    newest = max(
        (v.plan.version for v in found if v.effective is not None and v.effective <= today),
        default=0,
    )
    return tuple(_with_standing(v, (signed or {}).get(v.plan.version), newest) for v in found)


def day_at(versions: Sequence[VersionView], t_ns: int) -> date:
    """The day that a moment belongs to, by the version that was in force at it.

    Before any was, by the first that was sent; where no version is known, in UTC.
    """
    plan = _plan_at(versions, t_ns)
    if plan is None:
        sent = (v.plan for v in versions if v.published is not None)
        plan = next(sent, versions[0].plan if versions else None)
    return datetime.fromtimestamp(t_ns / 1e9, UTC).date() if plan is None else plan.day_of(t_ns)


def _plan_at(versions: Sequence[VersionView], t_ns: int) -> Plan | None:
    counting = [
        v.plan for v in versions if v.effective is not None and v.effective <= v.plan.day_of(t_ns)
    ]
    return counting[-1] if counting else None


def as_in_force(versions: Iterable[VersionView]) -> tuple[Plan, ...]:
    """The versions that count, each from its first day in force on.

    Of several that cover a day `plan_in_force` takes the highest.
    """
    return tuple(
        v.plan
        if v.plan.valid_from == v.effective
        else v.plan.model_copy(update={"valid_from": v.effective})
        for v in versions
        if v.effective is not None and (v.plan.valid_to is None or v.effective <= v.plan.valid_to)
    )


def _with_standing(view: VersionView, signature: PlanSigned | None, newest: int) -> VersionView:
    """The view with who signed it, and whether a later version has taken its place."""
    if signature is not None and signature.digest == view.plan.digest():
        state: VersionState = "signed" if view.state == "draft" else view.state
        view = replace(
            view,
            state=state,
            signed_by=signature.by,
            signed_ns=signature.t_ns,
            template=signature.template,
            cleared=signature.cleared,
        )
    if view.state == "taken" and view.plan.version < newest:
        return replace(view, state="superseded")
    return view


def _view(
    plan: Plan,
    sent: PlanPublished | None,
    answers: Sequence[PlanAnswered],
    opened_with: Mapping[int, tuple[int, int]],
    lower: Sequence[VersionView],
) -> VersionView:
    """One version beside the lower ones."""

    def day_of(t_ns: int) -> date:
        until_then = _plan_at(lower, t_ns)
        own = plan.day_of(t_ns)
        return own if until_then is None else max(own, until_then.day_of(t_ns))

    mine = [a for a in answers if a.version == plan.version]
    # A home's clock may be ahead: it had taken it when the clinic heard so.
    taken = [min(a.home_ns, a.t_ns) for a in mine if a.state == "taken"]
    opened_ns, last_ns = opened_with.get(plan.version, (None, 0))
    first = None if opened_ns is None else day_of(opened_ns)
    if opened_ns is not None:
        taken.append(opened_ns)
    sent_day = None if sent is None else day_of(sent.t_ns)
    if sent_day is not None and taken:
        on = day_of(min(taken))
        counts = max(on, sent_day, plan.valid_from)
        if first is not None and first < sent_day and _plan_at(lower, opened_ns or 0) is None:
            counts = first  # it was worked by before it was sent, and by no other
        told = VersionView(plan=plan, state="taken", published=sent_day, taken=on, effective=counts)
        return _refused(told, mine, last_ns, day_of)
    if first is not None:
        return VersionView(plan=plan, state="taken", taken=first, effective=first)
    if sent is None:
        return VersionView(plan=plan, state="draft")
    return _refused(
        VersionView(plan=plan, state="published", published=sent_day), mine, last_ns, day_of
    )


def _refused(
    view: VersionView,
    answers: Sequence[PlanAnswered],
    worked_ns: int,
    day_of: Callable[[int], date],
) -> VersionView:
    """The view as refused, where that is the last that was heard of the version."""
    refused = [a for a in answers if a.state == "refused"]
    if not refused:
        return view
    last = max(refused, key=lambda a: (a.t_ns, a.note, a.note_it))
    taken_ns = [a.t_ns for a in answers if a.state == "taken"]
    if view.taken is not None and max([*taken_ns, worked_ns]) >= last.t_ns:
        return view
    day = day_of(last.t_ns)
    return replace(view, state="refused", refused=day, note=last.note, note_it=last.note_it)
