"""Roofs of the villages: far hills, a skyline with towers, streets of houses, tiles at hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pygame

from games.scenery.houses import bell_tower, street
from games.scenery.trees import cypress
from games.scenes.colour import mix
from games.ui.paint import ridge, smooth

from .land import WRAP, Layer, layer_of

if TYPE_CHECKING:
    import random

    import numpy as np

    from games.scenes.atmosphere import Atmosphere

__all__ = ["roofs"]

TILE = 20
ROOF_TOP = 46
TERRACOTTA = ((190, 108, 78), (172, 94, 70), (206, 128, 92))


def roofs(air: Atmosphere, rng: random.Random) -> list[Layer]:
    """Far hills, the old town, the near town, and the roof just below."""

    def phase() -> float:
        return rng.uniform(0, 6.28)

    far = ridge(WRAP, 150, [(2, 40, phase()), (3, 26, phase()), (7, 8, phase())])
    old = ridge(WRAP, 84, [(2, 40, phase()), (5, 14, phase())])
    near = ridge(WRAP, 60, [(3, 18, phase()), (4, 10, phase())])
    layers = [
        layer_of(far, 300, ((170, 182, 206), (222, 216, 218)), air=air, pace=0.06, top=400, far=1),
        _town(old, air, rng, (34, 58), pace=0.16, far=0.66, towers=5),
        _town(near, air, rng, (62, 104), pace=0.34, far=0.3, towers=1),
    ]
    return [*layers, _tiles(air, rng)]


def _town(
    heights: np.ndarray, air: Atmosphere, rng: random.Random, tall: tuple[int, int],
    *, pace: float, far: float, towers: int,
) -> Layer:  # fmt: skip
    """Two rows of houses along a slope, with towers between them and trees before them."""
    depth = 290
    layer = layer_of(
        heights, depth, ((176, 160, 150), (160, 168, 140)),
        air=air, pace=pace, top=720 - depth, far=far,
    )  # fmt: skip
    picture = layer.picture
    for n in range(towers):
        x = round((n + rng.uniform(0.2, 0.7)) * WRAP / towers)
        made = bell_tower(round(tall[1] * rng.uniform(1.9, 2.4)), air, far)
        picture.blit(made, made.get_rect(midbottom=(x, round(layer.crest(x)) + 20)))
    street(picture, layer.crest, tall, air=air, far=min(1.0, far + 0.12), rng=rng)
    down = tall[1] * 0.42
    for n in range(round(WRAP / 60)):
        if rng.random() < 0.3:
            x = n * 60 + rng.randint(0, 40)
            tree = cypress(rng.uniform(0.5, 1.0) * tall[1], air, far, (58, 98, 78))
            foot = (x, round(layer.crest(x) + down))
            picture.blit(tree, tree.get_rect(midbottom=foot))
    street(picture, lambda x: layer.crest(x) + down, tall, air=air, far=far, rng=rng)
    street(picture, lambda x: layer.crest(x) + 2.3 * down, tall, air=air, far=far, rng=rng)
    return layer


def _tiles(air: Atmosphere, rng: random.Random) -> Layer:
    """The roof at hand: rows of tiles, chimneys, pots with flowers, a cat."""
    depth = 150
    ridge_line = ridge(WRAP, 66, [(1, 5, 0.0), (2, 3, 1.0)])
    colours = (TERRACOTTA[0], TERRACOTTA[1])
    layer = layer_of(ridge_line, depth, colours, air=air, pace=0.8, top=570, far=0)
    picture = layer.picture
    shades = [air.ground(colour) for colour in TERRACOTTA]
    dark = air.lit((104, 58, 50))
    for row in range(5):
        for column in range(WRAP // TILE):
            x = column * TILE + (TILE // 2) * (row % 2)
            y = layer.crest(x) + 4 + row * 17
            shade = mix(rng.choice(shades), dark, 0.05 * row)
            place = pygame.Rect(x, round(y), TILE - 1, 20)
            pygame.draw.rect(picture, shade, place, border_bottom_left_radius=9,
                             border_bottom_right_radius=9)  # fmt: skip
            pygame.draw.arc(picture, dark, place, math.pi, 2 * math.pi, 1)
    cap = air.ground((214, 140, 104))
    for column in range(WRAP // 26):
        x = column * 26
        place = pygame.Rect(x, round(layer.crest(x)) - 5, 28, 13)
        pygame.draw.rect(picture, cap, place, border_radius=6)
        pygame.draw.arc(picture, dark, place, math.pi / 2, 3 * math.pi / 2, 1)
    for x in (180, 760, 1390, 2080):
        _chimney(layer, x + rng.randint(-60, 60), air)
    for x in (430, 1050, 1720, 2330):
        _pots(layer, x + rng.randint(-60, 60), air, rng)
    _cat(layer, 1240 + rng.randint(-60, 60), air)
    return layer


def _chimney(layer: Layer, x: int, air: Atmosphere) -> None:
    wall, shade = air.lit((226, 200, 168)), air.lit((176, 146, 130))
    foot = round(layer.crest(x)) + 22
    pygame.draw.rect(layer.picture, wall, (x, foot - 62, 34, 62))
    pygame.draw.rect(layer.picture, shade, (x, foot - 62, 12, 62))
    pygame.draw.rect(layer.picture, air.ground((190, 108, 78)), (x - 4, foot - 68, 42, 8))


def _pots(layer: Layer, x: int, air: Atmosphere, rng: random.Random) -> None:
    foot = round(layer.crest(x)) + 4
    for n in range(3):
        left = x + n * 40
        pot = [(left, foot - 22), (left + 26, foot - 22), (left + 21, foot), (left + 5, foot)]
        pygame.draw.polygon(layer.picture, air.lit((198, 112, 80)), pot)
        for _ in range(16):
            at = (left + 13 + rng.gauss(0, 10), foot - 32 + rng.gauss(0, 7))
            pygame.draw.circle(layer.picture, air.lit((78, 126, 78)), at, 5)
        bloom = ((220, 74, 84), (250, 236, 226), (232, 122, 150))[n]
        for _ in range(9):
            at = (left + 13 + rng.gauss(0, 10), foot - 36 + rng.gauss(0, 7))
            pygame.draw.circle(layer.picture, air.lit(bloom), at, 3.4)


def _cat(layer: Layer, x: int, air: Atmosphere) -> None:
    fur = air.lit((70, 62, 72))

    def paint(surface: pygame.Surface, k: float) -> None:
        pygame.draw.ellipse(surface, fur, (12 * k, 16 * k, 26 * k, 30 * k))
        pygame.draw.circle(surface, fur, (34 * k, 13 * k), 8.5 * k)
        for ear in ((27, 8, 29, 0, 34, 6), (34, 6, 40, 0, 42, 9)):
            points = [(ear[n] * k, ear[n + 1] * k) for n in (0, 2, 4)]
            pygame.draw.polygon(surface, fur, points)
        tail = pygame.Rect(0, 22 * k, 26 * k, 30 * k)
        pygame.draw.arc(surface, fur, tail, math.pi * 0.9, math.pi * 1.9, round(4 * k))

    cat = smooth((52, 54), paint)
    layer.picture.blit(cat, cat.get_rect(midbottom=(x, round(layer.crest(x)) + 2)))
