"""Onda's colours by role and scene; the contract holds them apart for all colour vision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from games.scenes.atmosphere import atmosphere_of
from games.scenes.colour import mix
from games.scenes.scene import FIRST_SCENES, Light, Region

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.scenes.colour import Colour
    from games.scenes.scene import GameScene

__all__ = ["ROLES", "OndaColours", "colours_in", "roles_in"]

PALE_PAPER: Final = (255, 248, 232)
DARK_PAPER: Final[Mapping[Region, Colour]] = {
    Region.HILLS: (12, 16, 40),
    Region.VILLAGES: (28, 6, 16),
    Region.COAST: (6, 22, 34),
}
"""Of the boat by day, when it stands before a bright sky."""

WATERS: Final[Mapping[tuple[Region, Light], Colour]] = {
    (Region.HILLS, Light.DAWN): (90, 100, 130),
    (Region.HILLS, Light.NOON): (0, 108, 142),
    (Region.HILLS, Light.GOLD): (119, 89, 148),
    (Region.VILLAGES, Light.DAWN): (28, 114, 132),
    (Region.VILLAGES, Light.NOON): (36, 112, 92),
    (Region.VILLAGES, Light.GOLD): (112, 96, 110),
    (Region.COAST, Light.DAWN): (20, 106, 153),
    (Region.COAST, Light.NOON): (0, 105, 174),
    (Region.COAST, Light.GOLD): (84, 96, 152),
    (Region.HILLS, Light.NIGHT): (24, 134, 156),
    (Region.VILLAGES, Light.NIGHT): (84, 116, 176),
    (Region.COAST, Light.NIGHT): (27, 132, 186),
}


@dataclass(frozen=True, slots=True)
class OndaColours:
    """Of one scene.

    Attributes:
        boat: its lit paper; the role that the contract knows.
        fold, shade, edge: its paper in half light, in shadow, and along the folds.
        water, deep: of the wave at its surface and far below it.
        crest: the line where water meets air.
    """

    boat: Colour
    fold: Colour
    shade: Colour
    edge: Colour
    water: Colour
    deep: Colour
    crest: Colour


def colours_in(scene: GameScene) -> OndaColours:
    """Of a scene: pale paper before the night, dark paper before the day."""
    air, water = atmosphere_of(scene), WATERS[scene.region, scene.light]
    if air.night:
        fold, shade, edge = (230, 218, 200), (206, 190, 170), (196, 180, 160)
        deep, crest = (10, 34, 70), (170, 232, 238)
        return OndaColours(PALE_PAPER, fold, shade, edge, water, deep, crest)
    boat = DARK_PAPER[scene.region]
    return OndaColours(
        boat=boat,
        fold=mix(boat, (104, 116, 168), 0.3),
        shade=mix(boat, (104, 116, 168), 0.14),
        edge=mix(boat, (226, 226, 240), 0.5),
        water=water,
        deep=mix(water, (10, 20, 50), 0.6),
        crest=mix(water, (255, 255, 255), 0.82),
    )


def roles_in(scene: GameScene) -> Mapping[str, tuple[Colour, ...]]:
    """Boat, wave, and the sky that both stand before."""
    colours = colours_in(scene)
    return {
        "boat": (colours.boat,),
        "water": (colours.water,),
        "sky": atmosphere_of(scene).behind,
    }


ROLES: Final = roles_in(FIRST_SCENES["onda"])
"""Onda as the frame finds it."""
