"""What a player is told after a repetition: one message, and seldom a correction. Pure.

The order is that of danger: too far, compensation, too fast, too small, well done. A repetition
that was too small is told after two in a row; at most one repetition in three is corrected, but
going beyond the limit is told each time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from .endings import Ending

__all__ = ["MESSAGES", "PRAISES", "UNBOUNDED", "Coach"]

MESSAGES: Final = {
    Ending.FULL: "good",
    Ending.TOO_FAR: "enough",
    Ending.COMPENSATED: "upright",
    Ending.TOO_FAST: "slower",
    Ending.SHORT: "further",
    Ending.UNHELD: "stay",
    Ending.NOT_BACK: "lower",
}
"""What is told of each ending, by its key in the frame's texts."""

UNBOUNDED: Final = "wide"
"""Told of a complete repetition whose speed nobody prescribed: nothing is said of its calm."""
PRAISES: Final = frozenset({"good", UNBOUNDED})
SECOND_TIME: Final = frozenset({Ending.SHORT, Ending.UNHELD})
"""Told when it comes twice in a row."""
BETWEEN = 3
"""One repetition of so many may be corrected."""


@dataclass(frozen=True, slots=True)
class Coach:
    """What was told so far.

    Attributes:
        since: repetitions since the last correction, this one not counted.
        before: how the last repetition ended.
        told: this repetition was corrected on its way.
    """

    since: int = BETWEEN
    before: Ending | None = None
    told: bool = False

    @property
    def may_correct(self) -> bool:
        """Whether this repetition may be corrected."""
        return self.since >= BETWEEN - 1 and not self.told

    def corrected(self) -> Coach:
        """This repetition was corrected on its way."""
        return replace(self, told=True)

    def after(self, ending: Ending, *, calm: bool | None = True) -> tuple[Coach, str | None]:
        """The coach after a repetition, and what to tell of it; None: nothing.

        Args:
            ending: how the repetition ended.
            calm: whether it took about as long as prescribed; None: no speed is prescribed.
        """
        message: str | None = MESSAGES[ending]
        if ending is Ending.FULL and calm is False:
            # Complete by the plan's bounds, yet "unhurried" would not be true of it.
            message = MESSAGES[Ending.TOO_FAST] if self.may_correct else None
        elif ending is Ending.FULL:
            message = UNBOUNDED if calm is None else message
            message = None if self.told else message
        elif ending is not Ending.TOO_FAR:
            early = ending in SECOND_TIME and self.before is not ending
            if early or not self.may_correct:
                message = None
        corrects = self.told or (message is not None and message not in PRAISES)
        return Coach(0 if corrects else self.since + 1, ending), message
