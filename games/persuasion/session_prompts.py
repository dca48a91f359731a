"""The prompts of one session, from its plan and what was done before.

prompts = session_prompts(plan, session, look.language, done_days=..., today=..., message=...)
run_session(view, ScreenSettings(prompts=prompts), ...)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from .prompts import ALL, Mechanism, Prompt, Situation, prompts_for
from .streak import streak_on

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from therapy.plan.plan import Plan
    from therapy.wording import Language

__all__ = ["Told", "missed_by", "session_prompts"]


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
    session: str,
    language: Language,
    *,
    done_days: Collection[date],
    today: date,
    message: str = "",
    on: frozenset[Mechanism] = ALL,
) -> Callable[[Told], list[Prompt]]:
    """What to say at this session's start and end.

    Args:
        plan: the version in force.
        session: its ULID, which the variants are drawn from.
        language: of the texts.
        done_days: days with therapy, before today.
        today: in the plan's time zone.
        message: the therapist's, as received; empty: none.
        on: mechanisms that are switched on.
    """
    missed = missed_by(plan, done_days)
    times = max(plan.schedule_of(item).per_week for item in plan.items)
    monday = today - timedelta(days=today.weekday())
    week = [monday + timedelta(days=n) for n in range(7)]

    def prompts(told: Told) -> list[Prompt]:
        done = {*done_days, today} if told.closing else set(done_days)
        situation = Situation(
            session=session,
            closing=told.closing,
            goal=plan.goal,
            when_and_where=plan.when_and_where,
            message=message,
            maintain=plan.framing == "maintain",
            helper=plan.helper,
            missed=_missed_in_a_row(today, done_days, missed),
            streak=streak_on(today, done, missed),
            trials=told.trials,
            full=told.full,
            week=sum(day in done for day in week),
            planned=times,
        )
        return prompts_for(situation, language, on=on)

    return prompts


def _missed_in_a_row(today: date, done: Collection[date], missed: Callable[[date], bool]) -> int:
    """Misses since the last day with therapy, up to two weeks back.

    Somebody who has never done therapy has missed nothing.
    """
    if not done:
        return 0
    misses = 0
    for back in range(1, 15):
        day = today - timedelta(days=back)
        if day in done or day < min(done):
            break
        misses += missed(day)
    return misses
