"""The garden on the way: a plant a session, chosen from three or the one that was offered first.

A plant grows for every session begun, so that a session which pain stopped at its first question
has its plant like any other. Nothing withers: the garden of more sessions holds the one of fewer.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["NEW_IN", "OFFERED", "PLANTS", "Plant", "garden_of", "offered_plants"]

OFFERED: Final = 3


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind: its name in words, its blossom, its leaves, how tall it grows in pixels."""

    name: Wording
    blossom: tuple[int, int, int]
    leaves: tuple[int, int, int]
    tall: int


PLANTS: Final[Mapping[str, Plant]] = {
    "rosemary": Plant(Wording("Rosmarino", "Rosemary"), (138, 140, 214), (92, 122, 96), 30),
    "lavender": Plant(Wording("Lavanda", "Lavender"), (150, 116, 200), (122, 146, 116), 34),
    "rose": Plant(Wording("Rosa", "Rose"), (214, 84, 110), (70, 116, 74), 32),
    "sage": Plant(Wording("Salvia", "Sage"), (168, 140, 206), (148, 166, 142), 24),
    "iris": Plant(Wording("Iris", "Iris"), (96, 98, 196), (98, 142, 92), 36),
    "poppy": Plant(Wording("Papavero", "Poppy"), (222, 80, 58), (104, 146, 88), 30),
    "jasmine": Plant(Wording("Gelsomino", "Jasmine"), (252, 248, 236), (78, 124, 80), 38),
    "marigold": Plant(Wording("Calendula", "Marigold"), (244, 168, 60), (112, 148, 84), 24),
    "hydrangea": Plant(Wording("Ortensia", "Hydrangea"), (126, 158, 222), (84, 132, 88), 30),
    "sunflower": Plant(Wording("Girasole", "Sunflower"), (248, 200, 62), (96, 142, 76), 46),
    "geranium": Plant(Wording("Geranio", "Geranium"), (232, 104, 96), (88, 136, 86), 26),
    "cyclamen": Plant(Wording("Ciclamino", "Cyclamen"), (220, 116, 170), (90, 128, 96), 20),
}
"""Twelve kinds, by the name that stands in a session's record."""

AT_FIRST: Final = ("rosemary", "sage", "marigold", "poppy")
NEW_IN: Final[Mapping[int, str]] = {
    2: "lavender",
    4: "iris",
    6: "geranium",
    7: "hydrangea",
    8: "cyclamen",
    10: "jasmine",
    11: "sunflower",
    12: "rose",
}
"""Which kind comes into bloom in which week of the way."""


def offered_plants(seed: str, number: int, week: int) -> tuple[str, ...]:
    """Three kinds to choose from; the first one is planted where none is chosen.

    Args:
        seed: of the person.
        number: of the session, from 0.
        week: of the way, from 1; what is new in it comes first.
    """
    pool = sorted({*AT_FIRST, *(name for since, name in NEW_IN.items() if since <= week)})
    newest = NEW_IN.get(week)
    others = [name for name in pool if name != newest]
    drawn = random.Random(f"plants {seed} {number}").sample(others, OFFERED)
    return tuple(drawn) if newest is None else (newest, *drawn[: OFFERED - 1])


def garden_of(chosen: Sequence[tuple[str | None, int]], seed: str) -> tuple[str, ...]:
    """The plants of all sessions, oldest first, from what was chosen in each and its week.

    None, or a name unknown here: the one offered first.
    """
    return tuple(
        name if name is not None and name in PLANTS else offered_plants(seed, number, week)[0]
        for number, (name, week) in enumerate(chosen)
    )
