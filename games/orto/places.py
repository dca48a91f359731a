"""Orto's three places: a terrace over the hills, a courtyard, a quay; all painted by code."""

from __future__ import annotations

import itertools
import math
import random
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
from games.ui.paint import bezier, ridge, shaded, smooth, soft_disc

from .colours import colours_in

if TYPE_CHECKING:
    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour
    from games.scenes.scene import GameScene
    from games.ui.paint import Point

__all__ = ["painted_place"]

FLOOR_Y: Final = 488
"""Where the wall ends and the floor begins."""
WALL_Y: Final = 412
"""The upper edge of a wall that one looks over."""


def painted_place(scene: GameScene, seed: int) -> pygame.Surface:
    """The whole picture behind the beds."""
    air, rng = atmosphere_of(scene), random.Random(f"orto {seed} {scene.region}")
    picture = painted_sky(air, seed)
    clouded(picture, air, seed, until_y=300)
    wall = colours_in(scene).behind
    match scene.region:
        case Region.HILLS:
            _terrace(picture, air, wall, rng)
        case Region.VILLAGES:
            _courtyard(picture, air, wall, rng)
        case Region.COAST:
            _quay(picture, air, wall, rng)
    return picture


def _terrace(picture: pygame.Surface, air: Atmosphere, wall: Colour, rng: random.Random) -> None:
    """Hills with cypresses at either side, a parapet with a coping, tiles of clay."""
    far = ridge(WIDTH, 118, [(1, 34, 0.4), (2, 24, 1.4), (5, 6, 0.2)])
    _land(picture, far, ((178, 196, 214), (222, 224, 222)), air, 1.0)
    near = ridge(WIDTH, 70, [(1, 30, 2.6), (3, 12, 0.8)])
    _land(picture, near, ((158, 186, 158), (196, 208, 170)), air, 0.75)
    for n in range(30):
        x = rng.choice((rng.randint(0, 250), rng.randint(1196, 1270), rng.randint(0, WIDTH)))
        tree = olive_tree(rng.uniform(9, 15), air, 0.8, rng)
        _stand(picture, tree, x, FLOOR_Y - 30 - float(near[x]) + rng.uniform(2, 14))
        if n < 9:
            x = (6 + n * 27) if n < 6 else 1196 + (n - 6) * 30
            tree = cypress(rng.uniform(90, 150), air, 0.4, (70, 108, 84))
            _stand(picture, tree, x, FLOOR_Y - 34 - float(near[x]) * 0.5)
    _parapet(picture, air, wall)
    _tiles(picture, air, ((214, 158, 122), (196, 136, 104)), 86)
    _pergola(picture, air, rng)


