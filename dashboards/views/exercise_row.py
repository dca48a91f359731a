"""What was done of each item of a plan over the weeks that a patient's page shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from analytics.monitoring.day import days_between
from analytics.monitoring.done import items_done, items_reported
from telemetry.body import Side
from telemetry.messages.events import ExerciseEnded, StopReason
from therapy.exercises.dose import DoseUnit
from therapy.exercises.reading import count_reading
from therapy.plan.plan import plan_in_force

from .figure_words import measure_told
from .item_view import BesideView, active_peak_of, beside_of, range_of, why_not
from .words import Words, called_words, exercise_words, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from analytics.monitoring.done import ItemDone
    from analytics.monitoring.figures import PatientFigures
    from telemetry.messages.results import ItemResult
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

    from .trend_view import TrendSession

__all__ = ["ExerciseRow", "LastSeen", "exercise_rows"]


class LastSeen(BaseModel):
    """What the last session with this item found of it, each figure with its doubt, in words.

    `count` is the repetitions with their interval; `readings` the active peak from where it
    started, where its zero is known, then the excursion, with their bands, then what else was
    measured, as sway or cadence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    day: str
    count: Words
    readings: tuple[Words, ...]
    beside: BesideView
    not_observable: Words | None


class ExerciseRow(BaseModel):
    """One item of the plan over the four weeks: what was asked, done, and why it stopped.

    Both count the same days: those of the four weeks on which a plan in force has this item, the
    same exercise in the same unit. `asked` sums what each of those versions asks for, without days
    that were excused or of which nothing is known, and today once something was done; None where it
    is as many as the person can. `reported` was told and no sensor saw it; `done` never counts it.
    On a day that the clinician corrected, `done` is what they say and nothing else. Of the
    repetitions that were measured, `correct` have no remark on how the person moved, `incorrect`
    have one, and of those `not_judged` too much was lost to say; `attempts` are movements that
    stayed far behind, and count nowhere.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    item: str
    name: Words
    called: Words
    side: Side
    unit: DoseUnit
    asked: float | None
    done: float
    reported: float
    attempts: int
    correct: int
    incorrect: int
    not_judged: int
    done_days: int
    stopped: dict[str, int]
    last_range_deg: float | None
    not_observable: Words | None
    last: LastSeen | None = None


def exercise_rows(
    figures: PatientFigures, first: date, recent: Sequence[TrendSession]
) -> tuple[ExerciseRow, ...]:
    """A row for each item of the plan in force; none where none is.

    Args:
        figures: of the patient.
        first: the first day of the weeks shown.
        recent: sessions of those weeks, oldest first.
    """
    if figures.plan is None:
        return ()
    return tuple(
        _exercise(figures.plan, item, recent, _days_of(figures, item, first))
        for item in figures.plan.items
    )


@dataclass(frozen=True, slots=True)
class _Days:
    """The days on which an item counts, what they ask for, and what a clinician says of some."""

    counting: frozenset[date]
    asked: float
    corrected: Mapping[date, float]


def _days_of(figures: PatientFigures, item: PlanItem, first: date) -> _Days:
    counting: set[date] = set()
    asked = 0.0
    for day in days_between(first, figures.today):
        plan = plan_in_force(figures.plans, day)
        same = None if plan is None else next((i for i in plan.items if _same(i, item)), None)
        if plan is None or same is None:
            continue
        counting.add(day)
        judged = figures.days.get(day)
        if judged is None or judged.state in ("excused", "unknown"):
            continue
        schedule = plan.schedule_of(same)
        if schedule.weekdays is None:
            asked += same.asked.amount * schedule.per_week / 7
        elif schedule.due(day):
            asked += same.asked.amount
    said = {d: a[item.id] for d, a in figures.corrected.items() if d in counting and item.id in a}
    return _Days(frozenset(counting), asked, said)


def _same(one: PlanItem, item: PlanItem) -> bool:
    """Whether an item of another version is the one that is shown: ids may be given again."""
    wanted = item.id, item.exercise, item.side, item.asked.unit
    return (one.id, one.exercise, one.side, one.asked.unit) == wanted


def _exercise(
    plan: Plan, item: PlanItem, recent: Sequence[TrendSession], days: _Days
) -> ExerciseRow:
    # What the clinician says of a day stands in place of all that was measured or told on it.
    corrected = days.corrected
    last: LastSeen | None = None
    done, done_days = sum(corrected.values()), {d for d, amount in corrected.items() if amount}
    reported, last_deg = 0.0, None
    quality: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    for session in recent:
        last = _last_seen(session, item) or last
        if session.day not in days.counting:
            continue
        stopped.update(
            e.reason.value
            for e in session.events
            if isinstance(e, ExerciseEnded) and e.item == item.id and e.reason != StopReason.DONE
        )
        counts = session.day not in corrected
        told = (d.amount or 0 for d in items_reported(session.events) if d.item == item.id)
        reported += sum(told) if counts else 0
        for part in _parts(plan, session, item):
            if part.amount:
                last_deg = part.range_deg if part.range_deg is not None else last_deg
                if counts:
                    done += part.amount
                    done_days.add(session.day)
                    quality.update(_quality(part))
        if counts:
            quality["attempts"] += _attempts(session, item)
    sees = item.sees()
    reason = getattr(sees, "reason", None)
    return ExerciseRow(
        item=item.id,
        name=exercise_words(item.exercise),
        called=called_words(item.exercise, item.side),
        side=item.side,
        unit=item.asked.unit,
        asked=None if item.known.as_many else round(days.asked),
        done=done,
        reported=reported,
        attempts=quality["attempts"],
        correct=quality["correct"],
        incorrect=quality["incorrect"],
        not_judged=quality["not judged"],
        done_days=len(done_days),
        stopped=dict(stopped),
        last_range_deg=last_deg,
        not_observable=None if reason is None else words(reason),
        last=last,
    )


def _seen_of(session: TrendSession, item: PlanItem) -> list[ItemResult]:
    """What a session's result says of an item: of that exercise and side, assessments left out."""
    found = () if session.result is None else session.result.items
    wanted = item.id, item.exercise, item.side
    return [r for r in found if (r.item, r.exercise, r.side) == wanted and not r.assessment]


