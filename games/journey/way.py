"""How far somebody has come: one stop a planned day with a session, whatever was possible on it.

A day of five minutes, one that pain or feeling unwell stopped, and one with half the dose move as
far as any other: who tells of pain must not fall behind who hides it. A day without a session moves
nothing and takes nothing back; the map waits. More days in a week than the plan asks for move
nothing more, and two sessions of a day are one stop.

A stage is as long as a week of the plan in force on each of its days, so that twelve weeks as
planned are twelve stages whether the plan asks for two days or for five, and a change of plan never
leads back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from games.scenes.scene import Region

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

__all__ = ["STAGES", "VIEWPOINTS", "DayWalked", "Way", "last_viewpoint", "way_of"]

STAGES: Final = 12
VIEWPOINTS: Final = (4, 8, 12)
"""At the end of these weeks one looks back."""
REGION_STAGES: Final = 4


@dataclass(frozen=True, slots=True)
class DayWalked:
    """A day on which a session was begun, and for how many days a week its plan asked."""

    day: date
    per_week: int


@dataclass(frozen=True, slots=True)
class Way:
    """How far somebody has come.

    Attributes:
        stops: planned days walked.
        travelled: stages, whole ones and the part of the next.
    """

    stops: int = 0
    travelled: Fraction = Fraction(0)

    @property
    def week(self) -> int:
        """The stage one is in, from 1; after the twelfth it stays there."""
        return min(STAGES, int(self.travelled) + 1)

    @property
    def home(self) -> bool:
        """Whether all stages are walked: what follows is the way home, with one's own garden."""
        return self.travelled >= STAGES

    @property
    def region(self) -> Region:
        """Where one is."""
        return tuple(Region)[(self.week - 1) // REGION_STAGES]

    @property
    def regions(self) -> tuple[Region, ...]:
        """Where one has been, and is."""
        return tuple(Region)[: (self.week - 1) // REGION_STAGES + 1]

    @property
    def viewpoint(self) -> bool:
        """Whether a viewpoint lies just behind: the week after one, until its first stop."""
        return any(stage <= self.travelled < stage + Fraction(1, 7) for stage in VIEWPOINTS)


def way_of(days: Iterable[DayWalked]) -> Way:
    """The way of all days walked, in any order; a day that comes twice counts once."""
    each = {walked.day: walked for walked in days}
    this_week: dict[date, int] = {}
    stops, travelled = 0, Fraction(0)
    for day in sorted(each):
        monday = day - timedelta(days=day.weekday())
        already = this_week.get(monday, 0)
        per_week = max(1, each[day].per_week)
        if already < per_week:
            this_week[monday] = already + 1
            stops += 1
            travelled += Fraction(1, per_week)
    return Way(stops, travelled)


def last_viewpoint(days: Iterable[DayWalked]) -> tuple[int, date] | None:
    """The newest viewpoint that was reached, and the day on which; None: none was yet."""
    ordered = sorted({walked.day: walked for walked in days}.values(), key=lambda w: w.day)
    reached = max((v for v in VIEWPOINTS if way_of(ordered).travelled >= v), default=None)
    if reached is None:
        return None
    cuts = range(1, len(ordered) + 1)
    first = next(n for n in cuts if way_of(ordered[:n]).travelled >= reached)
    return reached, ordered[first - 1].day
