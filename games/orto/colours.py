"""Orto's colours by role and scene; the contract holds them apart for all colour vision.

The watering can is what moves; it is dark before a day and pale before the night. Clay pots and
the light on one of them are told apart as well, and by shape: a lit bed has a rim and rays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from games.scenes.atmosphere import atmosphere_of
from games.scenes.colour import mix
from games.scenes.scene import FIRST_SCENES, Region

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.scenes.colour import Colour
    from games.scenes.scene import GameScene

__all__ = ["LIT", "ROLES", "OrtoColours", "colours_in", "roles_in"]

LIT: Final[Colour] = (255, 250, 226)
"""The rim of a lit bed, by day and by night."""
CLAY: Final[Mapping[Region, Colour]] = {
    Region.HILLS: (172, 88, 56),
    Region.VILLAGES: (150, 84, 66),
    Region.COAST: (44, 96, 138),
}
"""Terracotta, weathered terracotta, and the coast's blue majolica."""


LAMP: Final = 0.35
"""How much of the pots' own colour is seen by night."""


@dataclass(frozen=True, slots=True)
class OrtoColours:
    """Of one scene.

    Attributes:
        can: of the watering can; the role that the contract knows.
        gleam, shade: its light edge and its dark side.
        clay, rim, deep: of the pots: their front, their upper edge, their shadow.
        band: the pattern on them.
        soil: what the plants grow from.
        water: what pours.
        behind: a wall that the can moves before.
    """

    can: Colour
    gleam: Colour
    shade: Colour
    clay: Colour
    rim: Colour
    deep: Colour
    band: Colour
    soil: Colour
    water: Colour
    behind: Colour


def colours_in(scene: GameScene) -> OrtoColours:
    """Of a scene."""
    air = atmosphere_of(scene)
    lamp = LAMP if air.night else 0.0
    clay = mix(air.lit(CLAY[scene.region]), CLAY[scene.region], lamp)
    can = (240, 242, 238) if air.night else (16, 30, 40)
    return OrtoColours(
        can=can,
        gleam=mix(can, (255, 255, 255), 0.6) if air.night else mix(can, (150, 190, 200), 0.55),
        shade=mix(can, (120, 136, 160), 0.35) if air.night else mix(can, (0, 0, 0), 0.45),
        clay=clay,
        rim=mix(clay, (255, 222, 190), 0.3),
        deep=mix(clay, (26, 14, 24), 0.45),
        band=mix(clay, air.lit((255, 244, 224)), 0.75),
        soil=air.lit((72, 50, 40)),
        water=(150, 206, 236) if air.night else (44, 118, 178),
        behind=air.ground((240, 230, 212), 0.12),
    )


def roles_in(scene: GameScene) -> Mapping[str, tuple[Colour, ...]]:
    """The can, and what it moves before: sky and wall."""
    colours = colours_in(scene)
    return {"can": (colours.can,), "behind": (*atmosphere_of(scene).behind, colours.behind)}


ROLES: Final = roles_in(FIRST_SCENES["orto"])
"""Orto as the frame finds it."""
