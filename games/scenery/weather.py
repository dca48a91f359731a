"""What falls: petals, snow and rain as a function of time, so that a frame can be drawn again."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pygame

from games.ui.canvas import HEIGHT, WIDTH
from games.ui.paint import bezier, smooth, soft_disc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.scenes.atmosphere import Atmosphere, Falls

__all__ = ["FallingWeather"]

MARGIN: Final = 40


@dataclass(frozen=True, slots=True)
class _Fall:
    """How one kind comes down.

    Attributes:
        count: how many are in the air.
        down, across: pixels a second of the nearest.
        sway: pixels to either side, in 4 to 7 s.
        sizes: pictures of one turn, from far to near.
    """

    count: int
    down: float
    across: float
    sway: float
    sizes: int


FALLS: Final[Mapping[Falls, _Fall]] = {
    "petals": _Fall(count=26, down=44, across=-62, sway=26, sizes=3),
    "snow": _Fall(count=84, down=58, across=-16, sway=18, sizes=4),
    "rain": _Fall(count=80, down=560, across=-96, sway=0, sizes=3),
}
TURNS: Final = 12


@dataclass(frozen=True, slots=True)
class _Flake:
    x: float
    y: float
    near: float
    phase: float
    period_s: float


class FallingWeather:
    """The particles of one scene; slow, faint, never flashing.

    Args:
        air: of the scene; where nothing falls nothing is drawn.
        seed: where each one begins.
    """

    def __init__(self, air: Atmosphere, seed: int) -> None:
        rng = random.Random(f"weather {seed}")
        self._fall = None if air.falls is None else FALLS[air.falls]
        self._pictures = {} if air.falls is None else _pictures(air, self._fall or FALLS["snow"])
        self._flakes = [
            _Flake(
                x=rng.uniform(0, WIDTH + 2 * MARGIN),
                y=rng.uniform(0, HEIGHT + 2 * MARGIN),
                near=rng.random(),
                phase=rng.uniform(0, 2 * math.pi),
                period_s=rng.uniform(4, 7),
            )
            for _ in range(0 if self._fall is None else self._fall.count)
        ]

    def draw(self, surface: pygame.Surface, seconds: float) -> None:
        """Draw what is in the air `seconds` after the beginning."""
        fall = self._fall
        if fall is None:
            return
        for flake in self._flakes:
            pace = 0.45 + 0.55 * flake.near
            turn = 2 * math.pi * seconds / flake.period_s + flake.phase
            x = flake.x + pace * fall.across * seconds + fall.sway * math.sin(turn)
            y = flake.y + pace * fall.down * seconds
            size = min(fall.sizes - 1, int(flake.near * fall.sizes))
            picture = self._pictures[size, int(TURNS * turn / (2 * math.pi)) % TURNS]
            at = (x % (WIDTH + 2 * MARGIN) - MARGIN, y % (HEIGHT + 2 * MARGIN) - MARGIN)
            surface.blit(picture, at)


def _pictures(air: Atmosphere, fall: _Fall) -> dict[tuple[int, int], pygame.Surface]:
    """By size and turn."""
    made = {}
    for size in range(fall.sizes):
        share = (size + 1) / fall.sizes
        for turn in range(TURNS):
            if air.falls == "petals":
                picture = _petal(air, 0.5 + 0.5 * share, 360 / TURNS * turn)
            elif air.falls == "rain":
                picture = _drop(air, share)
            else:
                picture = soft_disc(round(2 + 4 * share), (250, 252, 255), 235, power=0.9)
            made[size, turn] = picture.convert_alpha()
    return made


def _petal(air: Atmosphere, grown: float, degrees: float) -> pygame.Surface:
    def paint(surface: pygame.Surface, k: float) -> None:
        shape = [(2, 9), (4, 2), (12, 0), (17, 7), (14, 13), (7, 15), (2, 9)]
        points = [(x * k, y * k) for x, y in bezier(shape)]
        pygame.draw.polygon(surface, air.lit((255, 214, 216)), points)
        vein = [(x * k, y * k) for x, y in ((3, 9), (9, 7), (15, 7))]
        pygame.draw.lines(surface, air.lit((236, 164, 170)), False, vein, round(1.4 * k))

    return pygame.transform.rotozoom(smooth((20, 18), paint), degrees, grown)


def _drop(air: Atmosphere, share: float) -> pygame.Surface:
    long = round(16 + 22 * share)

    def paint(surface: pygame.Surface, k: float) -> None:
        colour = (150, 172, 214) if air.night else (112, 134, 160)
        start, end = (surface.get_width() - 2 * k, k), (2 * k, surface.get_height() - k)
        pygame.draw.line(surface, (*colour, round(60 + 70 * share)), start, end, round(1.3 * k))

    return smooth((round(4 + long * 0.17), long), paint)
