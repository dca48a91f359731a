"""Cypress hills: a village on the second line, vineyards on the third, poppies at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from games.scenery.houses import bell_tower, house
from games.scenery.trees import cypress
from games.scenes.colour import mix
from games.ui.paint import ridge

from .land import WRAP, layer_of

if TYPE_CHECKING:
    import random

    from games.scenes.atmosphere import Atmosphere

    from .land import Layer

__all__ = ["hills"]


def hills(air: Atmosphere, rng: random.Random) -> list[Layer]:
    """Four lines of hills, farthest first."""

    def phase() -> float:
        return rng.uniform(0, 6.28)

    far = ridge(WRAP, 150, [(2, 34, phase()), (5, 22, phase()), (9, 8, phase())])
    middle = ridge(WRAP, 120, [(3, 30, phase()), (4, 22, phase()), (11, 5, phase())])
    near = ridge(WRAP, 96, [(2, 26, phase()), (5, 20, phase()), (7, 8, phase())])
    meadow = ridge(WRAP, 84, [(3, 12, phase()), (5, 8, phase())])
    layers = [
        layer_of(far, 300, ((176, 196, 216), (224, 224, 220)), air=air, pace=0.06, top=420, far=1),
        layer_of(
            middle, 260, ((146, 178, 186), (206, 218, 200)), air=air, pace=0.14, top=460, far=0.7
        ),
        layer_of(
            near, 240, ((112, 152, 118), (170, 190, 140)), air=air, pace=0.3, top=480, far=0.35
        ),
        layer_of(meadow, 150, ((70, 118, 74), (44, 88, 58)), air=air, pace=0.8, top=570, far=0),
    ]
    _village(layers[1], air, rng)
    for _ in range(26):
        _plant(layers[1], rng.randrange(WRAP), rng.uniform(14, 24), air, (96, 134, 130))
    for cluster in range(7):
        start = rng.randrange(WRAP)
        for n in range(rng.randint(2, 6)):
            x = (start + n * rng.randint(16, 30)) % WRAP
            height = rng.uniform(44, 72) - 4 * (cluster % 3)
            _plant(layers[2], x, height, air, (48, 92, 70))
    _vineyard(layers[2], air, rng)
    _poppies(layers[3], air, rng)
    return layers


def _plant(
    layer: Layer, x: int, height: float, air: Atmosphere, colour: tuple[int, int, int]
) -> None:
    tree = cypress(height, air, layer.far, colour)
    layer.picture.blit(tree, tree.get_rect(midbottom=(x, round(layer.crest(x)) + 4)))


def _village(layer: Layer, air: Atmosphere, rng: random.Random) -> None:
    """A few houses round a tower, pale with distance."""
    for middle in (690, 1900):
        ground = round(layer.crest(middle)) + 12
        tower = bell_tower(74, air, 0.8)
        layer.picture.blit(tower, tower.get_rect(midbottom=(middle + 4, ground)))
        for n in range(7):
            x = middle + (n - 3) * 21 + rng.randint(-4, 4)
            made = house((rng.randint(22, 32), rng.randint(26, 44)), air, 0.8, rng)
            foot = round(layer.crest(x)) + 14
            layer.picture.blit(made, made.get_rect(midbottom=(x, foot)))
        for n in range(17):
            at = (middle - 82 + n * 10, layer.crest(middle - 82 + n * 10) + 9 + 4 * (n % 3))
            shade = air.ground(((138, 168, 152), (122, 154, 146))[n % 2], 0.7)
            pygame.draw.circle(layer.picture, shade, at, 9)


def _vineyard(layer: Layer, air: Atmosphere, rng: random.Random) -> None:
    colour = air.ground((92, 134, 96), layer.far)
    for _ in range(3):
        start = rng.randrange(WRAP - 420)
        for row in range(9):
            points = []
            for n in range(24):
                x = start + row * 16 + n * (6 + row * 0.4)
                points.append((x, layer.crest(x) + 14 + row * 8 + n * 1.1))
            pygame.draw.aalines(layer.picture, colour, False, points)


def _poppies(layer: Layer, air: Atmosphere, rng: random.Random) -> None:
    for _ in range(900):
        x, deep = rng.randrange(WRAP), rng.uniform(1, 60)
        y = layer.crest(x) + deep
        colour = air.lit(mix((92, 144, 84), (52, 104, 62), rng.random()))
        tip = (x + rng.uniform(-3, 3), y - 7 - deep * 0.1)
        pygame.draw.aaline(layer.picture, colour, (x, y), tip)
    for _ in range(120):
        x, deep = rng.randrange(WRAP), rng.uniform(4, 50)
        colour = air.lit(rng.choice(((214, 84, 60), (250, 244, 232), (240, 200, 90))))
        size = 2 + deep * 0.05
        pygame.draw.circle(layer.picture, colour, (x, layer.crest(x) + deep), size)
