"""The level of the next session, from what was chosen in those before. Pure.

Up after two sessions in a row with at least `GOOD` right, down after one below `FEW`. It is a
figure of play, no test: it changes how cards are shown, and nothing of the exercise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .cards import HIGHEST

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ChosenInSession", "level_after"]

GOOD: Final = 0.8
FEW: Final = 0.5
SESSIONS_UP: Final = 2
LEAST: Final = 4
"""Fewer choices than these change nothing."""


@dataclass(frozen=True, slots=True)
class ChosenInSession:
    """The choices of one session: how many there were, and how many were right."""

    asked: int
    right: int


def level_after(sessions: Iterable[ChosenInSession]) -> int:
    """The level to begin the next session with, 1 to `HIGHEST`; sessions oldest first."""
    level, good = 1, 0
    for session in sessions:
        if session.asked < LEAST:
            continue
        share = session.right / session.asked
        good = good + 1 if share >= GOOD else 0
        if good == SESSIONS_UP:
            level, good = min(HIGHEST, level + 1), 0
        elif share < FEW:
            level = max(1, level - 1)
    return level
