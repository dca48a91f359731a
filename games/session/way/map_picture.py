"""The map: a way of twelve stages from the hills over the villages to the coast, and the garden.

It lies in the light of the session's scene. What was walked is a full line with filled stages, what
is to come a line of dots with empty ones: shape says what colour says.
"""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pygame

from games.journey.garden import PLANTS
from games.journey.way import STAGES, VIEWPOINTS
from games.scenery.houses import bell_tower, house
from games.scenery.sky import clouded, painted_sky
from games.scenery.trees import cypress, olive_tree, pine
from games.scenes.atmosphere import atmosphere_of
from games.scenes.colour import mix
from games.ui.canvas import HEIGHT, WIDTH
from games.ui.paint import bezier, ridge, shaded, smooth, soft_disc
from games.ui.palette import INK, PAPER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour
    from games.ui.paint import Point

    from .way_steps import MapShown

__all__ = ["painted_map"]

GOLD: Final[Colour] = (255, 206, 96)
WALKED: Final[Colour] = (196, 70, 30)
GARDEN_Y: Final = 716
ROW: Final = 44
ROWS: Final = 2
SEED: Final = 12

OUTWARD: Final[Sequence[Point]] = (
    (92, 462),
    (190, 380), (250, 470), (318, 404),
    (380, 340), (420, 388), (486, 366),
    (560, 342), (590, 430), (664, 412),
    (740, 390), (770, 318), (846, 344),
    (920, 372), (910, 440), (1000, 446),
    (1070, 450), (1100, 470), (1196, 452),
)  # fmt: skip
"""From the house in the hills to the lighthouse."""
HOMEWARD: Final[Sequence[Point]] = (
    (1196, 452),
    (1250, 470), (1180, 500), (1000, 502),
    (800, 498), (620, 478), (420, 490),
    (300, 498), (150, 504), (92, 462),
)  # fmt: skip


def painted_map(shown: MapShown) -> pygame.Surface:
    """The whole page behind words and buttons."""
    air = atmosphere_of(shown.scene)
    picture = painted_sky(air, SEED)
    clouded(picture, air, SEED, until_y=240)
    _land(picture, air, random.Random(SEED))
    _way(picture, float(shown.travelled))
    _garden(picture, air, shown.garden)
    return picture


