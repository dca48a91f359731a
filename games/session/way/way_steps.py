"""What is pressed on the pages of the way, and what their map shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fractions import Fraction

    from games.scenes.scene import GameScene

__all__ = ["MapShown", "SeeWay"]


@dataclass(frozen=True, slots=True)
class SeeWay:
    """Go to a page of the way, taking a plant or a game along.

    Attributes:
        to: where to; `away` leads back to where one came from.
        plant, game: that was chosen; None: nothing was.
        rating: how near one feels to one's goal, 0 to 10.
        page: of one's own progress, from 0.
        hide: the postcard is not to be shown any more.
    """

    to: Literal["map", "plants", "games", "progress", "goal", "postcard", "viewpoint", "away"]
    plant: str | None = None
    game: str | None = None
    rating: int | None = None
    page: int = 0
    hide: bool = False


@dataclass(frozen=True, slots=True)
class MapShown:
    """What the map draws.

    Attributes:
        travelled: stages, and the part of the next.
        scene: in whose light it lies.
        garden: plants, oldest first.
    """

    travelled: Fraction
    scene: GameScene
    garden: tuple[str, ...]
