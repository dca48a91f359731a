"""Orto's plants: six outlines, grown from a seed to flower or fruit, drawn by vector.

A plant is drawn on a field of `FIELD` pixels and stands on the middle of its lower edge. Each kind
differs from the others by its outline alone: spikes, a disc on a tall stem, a cup, a round bush,
a cane with balls, a star on a leafless stem.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pygame

from games.scenes.colour import mix
from games.ui.paint import bezier, smooth

from .cards import Species

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour
    from games.ui.paint import Point

__all__ = ["FIELD", "plant"]

FIELD: Final = (120, 150)
LEAF: Final[Colour] = (78, 132, 66)
LAMP: Final = 0.55
"""How much of a plant's own colour is seen by night."""


class _Brush:
    """Paints in the plant's own coordinates: x from its stem, y up from the earth."""

    def __init__(self, surface: pygame.Surface, k: float, air: Atmosphere, size: float) -> None:
        self.surface, self.k, self.air, self.size = surface, k, air, size
        self.x0 = surface.get_width() / 2 / k

    def at(self, x: float, y: float) -> Point:
        size = self.size
        return (self.x0 + x * size) * self.k, (FIELD[1] - 2 - y * size) * self.k

    def fill(self, colour: Colour, points: list[Point]) -> None:
        pygame.draw.polygon(self.surface, self.lit(colour), [self.at(x, y) for x, y in points])

    def ball(self, colour: Colour, x: float, y: float, radius: float) -> None:
        size = radius * self.size * self.k
        pygame.draw.circle(self.surface, self.lit(colour), self.at(x, y), size)

    def lit(self, colour: Colour) -> Colour:
        """In the scene's light; by night a lamp stands near, or nobody would see what grows."""
        return mix(self.air.lit(colour), colour, LAMP if self.air.night else 0.0)

    def stem(self, points: list[Point], width: float, colour: Colour = LEAF) -> None:
        """A stroke that narrows to its tip, along a curve through handles."""
        line = bezier(points, 10)
        steps = len(line) - 1
        for n in range(steps):
            (x0, y0), (x1, y1) = line[n], line[n + 1]
            half = width / 2 * (1 - 0.45 * n / steps)
            a = math.atan2(y1 - y0, x1 - x0) + math.pi / 2
            dx, dy = half * math.cos(a), half * math.sin(a)
            self.fill(colour, [(x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy),
                               (x0 - dx, y0 - dy)])  # fmt: skip
            self.ball(colour, x1, y1, half)

    def leaf(
        self,
        at: Point,
        long: float,
        degrees: float,
        colour: Colour = LEAF,
        wide: float = 0.42,
    ) -> None:
        """A pointed leaf from its stalk, with a lighter half."""
        (x, y), a = at, math.radians(degrees)

        def turned(u: float, v: float) -> Point:
            return (x + long * (u * math.cos(a) - v * math.sin(a)),
                    y + long * (u * math.sin(a) + v * math.cos(a)))  # fmt: skip

        upper = [turned(u, v) for u, v in ((0, 0), (0.3, wide), (0.75, wide * 0.8), (1, 0))]
        lower = [turned(u, v) for u, v in ((1, 0), (0.75, -wide * 0.8), (0.3, -wide), (0, 0))]
        self.fill(mix(colour, (230, 240, 170), 0.24), bezier(upper, 8))
        self.fill(colour, bezier(lower, 8))


def plant(kind: Species, grown: float, air: Atmosphere, *, rich: bool = False) -> pygame.Surface:
    """A plant of a kind.

    Args:
        kind: of plant.
        grown: from 0, a seed under a little earth, to 1.
        air: whose light it stands in.
        rich: it has more blossoms.
    """

    def paint(surface: pygame.Surface, k: float) -> None:
        if grown < 0.08:
            brush = _Brush(surface, k, air, 1.0)
            for x, r in ((-6, 5), (6, 5), (0, 7)):
                brush.ball((104, 74, 54), x, 2, r)
            return
        if grown < 0.3:
            brush = _Brush(surface, k, air, 0.4 + 2 * grown)
            brush.stem([(0, 0), (0, 8), (1, 14), (0, 22)], 4)
            brush.leaf((0, 20), 20, 35)
            brush.leaf((0, 20), 20, 145)
            return
        shoots = ((-26, 0.74), (25, 0.8), (0, 1.0)) if rich else ((0, 1.0),)
        for lean, size in shoots:
            brush = _Brush(surface, k, air, size * (0.45 + 0.55 * grown))
            brush.x0 += lean * 0.62
            _DRAWN[kind](brush, min(1.0, max(0.0, (grown - 0.55) / 0.45)), lean * 0.55)

    return smooth(FIELD, paint)


def _lavender(b: _Brush, bloom: float, lean: float) -> None:
    """Grey spikes of violet grains."""
    for n, turn in enumerate((-30, 28, -16, 15, 0)):
        tip_x, tip_y = lean + turn * 0.9, 84 + 22 * math.cos(math.radians(turn * 2.4)) - 8 * (n % 2)
        b.stem([(turn * 0.15, 0), (turn * 0.2, 30), (tip_x * 0.8, 50), (tip_x, tip_y)], 3.4,
               (104, 140, 112))  # fmt: skip
        for grain in range(8):
            t = grain / 7
            x, y = tip_x * (1 + 0.05 * t), tip_y - 22 + 42 * t
            r = (5.4 - 2.6 * t) * (0.35 + 0.65 * bloom)
            side = -1 if grain % 2 else 1
            b.ball((116, 84, 178), x + side * r * 0.75, y, r)
            b.ball((168, 138, 220), x + side * r * 0.75 - 1, y + 1.5, r * 0.45)
    for turn in (160, 20, 140, 40):
        b.leaf((0, 6), 34, turn, (120, 152, 124), 0.14)


