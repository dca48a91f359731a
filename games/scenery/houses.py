"""Houses of the villages: plastered fronts under tiled roofs, windows that are lit by night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pygame

from games.scenes.colour import mix
from games.ui.paint import smooth, soft_disc

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour
    from games.ui.paint import Point

__all__ = ["WALLS", "bell_tower", "house", "street"]

WALLS: Final[tuple[Colour, ...]] = (
    (232, 206, 164),
    (226, 180, 140),
    (238, 222, 192),
    (214, 160, 128),
    (222, 196, 170),
    (240, 214, 178),
)
TILES: Final[tuple[Colour, ...]] = ((184, 104, 74), (170, 92, 68), (196, 122, 86))
SHUTTERS: Final[tuple[Colour, ...]] = ((84, 116, 96), (108, 128, 132), (126, 92, 72))
LAMP: Final[Colour] = (255, 208, 128)
LIT_WINDOWS = 0.5


def house(size: tuple[int, int], air: Atmosphere, far: float, rng: random.Random) -> pygame.Surface:
    """One house of `size` (width, height with its roof), gable to the street or eaves to it."""
    wide, tall = size
    wall = rng.choice(WALLS)
    front, side = air.lit(wall, far), air.lit(mix(wall, (120, 104, 120), 0.3), far)
    tiles = air.ground(rng.choice(TILES), far)
    shade = mix(tiles, (30, 20, 40), 0.25)
    rise = round(min(tall * 0.3, wide * rng.uniform(0.22, 0.34)))
    gable = rng.random() < 0.5
    eave = max(2, wide // 18)

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        fill(front, [(eave, rise), (wide - eave, rise), (wide - eave, tall), (eave, tall)])
        fill(side, [(eave, rise), (wide * 0.3, rise), (wide * 0.3, tall), (eave, tall)])
        if gable:
            fill(front, [(eave, rise), (wide / 2, 3), (wide - eave, rise)])
            fill(tiles, [(0, rise + 3), (wide / 2, 0), (wide, rise + 3), (wide, rise - 3),
                         (wide / 2, -4), (0, rise - 3)])  # fmt: skip
        else:
            fill(tiles, [(0, rise), (wide * 0.1, 2), (wide * 0.9, 2), (wide, rise)])
            for n in range(1, max(2, wide // 9)):
                x = wide * n / max(2, wide // 9)
                top = wide * 0.1 + x * 0.8
                pygame.draw.line(surface, shade, (x * k, rise * k), (top * k, 2 * k), round(k))
        fill(shade, [(0, rise), (wide, rise), (wide, rise + 3), (0, rise + 3)])

    made = smooth(size, paint)
    _windows(made, air, far, rng, rise)
    return made


def _windows(
    made: pygame.Surface, air: Atmosphere, far: float, rng: random.Random, rise: int
) -> None:
    wide, tall = made.get_size()
    pane = (max(3, wide // 9), max(5, wide // 6))
    across = max(1, wide // (pane[0] * 4))
    dark = air.lit((74, 72, 92), far)
    shutter = air.lit(rng.choice(SHUTTERS), far)
    for row in range(max(1, (tall - rise) // (pane[1] * 2 + 4))):
        y = rise + 8 + row * (pane[1] * 2 + 2)
        for n in range(across):
            x = round(wide * (n + 1) / (across + 1) - pane[0] / 2)
            lamp = air.night and rng.random() < LIT_WINDOWS
            if lamp:
                light = soft_disc(pane[1] * 2, LAMP, 80)
                made.blit(light, (x - pane[1] * 2 + pane[0] // 2, y - pane[1] * 2 + pane[1] // 2))
            pygame.draw.rect(made, mix(LAMP, air.haze, 0.3 * far) if lamp else dark, (x, y, *pane))
            for leaf in (x - pane[0] // 2 - 1, x + pane[0] + 1):
                pygame.draw.rect(made, shutter, (leaf, y, max(1, pane[0] // 2), pane[1]))


def bell_tower(height: int, air: Atmosphere, far: float) -> pygame.Surface:
    """A square tower with an open belfry and a pointed roof."""
    wide = max(12, round(height * 0.2))
    wall, shade = air.lit((222, 200, 170), far), air.lit((176, 158, 150), far)
    tiles, dark = air.ground((176, 98, 72), far), air.lit((88, 80, 98), far)

    def paint(surface: pygame.Surface, k: float) -> None:
        def box(colour: Colour, left: float, top: float, width: float, tall: float) -> None:
            pygame.draw.rect(surface, colour, (left * k, top * k, width * k, tall * k))

        box(wall, 2, wide * 0.8, wide - 4, height)
        box(shade, 2, wide * 0.8, wide * 0.32, height)
        point = [(0, wide * 0.85), (wide / 2, 0), (wide, wide * 0.85)]
        pygame.draw.polygon(surface, tiles, [(x * k, y * k) for x, y in point])
        opening = pygame.Rect(wide * 0.34 * k, wide * 1.05 * k, wide * 0.32 * k, wide * 0.66 * k)
        light = mix(LAMP, dark, 0.3) if air.night else dark
        pygame.draw.rect(surface, light, opening, border_top_left_radius=round(wide * 0.16 * k),
                         border_top_right_radius=round(wide * 0.16 * k))  # fmt: skip
        box(shade, 0, wide * 1.85, wide, wide * 0.1)

    return smooth((wide, height), paint)


def street(
    layer: pygame.Surface,
    ground: Callable[[int], float],
    heights: tuple[int, int],
    *,
    air: Atmosphere,
    far: float,
    rng: random.Random,
) -> None:
    """Stand houses side by side over a whole layer; `ground` tells at x where they stand."""
    x = 0
    while x < layer.get_width() - heights[1]:
        tall = rng.randint(*heights)
        wide = round(tall * rng.uniform(0.55, 0.95))
        made = house((wide, tall + 60), air, far, rng)
        layer.blit(made, (x, round(ground(x + wide // 2)) - tall))
        x += round(wide * rng.uniform(0.78, 1.05))
