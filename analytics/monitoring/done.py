"""What was done of a plan's items, in the unit of each dose: measured, or told by the person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.messages.events import ExerciseReported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import ItemResult, SessionResult
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

__all__ = [
    "ItemDone",
    "ItemSeen",
    "items_done",
    "items_of",
    "items_reported",
    "seen_in",
    "some_done",
]


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """What the core found of one exercise item, as much of it as adherence needs.

    Attributes:
        minutes: of its repetitions and of the short breaks between them; rests count for nothing.
        judged: whether enough was received to judge the person's quality.
        received: whether anything of it was.
        fewest, most: the interval that holds the count; None: results of an older core.
    """

    item: str
    repetitions: int
    good: int
    too_fast: int
    median_deg: float | None
    minutes: float
    judged: bool = True
    received: bool = True
    fewest: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class ItemDone:
    """What was done of one item of the plan in one session.

    Attributes:
        item: id in the plan.
        amount: in the unit of the item's dose; None: not known, e.g. the sensor was lost.
        range_deg: median range; None where it is not observable.
        repetitions: counted.
        good: of them, without any flag.
        judged: whether enough was received to judge them.
        low, high: what `amount` may be, where its unit is counted; None: not known.
    """

    item: str
    amount: float | None
    range_deg: float | None = None
    repetitions: int = 0
    good: int = 0
    judged: bool = True
    low: float | None = None
    high: float | None = None


def items_done(plan: Plan, result: SessionResult) -> tuple[ItemDone, ...]:
    """What a session did, by item of the plan; assessments and unknown items are left out.

    An item that several sensors saw counts once, by the stream that saw most of it.
    """
    return items_of(plan, seen_in(result))


def seen_in(result: SessionResult) -> tuple[ItemSeen, ...]:
    """What a result says of its exercise items, assessments left out."""
    return tuple(_seen(found) for found in result.items if not found.assessment)


def items_of(plan: Plan, seen: Iterable[ItemSeen]) -> tuple[ItemDone, ...]:
    """What was seen, by item of the plan and in the unit of its dose; unknown items left out."""
    by_item: dict[str, list[ItemSeen]] = defaultdict(list)
    for found in seen:
        by_item[found.item].append(found)
    return tuple(
        _item_done(item, max(by_item[item.id], key=lambda f: f.repetitions))
        for item in plan.items
        if item.id in by_item
    )


def items_reported(events: Iterable[SessionEvent]) -> tuple[ItemDone, ...]:
    """What a session's person told of it where no sensor was worn, by item of the plan."""
    told: dict[str, float] = defaultdict(float)
    for event in events:
        if isinstance(event, ExerciseReported):
            told[event.item] += event.amount
    return tuple(ItemDone(item=item, amount=amount) for item, amount in told.items())


def _seen(found: ItemResult) -> ItemSeen:
    repetitions = found.repetitions
    range_of_motion = found.range_of_motion
    return ItemSeen(
        item=found.item,
        repetitions=len(repetitions),
        good=sum(not repetition.flags for repetition in repetitions),
        too_fast=sum(any("fast" in flag for flag in r.flags) for r in repetitions),
        median_deg=None if range_of_motion is None else range_of_motion.median_deg,
        minutes=_minutes(found),
        judged=found.judged,
        received=found.received,
        fewest=found.count_low,
        most=found.count_high,
    )


def _item_done(item: PlanItem, seen: ItemSeen) -> ItemDone:
    if not seen.received:
        return ItemDone(
            item.id, None
        )  # the sensor was lost: nothing is known of it, not nothing done
    timed = item.asked.unit == "minutes"
    return ItemDone(
        item=item.id,
        amount=seen.minutes if timed else float(seen.repetitions),
        range_deg=seen.median_deg,
        repetitions=seen.repetitions,
        good=seen.good,
        judged=seen.judged,
        low=None if timed or seen.fewest is None else float(seen.fewest),
        high=None if timed or seen.most is None else float(seen.most),
    )


def _minutes(found: ItemResult) -> float:
    if found.moving_s is not None:
        return found.moving_s / 60
    repetitions = found.repetitions
    if not found.judged:
        # Too much was lost to tell the time: so long was surely moved.
        return sum(r.end_s - r.start_s for r in repetitions) / 60
    # Results of an older core do not tell it.
    return (repetitions[-1].end_s - repetitions[0].start_s) / 60 if repetitions else 0.0


def some_done(done: ItemDone) -> bool:
    """Whether anything of it is known to be done."""
    return done.amount is not None and done.amount > 0
