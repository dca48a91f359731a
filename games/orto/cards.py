"""The cards of Orto: which plant is asked for, how it is shown, and which bed is right. Pure.

A level asks for a little more than the one before, never for another movement: two beds, three,
a card that is turned over, two cards in order, a change of rule that is announced.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from therapy.wording import Wording

__all__ = ["HIGHEST", "LEVELS", "NAMES", "Card", "OrtoLevel", "Species", "beds_of", "dealt"]


class Species(StrEnum):
    """What grows in Orto; each has an outline of its own."""

    BASIL = "basil"
    DAISY = "daisy"
    LAVENDER = "lavender"
    SUNFLOWER = "sunflower"
    TOMATO = "tomato"
    TULIP = "tulip"


NAMES: Final = {
    Species.BASIL: Wording("il basilico", "the basil"),
    Species.DAISY: Wording("la margherita", "the daisy"),
    Species.LAVENDER: Wording("la lavanda", "the lavender"),
    Species.SUNFLOWER: Wording("il girasole", "the sunflower"),
    Species.TOMATO: Wording("il pomodoro", "the tomato"),
    Species.TULIP: Wording("il tulipano", "the tulip"),
}


@dataclass(frozen=True, slots=True)
class OrtoLevel:
    """What a level asks for.

    Attributes:
        beds: that may be chosen from.
        shown_s: after so long the card is turned over; None: it stays.
        cards: shown together, to be planted in their order.
        changes: half-way through a set the rule becomes the other one.
    """

    beds: int
    shown_s: float | None = None
    cards: int = 1
    changes: bool = False


LEVELS: Final = (
    OrtoLevel(beds=2),
    OrtoLevel(beds=3),
    OrtoLevel(beds=3, shown_s=4.0),
    OrtoLevel(beds=3, shown_s=6.0, cards=2),
    OrtoLevel(beds=3, changes=True),
)
"""Level 1 first."""
HIGHEST: Final = len(LEVELS)


@dataclass(frozen=True, slots=True)
class Card:
    """What a repetition is asked to plant.

    Attributes:
        bed: the one whose plant is on the card.
        shows: the beds whose plants are on the table, in their order; empty: the second of two
            cards, which was seen with the first.
        elsewhere: any other bed is meant.
        new_rule: the rule is not that of the card before.
    """

    bed: int
    shows: tuple[int, ...]
    elsewhere: bool = False
    new_rule: bool = False

    def meant(self, bed: int) -> bool:
        """Whether a bed is the one that is asked for."""
        return (bed == self.bed) is not self.elsewhere


def beds_of(seed: int, level: int) -> tuple[Species, ...]:
    """The plant of each bed, from left to right, for a whole game."""
    kinds = random.Random(f"beds {seed}").sample(sorted(Species), 3)
    return tuple(kinds[: LEVELS[level - 1].beds])


def dealt(seed: int, level: int, number: int, per_set: int) -> Card:
    """The card of a repetition; the same for the same seed.

    Args:
        seed: of the game.
        level: 1 to `HIGHEST`.
        number: of the repetition, from 1.
        per_set: repetitions of a set, half of which lie between two changes of the rule.
    """
    asked = LEVELS[level - 1]
    first = number - (number - 1) % asked.cards
    pair = [_bed(seed, n, asked.beds) for n in range(first, first + asked.cards)]
    shows = tuple(pair) if number == first else ()
    if not asked.changes:
        return Card(pair[number - first], shows)
    half = max(2, per_set // 2)
    turns = (number - 1) // half
    return Card(pair[0], shows, elsewhere=turns % 2 == 1, new_rule=turns > 0 and number % half == 1)


def _bed(seed: int, number: int, beds: int) -> int:
    """A bed by chance, but never three times the same in a row."""
    kept: list[int] = []
    for n in range(1, number + 1):
        bed = random.Random(f"card {seed} {n}").randrange(beds)
        kept.append((bed + 1) % beds if kept[-2:] == [bed, bed] else bed)
    return kept[-1]
