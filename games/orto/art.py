"""Orto's things: the watering can, the beds with their signs, the card."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pygame

from games.scenes.colour import mix
from games.ui.paint import bezier, smooth, soft_disc
from games.ui.palette import INK, PAPER

from .colours import LIT

if TYPE_CHECKING:
    from games.scenes.colour import Colour
    from games.ui.paint import Point

    from .colours import OrtoColours

__all__ = [
    "BED_TALL",
    "SPOUT",
    "bed",
    "card_back",
    "card_front",
    "glow_of",
    "lit_rim",
    "watering_can",
]

BED_TALL: Final = 96
SPOUT: Final = (-66, -6)
"""Where the rose is, from the can's middle, when it is held level."""


def watering_can(colours: OrtoColours, degrees: float) -> pygame.Surface:
    """The can, its spout to the left, tipped by so many degrees; its middle is the picture's."""
    can, gleam, shade = colours.can, colours.gleam, colours.shade

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        def stroke(colour: Colour, points: list[Point], wide: float) -> None:
            for x, y in bezier(points, 40):
                pygame.draw.circle(surface, colour, (x * k, y * k), wide * k / 2)

        stroke(shade, [(112, 62), (160, 44), (158, 100), (114, 104)], 8)
        stroke(can, [(78, 58), (78, 22), (116, 22), (116, 58)], 7)
        fill(can, [(76, 84), (76, 100), (24, 66), (28, 56)])
        fill(gleam, [(76, 84), (76, 88), (26, 60), (28, 56)])
        fill(shade, [(34, 50), (16, 74), (10, 70), (28, 46)])
        body = [(72, 58), (90, 50), (104, 50), (122, 58), (126, 90), (126, 100), (122, 118),
                (104, 124), (90, 124), (72, 118), (68, 100), (68, 90), (72, 58)]  # fmt: skip
        fill(can, bezier(body))
        fill(gleam, bezier([(76, 62), (73, 80), (73, 96), (76, 112), (82, 112), (80, 96), (80, 62),
                            (79, 60), (78, 60), (76, 62)]))  # fmt: skip
        fill(shade, bezier([(110, 58), (118, 80), (118, 100), (112, 121), (120, 116), (124, 90),
                            (121, 59), (118, 58), (114, 57), (110, 58)]))  # fmt: skip
        pygame.draw.ellipse(surface, shade, (72 * k, 52 * k, 50 * k, 12 * k))
        fill(gleam, [(70, 74), (125, 74), (125, 77), (70, 77)])

    return pygame.transform.rotozoom(smooth((172, 144), paint), degrees, 0.86)


