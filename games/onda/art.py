"""Onda's figures: a folded paper boat with a lantern, and the far swell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pygame

from games.ui.paint import bezier, smooth

if TYPE_CHECKING:
    from games.scenes.colour import Colour
    from games.ui.paint import Point

    from .colours import OndaColours

__all__ = ["boat", "swell"]

WOOD = (120, 92, 60)


def boat(colours: OndaColours) -> pygame.Surface:
    """A folded paper boat with a lantern; its waterline is at y = 128 of 170."""

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        fill(colours.fold, [(62, 104), (100, 34), (138, 104)])
        fill(colours.boat, [(62, 104), (100, 34), (100, 104)])
        fill(colours.boat, [(16, 86), (60, 140), (140, 140), (184, 86), (140, 104), (60, 104)])
        fill(colours.fold, [(100, 104), (140, 104), (184, 86), (140, 140), (100, 140)])
        fill(colours.shade, [(60, 104), (100, 122), (140, 104), (100, 108)])
        for points in ([(16, 86), (60, 104), (60, 140)], [(184, 86), (140, 104), (140, 140)]):
            edge = [(x * k, y * k) for x, y in points]
            pygame.draw.lines(surface, colours.edge, False, edge, round(1.4 * k))
        mast = round(2.4 * k)
        pygame.draw.line(surface, WOOD, (164 * k, 88 * k), (164 * k, 44 * k), mast)
        pygame.draw.line(surface, WOOD, (164 * k, 46 * k), (178 * k, 46 * k), mast)
        lamp = [(172, 50), (162, 58), (164, 74), (178, 74), (192, 74), (194, 58), (184, 50)]
        fill((255, 196, 92), bezier(lamp))
        pygame.draw.circle(surface, (255, 240, 190), (178 * k, 62 * k), 5.5 * k)

    return smooth((200, 170), paint)


def swell(x: float, seconds: float, wide: float, tall: float, pace: float) -> float:
    """Height of a far swell at x: two sines that travel at their own pace."""
    a = 2 * math.pi * x / wide
    return tall * (math.sin(a - pace * seconds) + 0.4 * math.sin(1.7 * a + 0.6 * pace * seconds))
