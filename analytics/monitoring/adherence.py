"""How much of the plan was done: five figures that are kept apart, day by day and over a period.

Steps, for one day:

1. The plan version in force on that day judges it, whatever came later.
2. An item counts on the day if its weekdays say so. "n times a week" counts on the first n
   days on which it was done, and on a day by which the week can no longer reach n, even if
   it was done on all days of which nothing is known. A week that is partly excused or before
   the plan asks for no more days than it has.
3. Dose: per item what was done, capped at what was asked; sides of one exercise are pooled;
   then the mean over exercises, so that many wrist turns cannot outweigh few sit-to-stands.
4. Range: median range of the day against the clinician's target, capped at 1, mean over the
   exercises where it is observable. Quality: share of repetitions without a flag, likewise.
5. The state of the day: done (80 % of the dose and more, the usual bound of "adherent" in trial
   protocols) or partly; self-reported; excused; unknown (the home was silent or a sensor was
   lost); stopped by a safety rule before it was done; missed; nothing asked. Excused, unknown
   and stopped days lower no figure.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from telemetry.messages.results import AdherenceResult
from therapy.plan.plan import plan_in_force
from therapy.plan.schedule import week_of

from .done import items_done, some_done

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from telemetry.messages.results import SessionResult
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

    from .done import ItemDone

__all__ = [
    "DONE_FROM",
    "DayHistory",
    "DayState",
    "PeriodAdherence",
    "day_adherence",
    "items_counted",
    "misses_in_a_row",
    "period_adherence",
    "session_adherence",
]

DayState: TypeAlias = Literal[
    "done",
    "partly",
    "self-reported",
    "excused",
    "unknown",
    "missed",
    "stopped by rule",
    "nothing asked",
]
_Basis: TypeAlias = Literal["measured", "self-reported", "excused", "unknown", "missed"]
_MEASURED: Final = ("done", "partly")
StoppingRule: TypeAlias = Literal["fall", "unwell", "pain"]

DONE_FROM: Final = 0.8
"""Share of the dose from which a day counts as done."""


@dataclass(frozen=True, slots=True)
class DayHistory:
    """What is known of one patient's day.

    Attributes:
        measured: from sessions with wearables.
        reported: what the patient says was done without them.
        excused: the clinician excused the day (illness, holiday).
        heard: whether the home has told of this day at all.
        stopped: the safety rule that ended, or did not let begin, a session of this day.
    """

    measured: tuple[ItemDone, ...] = ()
    reported: tuple[ItemDone, ...] = ()
    excused: bool = False
    heard: bool = True
    stopped: StoppingRule | None = None


@dataclass(frozen=True, slots=True)
class PeriodAdherence:
    """Adherence over some days; ratios 0 to 1, None where no day tells.

    Attributes:
        days: how many planned days were in each state.
        sessions: days done in whole or in part by those and self-reported and missed ones.
        self_report: the first three by the same.
        dose: mean over those days; a missed one counts 0, a self-reported one as reported.
        range: mean over days done in whole or in part.
        quality: mean over the same.
    """

    days: Mapping[str, int] = field(default_factory=dict)
    sessions: float | None = None
    self_report: float | None = None
    dose: float | None = None
    range: float | None = None
    quality: float | None = None


def day_adherence(
    plans: Sequence[Plan],
    history: Mapping[date, DayHistory],
    day: date,
    *,
    today: date,
) -> AdherenceResult | None:
    """Adherence of one day; None where no plan is in force, or the day is not over.

    Args:
        plans: all versions of one patient's plan.
        history: what is known, by day; a day that is not in it counts as one without therapy.
        day: the day, in the plan's time zone.
        today: a day that is not before it counts only once something was done on it.
    """
    plan = plan_in_force(plans, day)
    if plan is None:
        return None
    known = history.get(day, DayHistory())
    active = any(some_done(d) for d in (*known.measured, *known.reported))
    if not active and day >= today:
        return None
    return _judged(plan, items_counted(plans, history, day), known, day)


def items_counted(
    plans: Sequence[Plan], history: Mapping[date, DayHistory], day: date
) -> tuple[PlanItem, ...]:
    """The plan's items that `day` is judged by."""
    plan = plan_in_force(plans, day)
    if plan is None:
        return ()
    week = week_of(day)
    open_days = [
        d for d in week if plan_in_force(plans, d) is not None and not _day(history, d).excused
    ]
    unknown_days = {d for d in week if _basis(_day(history, d)) == "unknown"}
    standing_in = _basis(_day(history, day)) in ("excused", "unknown")
    counted = []
    for item in plan.items:
        schedule = plan.schedule_of(item)
        done_days = {d for d in week if _was_done(_day(history, d), item.id)}
        asked = schedule.due(day, done_days)
        if schedule.times_per_week is not None and not standing_in:
            perhaps_done = done_days | unknown_days
            missed = schedule.missed(day, perhaps_done, open_days)
            asked = missed or (asked and day in done_days)
        if asked:
            counted.append(item)
    return tuple(counted)


