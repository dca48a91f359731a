"""Cliffs of the coast: a pale sea, islands, headlands with pines, broom and grass at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pygame

from games.scenery.houses import house
from games.scenery.trees import pine
from games.scenes.colour import mix
from games.ui.canvas import HEIGHT, WIDTH
from games.ui.paint import glow, gradient, ridge

from .land import WRAP, Layer, layer_of

if TYPE_CHECKING:
    import random

    from games.scenes.atmosphere import Atmosphere

__all__ = ["cliffs", "painted_sea"]

HORIZON_Y = 452
SEA = ((168, 222, 226), (120, 196, 206))
ROCK = ((234, 218, 192), (196, 176, 160))
GRASS = (128, 164, 104)
STEEP = 3.4


def painted_sea(sky: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    """The sea below the horizon, with the light's path on it."""
    far, near = air.lit(SEA[0], 0.8), air.lit(SEA[1], 0.2)
    horizon = mix(far, air.sky_at(HORIZON_Y / HEIGHT), 0.45)
    sea = gradient((WIDTH, HEIGHT - HORIZON_Y), [(0, horizon), (0.25, far), (1, near)])
    sky.blit(sea, (0, HORIZON_Y))
    light = mix(air.orb.halo, (255, 255, 255), 0.4)
    for _ in range(150):
        deep = rng.random() ** 1.6
        x = air.orb.x + rng.gauss(0, 30 + 190 * deep)
        y = HORIZON_Y + 5 + deep * 150
        size = (round(12 + 46 * deep), round(3 + 4 * deep))
        path = glow(size, light, round((150 if air.night else 190) * (1 - 0.7 * air.veil)))
        sky.blit(path, path.get_rect(center=(round(x), round(y))))


def cliffs(air: Atmosphere, rng: random.Random) -> list[Layer]:
    """Islands, two lines of headlands over the sea, and the path's edge at hand."""

    def phase() -> float:
        return rng.uniform(0, 6.28)

    islands = np.maximum(0, ridge(WRAP, -30, [(3, 50, phase()), (7, 26, phase())]))
    far = _steep(ridge(WRAP, -0.3, [(2, 1.0, phase()), (5, 0.5, phase())]), 118)
    near = _steep(ridge(WRAP, -0.5, [(3, 1.0, phase()), (4, 0.6, phase())]), 150)
    edge = ridge(WRAP, 70, [(3, 12, phase()), (5, 8, phase())])
    layers = [
        layer_of(
            islands,
            140,
            ((160, 178, 204), (196, 208, 220)),
            air=air,
            pace=0.05,
            top=HORIZON_Y - 138,
            far=1,
        ),
        _headland(far, air, rng, pace=0.14, top=420, far=0.62, pines=(26, 40)),
        _headland(near, air, rng, pace=0.32, top=470, far=0.25, pines=(52, 84)),
        layer_of(edge, 150, ((104, 146, 88), (62, 104, 66)), air=air, pace=0.8, top=570, far=0),
    ]
    _broom(layers[3], air, rng)
    return layers


def _steep(wave: np.ndarray, height: float) -> np.ndarray:
    """A line of headlands: flat on top, steep at the sides, and sea between them."""
    flat = 0.5 + 0.5 * np.tanh(STEEP * wave)
    ripple = np.sin(np.arange(len(wave)) * (2 * np.pi / len(wave)) * 23) * 5
    return np.asarray(np.where(flat > 0.03, flat * height + ripple * flat + 6, 0.0))


def _headland(
    heights: np.ndarray, air: Atmosphere, rng: random.Random,
    *, pace: float, top: int, far: float, pines: tuple[int, int],
) -> Layer:  # fmt: skip
    layer = layer_of(heights, HEIGHT - top, ROCK, air=air, pace=pace, top=top, far=far)
    picture, depth = layer.picture, HEIGHT - top
    grass, bright = air.ground(GRASS, far), air.ground(mix(GRASS, (220, 214, 140), 0.35), far)
    strata = [air.lit(mix(ROCK[1], (120, 104, 110), share), far) for share in (0.1, 0.25, 0.45)]
    for x in range(0, WRAP, 3):
        if heights[x] <= 0:
            continue
        crest = depth - heights[x]
        slope = abs(heights[(x + 6) % WRAP] - heights[x - 6])
        if rng.random() < 0.3 + 0.04 * slope:
            start = crest + rng.uniform(12, max(14, heights[x]))
            end = min(depth, start + rng.uniform(8, 40))
            pygame.draw.aaline(
                picture, rng.choice(strata), (x, start), (x + rng.uniform(-3, 3), end)
            )
        cap = max(3.0, 17 - slope * 0.7) + rng.uniform(-2, 3)
        pygame.draw.line(picture, grass, (x, crest), (x, crest + cap), 3)
        pygame.draw.line(picture, bright, (x, crest), (x, crest + cap * 0.3), 3)
    flat = [x for x in range(40, WRAP - 80) if heights[x] > 0.8 * heights.max()]
    for _ in range(12):
        x = rng.choice(flat)
        tree = pine(rng.uniform(*pines), air, far, rng)
        foot = (x, round(layer.crest(x)) + 5)
        picture.blit(tree, tree.get_rect(midbottom=foot))
    for start in rng.sample(flat, 2):
        for n in range(3):
            x = start + n * round(pines[0] * 0.9)
            size = (round(pines[0] * 0.9), round(pines[0] * rng.uniform(0.9, 1.3)))
            made = house(size, air, far, rng)
            picture.blit(made, made.get_rect(midbottom=(x, round(layer.crest(x)) + 6)))
    return layer


def _broom(layer: Layer, air: Atmosphere, rng: random.Random) -> None:
    """Grass, broom in bloom and a few blue flowers."""
    for _ in range(900):
        x, deep = rng.randrange(WRAP), rng.uniform(1, 62)
        y = layer.crest(x) + deep
        colour = air.lit(mix((150, 178, 110), (70, 116, 74), rng.random()))
        tip = (x + rng.uniform(-5, 5), y - 9 - deep * 0.14)
        pygame.draw.aaline(layer.picture, colour, (x, y), tip)
    for _ in range(15):
        middle = rng.randrange(40, WRAP - 40)
        for _ in range(46):
            aside, up = rng.gauss(0, 22), abs(rng.gauss(0, 15))
            at = (middle + aside, layer.crest(middle) + 20 - up)
            colour = air.lit(rng.choice(((244, 208, 84), (250, 224, 120), (112, 148, 84))))
            pygame.draw.circle(layer.picture, colour, at, rng.uniform(2, 3.6))
    for _ in range(90):
        x, deep = rng.randrange(WRAP), rng.uniform(6, 54)
        colour = air.lit(rng.choice(((250, 244, 236), (146, 148, 214))))
        pygame.draw.circle(layer.picture, colour, (x, layer.crest(x) + deep), 2 + deep * 0.04)
