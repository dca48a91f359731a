"""Volo's pictures: a swallow, flower rings, and Tuscan hills at daybreak. All painted by code."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Final

import pygame

from games.ui.canvas import HEIGHT, WIDTH
from games.ui.paint import (
    bezier,
    glow,
    gradient,
    mix,
    ridge,
    shaded,
    smooth,
    soft_disc,
)

from .colours import FLYER, RING, SKY

if TYPE_CHECKING:
    from games.ui.paint import Colour, Point

__all__ = ["WRAP", "Scenery", "petal", "ring", "swallow"]

BLOSSOM: Final[Colour] = (255, 250, 240)
POLLEN: Final[Colour] = (238, 178, 40)
WRAP: Final = 2560
"""Pixels after which the hills repeat."""


def swallow(flap: float) -> pygame.Surface:
    """The flyer, heading right; `flap` from -1 (wings down) to 1 (wings up)."""
    wing, far = (30, 42, 84), (66, 82, 128)

    def feather(flap: float, shift: float) -> list[Point]:
        tip = (58 + 14 * abs(flap) + shift, 92 - 74 * flap)
        bend = (96 + shift, 88 - 60 * flap)
        front, rear = (126 + shift, 84), (84 + shift, 92)
        trail = (82 + shift, 92 - 30 * flap)
        return bezier([front, (118 + shift, 84 - 34 * flap), bend, tip, trail, rear, rear])

    def paint(surface: pygame.Surface, scale: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * scale, y * scale) for x, y in points])

        fill(far, feather(flap * 0.86 + 0.08, 12))
        tail = [(60, 92), (44, 88), (24, 78), (2, 72), (26, 86), (40, 92), (50, 95)]
        fill(wing, bezier(tail))
        tail = [(60, 94), (44, 96), (26, 104), (4, 112), (30, 104), (46, 100), (62, 98)]
        fill(FLYER, bezier(tail))
        body = [
            (40, 93), (70, 80), (104, 74), (132, 76),
            (144, 77), (154, 80), (160, 86),
            (154, 96), (140, 103), (118, 105),
            (90, 106), (62, 100), (40, 93),
        ]  # fmt: skip
        fill(FLYER, bezier(body))
        belly = [(58, 97), (86, 97), (116, 97), (138, 95), (134, 104), (92, 110), (58, 97)]
        fill((250, 244, 230), bezier(belly))
        throat = [(136, 95), (144, 90), (152, 87), (156, 89), (152, 97), (144, 101), (136, 101)]
        fill((188, 74, 36), bezier(throat))
        fill(FLYER, [(156, 83), (171, 89), (156, 91)])
        pygame.draw.circle(surface, (250, 246, 238), (147 * scale, 84 * scale), 2.6 * scale)
        pygame.draw.circle(surface, (8, 10, 20), (147.4 * scale, 84 * scale), 1.7 * scale)
        fill(wing, feather(flap, 0))
        edge = feather(flap, 0)[:17]
        points = [(x * scale, y * scale) for x, y in edge]
        pygame.draw.lines(surface, (96, 116, 170), False, points, round(1.6 * scale))

    return smooth((180, 180), paint)


def ring(half_px: int, *, low: bool) -> tuple[pygame.Surface, pygame.Surface]:
    """The far and the near half of a ring whose opening is `2 * half_px` high."""
    band = 13
    tall, wide = half_px + band, round((half_px + band) * 0.42) + band // 2
    size = (2 * wide + 44, 2 * tall + 44)
    middle = (size[0] / 2, size[1] / 2)

    def arc(grow: float, start: float, end: float) -> list[Point]:
        turns = [start + (end - start) * n / 48 for n in range(49)]
        return [
            (
                middle[0] + (wide + grow * 0.75) * math.cos(a),
                middle[1] + (tall - band / 2 + grow) * math.sin(a),
            )
            for a in turns
        ]

    def half(start: float, end: float, colour: Colour) -> pygame.Surface:
        def paint(surface: pygame.Surface, scale: float) -> None:
            for grow, width, shade in ((0.0, band, colour), (2.0, 3.0, mix(colour, BLOSSOM, 0.55))):
                outer, inner = arc(grow + width / 2, start, end), arc(grow - width / 2, start, end)
                points = [(x * scale, y * scale) for x, y in outer + inner[::-1]]
                pygame.draw.polygon(surface, shade, points)
            count = 3 if low else 5
            for n in range(count):
                x, y = arc(0, start, end)[round(48 * (n + 0.5) / count)]
                _flower(surface, (x * scale, y * scale), scale * (0.8 if low else 1.0), n)

        return smooth(size, paint)

    far = half(math.pi / 2, 3 * math.pi / 2, mix(RING, (20, 60, 110), 0.35))
    return far, half(-math.pi / 2, math.pi / 2, RING)


def petal(turn: int) -> pygame.Surface:
    """One drifting petal, `turn` 0..5."""

    def paint(surface: pygame.Surface, scale: float) -> None:
        shape = [(2, 9), (4, 2), (12, 0), (17, 7), (14, 13), (7, 15), (2, 9)]
        points = [(x * scale, y * scale) for x, y in bezier(shape)]
        pygame.draw.polygon(surface, (255, 255, 255), points)
        pygame.draw.polygon(surface, (206, 100, 84), points, round(1.4 * scale))

    return pygame.transform.rotozoom(smooth((20, 18), paint), turn * 60, 1.0)


def _flower(surface: pygame.Surface, at: Point, scale: float, turn: int) -> None:
    for n in range(5):
        a = 2 * math.pi * n / 5 + turn
        centre = (at[0] + 6.5 * scale * math.cos(a), at[1] + 6.5 * scale * math.sin(a))
        pygame.draw.circle(surface, (196, 130, 120), centre, 6.2 * scale)
        pygame.draw.circle(surface, BLOSSOM, centre, 5.2 * scale)
    pygame.draw.circle(surface, POLLEN, at, 4.4 * scale)


class Scenery:
    """Sky, sun, clouds and four lines of hills, each with its own pace."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(f"hills {seed}")
        self.sky = _sky().convert()
        self.clouds = [_cloud(rng).convert_alpha() for _ in range(4)]
        self._cloud_at = [
            (rng.uniform(0, 1700), rng.uniform(20, 300), rng.uniform(0.25, 0.5)) for _ in range(7)
        ]
        self.hills = [(layer.convert_alpha(), pace, top) for layer, pace, top in _hills(rng)]

    def draw(self, surface: pygame.Surface, metres: float) -> None:
        """Draw it all as seen after `metres` of flight."""
        surface.blit(self.sky, (0, 0))
        for i, (x, y, pace) in enumerate(self._cloud_at):
            at = (x - metres * 16 * pace) % 1780 - 480
            surface.blit(self.clouds[i % len(self.clouds)], (round(at), round(y)))
        for layer, pace, top in self.hills:
            shift = -round(metres * 60 * pace) % WRAP
            surface.blit(layer, (shift, top))
            surface.blit(layer, (shift - WRAP, top))


