"""What Volo flies over: a still sky, clouds, and land in layers, each passing at its own pace."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from games.scenery.sky import cloud, painted_sky
from games.scenery.weather import FallingWeather
from games.scenes.atmosphere import atmosphere_of
from games.scenes.scene import Region

from .cliffs import cliffs, painted_sea
from .hills import hills
from .land import WRAP
from .roofs import roofs

if TYPE_CHECKING:
    import pygame

    from games.scenes.scene import GameScene

__all__ = ["Scenery"]

PLACES = {Region.HILLS: hills, Region.VILLAGES: roofs, Region.COAST: cliffs}
CLOUDS = 7


class Scenery:
    """A place of Volo's, painted once.

    Args:
        scene: place, light and weather.
        seed: of the land's lines and of the clouds.
    """

    def __init__(self, scene: GameScene, seed: int) -> None:
        rng = random.Random(f"hills {seed}")
        air = atmosphere_of(scene)
        self._sky = painted_sky(air, seed)
        if scene.region is Region.COAST:
            painted_sea(self._sky, air, rng)
        self._clouds = [cloud(air, rng).convert_alpha() for _ in range(4)]
        self._cloud_at = [
            (rng.uniform(0, 1700), rng.uniform(20, 300), rng.uniform(0.25, 0.5))
            for _ in range(CLOUDS)
        ]
        self._land = [
            (layer.picture.convert_alpha(), layer.pace, layer.top)
            for layer in PLACES[scene.region](air, rng)
        ]
        self._weather = FallingWeather(air, seed)

    def draw(self, surface: pygame.Surface, metres: float, seconds: float | None) -> None:
        """Draw it all as seen after `metres` of flight and `seconds`; None: without particles."""
        surface.blit(self._sky, (0, 0))
        for i, (x, y, pace) in enumerate(self._cloud_at):
            at = (x - metres * 16 * pace) % 1780 - 480
            surface.blit(self._clouds[i % len(self._clouds)], (round(at), round(y)))
        for layer, pace, top in self._land:
            shift = -round(metres * 60 * pace) % WRAP
            surface.blit(layer, (shift, top))
            surface.blit(layer, (shift - WRAP, top))
        if seconds is not None:
            self._weather.draw(surface, seconds)
