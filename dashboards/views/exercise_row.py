"""What was done of each item of a plan over the weeks that a patient's page shows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from analytics.monitoring.done import items_done, items_reported
from telemetry.body import Side
from telemetry.messages.events import ExerciseEnded, StopReason
from therapy.exercises.dose import DoseUnit
from therapy.exercises.reading import count_reading

from .figure_words import measure_told
from .item_view import BesideView, active_peak_of, beside_of, range_of, why_not
from .words import Words, called_words, exercise_words, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from analytics.monitoring.done import ItemDone
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

    `asked` is what the plan gives for the time since its start, since the first session or for
    four weeks, whichever is shortest; None where it is as many as the person can. `reported` was
    told and no sensor saw it; `done` never counts it. On a day that the clinician corrected, `done`
    is what they say and nothing else. Of the repetitions that were measured, `correct` have no
    remark on how the person moved, `incorrect` have one, and of those `not_judged` too much was
    lost to say; `attempts` are movements that stayed far behind, and count nowhere.
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
    plan: Plan,
    since: date,
    today: date,
    recent: Sequence[TrendSession],
    corrected: Mapping[date, Mapping[str, float]],
) -> tuple[ExerciseRow, ...]:
    """A row for each item of the plan.

    Args:
        plan: in force.
        since: from when on it asks.
        today: the last day.
        recent: sessions of the weeks shown, oldest first.
        corrected: by day of those weeks and item, what the clinician says was done.
    """
    weeks = max(0.0, ((today - since).days + 1) / 7)
    return tuple(
        _exercise(
            plan,
            item,
            weeks,
            recent,
            {day: amounts[item.id] for day, amounts in corrected.items() if item.id in amounts},
        )
        for item in plan.items
    )


def _exercise(
    plan: Plan,
    item: PlanItem,
    weeks: float,
    recent: Sequence[TrendSession],
    corrected: Mapping[date, float],
) -> ExerciseRow:
    # What the clinician says of a day stands in place of all that was measured or told on it.
    last: LastSeen | None = None
    done, days = sum(corrected.values()), {day for day, amount in corrected.items() if amount}
    reported, last_deg = 0.0, None
    quality: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    for session in recent:
        stopped.update(
            e.reason.value
            for e in session.events
            if isinstance(e, ExerciseEnded) and e.item == item.id and e.reason != StopReason.DONE
        )
        last = _last_seen(session, item) or last
        counts = session.day not in corrected
        told = (d.amount or 0 for d in items_reported(session.events) if d.item == item.id)
        reported += sum(told) if counts else 0
        for part in () if session.result is None else items_done(plan, session.result):
            if part.item == item.id and part.amount:
                last_deg = part.range_deg if part.range_deg is not None else last_deg
                if counts:
                    done += part.amount
                    days.add(session.day)
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
        asked=None if item.known.as_many else _asked(plan, item, weeks),
        done=done,
        reported=reported,
        attempts=quality["attempts"],
        correct=quality["correct"],
        incorrect=quality["incorrect"],
        not_judged=quality["not judged"],
        done_days=len(days),
        stopped=dict(stopped),
        last_range_deg=last_deg,
        not_observable=None if reason is None else words(reason),
        last=last,
    )


def _asked(plan: Plan, item: PlanItem, weeks: float) -> float:
    return round(item.asked.amount * plan.schedule_of(item).per_week * weeks)


def _quality(part: ItemDone) -> dict[str, int]:
    if not part.judged:
        return {"not judged": part.repetitions}
    return {"correct": part.good, "incorrect": part.repetitions - part.good}


def _attempts(session: TrendSession, item: PlanItem) -> int:
    """Of an item that several sensors saw, by the one that saw most."""
    found = () if session.result is None else session.result.items
    mine = [r for r in found if r.item == item.id and not r.assessment]
    best = max(mine, key=lambda r: len(r.repetitions), default=None)
    return 0 if best is None else len(best.attempts)


def _last_seen(session: TrendSession, item: PlanItem) -> LastSeen | None:
    """None where the session has no result of that item."""
    found = () if session.result is None else session.result.items
    result = next((r for r in found if r.item == item.id and not r.assessment), None)
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
