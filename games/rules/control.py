"""The control a game is moved by: one number per sensor sample, with its target and limit.

A game never learns which joint it is. 0 is the rest position and 1 today's pain-free range;
`target` is what a full repetition reaches and `limit` what the clinician allows, in the same
unit. What counts in the game is `ceiling`, the lower of the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

__all__ = ["LATE_NS", "SILENCE_NS", "ControlSample", "Input", "Invitation", "Signal", "is_usable"]

SILENCE_NS = 300_000_000
"""A sensor silent for longer than this pauses the game, without penalty."""

LATE_NS = 500_000_000
"""Samples that come this much later than they were taken pause the game, without penalty."""


@dataclass(frozen=True, slots=True)
class ControlSample:
    """The control at one instant.

    Attributes:
        t_ns: when it was measured, Unix epoch.
        control: 0 at rest, 1 at today's range; may leave both ends.
        target: what a full repetition reaches, same unit.
        limit: what the clinician allows, same unit.
        compensating: whether a sensor saw another part of the body help.
    """

    t_ns: int
    control: float
    target: float = 1.0
    limit: float = 1.0
    compensating: bool = False

    @property
    def ceiling(self) -> float:
        """The highest level that a game may ask for or reward."""
        return max(0.0, min(self.target, self.limit))


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a game's screen invites to.

    Attributes:
        level: where to go, in the control's unit; 0 is rest.
        move_s: how long the way there is meant to take; None: as the player likes.
    """

    level: float = 0.0
    move_s: float | None = None


class Signal(Enum):
    """What the session tells the rules between samples."""

    EASE = "ease"
    """Pain in the amber band: easier at once, and no harder for the rest of the game."""
    STEADY = "steady"
    """No harder for the rest of the game, for example while yesterday's pain has not settled."""
    STOOD = "stood"
    """The game stood still: a way up that this cut off, or that began meanwhile, is no trial."""
    FLAG = "flag"
    """Analytics flagged the last repetition: what it made harder is taken back."""


@dataclass(frozen=True, slots=True)
class Input:
    """What one fixed step gets: every sample whose instant falls into it, in order.

    Attributes:
        counted: repetitions of the exercise as its session counts them; None: no session does.
    """

    samples: tuple[ControlSample, ...] = ()
    signals: tuple[Signal, ...] = ()
    counted: int | None = None


def is_usable(sample: ControlSample) -> bool:
    """Whether all its numbers are finite."""
    return math.isfinite(sample.control + sample.target + sample.limit)
