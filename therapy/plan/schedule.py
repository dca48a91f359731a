"""On which days an exercise is due: on given weekdays, or so many times a week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from therapy.exercises.exercise import suggestion
from therapy.wording import ToldError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["WEEKDAYS", "Schedule", "week_of"]

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Schedule(BaseModel):
    """Either fixed weekdays or a number of times in the week from Monday to Sunday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekdays: tuple[str, ...] | None = None
    times_per_week: int | None = Field(default=None, ge=1, le=7)

    @field_validator("weekdays")
    @classmethod
    def _known(cls, days: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if days is None:
            return None
        for day in days:
            if day not in WEEKDAYS:
                raise ToldError(
                    f"giorno sconosciuto: {day!r}",
                    f"unknown weekday {day!r}: {suggestion(day, WEEKDAYS)}",
                )
        if not days:
            raise ToldError(
                "nessun giorno scelto: ne scelga almeno uno",
                "no weekday is named: give at least one, e.g. ['mon', 'thu']",
            )
        return tuple(day for day in WEEKDAYS if day in days)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.weekdays is None) == (self.times_per_week is None):
            raise ToldError(
                "dia o i giorni, o quante volte la settimana",
                "give exactly one of 'weekdays' and 'times_per_week'",
            )
        return self

    @property
    def per_week(self) -> int:
        """How many days of a week."""
        return len(self.weekdays) if self.weekdays is not None else self.times_per_week or 0

    def due(self, day: date, done_days: Collection[date] = ()) -> bool:
        """Whether doing it on `day` is asked for.

        With "n times a week" every day asks until n days of that week are done.

        Args:
            day: the day.
            done_days: days on which it was done, `day` itself apart.
        """
        if self.weekdays is not None:
            return WEEKDAYS[day.weekday()] in self.weekdays
        before = sum(1 for d in set(done_days) if d in week_of(day) and d < day)
        return before < self.per_week

    def suggests(self, day: date) -> bool:
        """Whether to suggest or remind of `day`; n times a week are spread over it."""
        if self.weekdays is not None:
            return self.due(day)
        n, weekday = self.per_week, day.weekday()
        return (weekday * n) // 7 != ((weekday - 1) * n) // 7

    def missed(
        self,
        day: date,
        done_days: Collection[date] = (),
        possible_days: Collection[date] | None = None,
    ) -> bool:
        """Whether `day`, over and not done, is a miss.

        On a fixed weekday it is. With "n times a week" a day is a miss only where the days
        that are left after it no longer suffice; so a week has as many misses as times lack.

        Args:
            day: the day.
            done_days: days on which it was done.
            possible_days: days on which the plan asks for it at all; None: every day. A week
                with fewer of them than n asks for that many.
        """
        if day in done_days:
            return False
        week = week_of(day)
        possible = set(week) if possible_days is None else set(week) & set(possible_days)
        if day not in possible:
            return False
        if self.weekdays is not None:
            return self.due(day)
        done = len(set(done_days) & set(week) & {d for d in week if d < day})
        left = sum(1 for d in possible if d > day)
        return done + left < min(self.per_week, len(possible | (set(done_days) & set(week))))


def week_of(day: date) -> tuple[date, ...]:
    """The seven days, from Monday, of the week that `day` lies in."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=i) for i in range(7))
