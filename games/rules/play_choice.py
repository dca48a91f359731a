"""A choice that a game let somebody make: a figure of play, never a test of anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["PLAY_CHOICE", "PlayChoice", "choice_named", "choice_variant"]

PLAY_CHOICE: Final = "play_choice"
"""Mechanism under which a session's record tells each choice."""


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


def choice_variant(game: str, choice: PlayChoice) -> str:
    """A choice as it stands in the record of a session: game, repetition, level, outcome, ms."""
    outcome = "right" if choice.right else "other"
    decided_ms = round(choice.decided_s * 1000)
    return f"{game}.{choice.number}.{choice.level}.{outcome}.{decided_ms}"


def choice_named(variant: str) -> tuple[str, PlayChoice] | None:
    """Game and choice from their record; None where this version knows none of that kind."""
    try:
        game, number, level, outcome, decided_ms = variant.split(".")
        right = {"right": True, "other": False}[outcome]
        return game, PlayChoice(int(number), int(level), right, int(decided_ms) / 1000)
    except (ValueError, KeyError):
        return None
