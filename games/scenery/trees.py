"""Trees of the way: cypress, olive, umbrella pine; each one picture, standing on its lower edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pygame

from games.scenes.colour import mix
from games.ui.paint import bezier, smooth

if TYPE_CHECKING:
    import random

    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour

__all__ = ["cypress", "olive_tree", "pine"]

SUNLIT: Colour = (255, 236, 190)


def cypress(height: float, air: Atmosphere, far: float, colour: Colour) -> pygame.Surface:
    """A cypress, lit from the right."""
    tall, width = round(height), max(6, round(height * 0.24))
    dark = air.ground(colour, far)
    light = air.ground(mix(colour, SUNLIT, 0.28), far)

    def paint(surface: pygame.Surface, k: float) -> None:
        half, base = width * k / 2, tall * k
        left = bezier([(half, 0), (half * 0.5, base * 0.3), (0, base * 0.6), (half * 0.5, base)])
        right = bezier(
            [(half * 1.5, base), (2 * half, base * 0.6), (1.5 * half, base * 0.3), (half, 0)]
        )
        pygame.draw.polygon(surface, dark, left + right)
        edge = [
            (half, base * 0.06),
            (1.4 * half, base * 0.3),
            (1.9 * half, base * 0.6),
            (half * 1.4, base),
        ]
        pygame.draw.polygon(surface, light, [*bezier(edge), (half * 1.1, base)])

    return smooth((width, tall), paint)


def olive_tree(size: float, air: Atmosphere, far: float, rng: random.Random) -> pygame.Surface:
    """A round, silvery olive on a short trunk; `size` is half its crown's width."""
    side = round(size * 2.6)
    trunk = air.lit((126, 116, 98), far)
    shades = [
        air.ground(mix((140, 160, 128), (186, 200, 168), 0.5 - 0.5 * math.sin(n * 2.4)), far)
        for n in range(7)
    ]

    def paint(surface: pygame.Surface, k: float) -> None:
        middle = side / 2
        place = pygame.Rect((middle - size * 0.09) * k, middle * k, size * 0.18 * k, size * k)
        pygame.draw.rect(surface, trunk, place)
        for n, shade in enumerate(shades):
            a = n * 2.4
            at = (middle + size * 0.42 * math.cos(a), middle * 0.8 + size * 0.28 * math.sin(a))
            pygame.draw.circle(surface, shade, (at[0] * k, at[1] * k), size * 0.42 * k)

    tree = smooth((side, side), paint)
    if rng.random() < 0.5:
        tree = pygame.transform.flip(tree, flip_x=True, flip_y=False)
    return tree


def pine(height: float, air: Atmosphere, far: float, rng: random.Random) -> pygame.Surface:
    """An umbrella pine: a bent trunk, boughs, and a flat crown in three shades."""
    tall, wide = round(height), round(height * 1.15)
    bark = air.lit((116, 82, 66), far)
    greens = [air.ground(colour, far) for colour in ((44, 78, 58), (66, 104, 70), (96, 132, 82))]
    bend = rng.uniform(-0.12, 0.12) * wide
    tufts = [(rng.uniform(-0.46, 0.46), rng.uniform(-1, 1)) for _ in range(26)]

    def paint(surface: pygame.Surface, k: float) -> None:
        foot, head = (wide / 2 + bend, tall), (wide / 2, tall * 0.3)
        for end in ((-0.26, 0.26), (0.0, 0.2), (0.27, 0.25)):
            tip = (head[0] + end[0] * wide, tall * end[1])
            stem = bezier([foot, (foot[0], tall * 0.7), (head[0], tall * 0.55), tip], 10)
            points = [(x * k, y * k) for x, y in stem]
            pygame.draw.lines(surface, bark, False, points, max(2, round(tall * 0.035 * k)))
        for n, shade in enumerate(greens):
            for x, y in tufts:
                flat = 1 - (x / 0.5) ** 2
                at = (
                    (wide / 2 + x * wide * (0.98 - 0.06 * n)) * k,
                    tall * (0.24 - 0.035 * n - 0.1 * flat + 0.025 * y) * k,
                )
                pygame.draw.circle(surface, shade, at, wide * (0.085 - 0.015 * n) * k)

    return smooth((wide, tall), paint)
