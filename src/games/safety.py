"""What a game does about pain, by the patient's own limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["PainLimits", "Verdict", "pain_verdict"]


class Verdict(Enum):
    """What follows from reported pain."""

    GO_ON = "go on"
    EASE = "ease"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class PainLimits:
    """One patient's limits on the scale 0 to 10.

    Attributes:
        stop: ends the set.
        amber: lowers the difficulty, and ends the set when pain also rose by `rise`.
        at_check_in: today's pain before play.
    """

    stop: int = 6
    amber: int = 4
    rise: int = 2
    at_check_in: int = 0


def pain_verdict(pain: int, limits: PainLimits) -> Verdict:
    """Stop at `stop`, or at `amber` with a rise; ease from `amber`; else go on."""
    if pain >= limits.stop:
        return Verdict.STOP
    if pain >= limits.amber:
        risen = pain >= limits.at_check_in + limits.rise
        return Verdict.STOP if risen else Verdict.EASE
    return Verdict.GO_ON
