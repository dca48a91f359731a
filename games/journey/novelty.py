"""What is new in a week of the way: one thing, announced; a place, a choice of game or a plant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from therapy.wording import Wording

from .garden import NEW_IN, PLANTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .way import Way

__all__ = ["Novelty", "choice_of_games", "novelty_of"]


@dataclass(frozen=True, slots=True)
class Novelty:
    """What is new, in one sentence."""

    kind: Literal["place", "game", "plant"]
    told: Wording


PLACES: Final[Mapping[int, Wording]] = {
    1: Wording("La via comincia tra le colline.", "The way begins among the hills."),
    5: Wording("La via arriva ai borghi.", "The way comes to the villages."),
    9: Wording("La via arriva alla costa.", "The way comes to the coast."),
}
"""Of the weeks in which a region begins."""
HOMEWARD: Final = Wording(
    "La via torna a casa, tra le piante del Suo giardino.",
    "The way leads home, among the plants of your own garden.",
)
TWO_GAMES: Final = Wording(
    "Da questa settimana può scegliere tra due giochi.",
    "From this week on you may choose between two games.",
)
BLOOM: Final = Wording("Novità della settimana: {plant}.", "New this week: {plant}.")
ONE_GAME_WEEKS: Final = 2
TWO_GAMES_WEEKS: Final = 4
ORDER: Final = ("volo", "raccolto", "onda", "orto")


def novelty_of(way: Way) -> Novelty:
    """What the stage one is in has that those before had not."""
    if way.home:
        return Novelty("place", HOMEWARD)
    if way.week in PLACES:
        return Novelty("place", PLACES[way.week])
    if way.week not in NEW_IN:
        return Novelty("game", TWO_GAMES)
    name = PLANTS[NEW_IN[way.week]].name
    told = Wording(BLOOM.it.format(plant=name.it), BLOOM.en.format(plant=name.en))
    return Novelty("plant", told)


def choice_of_games(way: Way, at_hand: frozenset[str], first: str) -> tuple[str, ...]:
    """The games to choose from, that one first which is played where nothing is chosen.

    In the first two weeks there is one, in the next two there are two, then all.

    Args:
        way: how far one has come.
        at_hand: games that are installed.
        first: the person's, or the one played first of all.
    """
    others = [name for name in ORDER if name in at_hand and name != first]
    if way.week <= ONE_GAME_WEEKS:
        return (first,)
    if way.week <= TWO_GAMES_WEEKS:
        return (first, *[name for name in others if name != "orto"][:1])
    return (first, *others)