def _sky() -> pygame.Surface:
    sky = gradient((WIDTH, HEIGHT), [*SKY, (1.0, (255, 222, 186))])
    sun = (950, 400)
    for radius, colour, alpha in (
        (620, (255, 244, 206), 150),
        (280, (255, 246, 214), 170),
        (120, (255, 250, 226), 150),
    ):
        sky.blit(soft_disc(radius, colour, alpha), (sun[0] - radius, sun[1] - radius))

    def disc(surface: pygame.Surface, k: float) -> None:
        pygame.draw.circle(surface, (255, 253, 240), (70 * k, 70 * k), 54 * k)

    sky.blit(smooth((140, 140), disc), (sun[0] - 70, sun[1] - 70))
    return sky


def _cloud(rng: random.Random) -> pygame.Surface:
    width, height = rng.randint(300, 470), rng.randint(70, 110)
    cloud = pygame.Surface((width, height * 2), pygame.SRCALPHA)
    cloud.fill((255, 255, 255, 0))
    for _ in range(16):
        w, h = rng.randint(90, 190), rng.randint(34, 70)
        x = rng.gauss(width / 2, width / 6)
        y = height * 1.15 - abs(rng.gauss(0, height / 4)) - 0.0008 * (x - width / 2) ** 2
        cloud.blit(glow((w, h), (255, 255, 255), 105), (x - w / 2, y - h / 2))
    for _ in range(4):
        w = rng.randint(150, 240)
        x = rng.gauss(width / 2, width / 9)
        cloud.blit(glow((w, 64), (236, 218, 214), 46), (x - w / 2, height * 1.15))
    return cloud


def _hills(rng: random.Random) -> list[tuple[pygame.Surface, float, int]]:
    def phase() -> float:
        return rng.uniform(0, 6.28)

    far = ridge(WRAP, 150, [(2, 34, phase()), (5, 22, phase()), (9, 8, phase())])
    middle = ridge(WRAP, 120, [(3, 30, phase()), (4, 22, phase()), (11, 5, phase())])
    near = ridge(WRAP, 96, [(2, 26, phase()), (5, 20, phase()), (7, 8, phase())])
    meadow = ridge(WRAP, 84, [(3, 12, phase()), (5, 8, phase())])
    layers = [
        (shaded(far, 300, (176, 196, 216), (224, 224, 220)), 0.06, 420),
        (shaded(middle, 260, (146, 178, 186), (206, 218, 200)), 0.14, 460),
        (shaded(near, 240, (112, 152, 118), (170, 190, 140)), 0.3, 480),
        (shaded(meadow, 150, (70, 118, 74), (44, 88, 58)), 0.8, 570),
    ]
    _village(layers[1][0], middle, 620)
    for _ in range(26):
        x = rng.randrange(WRAP)
        _cypress(layers[1][0], x, 260 - middle[x], rng.uniform(14, 24), (96, 134, 130))
    for cluster in range(7):
        start = rng.randrange(WRAP)
        for n in range(rng.randint(2, 6)):
            x = (start + n * rng.randint(16, 30)) % WRAP
            height = rng.uniform(44, 72) - 4 * (cluster % 3)
            _cypress(layers[2][0], x, 240 - near[x], height, (48, 92, 70))
    _vineyard(layers[2][0], near, rng)
    _poppies(layers[3][0], meadow, rng)
    return layers


