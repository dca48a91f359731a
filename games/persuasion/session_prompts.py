"""The prompts of one session, from its plan and what was done before.

prompts = session_prompts(plan, seed, look.language, done_days=..., today=...)
run_session(view, ScreenSettings(prompts=prompts), ...)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from .prompts import ALL, Mechanism, Prompt, Situation, prompts_for, trial_unit
from .streak import streak_on

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from therapy.plan.plan import Plan
    from therapy.wording import Language

__all__ = ["Told", "missed_by", "missed_in_a_row", "session_prompts"]


@dataclass(frozen=True, slots=True)
class Told:
    """When prompts are asked for: before play, or after it with what was done."""

    closing: bool = False
    trials: int = 0
    full: int = 0


def missed_by(plan: Plan, done: Collection[date]) -> Callable[[date], bool]:
    """Whether a day without therapy is a miss; of "n times a week" only once it no longer fits."""

    def missed(day: date) -> bool:
        return any(plan.schedule_of(item).missed(day, done) for item in plan.items)

    return missed


def session_prompts(
    plan: Plan,
    seed: str,
    language: Language,
    *,
    done_days: Collection[date],
    today: date,
    on: frozenset[Mechanism] = ALL,
) -> Callable[[Told], list[Prompt]]:
    """What to say at this session's start and end.

    Args:
        plan: the version in force.
        seed: of the trial that the variants are drawn for.
        language: of the texts.
        done_days: days with therapy, before today.
        today: in the plan's time zone.
        on: mechanisms that are switched on.
    """
    missed = missed_by(plan, done_days)
    times = max(plan.schedule_of(item).per_week for item in plan.items)
    monday = today - timedelta(days=today.weekday())
    week = [monday + timedelta(days=n) for n in range(7)]

    def prompts(told: Told) -> list[Prompt]:
        done = {*done_days, today} if told.closing else set(done_days)
        situation = Situation(
            unit=trial_unit(seed, plan.patient, today),
            closing=told.closing,
            goal=plan.goal,
            when_and_where=plan.when_and_where,
            maintain=plan.framing == "maintain",
            helper=plan.helper,
            missed=missed_in_a_row(plan, done_days, today),
            streak=streak_on(today, done, missed),
            trials=told.trials,
            full=told.full,
            week=sum(day in done for day in week),
            planned=times,
        )
        return prompts_for(situation, language, on=on)

    return prompts


def missed_in_a_row(plan: Plan, done: Collection[date], today: date) -> int:
    """Misses since the last day with therapy before today, up to two weeks back.

    Somebody who has never done therapy has missed nothing.
    """
    before = {day for day in done if day < today}
    if not before:
        return 0
    missed = missed_by(plan, before)
    misses = 0
    for back in range(1, 15):
        day = today - timedelta(days=back)
        if day in before or day < min(before):
            break
        misses += missed(day)
    return misses
