"""Onda's pictures: a paper boat with a lantern, the moon, a night coast."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Final

import pygame

from games.ui.canvas import HEIGHT, WIDTH
from games.ui.paint import bezier, gradient, mix, ridge, shaded, smooth, soft_disc

from .colours import BOAT, SKY

if TYPE_CHECKING:
    from games.ui.paint import Colour, Point

__all__ = ["boat", "night"]

MOON: Final = (930, 150)


def boat() -> pygame.Surface:
    """A folded paper boat with a lantern; its waterline is at y = 128 of 170."""

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        fill((226, 214, 196), [(62, 104), (100, 34), (138, 104)])
        fill(BOAT, [(62, 104), (100, 34), (100, 104)])
        fill(BOAT, [(16, 86), (60, 140), (140, 140), (184, 86), (140, 104), (60, 104)])
        fill((232, 220, 202), [(100, 104), (140, 104), (184, 86), (140, 140), (100, 140)])
        fill((206, 190, 170), [(60, 104), (100, 122), (140, 104), (100, 108)])
        for points in ([(16, 86), (60, 104), (60, 140)], [(184, 86), (140, 104), (140, 140)]):
            edge = [(x * k, y * k) for x, y in points]
            pygame.draw.lines(surface, (196, 180, 160), False, edge, round(1.4 * k))
        pygame.draw.line(
            surface, (120, 92, 60), (164 * k, 88 * k), (164 * k, 44 * k), round(2.4 * k)
        )
        pygame.draw.line(
            surface, (120, 92, 60), (164 * k, 46 * k), (178 * k, 46 * k), round(2.4 * k)
        )
        lamp = [(172, 50), (162, 58), (164, 74), (178, 74), (192, 74), (194, 58), (184, 50)]
        fill((255, 196, 92), bezier(lamp))
        pygame.draw.circle(surface, (255, 240, 190), (178 * k, 62 * k), 5.5 * k)

    return smooth((200, 170), paint)


def night(seed: int) -> pygame.Surface:
    """Sky, stars, moon with its halo, a coast with a few lit windows."""
    rng = random.Random(f"night {seed}")
    sky = gradient((WIDTH, HEIGHT), [*SKY, (1.0, (30, 44, 80))]).convert()
    for _ in range(240):
        x, y = rng.randrange(WIDTH), rng.random() ** 1.5 * 430
        bright = rng.random() ** 2
        star = mix((60, 76, 120), (226, 232, 255), bright)
        if bright > 0.75:
            sky.blit(soft_disc(7, (200, 214, 255), 110), (x - 7, y - 7))
        pygame.draw.circle(sky, star, (x, y), 1 if bright < 0.6 else 2)
    for radius, alpha in ((330, 60), (170, 70), (95, 90)):
        sky.blit(soft_disc(radius, (190, 206, 250), alpha), (MOON[0] - radius, MOON[1] - radius))
    sky.blit(_moon(), (MOON[0] - 60, MOON[1] - 60))
    _coast(sky, rng)
    return sky


def _moon() -> pygame.Surface:
    def paint(surface: pygame.Surface, k: float) -> None:
        pygame.draw.circle(surface, (244, 240, 226), (60 * k, 60 * k), 52 * k)
        for x, y, r in ((44, 48, 10), (70, 40, 7), (66, 74, 13), (42, 78, 6), (84, 62, 6)):
            pygame.draw.circle(surface, (226, 222, 210), (x * k, y * k), r * k)

    return smooth((120, 120), paint)


def _coast(sky: pygame.Surface, rng: random.Random) -> None:
    far = ridge(WIDTH, 70, [(1, 34, 0.4), (2, 22, 1.2), (5, 7, 0.2)])
    sky.blit(shaded(far, 220, (26, 38, 74), (22, 34, 68)), (0, 330))
    near = ridge(WIDTH, 34, [(1, 46, 3.6), (3, 14, 0.8)])
    sky.blit(shaded(near, 190, (16, 24, 50), (14, 22, 46)), (0, 370))
    for _ in range(34):
        x = rng.randrange(60, 700)
        ground = 370 + 190 - near[x]
        if near[x] < 40:
            continue
        y = ground + rng.uniform(6, 40)
        sky.blit(soft_disc(9, (255, 190, 90), 120), (x - 9, y - 9))
        pygame.draw.rect(sky, (255, 214, 140), (x - 1, y - 2, 3, 4))


def swell(x: float, seconds: float, wide: float, tall: float, pace: float) -> float:
    """Height of a far swell at x: two sines that travel at their own pace."""
    a = 2 * math.pi * x / wide
    return tall * (math.sin(a - pace * seconds) + 0.4 * math.sin(1.7 * a + 0.6 * pace * seconds))
