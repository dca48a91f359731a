"""A card to rest on: whatever may be wanted now is a button on it, for every input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pygame

from .canvas import WIDTH, Block
from .digits import DIGITS, Digits
from .hud import Button, draw_button
from .menu import Menu
from .palette import INK, PAPER
from .texts import FRAME, said

if TYPE_CHECKING:
    from games.look import Look

    from .canvas import Canvas

__all__ = ["CARD_KEYS", "PauseCard"]

CHOICES: Final = ("go_on", "pain", "unwell", "end_set")
PLACE = pygame.Rect((WIDTH - 1200) // 2, 110, 1200, 450)
TAKE = (pygame.K_RETURN, pygame.K_KP_ENTER)
FORWARD = (pygame.K_RIGHT, pygame.K_DOWN, pygame.K_TAB)
BACKWARD = (pygame.K_LEFT, pygame.K_UP)
CARD_KEYS: Final = frozenset({*TAKE, *FORWARD, *BACKWARD, *DIGITS})
"""Keys that are for the card; all others mean what they always do."""


class PauseCard:
    """To go on is in focus; nothing on it is an answer to a question.

    Args:
        now_ns: when it was opened.
    """

    def __init__(self, now_ns: int) -> None:
        self._menu = Menu.opened(len(CHOICES), now_ns, focus=0)

    def key(self, key: int, now_ns: int) -> str | None:
        """What a key chooses; None: nothing, or something that is not for the card."""
        _, number = Digits(len(CHOICES)).typed(key, now_ns)
        if number:
            return CHOICES[number - 1]
        if key in TAKE and self._menu.may_choose(now_ns):
            return self._chosen(self._menu.focus)
        if key in FORWARD or key in BACKWARD:
            self._menu = self._menu.moved(1 if key in FORWARD else -1, now_ns)
        return None

    def scanned(self, now_ns: int, control: float | None) -> str | None:
        """What a movement has taken; a false one costs a set, no answer."""
        self._menu, taken = self._menu.scanned(now_ns, control)
        return self._chosen(taken)

    def click(self, at: tuple[float, float]) -> str | None:
        """The choice at a place of the canvas."""
        hit = next((n for n, place in enumerate(_places()) if place.collidepoint(at)), None)
        return self._chosen(hit)

    def draw(self, canvas: Canvas, look: Look) -> None:
        """Draw the card and its four buttons."""
        language = look.language
        canvas.panel(PLACE, PAPER, alpha=250, edge=INK)
        blocks = [
            Block(said(FRAME, "paused", language), 44, INK),
            Block(said(FRAME, "kept", language), 30, INK, gap=8),
        ]
        canvas.column(blocks, pygame.Rect(PLACE.left + 40, PLACE.top + 22, PLACE.width - 80, 155))
        for n, (name, place) in enumerate(zip(CHOICES, _places(), strict=True)):
            button = Button(name, said(FRAME, name, language), str(n + 1), place)
            ink, fill = (PAPER, INK) if n == self._menu.focus else (INK, PAPER)
            draw_button(canvas, button, fill=fill, ink=ink, size=30)

    @staticmethod
    def _chosen(number: int | None) -> str | None:
        return None if number is None else CHOICES[number]


def _places() -> list[pygame.Rect]:
    """Two rows of two."""
    width, height, gap = 540, 96, 24
    left, top = PLACE.left + 48, PLACE.top + 190
    return [
        pygame.Rect(left + column * (width + gap), top + row * (height + gap), width, height)
        for row in range(2)
        for column in range(2)
    ]
