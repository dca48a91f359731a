"""Difficulty by a weighted up-down staircase (Kaernbach 1991).

A success makes the next trial harder by `step_harder`, a miss makes it easier by
`step_harder * p / (1 - p)`; the level then settles where the success rate is p. Departures:
after a flag (pain, speed, compensation) it never goes up, and after amber pain it stays down
for the rest of the game.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Staircase"]


@dataclass(frozen=True, slots=True)
class Staircase:
    """The difficulty, 0 easiest to 1 hardest, and how it moves."""

    level: float = 0.3
    success: float = 0.75
    step_harder: float = 0.02
    steady: bool = False

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
        if not success and not flagged:
            return replace(self, level=max(0.0, self.level - self.step_easier))
        if flagged or self.steady:
            return self
        return replace(self, level=min(1.0, self.level + self.step_harder))

    def eased(self) -> Staircase:
        """Easier at once by three misses' worth, and no harder from here on."""
        return replace(self, level=max(0.0, self.level - 3 * self.step_easier), steady=True)

    def held(self) -> Staircase:
        """No harder from here on."""
        return replace(self, steady=True)
