"""Guidance by ear: how near the invited level is, in four rising steps. Pure.

On the way up each quarter of the way sounds one step higher, on the way back one lower; being
there has the game's own sound. So a game can be played with closed eyes.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["STEPS", "Guide"]

STEPS = ("step1", "step2", "step3", "step4")


@dataclass(frozen=True, slots=True)
class Guide:
    """Where somebody is on the way.

    Attributes:
        level: the level that is gone for, or was, before turning back.
        quarter: of the way, 0 to 4.
    """

    level: float = 0.0
    quarter: int = 0

    def moved(self, position: float, invited: float) -> tuple[Guide, str | None]:
        """The guide after a move, and the sound to play, if any."""
        level = invited if invited > 0 else self.level
        if level <= 0:
            return self, None
        reached = max(0.0, min(1.0, position / level)) * 4
        # A tremor on the edge of two quarters must not chatter.
        quarter = self.quarter
        if reached >= quarter + 1.0 or reached <= quarter - 0.4:
            quarter = min(4, int(reached + 1e-9))
        sound = STEPS[max(quarter, 1) - 1] if quarter != self.quarter else None
        return Guide(level, quarter), sound
