"""Which persuasive mechanisms a plan allows, and when to remind; each has its off switch."""

from __future__ import annotations

from datetime import time

from pydantic import BaseModel, ConfigDict

__all__ = ["Persuasion", "Reminders"]


class Reminders(BaseModel):
    """When to be reminded, in the plan's time zone: at most once a planned day.

    Attributes:
        on: the off switch.
        at: time of day.
        quiet_from, quiet_to: no reminder from the one to the other; may pass midnight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: bool = True
    at: time = time(10, 0)
    quiet_from: time = time(20, 0)
    quiet_to: time = time(8, 0)

    def is_quiet(self, moment: time) -> bool:
        """Whether a time of day lies in the quiet hours."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= moment < self.quiet_to
        return moment >= self.quiet_from or moment < self.quiet_to

    @property
    def heard(self) -> bool:
        """Whether one would ever come: what begins in a quiet evening is over with the day."""
        return self.quiet_from <= self.quiet_to or self.at < self.quiet_from


class Persuasion(BaseModel):
    """One switch a mechanism, named as its prompts are; comparison with others is not offered.

    Attributes:
        goal: the person's own goal.
        when_and_where: the person's own plan of when and where.
        five_minutes: offer a five-minute version of today.
        therapists_message: show it at the next session.
        barrier_question: ask what got in the way, after two misses in a row.
        maintain_framing: keeping is the success, where the plan is framed so.
        helper: name what a helper can do.
        praise: name what was done.
        streak: planned days in a row, with two reserves a week.
        self_monitoring: this week's days.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    goal: bool = True
    when_and_where: bool = True
    five_minutes: bool = True
    therapists_message: bool = True
    barrier_question: bool = True
    maintain_framing: bool = True
    helper: bool = True
    praise: bool = True
    streak: bool = True
    self_monitoring: bool = True
    reminders: Reminders = Reminders()

    @property
    def on(self) -> frozenset[str]:
        """Names of the mechanisms that are switched on."""
        return frozenset(name for name, value in self if value is True)