def _parts(plan: Plan, session: TrendSession, item: PlanItem) -> tuple[ItemDone, ...]:
    mine = _seen_of(session, item)
    if session.result is None or not mine:
        return ()
    return items_done(plan, session.result.model_copy(update={"items": tuple(mine)}))


def _quality(part: ItemDone) -> dict[str, int]:
    if not part.judged:
        return {"not judged": part.repetitions}
    return {"correct": part.good, "incorrect": part.repetitions - part.good}


def _attempts(session: TrendSession, item: PlanItem) -> int:
    """Of an item that several sensors saw, by the one that saw most."""
    best = _most_seen(session, item)
    return 0 if best is None else len(best.attempts)


def _most_seen(session: TrendSession, item: PlanItem) -> ItemResult | None:
    return max(_seen_of(session, item), key=lambda r: len(r.repetitions), default=None)


def _last_seen(session: TrendSession, item: PlanItem) -> LastSeen | None:
    """None where the session has no result of that item."""
    result = _most_seen(session, item)
    beside = beside_of(result)
    if result is None or beside is None:
        return None
    count = count_reading(len(result.repetitions), result.count_low, result.count_high)
    shown = (active_peak_of(result), range_of(result))
    reason = getattr(item.sees(), "reason", None)
    return LastSeen(
        day=session.day.isoformat(),
        count=words(count),
        readings=(
            *(s.reading for s in shown if s is not None and s.reading is not None),
            *map(measure_told, result.measures),
        ),
        beside=beside,
        not_observable=why_not(result, reason),
    )
