"""Volo's figures: a swallow and flower rings. All painted by code."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pygame

from games.scenes.colour import mix
from games.ui.paint import bezier, smooth

if TYPE_CHECKING:
    from games.scenes.colour import Colour
    from games.ui.paint import Point

    from .colours import Plumage

__all__ = ["BLOSSOM", "petal", "ring", "swallow"]

BLOSSOM: Final[Colour] = (255, 250, 240)
POLLEN: Final[Colour] = (238, 178, 40)


def swallow(flap: float, feathers: Plumage) -> pygame.Surface:
    """The flyer, heading right; `flap` from -1 (wings down) to 1 (wings up)."""
    wing, far = feathers.wing, feathers.far

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
        fill(feathers.flyer, bezier(tail))
        body = [
            (40, 93), (70, 80), (104, 74), (132, 76),
            (144, 77), (154, 80), (160, 86),
            (154, 96), (140, 103), (118, 105),
            (90, 106), (62, 100), (40, 93),
        ]  # fmt: skip
        fill(feathers.flyer, bezier(body))
        belly = [(58, 97), (86, 97), (116, 97), (138, 95), (134, 104), (92, 110), (58, 97)]
        fill(feathers.belly, bezier(belly))
        throat = [(136, 95), (144, 90), (152, 87), (156, 89), (152, 97), (144, 101), (136, 101)]
        fill(feathers.throat, bezier(throat))
        fill(feathers.flyer, [(156, 83), (171, 89), (156, 91)])
        pygame.draw.circle(surface, (250, 246, 238), (147 * scale, 84 * scale), 2.6 * scale)
        pygame.draw.circle(surface, (8, 10, 20), (147.4 * scale, 84 * scale), 1.7 * scale)
        fill(wing, feather(flap, 0))
        edge = feather(flap, 0)[:17]
        points = [(x * scale, y * scale) for x, y in edge]
        pygame.draw.lines(surface, feathers.edge, False, points, round(1.6 * scale))

    return smooth((180, 180), paint)


def ring(half_px: int, feathers: Plumage, *, low: bool) -> tuple[pygame.Surface, pygame.Surface]:
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

    far = half(math.pi / 2, 3 * math.pi / 2, feathers.shade)
    return far, half(-math.pi / 2, math.pi / 2, feathers.ring)


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
