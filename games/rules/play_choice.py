"""A choice that a game let somebody make: a figure of play, never a test of anything."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PlayChoice"]


@dataclass(frozen=True, slots=True)
class PlayChoice:
    """One choice.

    Attributes:
        number: of the repetition that it belongs to.
        level: how much was asked for, from 1.
        right: it was what the game asked for.
        decided_s: from when it could be made to its making, seconds.
    """

    number: int
    level: int
    right: bool
    decided_s: float