def _sunflower(b: _Brush, bloom: float, lean: float) -> None:
    """A large disc with rays on one tall stem."""
    b.stem([(0, 0), (lean * 0.2, 40), (lean * 0.7, 70), (lean, 96)], 6)
    b.leaf((lean * 0.1, 26), 34, 28)
    b.leaf((lean * 0.2, 44), 34, 150)
    x, y, reach = lean, 104.0, 15 + 17 * bloom
    for ring, colour in ((0.5, (226, 158, 20)), (0.0, (252, 198, 40))):
        for n in range(14):
            a = 360 / 14 * (n + ring)
            b.leaf((x + 10 * math.cos(math.radians(a)), y + 10 * math.sin(math.radians(a))),
                   reach - 9, a, colour, 0.3)  # fmt: skip
    b.ball((86, 54, 32), x, y, 14)
    b.ball((120, 78, 44), x - 2, y + 2, 9)


def _tulip(b: _Brush, bloom: float, lean: float) -> None:
    """A closed cup between two tall blades."""
    b.stem([(0, 0), (lean * 0.2, 36), (lean * 0.8, 64), (lean, 90)], 5)
    b.leaf((2, 0), 82, 74, (88, 140, 92), 0.15)
    b.leaf((-2, 0), 70, 108, (88, 140, 92), 0.15)
    x, y, s = lean, 86.0, 0.6 + 0.5 * bloom
    for turn, colour in ((-13, (196, 44, 66)), (13, (196, 44, 66)), (0, (232, 78, 92))):
        cup = [(0, 0), (-19, 2), (-17, 30), (-5, 44), (2, 36), (5, 34), (5, 44),
               (17, 30), (19, 2), (0, 0)]  # fmt: skip
        wide = 0.62 if turn else 0.8
        b.fill(
            colour, [(x + turn * 0.75 * s + px * s * wide, y + py * s) for px, py in bezier(cup)]
        )


def _basil(b: _Brush, bloom: float, lean: float) -> None:
    """A low, round bush of broad leaves."""
    b.stem([(0, 0), (0, 16), (lean * 0.5, 30), (lean * 0.6, 44)], 5, (96, 120, 70))
    x, count = lean * 0.6, 26
    b.ball((48, 104, 54), x, 46, 26)
    for n in range(count):
        a = n * 137.5
        out = 38 * math.sqrt((count - n) / count)
        at = (x + out * math.cos(math.radians(a)), 46 + out * 0.78 * math.sin(math.radians(a)))
        green = mix((52, 118, 58), (128, 178, 84), n / count)
        b.leaf((at[0] * 0.8, at[1] - 4), 19 + 7 * bloom, a + 20, green, 0.5)
    for n in range(round(5 * bloom)):
        b.ball((250, 250, 244), x - 20 + 10 * n, 82 + 6 * (n % 2), 3.4)


def _tomato(b: _Brush, bloom: float, lean: float) -> None:
    """A cane, a climbing stem, and balls of fruit."""
    b.stem([(2, 0), (2, 40), (2, 90), (2, 126)], 4, (176, 140, 92))
    b.stem([(0, 0), (-10, 40), (14 + lean * 0.2, 70), (lean * 0.3, 112)], 4.5)
    for y, turn in ((30, 160), (48, 22), (66, 156), (84, 30), (100, 150), (110, 60)):
        b.leaf((lean * 0.1, y), 33, turn, wide=0.34)
    for n, (x, y) in enumerate(((-24, 34), (25, 52), (-22, 66), (20, 84), (-12, 94))):
        r = (8 + 6 * bloom) * (1 - 0.07 * n)
        ripe = mix((150, 180, 80), (216, 54, 40), bloom)
        b.ball(ripe, x, y, r)
        b.ball(mix(ripe, (255, 236, 210), 0.55), x - r * 0.35, y + r * 0.35, r * 0.28)
        for turn in (30, 90, 150):
            b.leaf((x, y + r * 0.8), 9, turn, (64, 116, 54), 0.26)


def _daisy(b: _Brush, bloom: float, lean: float) -> None:
    """White stars with a golden eye on bare stems, leaves on the ground."""
    for turn in (12, 40, 140, 168):
        b.leaf((0, 4), 30, turn, (92, 144, 78), 0.28)
    for x, y, size in ((-24, 66, 0.85), (24, 74, 0.9), (0, 96, 1.0)):
        tip = lean * 0.7 + x
        b.stem([(x * 0.1, 0), (x * 0.3, 30), (tip * 0.9, y * 0.7), (tip, y)], 3.4)
        reach = (9 + 13 * bloom) * size
        for n in range(11):
            b.leaf((tip, y), reach, 360 / 11 * n, (252, 250, 244), 0.26)
        b.ball((240, 184, 40), tip, y, 6.4 * size)
        b.ball((255, 220, 110), tip - 1.5, y + 1.5, 3 * size)


_DRAWN: Final[dict[Species, Callable[[_Brush, float, float], None]]] = {
    Species.BASIL: _basil,
    Species.DAISY: _daisy,
    Species.LAVENDER: _lavender,
    Species.SUNFLOWER: _sunflower,
    Species.TOMATO: _tomato,
    Species.TULIP: _tulip,
}
