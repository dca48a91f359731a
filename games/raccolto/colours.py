"""Raccolto's colours by role and scene; the contract holds them apart for all colour vision.

Pomegranates and olives hang before a bright sky by day and a dark one by night. A lemon is as light
as a day's sky, so lemons hang before the sea, which is darker than they are and lighter than the
picker.
"""

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

__all__ = ["ROLES", "SEAS", "Harvest", "harvest_in", "roles_in"]

SEAS: Final[Mapping[Light, tuple[Colour, Colour]]] = {
    Light.DAWN: ((92, 118, 156), (62, 106, 134)),
    Light.NOON: ((0, 122, 178), (0, 105, 150)),
    Light.GOLD: ((150, 104, 122), (92, 92, 136)),
    Light.NIGHT: ((16, 32, 58), (8, 18, 42)),
}
"""Behind the lemons, from the horizon down to the terrace."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """Of one scene.

    Attributes:
        fruit: what is picked; the role that the contract knows.
        light, dark: of its lit and its shaded side.
        crown: what it ends in.
        picker, petal: of the cup and its folds.
        leaves: three greens of the tree.
        wood: of trunk and boughs.
        blossom: what else hangs in the tree.
    """

    fruit: Colour
    light: Colour
    dark: Colour
    crown: Colour
    picker: Colour
    petal: Colour
    leaves: tuple[Colour, Colour, Colour]
    wood: Colour
    blossom: Colour


_FRUITS: Final[Mapping[tuple[Region, bool], tuple[Colour, Colour]]] = {
    (Region.HILLS, False): ((180, 75, 58), (14, 10, 12)),
    (Region.VILLAGES, False): ((108, 103, 39), (14, 10, 12)),
    (Region.COAST, False): ((255, 226, 90), (14, 10, 12)),
    (Region.HILLS, True): ((212, 97, 56), (252, 246, 234)),
    (Region.VILLAGES, True): ((146, 138, 56), (252, 246, 234)),
    (Region.COAST, True): ((255, 226, 90), (138, 118, 92)),
}
"""Fruit and picker, by day and by night."""

_TREES: Final[Mapping[Region, tuple[tuple[Colour, Colour, Colour], Colour, Colour]]] = {
    Region.HILLS: (((98, 138, 66), (126, 164, 80), (76, 112, 60)), (96, 66, 46), (222, 84, 54)),
    Region.VILLAGES: (
        ((134, 150, 118), (172, 184, 150), (104, 122, 98)),
        (118, 104, 88),
        (92, 96, 56),
    ),
    Region.COAST: (((70, 122, 62), (104, 152, 74), (48, 92, 54)), (104, 82, 60), (255, 226, 96)),
}
"""Leaves, wood, and what hangs among the leaves."""


def harvest_in(scene: GameScene) -> Harvest:
    """Of a scene."""
    air = atmosphere_of(scene)
    fruit, picker = _FRUITS[scene.region, air.night]
    leaves, wood, blossom = _TREES[scene.region]
    first, second, third = (air.ground(leaf) for leaf in leaves)
    return Harvest(
        fruit=fruit,
        light=mix(fruit, (255, 236, 190), 0.5),
        dark=mix(fruit, (60, 20, 20), 0.32),
        crown=mix(fruit, (40, 16, 10), 0.2),
        picker=picker,
        petal=mix(picker, (140, 124, 112), 0.28),
        leaves=(first, second, third),
        wood=air.lit(wood),
        blossom=air.lit(blossom),
    )


def roles_in(scene: GameScene) -> Mapping[str, tuple[Colour, ...]]:
    """Picker, fruit, and the sky or the sea that they are seen before."""
    harvest = harvest_in(scene)
    behind = atmosphere_of(scene).behind
    if scene.region is Region.COAST:
        behind = SEAS[scene.light]
    return {"picker": (harvest.picker,), "fruit": (harvest.fruit,), "sky": behind}


ROLES: Final = roles_in(FIRST_SCENES["raccolto"])
"""Raccolto as the frame finds it."""
