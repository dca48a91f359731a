"""The three orchards: pomegranates over fields, olives before a village, lemons above the sea."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pygame

from games.scenery.houses import bell_tower, house
from games.scenery.sky import clouded, painted_sky
from games.scenery.trees import cypress, olive_tree
from games.scenes.atmosphere import atmosphere_of
from games.scenes.colour import mix
from games.scenes.scene import Region
from games.ui.canvas import HEIGHT, WIDTH
from games.ui.paint import bezier, glow, gradient, ridge, shaded, shaded_ball, smooth

from .colours import SEAS, harvest_in

if TYPE_CHECKING:
    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour
    from games.scenes.scene import GameScene
    from games.ui.paint import Point

    from .colours import Harvest

__all__ = ["leaves", "orchard"]

HORIZON_Y: Final = 158
"""Of the sea behind the lemons: nothing is picked above it."""


def orchard(scene: GameScene, seed: int) -> pygame.Surface:
    """The whole scene behind the play."""
    rng = random.Random(f"orchard {seed}")
    air, harvest = atmosphere_of(scene), harvest_in(scene)
    if scene.region is Region.COAST:
        # Sea and bough leave the sky on the left to sun and moon.
        air = replace(air, orb=replace(air.orb, x=236, y=88, radius=44))
    picture = painted_sky(air, seed)
    if scene.region is Region.HILLS:
        clouded(picture, air, seed, until_y=320)
        _fields(picture, air, rng)
    elif scene.region is Region.VILLAGES:
        clouded(picture, air, seed, until_y=320)
        _village(picture, air, rng)
    else:
        _sea(picture, air, SEAS[scene.light], rng)
    _tree(picture, harvest, rng)
    return picture


def _fields(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    def phase() -> float:
        return rng.uniform(0, 6.28)

    far = ridge(WIDTH, 110, [(1, 30, phase()), (2, 22, phase()), (5, 6, phase())])
    colours = air.ground((206, 206, 214), 1), air.ground((236, 226, 208), 1)
    picture.blit(shaded(far, 260, *colours), (0, 380))
    middle = ridge(WIDTH, 96, [(1, 24, phase()), (3, 12, phase())])
    layer = shaded(middle, 240, air.ground((184, 196, 158), 0.6), air.ground((214, 208, 160), 0.6))
    for row in range(5):
        for n in range(22):
            x = (n * 62 + row * 31 + rng.randint(-8, 8)) % WIDTH
            tree = olive_tree(13 + row * 3.4, air, 0.6 - 0.1 * row, rng)
            foot = (x, round(240 - middle[x] + 14 + row * 20))
            layer.blit(tree, tree.get_rect(midbottom=foot))
    picture.blit(layer, (0, 420))
    _grass(picture, air, rng, ((206, 190, 112), (150, 142, 74)), ((226, 210, 134), (120, 122, 62)))


def _grass(
    picture: pygame.Surface,
    air: Atmosphere,
    rng: random.Random,
    field: tuple[Colour, Colour],
    blades: tuple[Colour, Colour],
) -> None:
    """The ground at hand, blade by blade."""
    line = ridge(WIDTH, 96, [(1, 10, 0.6), (2, 5, 2.0)])
    layer = shaded(line, 140, air.ground(field[0]), air.ground(field[1]))
    for _ in range(1500):
        x, deep = rng.randrange(WIDTH), rng.random() ** 0.7
        y = 140 - line[x] + deep * 90
        shade = air.ground(mix(*blades, rng.random()))
        tip = (x + rng.uniform(-4, 4), y - 5 - 11 * deep)
        pygame.draw.aaline(layer, shade, (x, y), tip)
    picture.blit(layer, (0, 590))


def _village(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    """A hill town far off, terraces of olives with dry walls, a stony field."""
    far = ridge(WIDTH, 120, [(1, 34, 1.0), (2, 20, 0.2), (5, 6, 2.0)])
    colours = air.ground((184, 190, 210), 1), air.ground((224, 218, 216), 1)
    picture.blit(shaded(far, 280, *colours), (0, 370))
    hill = 60 + 118 * _bell(WIDTH, 300, 190)
    layer = shaded(hill, 260, air.ground((176, 180, 160), 0.7), air.ground((198, 196, 166), 0.7))
    for n in range(24):
        x = 150 + n * 13 + rng.randint(-6, 6)
        made = house((rng.randint(24, 36), rng.randint(30, 50)), air, 0.66, rng)
        layer.blit(made, made.get_rect(midbottom=(x, round(260 - hill[x] + 10 + 14 * (n % 3)))))
    tower = bell_tower(96, air, 0.66)
    layer.blit(tower, tower.get_rect(midbottom=(318, round(260 - hill[318]) + 12)))
    for n in range(8):
        x = rng.choice((rng.randint(40, 150), rng.randint(470, 620)))
        tree = cypress(rng.uniform(26, 46), air, 0.6, (84, 118, 100))
        layer.blit(tree, tree.get_rect(midbottom=(x, round(260 - hill[x]) + 5 + n)))
    picture.blit(layer, (0, 372))
    for row in range(3):
        line = ridge(WIDTH, 40, [(1, 8, 1.1 * row), (3, 4, 0.7 * row)])
        distance = 0.45 - 0.15 * row
        green = air.ground((186, 186, 138), distance), air.ground((168, 162, 116), distance)
        terrace = shaded(line, 110, *green)
        wall = air.ground((206, 196, 180), distance)
        for x in range(0, WIDTH, 9):
            stone = pygame.Rect(x, round(110 - line[x]) + rng.randint(-1, 2), 10, 9)
            shade = mix(wall, (130, 118, 112), 0.3 * rng.random())
            pygame.draw.rect(terrace, shade, stone, border_radius=3)
        picture.blit(terrace, (0, 490 + row * 44))
        for n in range(15):
            tree = olive_tree(22 + 7 * row, air, distance, rng)
            x = n * 92 + 46 * (row % 2) + rng.randint(-12, 12)
            foot = (x, round(600 + row * 44 - line[x % WIDTH]) + 10)
            picture.blit(tree, tree.get_rect(midbottom=foot))
    _grass(picture, air, rng, ((176, 176, 120), (130, 132, 84)), ((206, 206, 152), (108, 116, 74)))


def _bell(width: int, middle: float, wide: float) -> np.ndarray:
    """Heights of one round hill, 1 at its top."""
    x = np.arange(width)
    return np.asarray(np.exp(-(((x - middle) / wide) ** 2)))


def _sea(
    picture: pygame.Surface, air: Atmosphere, sea: tuple[Colour, Colour], rng: random.Random
) -> None:
    """The sea from high above, a coast with houses, lemon terraces, a wall with pots."""
    depth = HEIGHT - HORIZON_Y
    shallow = mix(sea[1], air.lit((150, 226, 220)), 0.4)
    stops = [(0, sea[0]), (0.68, sea[1]), (0.78, mix(sea[1], shallow, 0.4)), (0.9, shallow)]
    picture.blit(gradient((WIDTH, depth), stops), (0, HORIZON_Y))
    haze = mix(air.haze, sea[0], 0.45)
    for n in range(14):
        band = pygame.Surface((WIDTH, 4), pygame.SRCALPHA)
        band.fill((*haze, round(150 * (1 - n / 14) * (0.35 + air.density))))
        picture.blit(band, (0, HORIZON_Y + n * 4))
    light = mix(air.orb.halo, (255, 255, 255), 0.3)
    for _ in range(170):
        deep = rng.random() ** 1.3
        x = air.orb.x + rng.gauss(0, 40) if rng.random() < 0.4 else rng.uniform(660, WIDTH)
        path = glow((round(10 + 44 * deep), 4), light, round(130 * (1 - 0.7 * air.veil)))
        picture.blit(path, path.get_rect(center=(round(x), round(HORIZON_Y + 8 + 340 * deep))))
    _cape(picture, air, rng)
    line = ridge(WIDTH, 88, [(1, 10, 0.6), (2, 5, 2.0)])
    layer = shaded(line, 140, air.ground((150, 160, 96)), air.ground((110, 126, 74)))
    wall = air.lit((232, 222, 204))
    for x in range(0, WIDTH, 22):
        stone = pygame.Rect(x, round(140 - line[x]) - 8, 23, 15)
        pygame.draw.rect(layer, mix(wall, (160, 146, 136), 0.4 * rng.random()), stone,
                         border_radius=5)  # fmt: skip
    for _ in range(700):
        x, deep = rng.randrange(WIDTH), rng.random() ** 0.7
        y = 140 - line[x] + 16 + deep * 80
        shade = air.ground(mix((184, 190, 120), (84, 112, 66), rng.random()))
        pygame.draw.aaline(layer, shade, (x, y), (x + rng.uniform(-4, 4), y - 5 - 10 * deep))
    picture.blit(layer, (0, 590))


def _cape(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    """A steep coast on the left whose houses climb up from the water."""
    for width, top, far, colours in (
        (560, 210, 0.8, ((150, 164, 176), (130, 150, 160))),
        (330, 330, 0.45, ((132, 144, 118), (110, 126, 108))),
    ):
        x = np.arange(WIDTH)
        fall = np.clip(1 - x / width, 0, 1)
        line = (HEIGHT - 90 - top) * fall**0.7 + 8 * np.sin(x / 23) * fall
        line = np.where(fall > 0, line, -30)
        layer = shaded(line, HEIGHT - 90 - top + 20, *(air.ground(c, far) for c in colours))
        picture.blit(layer, (0, top - 20))
        if far < 0.6:
            for _ in range(34):
                at = rng.randint(8, width - 90)
                made = house((rng.randint(30, 46), rng.randint(38, 60)), air, far, rng)
                low = HEIGHT - 90 - line[at] * rng.uniform(0.1, 0.82)
                picture.blit(made, made.get_rect(midbottom=(at, round(low))))


def _tree(picture: pygame.Surface, harvest: Harvest, rng: random.Random) -> None:
    wood = harvest.wood

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        trunk = [
            (1120, 660), (1150, 560), (1120, 430), (1148, 300),
            (1156, 220), (1120, 160), (1090, 118),
            (1130, 120), (1170, 150), (1200, 190),
            (1226, 300), (1200, 430), (1216, 560), (1226, 610), (1240, 640), (1256, 664),
        ]  # fmt: skip
        fill(wood, bezier(trunk))
        for shift, share in ((26, 0.16), (44, 0.26), (66, 0.12)):
            bark = bezier([(1130 + shift, 650), (1158 + shift, 560), (1126 + shift, 430),
                           (1146 + shift, 290)])  # fmt: skip
            line = [(x * k, y * k) for x, y in bark]
            pygame.draw.lines(surface, mix(wood, (240, 200, 150), share), False, line, round(3 * k))
        bough = [
            (1170, 190), (1020, 96), (800, 92), (430, 118),
            (800, 106), (1020, 118), (1150, 240),
        ]  # fmt: skip
        fill(wood, bezier(bough))
        twig = [(760, 102), (690, 80), (640, 70), (600, 84), (640, 78), (690, 90), (760, 110)]
        fill(wood, bezier(twig))

    picture.blit(smooth((WIDTH, HEIGHT), paint), (0, 0))
    stamps = leaves(harvest)
    ball = shaded_ball(13, harvest.blossom, mix(harvest.blossom, (255, 244, 210), 0.5),
                       mix(harvest.blossom, (40, 20, 20), 0.35))  # fmt: skip
    for n in range(620):
        along = rng.random() ** 0.8
        x = 400 + 900 * along
        spread = 20 + 46 * along
        y = 98 - 14 * math.sin(along * 3) + rng.gauss(-8, spread * 0.7)
        if y > 168 + 60 * max(0.0, along - 0.75):
            continue
        leaf = stamps[rng.randrange(3)][rng.randrange(16)]
        picture.blit(leaf, leaf.get_rect(center=(x, y)))
        if n % 22 == 21 and x > 700:
            picture.blit(ball, ball.get_rect(center=(x, y + 12)))


def leaves(harvest: Harvest) -> list[list[pygame.Surface]]:
    """Three greens of one leaf, each in 16 turns."""
    made = []
    for colour in harvest.leaves:

        def paint(surface: pygame.Surface, k: float, colour: Colour = colour) -> None:
            shape = bezier([(2, 12), (12, 0), (28, 2), (38, 12), (28, 22), (12, 24), (2, 12)])
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in shape])
            vein = mix(colour, (240, 244, 190), 0.45)
            pygame.draw.line(surface, vein, (4 * k, 12 * k), (36 * k, 12 * k), round(1.2 * k))

        leaf = smooth((40, 24), paint)
        made.append([pygame.transform.rotozoom(leaf, 22.5 * n, 0.9) for n in range(16)])
    return made
