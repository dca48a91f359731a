"""Which persuasive mechanisms a plan uses; each can be switched off by itself."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

__all__ = ["Persuasion", "Reminders"]


class Reminders(BaseModel):
    """When to be reminded: at most once a planned day, never in quiet hours.

    Attributes:
        on: the off switch.
        at: time of day, `HH:MM`, in the plan's time zone.
        quiet_from, quiet_to: no reminder from the one to the other; may pass midnight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: bool = True
    at: str = "10:00"
    quiet_from: str = "20:00"
    quiet_to: str = "08:00"

    @field_validator("at", "quiet_from", "quiet_to")
    @classmethod
    def _hour(cls, text: str) -> str:
        _minutes(text)
        return text

    @property
    def minute(self) -> int | None:
        """Minute of the day to remind at, moved out of the quiet hours; None where off."""
        if not self.on:
            return None
        at, start, end = (_minutes(t) for t in (self.at, self.quiet_from, self.quiet_to))
        quiet = start <= at < end if start <= end else at >= start or at < end
        return end if quiet else at


class Persuasion(BaseModel):
    """Switches, all on but comparison with others, which is not offered at all.

    Attributes:
        goal: the person's own goal, at the beginning and the end.
        when_and_where: the person's own plan of when and where.
        five_minutes: offer a five-minute version of today.
        message: the therapist's message at the next session.
        barrier: ask what got in the way, after two misses in a row.
        praise: name what was done.
        streak: planned days in a row, with reserves.
        helper: name what a helper can do.
        reserves_a_week: missed days that leave the streak as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    goal: bool = True
    when_and_where: bool = True
    five_minutes: bool = True
    message: bool = True
    barrier: bool = True
    praise: bool = True
    streak: bool = True
    helper: bool = True
    reserves_a_week: int = Field(default=2, ge=0, le=7)
    reminders: Reminders = Reminders()


def _minutes(text: str) -> int:
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        raise ValueError(f"{text!r} is no time of day: give e.g. '10:00'")
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f"{text!r} is no time of day: give '00:00' to '23:59'")
    return 60 * int(hours) + int(minutes)
