"""The level of the next session, from what was chosen in those before. Pure.

Up after two sessions in a row with at least `GOOD` right, down after one below `FEW`. It is a
figure of play, no test: it changes how cards are shown, and nothing of the exercise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .cards import HIGHEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ChoiceStanding", "ChosenInSession", "level_after"]

GOOD: Final = 0.8
FEW: Final = 0.5
SESSIONS_UP: Final = 2
LEAST: Final = 4
"""Fewer choices than these change nothing."""
LEVEL_KEY: Final = "orto.level"
GOOD_KEY: Final = "orto.good"


@dataclass(frozen=True, slots=True)
class ChosenInSession:
    """The choices of one session: how many there were, and how many were right."""

    asked: int
    right: int


@dataclass(frozen=True, slots=True)
class ChoiceStanding:
    """Where somebody stands.

    Attributes:
        level: of the next session, 1 to `HIGHEST`.
        good: sessions in a row, since the level changed, with at least `GOOD` right.
    """

    level: int = 1
    good: int = 0

    def after(self, session: ChosenInSession) -> ChoiceStanding:
        """One session later."""
        if session.asked < LEAST:
            return self
        share = session.right / session.asked
        if share < FEW:
            return ChoiceStanding(max(1, self.level - 1))
        good = self.good + 1 if share >= GOOD else 0
        if good < SESSIONS_UP:
            return ChoiceStanding(self.level, good)
        return ChoiceStanding(min(HIGHEST, self.level + 1))

    @classmethod
    def kept_in(cls, levels: Mapping[str, float]) -> ChoiceStanding:
        """What `kept` gave; the beginning where there is nothing of it."""
        level = round(levels.get(LEVEL_KEY, 1 / HIGHEST) * HIGHEST)
        good = round(levels.get(GOOD_KEY, 0.0) * SESSIONS_UP)
        return cls(min(HIGHEST, max(1, level)), min(SESSIONS_UP - 1, max(0, good)))

    def kept(self) -> dict[str, float]:
        """As shares, to be kept beside the difficulty of each item, whose names have no dot."""
        return {LEVEL_KEY: self.level / HIGHEST, GOOD_KEY: self.good / SESSIONS_UP}


def level_after(sessions: Iterable[ChosenInSession]) -> int:
    """The level to begin the next session with, 1 to `HIGHEST`; sessions oldest first."""
    standing = ChoiceStanding()
    for session in sessions:
        standing = standing.after(session)
    return standing.level