def _cypress(layer: pygame.Surface, x: int, ground: float, height: float, colour: Colour) -> None:
    width = max(6, round(height * 0.24))
    tall = round(height)

    def paint(surface: pygame.Surface, k: float) -> None:
        half, base = width * k / 2, tall * k
        left = bezier([(half, 0), (half * 0.5, base * 0.3), (0, base * 0.6), (half * 0.5, base)])
        right = bezier(
            [(half * 1.5, base), (2 * half, base * 0.6), (1.5 * half, base * 0.3), (half, 0)]
        )
        pygame.draw.polygon(surface, colour, left + right)
        lit = bezier(
            [
                (half, base * 0.06),
                (1.4 * half, base * 0.3),
                (1.9 * half, base * 0.6),
                (half * 1.4, base),
            ]
        )
        pygame.draw.polygon(surface, mix(colour, (255, 236, 190), 0.28), [*lit, (half * 1.1, base)])

    tree = smooth((width, tall), paint)
    layer.blit(tree, (x - width // 2, round(ground) - tall + 4))


def _village(layer: pygame.Surface, heights: object, x: int) -> None:
    wall, shade, roof = (206, 192, 176), (168, 160, 158), (176, 128, 108)
    ground = round(layer.get_height() - float(heights[x + 60]))  # type: ignore[index]

    def paint(surface: pygame.Surface, k: float) -> None:
        def box(left: float, top: float, width: float, height: float, colour: Colour) -> None:
            place = pygame.Rect(left * k, top * k, width * k, height * k)
            pygame.draw.rect(surface, colour, place)

        def gable(left: float, top: float, width: float, rise: float) -> None:
            points = [(left - 2, top), (left + width / 2, top - rise), (left + width + 2, top)]
            pygame.draw.polygon(surface, roof, [(px * k, py * k) for px, py in points])

        for left, top, width in ((4, 44, 26), (34, 38, 22), (84, 40, 30), (118, 46, 24)):
            box(left, top, width, 60, wall)
            box(left, top, width * 0.4, 60, shade)
            gable(left, top, width, 9)
            box(left + width * 0.6, top + 9, 3, 5, (120, 112, 116))
        box(62, 12, 15, 80, wall)
        box(62, 12, 6, 80, shade)
        gable(62, 12, 15, 11)
        box(67, 19, 5, 8, (110, 104, 112))
        for n in range(15):
            centre = ((n * 10 + 4) * k, (84 - 5 * (n % 3)) * k)
            pygame.draw.circle(surface, ((138, 168, 152), (122, 154, 146))[n % 2], centre, 11 * k)

    layer.blit(smooth((150, 90), paint), (x, ground - 58))


def _vineyard(layer: pygame.Surface, heights: object, rng: random.Random) -> None:
    depth = layer.get_height()
    for _ in range(3):
        start = rng.randrange(WRAP - 420)
        for row in range(9):
            points = []
            for n in range(24):
                x = start + row * 16 + n * (6 + row * 0.4)
                crest = depth - float(heights[int(x) % WRAP])  # type: ignore[index]
                points.append((x, crest + 14 + row * 8 + n * 1.1))
            pygame.draw.aalines(layer, (92, 134, 96), False, points)


def _poppies(layer: pygame.Surface, heights: object, rng: random.Random) -> None:
    depth = layer.get_height()
    for _ in range(900):
        x = rng.randrange(WRAP)
        y = depth - float(heights[x]) + rng.uniform(1, 60)  # type: ignore[index]
        tall = 3 + (y - depth + float(heights[x])) * 0.1  # type: ignore[index]
        colour = mix((92, 144, 84), (52, 104, 62), rng.random())
        pygame.draw.aaline(layer, colour, (x, y), (x + rng.uniform(-3, 3), y - tall - 4))
    for _ in range(120):
        x = rng.randrange(WRAP)
        y = depth - float(heights[x]) + rng.uniform(4, 50)  # type: ignore[index]
        size = 2 + (y - depth + float(heights[x])) * 0.05  # type: ignore[index]
        pygame.draw.circle(
            layer, rng.choice(((214, 84, 60), (250, 244, 232), (240, 200, 90))), (x, y), size
        )
