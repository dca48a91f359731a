"""What a plan comes to in a week: days, repetitions, holds, minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .plan import Plan
    from .plan_item import PlanItem

__all__ = ["WeekOfWork", "week_of_work"]


@dataclass(frozen=True, slots=True)
class WeekOfWork:
    """One week of a plan, as prescribed.

    Attributes:
        days: on which something is asked for.
        repetitions: of all exercises that count them.
        holds: of those that count holds.
        minutes: of movement at the plan's tempo with the pauses between sets; check-in,
            calibration and games' own rests come on top.
    """

    days: int
    repetitions: int
    holds: int
    minutes: float


def week_of_work(plan: Plan) -> WeekOfWork:
    """What is asked for in a week of seven days on which the plan is in force."""
    repetitions = holds = 0
    minutes = 0.0
    for item in plan.items:
        times, dose = plan.schedule_of(item).per_week, item.asked
        minutes += times * _day_minutes(plan, item)
        if dose.unit == "repetitions":
            repetitions += times * round(dose.amount)
        elif dose.unit == "holds":
            holds += times * round(dose.amount)
    schedules = [plan.schedule_of(item) for item in plan.items]
    fixed = {day for schedule in schedules for day in schedule.weekdays or ()}
    days = max(len(fixed), *(schedule.per_week for schedule in schedules))
    return WeekOfWork(days, repetitions, holds, minutes)


def _day_minutes(plan: Plan, item: PlanItem) -> float:
    dose, tempo = item.asked, item.paced
    if dose.unit == "minutes":
        moving = dose.amount
    else:
        # No hold is longer than the plan's cap, but that of a stance, where nothing strains.
        hold_s = tempo.hold.s if item.known.still else min(tempo.hold.s, plan.limits.hold_cap_s)
        moving = dose.amount * (tempo.up.s + hold_s + tempo.down.s) / 60
    return moving + (dose.sets - 1) * plan.limits.rest_s / 60
