"""The question for pain over any screen, answered by mouse, digit, or two keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from .canvas import WIDTH, Block
from .hud import Button, draw_button
from .menu import Menu
from .palette import ALERT, CREAM, INK, PAPER
from .texts import FRAME, said

if TYPE_CHECKING:
    from games.look import Look

    from .canvas import Canvas

__all__ = ["PainScale"]

ANSWERS = 11
SEVERE = 6
FORWARD = (pygame.K_RIGHT, pygame.K_UP, pygame.K_TAB)
BACKWARD = (pygame.K_LEFT, pygame.K_DOWN)
TAKE = (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE)
DIGITS = {getattr(pygame, f"K_{pad}{n}"): n for n in range(10) for pad in ("", "KP")}
SECOND_DIGIT_NS = 1_200_000_000
"""So long a 1 waits for the 0 of a 10."""


class PainScale:
    """Eleven answers, 0 to 10, one of them in focus.

    Digits answer, those of the number pad, too; a 1 waits a little, since 10 begins with it, and
    X answers 10. The arrow keys move the focus and a choosing key
    takes it, but not in the first half second. What is not for the scale, such as "I feel
    unwell", it leaves to whoever holds it.

    Args:
        now_ns: when it was opened.
    """

    def __init__(self, now_ns: int) -> None:
        self._menu = Menu.opened(ANSWERS, now_ns)
        self._one_ns: int | None = None

    def key(self, key: int, now_ns: int) -> int | None:
        """The answer that a key gives, if it gives one."""
        one_ns, self._one_ns = self._one_ns, None
        digit = DIGITS.get(key)
        if digit == 1:
            self._menu = self._menu.moved(1 - self._menu.focus, now_ns)
            self._one_ns = now_ns
            return None
        if key == pygame.K_x or (digit == 0 and one_ns is not None):
            return ANSWERS - 1
        if digit is not None:
            return digit
        if key in FORWARD:
            self._menu = self._menu.moved(1, now_ns)
        elif key in BACKWARD:
            self._menu = self._menu.moved(-1, now_ns)
        elif key in TAKE and self._menu.may_choose(now_ns):
            return self._menu.focus
        return None

    def waited(self, now_ns: int) -> int | None:
        """The 1 that no 0 has followed in time, if there is one."""
        one_ns = self._one_ns
        return 1 if one_ns is not None and now_ns - one_ns > SECOND_DIGIT_NS else None

    def click(self, at: tuple[float, float]) -> int | None:
        """The answer at a place of the canvas."""
        return next((int(b.name) for b in self.buttons() if b.place.collidepoint(at)), None)

    def draw(self, canvas: Canvas, look: Look) -> None:
        """Draw the question and its answers."""
        place = pygame.Rect(40, 200, WIDTH - 80, 370)
        canvas.panel(place, CREAM, alpha=250, edge=INK)
        ask = said(FRAME, "how_much", look.language)
        canvas.column([Block(ask, 44, INK)], pygame.Rect(80, 222, WIDTH - 160, 140))
        buttons = self.buttons()
        for n, button in enumerate(buttons):
            ink = ALERT if n >= SEVERE else INK
            if n == self._menu.focus:
                draw_button(canvas, button, fill=ink, ink=PAPER, size=40)
                x, y = button.place.centerx, button.place.top - 8
                points = [(x, y), (x - 14, y - 18), (x + 14, y - 18)]
                pygame.draw.polygon(canvas.surface, ink, points)
            else:
                draw_button(canvas, button, fill=PAPER, ink=ink, size=40)
        none, worst = said(FRAME, "none", look.language), said(FRAME, "worst", look.language)
        canvas.write(none, (buttons[0].place.left, 502), 26, INK, fit=400)
        canvas.write(worst, (buttons[-1].place.right, 502), 26, INK, anchor="topright", fit=400)

    @staticmethod
    def buttons() -> list[Button]:
        """Where the answers are."""
        width, gap = 92, 10
        left = (WIDTH - ANSWERS * width - (ANSWERS - 1) * gap) // 2
        return [
            Button(str(n), str(n), "", pygame.Rect(left + n * (width + gap), 380, width, 104))
            for n in range(ANSWERS)
        ]
