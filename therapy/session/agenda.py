"""What a session is to contain: the plan's items that are due and unlocked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from therapy.plan.schedule import week_of

from .safety import locked

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem
    from therapy.wording import Wording

__all__ = ["Agenda", "AgendaItem", "Past", "agenda_of", "shortened"]


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item to do now.

    Attributes:
        item: of the plan.
        dose: what is left of the day's dose, in the dose's unit.
        assess: whether three untargeted repetitions follow.
    """

    item: PlanItem
    dose: float
    assess: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """The items to do, in the plan's order, and those that stay locked with the reason."""

    items: tuple[AgendaItem, ...]
    locked: tuple[tuple[str, Wording], ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What has been done, by item id.

    Attributes:
        done_days: days on which the item was done.
        done_today: amount done today, in the dose's unit.
        assessed_days: days with assessment repetitions of it.
    """

    done_days: Mapping[str, Collection[date]] = field(default_factory=dict)
    done_today: Mapping[str, float] = field(default_factory=dict)
    assessed_days: Mapping[str, Collection[date]] = field(default_factory=dict)

    @property
    def days(self) -> set[date]:
        """Days on which anything was done."""
        return {day for days in self.done_days.values() for day in days}


def agenda_of(
    plan: Plan,
    day: date,
    past: Past | None = None,
    *,
    only: Collection[str] | None = None,
    assess: bool = True,
) -> Agenda:
    """The items due on `day`.

    Args:
        plan: the version in force.
        day: today in the plan's time zone.
        past: what was done; None: nothing.
        only: ids to choose, whether due or not; None: all that are due.
        assess: False leaves assessments out.
    """
    known = past or Past()
    chosen: list[AgendaItem] = []
    barred: list[tuple[str, Wording]] = []
    for item in plan.items:
        if only is None and not plan.schedule_of(item).due(day, known.done_days.get(item.id, ())):
            continue
        if only is not None and item.id not in only:
            continue
        reason = locked(item, plan.limits)
        left = item.asked.amount - known.done_today.get(item.id, 0.0)
        if reason is not None:
            barred.append((item.id, reason))
        elif left > 0:
            wanted = assess and _assessment_due(item, day, known.assessed_days.get(item.id, ()))
            chosen.append(AgendaItem(item, left, wanted))
    return Agenda(tuple(chosen), tuple(barred))


def shortened(agenda: Agenda, minutes: float = 5.0) -> Agenda:
    """The five-minute version: the agenda's items in turn until the time is used up.

    Doses shrink to what fits; assessments wait for a longer day.
    """
    left_s, kept = 60 * minutes, []
    for entry in agenda.items:
        one_s = 60.0 if entry.item.asked.unit == "minutes" else entry.item.paced.repetition_s
        fits = min(entry.dose, left_s / max(one_s, 1.0))
        whole = fits if entry.item.asked.unit == "minutes" else float(int(fits))
        if whole > 0:
            kept.append(AgendaItem(entry.item, whole, assess=False))
            left_s -= whole * one_s
    return Agenda(tuple(kept), agenda.locked)


def _assessment_due(item: PlanItem, day: date, assessed: Collection[date]) -> bool:
    if not item.known.ranged:
        return False
    if item.assessment == "weekly":
        return not set(week_of(day)) & set(assessed)
    return item.assessment == "every day" and day not in assessed
