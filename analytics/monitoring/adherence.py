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
5. The state tells what the figures rest on: measured; self-reported; excused; unknown (no data
   because the home was silent or a sensor was lost); missed. An excused or unknown day has no
   figures and lowers none.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from telemetry.messages.events import ExerciseReported
from telemetry.messages.results import AdherenceResult
from therapy.plan.plan import plan_in_force
from therapy.plan.schedule import week_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import ItemResult, SessionResult
    from therapy.plan.plan import Plan, PlanItem

__all__ = [
    "DayHistory",
    "DayState",
    "ItemDone",
    "PeriodAdherence",
    "day_adherence",
    "items_counted",
    "items_done",
    "items_reported",
    "misses_in_a_row",
    "period_adherence",
    "session_adherence",
]

DayState: TypeAlias = Literal["measured", "self-reported", "excused", "unknown", "missed"]


@dataclass(frozen=True, slots=True)
class ItemDone:
    """What was done of one item of the plan in one session.

    Attributes:
        item: id in the plan.
        amount: in the unit of the item's dose; None: not known, e.g. the sensor was lost.
        range_deg: median range; None where it is not observable.
        repetitions: counted.
        good: of them, without any flag.
    """

    item: str
    amount: float | None
    range_deg: float | None = None
    repetitions: int = 0
    good: int = 0


@dataclass(frozen=True, slots=True)
class DayHistory:
    """What is known of one patient's day.

    Attributes:
        measured: from sessions with wearables.
        reported: what the patient says was done without them.
        excused: the clinician excused the day (illness, holiday).
        heard: whether the home has told of this day at all.
    """

    measured: tuple[ItemDone, ...] = ()
    reported: tuple[ItemDone, ...] = ()
    excused: bool = False
    heard: bool = True


@dataclass(frozen=True, slots=True)
class PeriodAdherence:
    """Adherence over some days; ratios 0 to 1, None where no day tells.

    Attributes:
        days: how many planned days were in each state.
        sessions: measured days by days that are measured, self-reported or missed.
        self_report: measured and self-reported days by the same.
        dose: mean over those days; a missed one counts 0, a self-reported one as reported.
        range: mean over measured days.
        quality: mean over measured days.
    """

    days: Mapping[DayState, int] = field(default_factory=dict)
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
    """Adherence of one day; None where nothing was asked for, or the day is not over.

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
    active = any(_some(d) for d in (*known.measured, *known.reported))
    if not active and day >= today:
        return None
    counted = items_counted(plans, history, day)
    if not counted:
        return None
    return _judged(plan, counted, known, day)


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
    unknown_days = {d for d in week if _state(_day(history, d)) == "unknown"}
    standing_in = _state(_day(history, day)) in ("excused", "unknown")
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
        sessions=1.0 if any(_some(d) for d in done) else 0.0,
        dose=_dose(asked, done),
        range=None if told else _range(asked, done),
        quality=None if told else _quality(asked, done),
    )


def items_done(plan: Plan, result: SessionResult) -> tuple[ItemDone, ...]:
    """What a session did, by item of the plan; assessments and unknown items are left out.

    An item that several sensors saw counts once, by the stream that saw most of it.
    """
    seen: dict[str, list[ItemResult]] = defaultdict(list)
    for found in result.items:
        if not found.assessment:
            seen[found.item].append(found)
    return tuple(
        _item_done(item, max(seen[item.id], key=lambda f: len(f.repetitions)))
        for item in plan.items
        if item.id in seen
    )


def items_reported(events: Iterable[SessionEvent]) -> tuple[ItemDone, ...]:
    """What a session's person told of it where no sensor was worn, by item of the plan."""
    return tuple(
        ItemDone(item=event.item, amount=event.amount)
        for event in events
        if isinstance(event, ExerciseReported)
    )


def period_adherence(days: Iterable[AdherenceResult | None]) -> PeriodAdherence:
    """Adherence over the days given, as `day_adherence` judged them."""
    judged = [day for day in days if day is not None]
    count: dict[DayState, int] = {}
    for day in judged:
        count[day.state] = count.get(day.state, 0) + 1
    told = [d for d in judged if d.state in ("measured", "self-reported", "missed")]
    measured = [d for d in judged if d.state == "measured"]
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
        elif day.state in ("measured", "self-reported"):
            count = 0
    return count


def _judged(
    plan: Plan, counted: tuple[PlanItem, ...], known: DayHistory, day: date
) -> AdherenceResult:
    state = _state(known)
    done = known.measured if state == "measured" else known.reported
    told = state in ("measured", "self-reported")
    figures: dict[str, float | None] = {}
    if told:
        figures = {"sessions": 1.0, "dose": _dose(counted, done)}
    elif state == "missed":
        figures = {"sessions": 0.0, "dose": 0.0}
    if state == "measured":
        figures |= {"range": _range(counted, done), "quality": _quality(counted, done)}
    return AdherenceResult(
        patient=plan.patient,
        day=day.isoformat(),
        plan_version=plan.version,
        state=state,
        **figures,
    )


def _state(known: DayHistory) -> DayState:
    if any(_some(d) for d in known.measured):
        return "measured"
    if any(_some(d) for d in known.reported):
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
            if d.item == item.id and d.repetitions > 0:
                by_exercise[item.exercise].append((d.good, d.repetitions))
    return _mean(
        sum(good for good, _ in parts) / sum(n for _, n in parts) for parts in by_exercise.values()
    )


def _item_done(item: PlanItem, found: ItemResult) -> ItemDone:
    repetitions = found.repetitions
    if item.asked.unit == "minutes":
        amount = (repetitions[-1].end_s - repetitions[0].start_s) / 60 if repetitions else 0.0
    else:
        amount = float(len(repetitions))
    range_of_motion = found.range_of_motion
    return ItemDone(
        item=item.id,
        amount=amount,
        range_deg=None if range_of_motion is None else range_of_motion.median_deg,
        repetitions=len(repetitions),
        good=sum(not repetition.flags for repetition in repetitions),
    )


def _day(history: Mapping[date, DayHistory], day: date) -> DayHistory:
    return history.get(day, DayHistory())


def _was_done(known: DayHistory, item_id: str) -> bool:
    return any(_some(d) for d in (*known.measured, *known.reported) if d.item == item_id)


def _some(done: ItemDone) -> bool:
    return done.amount is not None and done.amount > 0


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