def _courtyard(picture: pygame.Surface, air: Atmosphere, wall: Colour, rng: random.Random) -> None:
    """Roofs and a tower behind, a plastered wall with two windows, a climbing vine, cobbles."""
    for n in range(8):
        made = house((rng.randint(120, 190), rng.randint(110, 170)), air, 0.55, rng)
        _stand(picture, made, 60 + n * 170, 190 + 12 * (n % 3))
    _stand(picture, bell_tower(170, air, 0.5), 150, 190)
    pygame.draw.rect(picture, wall, (0, 148, WIDTH, FLOOR_Y - 148))
    worn = mix(wall, air.lit((206, 176, 150)), 0.4)
    for _ in range(26):
        x, y, wide = rng.randint(-60, WIDTH), rng.randint(170, FLOOR_Y), rng.randint(60, 190)
        stain = pygame.transform.smoothscale(soft_disc(60, worn, 90), (wide, wide // 2))
        picture.blit(stain, (x, y - wide // 4))
    _eave(picture, air)
    for x in (86, 1222):
        _window(picture, air, x)
    _vine(picture, air, rng)
    _cobbles(picture, air, rng)


def _quay(picture: pygame.Surface, air: Atmosphere, wall: Colour, rng: random.Random) -> None:
    """A bay with a headland and a village, moored boats, a low wall, pale slabs of stone."""
    head = np.maximum(0, ridge(WIDTH, 10, [(1, 84, 2.2), (2, 30, 0.2), (7, 6, 0.4)]))
    _land(picture, np.where(head > 0, head + 60, 52), ((166, 188, 206), (206, 216, 218)), air, 0.9)
    for n in range(13):
        x = 18 + n * 19 + rng.randint(-4, 4)
        made = house((rng.randint(24, 36), rng.randint(36, 60)), air, 0.55, rng)
        _stand(picture, made, x, 434 - rng.randint(0, 46))
    sea = mix(air.lit((120, 186, 204)), air.haze, 0.25 + 0.4 * air.density)
    pygame.draw.rect(picture, sea, (0, 428, WIDTH, 70))
    for n in range(70):
        y = 432 + (n * 37) % 52
        x, wide = rng.randint(0, WIDTH), rng.randint(20, 70)
        pygame.draw.line(picture, mix(sea, air.lit((255, 255, 255)), 0.35), (x, y), (x + wide, y))
    for x, tall in ((300, 118), (590, 96), (918, 124), (1236, 104)):
        _boat(picture, air, x, tall)
    pygame.draw.rect(picture, wall, (0, FLOOR_Y - 22, WIDTH, 26))
    coping = mix(wall, air.lit((255, 252, 244)), 0.5)
    pygame.draw.rect(picture, coping, (0, FLOOR_Y - 28, WIDTH, 8))
    _tiles(picture, air, ((214, 208, 200), (194, 190, 186)), 150)


def _land(
    picture: pygame.Surface, heights: np.ndarray, shades: tuple[Colour, Colour], air: Atmosphere,
    far: float,
) -> None:  # fmt: skip
    layer = shaded(heights, 240, air.ground(shades[0], far), air.ground(shades[1], far))
    picture.blit(layer, (0, FLOOR_Y - 30 - 240))


def _stand(picture: pygame.Surface, made: pygame.Surface, x: float, foot: float) -> None:
    picture.blit(made, (x - made.get_width() / 2, foot - made.get_height()))


def _parapet(picture: pygame.Surface, air: Atmosphere, wall: Colour) -> None:
    """A row of balusters under a coping."""
    coping = mix(wall, air.lit((255, 252, 244)), 0.5)
    shade = mix(wall, air.lit((150, 132, 126)), 0.4)

    def paint(surface: pygame.Surface, k: float) -> None:
        def box(colour: Colour, x: float, y: float, wide: float, tall: float) -> None:
            pygame.draw.rect(surface, colour, (x * k, y * k, wide * k, tall * k))

        for n in range(41):
            x = n * 32 + 8
            belly = bezier([(x - 4, 16), (x - 4, 34), (x - 14, 44), (x - 5, 62), (x, 62), (x, 62),
                            (x + 5, 62), (x + 14, 44), (x + 4, 34), (x + 4, 16)], 8)  # fmt: skip
            pygame.draw.polygon(surface, shade, [(px * k, py * k) for px, py in belly])
            lit = [((px * 0.7 + x * 0.3 + 1.5) * k, py * k) for px, py in belly]
            pygame.draw.polygon(surface, wall, lit)
        box(coping, 0, 4, WIDTH, 12)
        box(shade, 0, 15, WIDTH, 3)
        box(wall, 0, 60, WIDTH, 20)
        box(coping, 0, 59, WIDTH, 4)

    picture.blit(smooth((WIDTH, 80), paint), (0, WALL_Y))


def _tiles(
    picture: pygame.Surface, air: Atmosphere, shades: tuple[Colour, Colour], wide: float
) -> None:
    """A floor of square tiles that runs away from the eye."""
    first, second = (air.ground(c) for c in shades)
    joint = mix(second, (60, 40, 50), 0.22)
    pygame.draw.rect(picture, joint, (0, FLOOR_Y, WIDTH, HEIGHT - FLOOR_Y))
    rows = [FLOOR_Y + (HEIGHT - FLOOR_Y) * (n / 7) ** 1.7 for n in range(8)]
    for row, (top, low) in enumerate(itertools.pairwise(rows)):
        spread = [1 + 0.9 * (y - FLOOR_Y) / (HEIGHT - FLOOR_Y) for y in (top, low)]
        for n in range(-12, 12):
            edges = [640 + (n + side) * wide * s for s in spread for side in (0, 1)]
            points = [(edges[0] + 1, top + 1), (edges[1] - 1, top + 1),
                      (edges[3] - 1, low - 1), (edges[2] + 1, low - 1)]  # fmt: skip
            worn = 0.12 * math.sin(n * 12.9 + row * 7.3)
            colour = mix(first if (n + row) % 2 else second, joint, abs(worn))
            pygame.draw.polygon(picture, colour, points)


def _pergola(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    """A beam along the upper edge with leaves of vine, above where anything moves."""
    wood = air.lit((128, 94, 70))
    pygame.draw.rect(picture, wood, (0, 84, WIDTH, 12))
    pygame.draw.rect(picture, mix(wood, (20, 10, 20), 0.35), (0, 94, WIDTH, 3))
    _leaves(picture, air, [(rng.randrange(WIDTH), 84 + abs(rng.gauss(0, 13))) for _ in range(260)],
            rng)  # fmt: skip


def _vine(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    """A climbing plant over the eave and down the left edge."""
    along = [(rng.randrange(WIDTH), 152 + abs(rng.gauss(0, 9))) for _ in range(110)]
    down = [(abs(rng.gauss(0, 16)), rng.uniform(150, FLOOR_Y)) for _ in range(120)]
    _leaves(picture, air, along + down, rng)


def _leaves(
    picture: pygame.Surface, air: Atmosphere, places: list[Point], rng: random.Random
) -> None:
    greens = [air.ground(c) for c in ((98, 146, 78), (126, 168, 88), (76, 124, 70))]
    stamps = []
    for green in greens:

        def paint(surface: pygame.Surface, k: float, green: Colour = green) -> None:
            shape = bezier([(2, 10), (6, 0), (20, 0), (26, 10), (20, 20), (6, 20), (2, 10)])
            pygame.draw.polygon(surface, green, [(x * k, y * k) for x, y in shape])
            vein = mix(green, (240, 244, 190), 0.4)
            pygame.draw.line(surface, vein, (4 * k, 10 * k), (24 * k, 10 * k), round(k))

        leaf = smooth((28, 20), paint)
        stamps += [pygame.transform.rotozoom(leaf, 30 * n, 0.95) for n in range(12)]
    for x, y in places:
        stamp = stamps[rng.randrange(len(stamps))]
        picture.blit(stamp, stamp.get_rect(center=(x, y)))


def _eave(picture: pygame.Surface, air: Atmosphere) -> None:
    """A row of round tiles on top of the wall."""
    tile, dark = air.ground((186, 108, 78)), air.ground((146, 82, 62))

    def paint(surface: pygame.Surface, k: float) -> None:
        for n in range(65):
            place = pygame.Rect(n * 20 * k, 0, 19 * k, 34 * k)
            pygame.draw.rect(surface, tile if n % 2 else dark, place, border_radius=round(9 * k))

    picture.blit(smooth((WIDTH, 34), paint), (0, 124))


def _window(picture: pygame.Surface, air: Atmosphere, x: int) -> None:
    """A tall window with open shutters; lamplight in it by night."""
    pane = (255, 208, 128) if air.night else air.lit((110, 120, 136))
    shutter, frame = air.lit((104, 136, 122)), air.lit((250, 244, 232))
    if air.night:
        picture.blit(soft_disc(120, pane, 70), (x - 120, 150))

    def paint(surface: pygame.Surface, k: float) -> None:
        def box(colour: Colour, left: float, top: float, wide: float, tall: float) -> None:
            pygame.draw.rect(surface, colour, (left * k, top * k, wide * k, tall * k))

        box(frame, 32, 0, 56, 116)
        box(pane, 38, 6, 44, 104)
        box(frame, 58, 6, 4, 104)
        box(frame, 38, 52, 44, 4)
        for left in (0, 90):
            box(shutter, left, 0, 30, 116)
            for n in range(12):
                box(mix(shutter, (20, 30, 40), 0.25), left + 4, 8 + n * 9, 22, 3)
        box(mix(frame, (80, 60, 60), 0.3), 24, 116, 72, 6)

    picture.blit(smooth((120, 124), paint), (x - 60, 210))


def _cobbles(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    base = air.ground((176, 164, 156))
    pygame.draw.rect(picture, mix(base, (50, 40, 50), 0.35), (0, FLOOR_Y, WIDTH, HEIGHT - FLOOR_Y))
    y, tall = float(FLOOR_Y), 9.0
    while y < HEIGHT:
        wide = tall * 2.1
        for n in range(round(WIDTH / wide) + 2):
            colour = mix(base, air.ground(rng.choice(((206, 190, 172), (150, 144, 148)))),
                         rng.random() * 0.6)  # fmt: skip
            place = pygame.Rect(n * wide - wide * rng.uniform(0.3, 0.7), y, wide - 2, tall - 1.5)
            pygame.draw.rect(picture, colour, place, border_radius=round(tall * 0.45))
        y, tall = y + tall, tall * 1.13


def _boat(picture: pygame.Surface, air: Atmosphere, x: int, tall: int) -> None:
    """A moored boat under a bare mast, pale with distance."""
    hull, mast = air.lit((236, 236, 232), 0.4), air.lit((170, 140, 116), 0.5)
    line = air.lit((70, 120, 168), 0.4)

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(px * k, py * k) for px, py in points])

        foot = tall - 22
        fill(mast, [(48, 0), (51, 0), (51, foot), (48, foot)])
        fill(mast, [(51, foot - 12), (84, foot - 9), (84, foot - 7), (51, foot - 9)])
        for end in (6, 92):
            ends = ((49.5 * k, 2 * k), (end * k, foot * k))
            pygame.draw.line(surface, mast, *ends, round(0.8 * k))
        fill(hull, bezier([(2, foot), (10, foot + 20), (20, foot + 22), (50, foot + 22),
                           (80, foot + 22), (92, foot + 16), (98, foot), (80, foot + 3),
                           (20, foot + 3), (2, foot)]))  # fmt: skip
        fill(line, [(6, foot + 8), (95, foot + 8), (94, foot + 11), (8, foot + 11)])

    picture.blit(smooth((100, tall), paint), (x - 50, 462 - tall))
