"""Difficulty by a weighted up-down staircase (Kaernbach 1991).

A success makes the next trial harder by `step_harder`, a miss makes it easier by
`step_harder * p / (1 - p)`; the level then settles where the success rate is p. Departures:
after a flag (pain, speed, compensation) it never goes up, and after amber pain it stays down
for the rest of the game.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .control import Signal

__all__ = ["Staircase"]


@dataclass(frozen=True, slots=True)
class Staircase:
    """The difficulty, 0 easiest to 1 hardest, and how it moves.

    Attributes:
        before: the level before the last step, so that a flag that comes late can undo it.
        barred: the next step may not go up.
    """

    level: float = 0.3
    success: float = 0.75
    step_harder: float = 0.02
    steady: bool = False
    before: float = 1.0
    barred: bool = False

    @property
    def step_easier(self) -> float:
        """How much easier after a miss."""
        return self.step_harder * self.success / (1 - self.success)

    def after(self, *, success: bool, flagged: bool = False) -> Staircase:
        """The difficulty of the next trial.

        Args:
            success: whether the trial was done as asked.
            flagged: too fast, compensating, or pain during the trial.
        """
        level = self.level
        if not success and not flagged:
            level = max(0.0, level - self.step_easier)
        elif success and not flagged and not self.steady and not self.barred:
            level = min(1.0, level + self.step_harder)
        return replace(self, level=level, before=self.level, barred=False)

    def flagged(self) -> Staircase:
        """A flag on the last repetition, told from outside: its rise is undone, the next barred."""
        return replace(self, level=min(self.level, self.before), barred=True)

    def eased(self) -> Staircase:
        """Easier at once by three misses' worth, and no harder from here on."""
        level = max(0.0, self.level - 3 * self.step_easier)
        return replace(self, level=level, before=level, steady=True)

    def held(self) -> Staircase:
        """No harder from here on."""
        return replace(self, steady=True)

    def signalled(self, signal: Signal) -> Staircase:
        """The difficulty after a signal from the session."""
        if signal is Signal.STOOD:
            return self
        if signal is Signal.EASE:
            return self.eased()
        return self.flagged() if signal is Signal.FLAG else self.held()