def bed(colours: OrtoColours, wide: int) -> pygame.Surface:
    """A long pot with a rolled rim, soil, and a band of pattern; its soil is at y = 10."""

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        pygame.draw.ellipse(surface, colours.soil, (8 * k, 0, (wide - 16) * k, 26 * k))
        low = BED_TALL - 4
        fill(
            colours.clay,
            bezier(
                [
                    (10, 14),
                    (12, 50),
                    (20, low - 10),
                    (34, low),
                    (80, low),
                    (wide - 80, low),
                    (wide - 34, low),
                    (wide - 20, low - 10),
                    (wide - 12, 50),
                    (wide - 10, 14),
                ]
            ),
        )
        fill(colours.deep, bezier([(wide - 60, 14), (wide - 58, 50), (wide - 62, low - 8),
                                   (wide - 76, low), (wide - 60, low), (wide - 44, low),
                                   (wide - 34, low), (wide - 20, low - 10), (wide - 12, 50),
                                   (wide - 10, 14), (wide - 30, 14), (wide - 40, 14),
                                   (wide - 60, 14)]))  # fmt: skip
        rim = pygame.Rect(0, 10 * k, wide * k, 20 * k)
        pygame.draw.rect(surface, colours.rim, rim, border_radius=round(10 * k))
        under = pygame.Rect(4 * k, 25 * k, (wide - 8) * k, 5 * k)
        pygame.draw.rect(surface, colours.deep, under, border_radius=round(2 * k))
        for n in range(wide // 14):
            x = 9 + n * 14
            pygame.draw.circle(surface, colours.band, (x * k, 18 * k), 2.6 * k)

    made = smooth((wide, BED_TALL), paint)
    back = pygame.Surface(made.get_size(), pygame.SRCALPHA)
    back.blit(made, (0, 0))
    return back


def lit_rim(wide: int) -> pygame.Surface:
    """What a lit bed has around it: a pale line with a dark edge, and rays at both ends."""
    margin = 34

    def paint(surface: pygame.Surface, k: float) -> None:
        for colour, grow, width in ((INK, 3, 13), (LIT, 0, 7)):
            place = pygame.Rect(0, 0, (wide + 16 + 2 * grow) * k, (BED_TALL + 4 + 2 * grow) * k)
            place.center = (round((wide / 2 + margin) * k), round((BED_TALL / 2 + margin + 4) * k))
            pygame.draw.rect(surface, colour, place, round(width * k), border_radius=round(20 * k))
        for side in (-1, 1):
            for turn in (-34, 0, 34):
                a = math.radians(turn)
                x0 = wide / 2 + margin + side * (wide / 2 + 13)
                y0 = BED_TALL / 2 + margin + 4 + 22 * math.sin(a)
                tip = (x0 + side * 18 * math.cos(a), y0 + 18 * math.sin(a))
                for colour, width in ((INK, 9), (LIT, 5)):
                    ends = ((x0 * k, y0 * k), (tip[0] * k, tip[1] * k))
                    pygame.draw.line(surface, colour, *ends, round(width * k))

    return smooth((wide + 2 * margin, BED_TALL + 2 * margin + 8), paint)


def glow_of(wide: int) -> pygame.Surface:
    """The light that lies over a lit bed."""
    return pygame.transform.smoothscale(soft_disc(200, LIT, 150), (wide + 180, 380))


def card_front(size: tuple[int, int], plants: list[pygame.Surface]) -> pygame.Surface:
    """A card of paper with one plant, or two in their order; words are written later."""
    wide, tall = size

    def paint(surface: pygame.Surface, k: float) -> None:
        place = surface.get_rect()
        pygame.draw.rect(surface, INK, place, border_radius=round(18 * k))
        inside = place.inflate(-8 * k, -8 * k)
        pygame.draw.rect(surface, PAPER, inside, border_radius=round(14 * k))

    made = smooth(size, paint)
    for n, picture in enumerate(plants):
        room = (wide - 24) // len(plants)
        scale = min(room / picture.get_width(), (tall - 84) / picture.get_height())
        shown = pygame.transform.rotozoom(picture, 0, scale)
        foot = (12 + room * n + room // 2, tall - 66)
        made.blit(shown, shown.get_rect(midbottom=foot))
    return made


def card_back(size: tuple[int, int]) -> pygame.Surface:
    """The same card face down: a lattice of leaves, nothing of its plant."""

    def paint(surface: pygame.Surface, k: float) -> None:
        place = surface.get_rect()
        pygame.draw.rect(surface, INK, place, border_radius=round(18 * k))
        inside = place.inflate(-8 * k, -8 * k)
        pygame.draw.rect(surface, (38, 92, 84), inside, border_radius=round(14 * k))
        inner = inside.inflate(-18 * k, -18 * k)
        pygame.draw.rect(surface, (214, 226, 200), inner, round(2 * k), border_radius=round(9 * k))
        for row in range(7):
            for column in range(5):
                x = inner.left + (column + 0.5 + 0.5 * (row % 2)) * inner.width / 5.5
                y = inner.top + (row + 0.7) * inner.height / 7.4
                shape = ((0, -9), (7, -3), (5, 6), (0, 10), (-5, 6), (-7, -3), (0, -9))
                leaf = [(x + u * k, y + v * k) for u, v in shape]
                pygame.draw.polygon(surface, mix((38, 92, 84), (190, 214, 170), 0.55), bezier(leaf))

    return smooth(size, paint)
