"""How a postcard lies on a page: the picture on its left, the words and a stamp on its right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pygame

from games.scenes.colour import mix
from games.ui.canvas import WIDTH, Block
from games.ui.paint import smooth
from games.ui.palette import CREAM, INK, PAPER

if TYPE_CHECKING:
    from games.ui.canvas import Canvas
    from games.ui.paint import Colour

    from .postcard import Postcard

__all__ = ["draw_postcard"]

PLACE: Final = pygame.Rect(70, 22, WIDTH - 140, 466)
EDGE: Final[Colour] = (214, 200, 168)
LINE: Final[Colour] = (176, 164, 140)
STAMP: Final = (84, 100)
SIZES: Final = (52, 46, 40, 34)
ROOM: Final = 290
LARGE_LETTERS: Final = 1.3
LONGEST_WORD: Final = 18
"""A longer one is broken, or it would leave the card."""
SKY: Final[Colour] = (120, 176, 204)
SUN: Final[Colour] = (246, 190, 84)
HILL: Final[Colour] = (74, 122, 86)


def draw_postcard(canvas: Canvas, card: Postcard) -> None:
    """The whole card."""
    shadow = pygame.Surface(PLACE.size, pygame.SRCALPHA)
    shadow.fill((40, 34, 24, 46))
    canvas.surface.blit(shadow, PLACE.move(8, 9))
    pygame.draw.rect(canvas.surface, PAPER, PLACE)
    pygame.draw.rect(canvas.surface, EDGE, PLACE, 2)
    words = PLACE.inflate(-56, -40)
    picture = None if card.picture is None else _loaded(card)
    if picture is not None:
        large = canvas.text_scale > LARGE_LETTERS
        window = pygame.Rect(PLACE.left + 22, PLACE.top + 22, 330 if large else 560, 422)
        _draw_picture(canvas.surface, picture, window)
        left = window.right + 24
        pygame.draw.line(canvas.surface, LINE, (left, PLACE.top + 30), (left, PLACE.bottom - 30), 2)
        words = pygame.Rect(left + 22, words.top, PLACE.right - left - 44, words.height)
    stamp = _stamp()
    canvas.surface.blit(stamp, stamp.get_rect(topright=(words.right, words.top)))
    name = pygame.Rect(words.left, words.top, words.width - STAMP[0] - 16, STAMP[1])
    canvas.write_within(card.sender, name, 42, INK)
    below = pygame.Rect(words.left, name.bottom + 16, words.width, words.bottom - name.bottom - 16)
    text = " ".join(_parted(word) for word in card.text.split())
    # Few words stand larger.
    sizes = (s for s in SIZES if canvas.height_of([Block(text, s, INK)], below.width) <= ROOM)
    block = Block(text, next(sizes, SIZES[-1]), INK)
    high = canvas.height_of([block], below.width)
    below.top += max(0, below.height - high) // 3
    below.height = words.bottom - below.top
    canvas.column([block], below)


def _loaded(card: Postcard) -> pygame.Surface | None:
    """The picture; None where its file is gone or damaged: the words are shown all the same."""
    try:
        return pygame.image.load(str(card.picture))
    except (pygame.error, OSError):
        return None


def _draw_picture(surface: pygame.Surface, picture: pygame.Surface, window: pygame.Rect) -> None:
    share = min(window.width / picture.get_width(), window.height / picture.get_height())
    size = (max(1, round(picture.get_width() * share)), max(1, round(picture.get_height() * share)))
    shown = pygame.transform.smoothscale(picture.convert(), size)
    place = shown.get_rect(center=window.center)
    pygame.draw.rect(surface, CREAM, place.inflate(10, 10))
    pygame.draw.rect(surface, EDGE, place.inflate(10, 10), 1)
    surface.blit(shown, place)


def _parted(word: str) -> str:
    return " ".join(word[n : n + LONGEST_WORD] for n in range(0, len(word), LONGEST_WORD))


def _stamp() -> pygame.Surface:
    """A stamp with teeth: a hill, the sun, and the way."""

    def paint(surface: pygame.Surface, k: float) -> None:
        width, height = STAMP[0] * k, STAMP[1] * k
        pygame.draw.rect(surface, CREAM, (4 * k, 4 * k, width - 8 * k, height - 8 * k))
        for n in range(9):
            for y in (4, STAMP[1] - 4):
                pygame.draw.circle(surface, CREAM, ((4 + n * 9.5) * k, y * k), 3.2 * k)
        for n in range(11):
            for x in (4, STAMP[0] - 4):
                pygame.draw.circle(surface, CREAM, (x * k, (4 + n * 9.2) * k), 3.2 * k)
        inside = pygame.Rect(round(11 * k), round(11 * k), round(62 * k), round(78 * k))
        pygame.draw.rect(surface, SKY, inside)
        pygame.draw.circle(surface, SUN, (56 * k, 34 * k), 10 * k)
        for points, colour in (
            ([(11, 66), (30, 46), (50, 60), (73, 50), (73, 89), (11, 89)], mix(HILL, SKY, 0.4)),
            ([(11, 74), (34, 64), (56, 72), (73, 66), (73, 89), (11, 89)], HILL),
            ([(40, 89), (44, 78), (38, 70), (41, 69), (49, 78), (48, 89)], CREAM),
        ):
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

    return smooth(STAMP, paint)
