"""How a repetition of a game ended."""

from __future__ import annotations

from enum import Enum

__all__ = ["Ending"]


class Ending(Enum):
    """How a trial ended; only `FULL` is complete."""

    FULL = "full"
    SHORT = "short"
    UNHELD = "unheld"
    NOT_BACK = "not_back"
    TOO_FAST = "too_fast"
    COMPENSATED = "compensated"
    TOO_FAR = "too_far"
