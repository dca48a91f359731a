"""Volo's colours by role and scene; the contract holds them apart for all colour vision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from games.scenes.atmosphere import atmosphere_of
from games.scenes.scene import FIRST_SCENES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.scenes.colour import Colour
    from games.scenes.scene import GameScene

__all__ = ["ROLES", "Plumage", "plumage_in", "roles_in"]


@dataclass(frozen=True, slots=True)
class Plumage:
    """The flyer's colours and the rings', dark before a day's sky and light before the night's.

    Attributes:
        flyer: of its back; the role that the contract knows.
        wing, far: of the near wing and the one behind.
        edge: along the wing.
        belly, throat: set off from the back.
        ring, shade: of the near half of a ring and the far one.
    """

    flyer: Colour
    wing: Colour
    far: Colour
    edge: Colour
    belly: Colour
    throat: Colour
    ring: Colour
    shade: Colour


BY_DAY: Final = Plumage(
    flyer=(10, 14, 36),
    wing=(30, 42, 84),
    far=(66, 82, 128),
    edge=(96, 116, 170),
    belly=(250, 244, 230),
    throat=(188, 74, 36),
    ring=(0, 105, 174),
    shade=(8, 84, 140),
)
BY_NIGHT: Final = Plumage(
    flyer=(250, 246, 238),
    wing=(222, 226, 240),
    far=(150, 160, 190),
    edge=(255, 255, 255),
    belly=(255, 252, 244),
    throat=(214, 150, 96),
    ring=(184, 122, 44),
    shade=(140, 92, 36),
)


def plumage_in(scene: GameScene) -> Plumage:
    """Of a scene."""
    return BY_NIGHT if atmosphere_of(scene).night else BY_DAY


def roles_in(scene: GameScene) -> Mapping[str, tuple[Colour, ...]]:
    """Flyer, rings, and the sky that they move before."""
    feathers = plumage_in(scene)
    return {
        "flyer": (feathers.flyer,),
        "ring": (feathers.ring,),
        "sky": atmosphere_of(scene).behind,
    }


ROLES: Final = roles_in(FIRST_SCENES["volo"])
"""Volo as the frame finds it."""