def _land(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    x = np.arange(WIDTH)
    coast = 1 / (1 + np.exp((x - 1010) / 46.0))
    far = ridge(WIDTH, 120, [(1, 30, 0.5), (2, 26, 1.9), (5, 10, 0.3)]) * coast + 40
    _layer(picture, far, 330, ((170, 188, 212), (206, 214, 220)), air=air, far=1.0)
    sea = np.full(WIDTH, 104.0)
    _layer(picture, sea, 400, ((142, 200, 216), (112, 176, 200)), air=air, far=0.35)
    land = 40 + 90 * coast
    middle = ridge(WIDTH, 0, [(2, 26, 0.8), (3, 14, 2.4), (7, 5, 0.2)]) * coast + land
    _layer(picture, middle, 420, ((146, 178, 146), (184, 200, 158)), air=air, far=0.55)
    for n in range(16):
        at = 40 + n * 24 + rng.randint(-8, 8)
        tree = cypress(rng.uniform(26, 44), air, 0.5, (74, 116, 92))
        _stand(picture, tree, at, 420 - middle[at] + 96)
    for n in range(15):
        at = 520 + n * 22 + rng.randint(-6, 6)
        made = house((rng.randint(30, 44), rng.randint(38, 64)), air, 0.4, rng)
        _stand(picture, made, at, 420 - middle[at] + 90 + 9 * (n % 3))
    _stand(picture, bell_tower(112, air, 0.4), 676, 420 - middle[676] + 84)
    near = ridge(WIDTH, 150, [(1, 22, 2.0), (3, 16, 0.4), (5, 6, 1.0)])
    near = np.maximum(40, near - 84 / (1 + np.exp((1090 - x) / 34.0)))
    _layer(picture, near, 500, ((126, 166, 112), (92, 138, 92)), air=air, far=0.15)
    for _ in range(20):
        at = rng.randint(20, 470)
        tree = olive_tree(rng.uniform(13, 19), air, 0.15, rng)
        _stand(picture, tree, at, 500 - near[at] + rng.uniform(20, 110))
    for at, tall in ((1120, 30), (1176, 44), (1236, 24)):
        low = 388 + tall // 3
        for colour, lean in (((255, 250, 238), 0.6), ((226, 214, 204), -0.34)):
            sail = [(at, low), (at + lean * tall, low), (at, low - tall)]
            pygame.draw.polygon(picture, air.lit(colour, 0.3), sail)
    for _ in range(7):
        at = rng.randint(960, 1070)
        _stand(picture, pine(rng.uniform(46, 72), air, 0.2, rng), at, 500 - near[at] + 24)
    for foot in ((70, 458), (108, 462)):
        _stand(picture, house((46, 58), air, 0.1, rng), *foot)
    garden = ridge(WIDTH, 104, [(1, 6, 0.4), (3, 4, 1.2)])
    _layer(picture, garden, 620, ((96, 138, 84), (58, 96, 60)), air=air, far=0)


def _layer(
    picture: pygame.Surface,
    heights: np.ndarray,
    foot: int,
    colours: tuple[Colour, Colour],
    *,
    air: Atmosphere,
    far: float,
) -> None:
    """Land whose crest is `heights` above y `foot`, down to the lower edge."""
    depth = HEIGHT - foot + round(float(heights.max())) + 2
    upper, lower = air.ground(colours[0], far), air.ground(colours[1], far)
    picture.blit(shaded(heights + (HEIGHT - foot), depth, upper, lower), (0, HEIGHT - depth))


def _stand(picture: pygame.Surface, made: pygame.Surface, x: float, y: float) -> None:
    picture.blit(made, made.get_rect(midbottom=(round(x), round(y))))


def _way(picture: pygame.Surface, travelled: float) -> None:
    line = bezier(list(OUTWARD), 40)
    outward = min(1.0, travelled / STAGES)
    _draw_line(picture, line, outward)
    walker = _at(line, outward)
    if travelled >= STAGES:
        home = bezier(list(HOMEWARD), 40)
        share = min(1.0, (travelled - STAGES) / STAGES)
        _draw_line(picture, home, share)
        walker = _at(home, share)
    for stage in range(1, STAGES + 1):
        x, y = _at(line, stage / STAGES)
        _draw_stage(picture, (round(x), round(y)), stage, reached=travelled >= stage)
    _draw_walker(picture, walker)


def _draw_line(picture: pygame.Surface, line: list[Point], share: float) -> None:
    """Dots all along, and a full line over what was walked."""
    along = _lengths(line)
    for n in range(1, int(along[-1] / 17)):
        x, y = _at(line, n * 17 / along[-1])
        pygame.draw.circle(picture, INK, (x, y), 5)
        pygame.draw.circle(picture, PAPER, (x, y), 3.4)
    walked = [_at(line, share * n / 120) for n in range(121)]
    if share > 0:
        for width, colour in ((15, INK), (11, PAPER), (6, WALKED)):
            for a, b in pairwise(walked):
                pygame.draw.line(picture, colour, a, b, width)
                pygame.draw.circle(picture, colour, b, width / 2)


def _lengths(line: list[Point]) -> list[float]:
    lengths = [0.0]
    for a, b in pairwise(line):
        lengths.append(lengths[-1] + math.dist(a, b))
    return lengths


def _at(line: list[Point], share: float) -> Point:
    """The point at a share of a line's length."""
    lengths = _lengths(line)
    wanted = share * lengths[-1]
    xs, ys = [p[0] for p in line], [p[1] for p in line]
    return float(np.interp(wanted, lengths, xs)), float(np.interp(wanted, lengths, ys))


def _draw_stage(picture: pygame.Surface, at: tuple[int, int], stage: int, *, reached: bool) -> None:
    """A round stone, a star of rays at a viewpoint; filled once it was reached."""
    if stage in VIEWPOINTS:
        for n in range(8):
            a = math.pi * n / 4
            end = (at[0] + 25 * math.cos(a), at[1] + 25 * math.sin(a))
            pygame.draw.line(picture, INK, at, end, 6)
            pygame.draw.line(picture, GOLD, at, end, 3)
    pygame.draw.circle(picture, INK, at, 16)
    pygame.draw.circle(picture, PAPER, at, 13)
    if reached:
        pygame.draw.circle(picture, WALKED, at, 9)


def _draw_walker(picture: pygame.Surface, at: Point) -> None:
    """A walker with a lantern, standing on the way."""
    light = soft_disc(46, (255, 224, 150), 190)
    picture.blit(light, (round(at[0]) - 46 + 14, round(at[1]) - 46 - 34))

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        for colour, grow in ((PAPER, 3.0), (INK, 0.0)):
            pygame.draw.circle(surface, colour, (26 * k, 14 * k), (9 + grow) * k)
            coat = bezier([(26, 22 - grow), (12 - grow, 30), (13 - grow, 50), (9 - grow, 66 + grow),
                           (26, 68 + grow), (38, 68 + grow), (43 + grow, 66 + grow),
                           (39 + grow, 50), (40 + grow, 30), (26, 22 - grow)])  # fmt: skip
            fill(colour, coat)
        pygame.draw.line(surface, INK, (36 * k, 40 * k), (48 * k, 36 * k), round(4 * k))
        pygame.draw.circle(surface, GOLD, (50 * k, 43 * k), 6 * k)
        fill(mix(WALKED, PAPER, 0.1), [(16, 30), (37, 30), (39, 37), (14, 37)])

    _stand(picture, smooth((60, 72), paint), at[0], at[1] + 4)


def _garden(picture: pygame.Surface, air: Atmosphere, garden: tuple[str, ...]) -> None:
    """One plant a session in rows, the newest in front."""
    per_row = max(24, -(-len(garden) // ROWS))
    for n, name in enumerate(garden):
        row, place = n // per_row, n % per_row
        x = 40 + (WIDTH - 80) * (place + 0.5 + 0.25 * (row % 2)) / per_row
        y = GARDEN_Y - (ROWS - 1 - row) * ROW if len(garden) > per_row else GARDEN_Y
        _stand(picture, _plant(name, n, air), x, y)


def _plant(name: str, number: int, air: Atmosphere) -> pygame.Surface:
    """A tuft of leaves and some blossoms; each plant a little different from its like."""
    plant, rng = PLANTS[name], random.Random(f"{name} {number}")
    # Seen by night, too: what somebody planted is to be found again.
    leaf, blossom = (mix(air.lit(c), c, 0.45) for c in (plant.leaves, plant.blossom))
    wide, tall = 40, plant.tall + 24
    stems = [(rng.uniform(-13, 13), rng.uniform(0.72, 1.0)) for _ in range(7)]

    def paint(surface: pygame.Surface, k: float) -> None:
        foot = (wide / 2 * k, tall * k)
        for lean, share in stems:
            tip = ((wide / 2 + lean) * k, (tall - plant.tall * share) * k)
            pygame.draw.line(surface, leaf, foot, tip, round(2 * k))
            middle = ((foot[0] + tip[0]) / 2, (foot[1] + tip[1]) / 2)
            pygame.draw.circle(surface, mix(leaf, (30, 60, 30), 0.2), middle, 4 * k)
            pygame.draw.circle(surface, leaf, (foot[0] + lean * 0.5 * k, foot[1] - 6 * k), 6 * k)
        for lean, share in stems:
            tip = ((wide / 2 + lean) * k, (tall - plant.tall * share) * k)
            pygame.draw.circle(surface, mix(blossom, (60, 20, 40), 0.3), tip, 5.4 * k)
            pygame.draw.circle(surface, blossom, tip, 4.4 * k)
            pygame.draw.circle(surface, mix(blossom, (255, 250, 220), 0.6), tip, 1.7 * k)

    return pygame.transform.smoothscale_by(smooth((wide, tall), paint), 1.3)