def session_adherence(
    plan: Plan,
    result: SessionResult,
    items: Iterable[str],
    day: str,
    reported: Sequence[ItemDone] = (),
) -> AdherenceResult:
    """Adherence of one session to the items that it set out to do.

    Args:
        plan: the version it was opened with.
        result: what the core found in it.
        items: ids of its agenda; an item that was not reached counts 0.
        day: the session's day.
        reported: what the person told of it; counts, as such, where nothing was measured.

    Raises:
        ConfigurationError: the plan has no such item.
    """
    asked = tuple(plan.item(item_id) for item_id in dict.fromkeys(items))
    measured = items_done(plan, result)
    told = bool(reported) and not measured
    done = tuple(reported) if told else measured
    return AdherenceResult(
        session=result.session,
        patient=plan.patient,
        day=day,
        plan_version=plan.version,
        state="self-reported" if told else "measured",
        sessions=1.0 if any(some_done(d) for d in done) else 0.0,
        dose=_dose(asked, done),
        range=None if told else _range(asked, done),
        quality=None if told else _quality(asked, done),
    )


def period_adherence(days: Iterable[AdherenceResult | None]) -> PeriodAdherence:
    """Adherence over the days given, as `day_adherence` judged them."""
    judged = [day for day in days if day is not None]
    count: Counter[str] = Counter(day.state for day in judged)
    told = [d for d in judged if d.state in (*_MEASURED, "self-reported", "missed")]
    measured = [d for d in judged if d.state in _MEASURED]
    if not told:
        return PeriodAdherence(count)
    return PeriodAdherence(
        days=count,
        sessions=len(measured) / len(told),
        self_report=sum(d.state != "missed" for d in told) / len(told),
        dose=_mean(d.dose for d in told),
        range=_mean(d.range for d in measured),
        quality=_mean(d.quality for d in measured),
    )


def misses_in_a_row(days: Iterable[AdherenceResult | None]) -> int:
    """Planned days missed since the last one that was done."""
    count = 0
    for day in sorted((d for d in days if d is not None), key=lambda d: d.day):
        if day.state == "missed":
            count += 1
        elif day.state in (*_MEASURED, "self-reported"):
            count = 0
    return count


def _judged(
    plan: Plan, counted: tuple[PlanItem, ...], known: DayHistory, day: date
) -> AdherenceResult:
    basis = _basis(known)
    done = known.measured if basis == "measured" else known.reported
    dose = _dose(counted, done) if basis in ("measured", "self-reported") else None
    state = _state(known, basis, counted, dose)
    figures: dict[str, float | None] = {}
    if state in (*_MEASURED, "self-reported", "stopped by rule") and dose is not None:
        figures = {"sessions": 1.0, "dose": dose}
    elif state == "missed":
        figures = {"sessions": 0.0, "dose": 0.0}
    if basis == "measured" and figures:
        figures |= {"range": _range(counted, done), "quality": _quality(counted, done)}
    return AdherenceResult(
        patient=plan.patient,
        day=day.isoformat(),
        plan_version=plan.version,
        state=state,
        reason=known.stopped if state == "stopped by rule" else None,
        **figures,
    )


def _state(
    known: DayHistory, basis: str, counted: tuple[PlanItem, ...], dose: float | None
) -> DayState:
    enough = dose is not None and dose >= DONE_FROM
    if known.stopped is not None and not enough:
        return "stopped by rule"
    if not counted:
        return "nothing asked"
    match basis:
        case "measured":
            return "unknown" if dose is None else "done" if enough else "partly"
        case "self-reported" | "excused" | "unknown":
            return basis
        case _:
            return "missed"


def _basis(known: DayHistory) -> _Basis:
    if any(some_done(d) for d in known.measured):
        return "measured"
    if any(some_done(d) for d in known.reported):
        return "self-reported"
    if known.excused:
        return "excused"
    if not known.heard or any(d.amount is None for d in known.measured):
        return "unknown"
    return "missed"


def _dose(asked: Sequence[PlanItem], done: Sequence[ItemDone]) -> float | None:
    by_exercise: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for item in asked:
        amounts = [d.amount for d in done if d.item == item.id]
        if amounts and all(amount is None for amount in amounts):
            continue  # the sensor was lost: what was done is not known
        whole = item.asked.amount
        total = sum(amount for amount in amounts if amount is not None)
        if item.known.as_many and total > 0:
            total = whole
        by_exercise[item.exercise].append((min(total, whole), whole))
    return _mean(
        sum(got for got, _ in parts) / sum(whole for _, whole in parts)
        for parts in by_exercise.values()
    )


def _range(asked: Sequence[PlanItem], done: Sequence[ItemDone]) -> float | None:
    by_exercise: dict[str, list[float]] = defaultdict(list)
    for item in asked:
        for d in done:
            if d.item == item.id and d.range_deg is not None and item.target_deg is not None:
                reached = min(1.0, max(0.0, d.range_deg / item.target_deg))
                by_exercise[item.exercise].append(reached)
    return _mean(statistics.fmean(shares) for shares in by_exercise.values())


def _quality(asked: Sequence[PlanItem], done: Sequence[ItemDone]) -> float | None:
    by_exercise: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for item in asked:
        for d in done:
            if d.item == item.id and d.repetitions > 0 and d.judged:
                by_exercise[item.exercise].append((d.good, d.repetitions))
    return _mean(
        sum(good for good, _ in parts) / sum(n for _, n in parts) for parts in by_exercise.values()
    )


def _day(history: Mapping[date, DayHistory], day: date) -> DayHistory:
    return history.get(day, DayHistory())


def _was_done(known: DayHistory, item_id: str) -> bool:
    return any(some_done(d) for d in (*known.measured, *known.reported) if d.item == item_id)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
