"""A streak of planned days, with two reserves a week (Sharif & Shu 2017).

Only planned days count. A planned day without therapy uses up a reserve of its week; when none
is left the streak begins anew, and what was done before stays in the history for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

__all__ = ["RESERVES_A_WEEK", "Streak", "streak_on"]

RESERVES_A_WEEK = 2


@dataclass(frozen=True, slots=True)
class Streak:
    """Where somebody stands.

    Attributes:
        days: planned days done in a row, reserves bridging.
        longest: the longest row ever.
        done: all days ever done; never goes down.
        reserves_left: of this week.
    """

    days: int
    longest: int
    done: int
    reserves_left: int


def streak_on(today: date, done: Collection[date], planned: Callable[[date], bool]) -> Streak:
    """The streak at the end of `today`; a planned today that is still open costs nothing.

    Args:
        today: in the plan's time zone.
        done: days with therapy.
        planned: whether a day was planned, by the plan in force on it.
    """
    past = sorted(day for day in done if day <= today)
    if not past:
        return Streak(0, 0, 0, RESERVES_A_WEEK)
    row = longest = 0
    used: dict[tuple[int, int], int] = {}
    day = past[0]
    have = set(past)
    while day <= today:
        week = day.isocalendar()[:2]
        if day in have:
            row += 1
            longest = max(longest, row)
        elif planned(day) and day < today:
            used[week] = used.get(week, 0) + 1
            if used[week] > RESERVES_A_WEEK:
                row = 0
        day += timedelta(days=1)
    left = max(0, RESERVES_A_WEEK - used.get(today.isocalendar()[:2], 0))
    return Streak(row, longest, len(past), left)
