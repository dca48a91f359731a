"""What lies beyond the water: mountains round a lake, a town by a river, a lighthouse at sea."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import numpy as np
import pygame

from games.scenery.houses import bell_tower, house
from games.scenery.sky import clouded, painted_sky
from games.scenery.trees import cypress, olive_tree, pine
from games.scenes.atmosphere import atmosphere_of
from games.scenes.colour import mix
from games.scenes.scene import Region
from games.ui.canvas import WIDTH
from games.ui.paint import ridge, shaded, smooth, soft_disc

if TYPE_CHECKING:
    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour
    from games.scenes.scene import GameScene

__all__ = ["painted_shore"]

WATER_Y: Final = 486
"""Where the far water begins; shores stand on it."""


def painted_shore(scene: GameScene, seed: int) -> pygame.Surface:
    """Sky and shore of a scene, down to the water."""
    air, rng = atmosphere_of(scene), random.Random(f"shore {seed}")
    picture = painted_sky(air, seed)
    clouded(picture, air, seed, until_y=330)
    {Region.HILLS: _lake, Region.VILLAGES: _river, Region.COAST: _sea}[scene.region](
        picture, air, rng
    )
    return picture


def _land(
    picture: pygame.Surface,
    heights: np.ndarray,
    colours: tuple[Colour, Colour],
    air: Atmosphere,
    far: float,
) -> None:
    """A line of land that stands on the water; mist gathers at its foot."""
    upper, lower = air.ground(colours[0], far), air.ground(colours[1], min(1.0, far + 0.35))
    depth = round(heights.max()) + 30
    picture.blit(shaded(heights + 20, depth, upper, lower), (0, WATER_Y + 20 - depth))


def _stand(picture: pygame.Surface, made: pygame.Surface, x: float, y: float) -> None:
    picture.blit(made, made.get_rect(midbottom=(round(x), round(y))))


def _lake(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    """High mountains, wooded shores, a village on the left, a villa with cypresses."""
    peaks = ridge(WIDTH, 120, [(1, 58, 0.4), (2, 44, 1.2), (5, 14, 0.2), (9, 7, 2.0)])
    _land(picture, peaks, ((176, 190, 214), (206, 214, 222)), air, 1.0)
    slopes = ridge(WIDTH, 62, [(1, 62, 0.2), (2, 22, 1.0), (5, 8, 0.4)])
    _land(picture, slopes, ((140, 166, 172), (176, 196, 186)), air, 0.7)
    shore = np.maximum(4, ridge(WIDTH, 14, [(1, 40, 5.7), (3, 16, 0.8)]))
    _land(picture, shore, ((96, 132, 106), (74, 110, 92)), air, 0.35)
    for n in range(15):
        x = 40 + n * 27 + rng.randint(-7, 7)
        made = house((rng.randint(30, 42), rng.randint(40, 66)), air, 0.35, rng)
        _stand(picture, made, x, WATER_Y + 4 - shore[x] * rng.uniform(0.05, 0.5))
    _stand(picture, bell_tower(104, air, 0.35), 238, WATER_Y - shore[238] * 0.4)
    for n in range(26):
        x = rng.choice((rng.randint(30, 480), rng.randint(1120, 1270)))
        tree = cypress(rng.uniform(30, 58), air, 0.35, (64, 102, 84))
        _stand(picture, tree, x, WATER_Y + 2 - max(4.0, float(shore[x])) * rng.uniform(0.1, 0.9))
        if n % 3 == 0:
            tree = olive_tree(rng.uniform(10, 16), air, 0.35, rng)
            _stand(picture, tree, (x + 320) % WIDTH, WATER_Y + 10)


def _river(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    """Low hills, poplars, a bridge of five arches, and a town on the right bank."""
    hills = ridge(WIDTH, 92, [(1, 26, 2.2), (2, 24, 0.5), (5, 8, 1.4)])
    _land(picture, hills, ((166, 180, 196), (206, 210, 212)), air, 1.0)
    rise = ridge(WIDTH, 46, [(1, 34, 3.5), (3, 10, 0.3)])
    _land(picture, rise, ((150, 168, 142), (178, 182, 150)), air, 0.66)
    for n in range(18):
        made = house((rng.randint(40, 62), rng.randint(64, 118)), air, 0.4, rng)
        x = 780 + n * 29 + rng.randint(-6, 6)
        _stand(picture, made, x, WATER_Y - 4 - 10 * (n % 3))
    _stand(picture, bell_tower(190, air, 0.4), 1014, WATER_Y - 30)
    for n in range(9):
        made = house((rng.randint(52, 74), rng.randint(62, 96)), air, 0.22, rng)
        _stand(picture, made, 800 + n * 62 + rng.randint(-8, 8), WATER_Y + 8)
    _bridge(picture, air)
    bank = np.maximum(5, ridge(WIDTH, 2, [(1, 18, 1.2), (3, 6, 0.6)]))
    _land(picture, bank, ((126, 152, 98), (96, 128, 84)), air, 0.2)
    for n in range(20):
        x = rng.choice((20 + n * 14, 1180 + rng.randint(0, 90)))
        tree = cypress(rng.uniform(60, 108), air, 0.3, (112, 138, 78))
        _stand(picture, tree, x, WATER_Y + 4)


def _bridge(picture: pygame.Surface, air: Atmosphere) -> None:
    """Five round arches between the banks."""
    stone, shade = air.lit((216, 196, 168), 0.3), air.lit((150, 136, 130), 0.3)
    left, span, top = 300, 96, WATER_Y - 66

    def paint(surface: pygame.Surface, k: float) -> None:
        wide = 5 * span + 20
        deck = [(0, 26), (wide / 2, 0), (wide, 26), (wide, 90), (0, 90)]
        pygame.draw.polygon(surface, stone, [(x * k, y * k) for x, y in deck])
        rail = [(0, 26), (wide / 2, 0), (wide, 26), (wide, 32), (wide / 2, 6), (0, 32)]
        pygame.draw.polygon(surface, shade, [(x * k, y * k) for x, y in rail])
        for n in range(5):
            middle, high = 10 + span * (n + 0.5), 46 + 5 * min(n, 4 - n)
            for colour, grow in ((shade, 4), ((0, 0, 0, 0), 0)):
                arch = pygame.Rect(0, 0, (span * 0.74 + 2 * grow) * k, (2 * high + 2 * grow) * k)
                arch.center = (round(middle * k), round(92 * k))
                pygame.draw.ellipse(surface, colour, arch)

    picture.blit(smooth((5 * span + 20, 92), paint), (left, top))


def _sea(picture: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    """Islands, far sails, a headland with pines, and a lighthouse."""
    islands = np.maximum(0, ridge(WIDTH, -26, [(2, 50, 0.4), (3, 24, 2.0), (9, 5, 0.5)]))
    _land(picture, np.where(islands > 0, islands, -40), ((170, 186, 208), (198, 210, 220)), air, 1)
    for n in range(5):
        x, tall = 470 + n * 150 + rng.randint(-40, 40), rng.randint(20, 42)
        sail = mix((255, 250, 238), (232, 130, 90), 0.8 * (n % 2))
        foot = WATER_Y + 2
        shape = [(x, foot), (x + tall * 0.55, foot), (x, foot - tall)]
        pygame.draw.polygon(picture, air.lit(sail, 0.7), shape)
        pygame.draw.polygon(
            picture, air.lit((210, 196, 190), 0.7),
            [(x - 2, foot), (x - tall * 0.3, foot), (x - 2, foot - tall * 0.9)],
        )  # fmt: skip
    wave = np.clip(np.linspace(2.6, -1.6, WIDTH), -1, 1)
    head = 62 * (0.5 + 0.5 * np.tanh(2.2 * wave)) + ridge(WIDTH, 0, [(9, 4, 0.2), (17, 2, 1.0)])
    head = np.where(np.arange(WIDTH) < 560, head, -40)
    _land(picture, head, ((214, 198, 172), (172, 156, 146)), air, 0.3)
    grass = air.ground((126, 160, 100), 0.3)
    for x in range(0, 470, 3):
        crest = WATER_Y - head[x]
        pygame.draw.line(picture, grass, (x, crest), (x, crest + 9 + rng.uniform(0, 7)), 3)
    for _ in range(9):
        x = rng.randint(20, 300)
        _stand(picture, pine(rng.uniform(44, 76), air, 0.3, rng), x, WATER_Y - head[x] + 4)
    for x in (96, 132, 166):
        _stand(picture, house((38, rng.randint(42, 58)), air, 0.3, rng), x, WATER_Y - head[x] + 6)
    _lighthouse(picture, 404, round(WATER_Y - head[404]) + 4, air)


def _lighthouse(picture: pygame.Surface, x: int, foot: int, air: Atmosphere) -> None:
    white, band = air.lit((246, 240, 230), 0.25), air.lit((196, 88, 70), 0.25)
    if air.night:
        picture.blit(soft_disc(70, (255, 224, 150), 150), (x - 70, foot - 132 - 70))

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[tuple[float, float]]) -> None:
            pygame.draw.polygon(surface, colour, [(px * k, py * k) for px, py in points])

        fill(white, [(13, 24), (31, 24), (38, 140), (6, 140)])
        for low, high in ((52, 74), (96, 118)):
            fill(band, [(13 - low * 0.05 + 1, low), (31 + low * 0.05 - 1, low),
                        (31 + high * 0.05, high), (13 - high * 0.05, high)])  # fmt: skip
        fill(air.lit((60, 62, 80), 0.2), [(10, 21), (34, 21), (34, 25), (10, 25)])
        fill((255, 226, 150) if air.night else air.lit((206, 226, 230), 0.2),
             [(15, 8), (29, 8), (29, 21), (15, 21)])  # fmt: skip
        fill(band, [(12, 9), (22, 0), (32, 9)])

    _stand(picture, smooth((44, 140), paint), x, foot)
