"""A streak of planned days that forgives: two reserves a week (Sharif & Shu 2017, 2019).

Only planned days count. A done day adds one; a missed day takes a reserve of its week, from
Monday on, and only where none is left the streak begins again. Excused and unknown days do
neither. What was reached stays: `best` never falls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from .schedule import week_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.results import AdherenceResult

__all__ = ["Streak", "misses_in_a_row", "streak_of"]


@dataclass(frozen=True, slots=True)
class Streak:
    """Planned days in a row.

    Attributes:
        days: in the streak now.
        best: in the longest one.
        reserves: left in the newest day's week.
        done: of all days, ever.
    """

    days: int = 0
    best: int = 0
    reserves: int = 2
    done: int = 0


def streak_of(days: Iterable[AdherenceResult | None], *, reserves_a_week: int = 2) -> Streak:
    """The streak after the days given, as adherence judged them; None: nothing planned."""
    streak, monday = Streak(reserves=reserves_a_week), None
    for day in sorted((d for d in days if d is not None), key=lambda d: d.day):
        week = week_of(date.fromisoformat(day.day))[0]
        if week != monday:
            streak, monday = replace(streak, reserves=reserves_a_week), week
        if day.state in ("measured", "self-reported"):
            now = streak.days + 1
            streak = replace(streak, days=now, best=max(now, streak.best), done=streak.done + 1)
        elif day.state == "missed" and streak.reserves > 0:
            streak = replace(streak, reserves=streak.reserves - 1)
        elif day.state == "missed":
            streak = replace(streak, days=0)
    return streak


def misses_in_a_row(days: Iterable[AdherenceResult | None]) -> int:
    """Planned days missed since the last one that was not."""
    count = 0
    for day in sorted((d for d in days if d is not None), key=lambda d: d.day):
        if day.state == "missed":
            count += 1
        elif day.state in ("measured", "self-reported"):
            count = 0
    return count
