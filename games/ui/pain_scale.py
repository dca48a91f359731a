"""The question for pain over any screen: the one scale, answered by mouse, digit, or two keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import pygame

from therapy.session.questions import PAIN, PAIN_ENDS

from .canvas import WIDTH, Block
from .digits import Digits
from .hud import Button, draw_button
from .menu import Menu
from .palette import ALERT, CREAM, INK, PAPER
from .texts import FRAME, said

if TYPE_CHECKING:
    from games.look import Look

    from .canvas import Canvas

__all__ = ["BACK", "PainScale"]

ANSWERS = 11
SEVERE = 6
BACK: Final = "back"
"""The scale was closed without an answer."""
FORWARD = (pygame.K_RIGHT, pygame.K_UP, pygame.K_TAB, pygame.K_SPACE)
BACKWARD = (pygame.K_LEFT, pygame.K_DOWN)
TAKE = (pygame.K_RETURN, pygame.K_KP_ENTER)
LEAVE = (pygame.K_ESCAPE, pygame.K_BACKSPACE, pygame.K_b)

Answer: TypeAlias = "int | str | None"


class PainScale:
    """Eleven answers, 0 to 10, and a way back; nothing is preselected.

    Digits answer; a 1 waits a little, since 10 begins with it, and X answers 10. The arrow keys
    move a focus and Enter takes it, but not in the first half second. With scanning the focus
    wanders, and what a movement takes is asked again. What is not for the scale, such as "I feel
    unwell", it leaves to whoever holds it.

    Args:
        now_ns: when it was opened.
        heeds_at_once: False: digits and clicks answer nothing in the first half second, since the
            press that opened it, made twice by a trembling hand, would be an answer here.
    """

    def __init__(self, now_ns: int, *, heeds_at_once: bool = True) -> None:
        self._heeds_at_once = heeds_at_once
        self._menu = Menu.opened(ANSWERS + 1, now_ns)
        self._digits = Digits(ANSWERS - 1)
        self._moved: int | None = None

    def key(self, key: int, now_ns: int) -> Answer:
        """The answer that a key gives, if it gives one; `BACK` closes the scale."""
        if key in LEAVE:
            self._digits = Digits(ANSWERS - 1)
            return BACK
        if self._heeds(now_ns):
            self._digits, number = self._digits.typed(key, now_ns)
            if number is not None:
                return number
        if key in FORWARD:
            self._menu = self._menu.moved(1, now_ns)
        elif key in BACKWARD:
            self._menu = self._menu.moved(-1, now_ns)
        elif key in TAKE and self._menu.may_choose(now_ns):
            return self._meant(self._menu.focus)
        return None

    def waited(self, now_ns: int) -> Answer:
        """The 1 that no 0 has followed in time, if there is one."""
        self._digits, number = self._digits.waited(now_ns)
        return number

    def scanned(self, now_ns: int, control: float | None) -> Answer:
        """What a movement has answered twice: once chosen, once more to confirm it."""
        self._menu, taken = self._menu.scanned(now_ns, control)
        if taken is None:
            return None
        if taken in (ANSWERS, self._moved):
            return self._meant(taken)
        self._moved = taken
        self._menu = Menu.opened(ANSWERS + 1, now_ns, focus=taken)
        return None

    def click(self, at: tuple[float, float], now_ns: int) -> Answer:
        """The answer at a place of the canvas."""
        if not self._heeds(now_ns):
            return None
        hit = next((n for n, b in enumerate(self.buttons()) if b.place.collidepoint(at)), None)
        return self._meant(hit)

    def draw(self, canvas: Canvas, look: Look) -> None:
        """Draw the question and its answers."""
        language = look.language
        place = pygame.Rect(40, 130, WIDTH - 80, 480)
        canvas.panel(place, CREAM, alpha=250, edge=INK)
        asks = [Block(PAIN.text(language), 42, INK)]
        if self._moved is not None:
            again = said(FRAME, "again", language, answer=self._moved)
            asks.append(Block(again, 30, ALERT, gap=6))
        canvas.column(asks, pygame.Rect(80, 146, WIDTH - 160, 150))
        buttons = self.buttons()
        for n, button in enumerate(buttons):
            shown = (
                button
                if n < ANSWERS
                else Button(BACK, said(FRAME, BACK, language), "B", button.place)
            )
            ink = ALERT if SEVERE <= n < ANSWERS else INK
            size = 40 if n < ANSWERS else 28
            if n == self._menu.focus:
                draw_button(canvas, shown, fill=ink, ink=PAPER, size=size)
                x, y = button.place.centerx, button.place.top - 8
                points = [(x, y), (x - 14, y - 18), (x + 14, y - 18)]
                pygame.draw.polygon(canvas.surface, ink, points)
            else:
                draw_button(canvas, shown, fill=PAPER, ink=ink, size=size)
        none, worst = (end.text(language) for end in PAIN_ENDS)
        canvas.write(none, (buttons[0].place.left, 438), 26, INK, fit=330)
        right = buttons[ANSWERS - 1].place.right
        canvas.write(worst, (right, 438), 26, INK, anchor="topright", fit=720)

    @staticmethod
    def buttons() -> list[Button]:
        """Where the answers are, and last the way back."""
        width, gap = 92, 10
        left = (WIDTH - ANSWERS * width - (ANSWERS - 1) * gap) // 2
        answers = [
            Button(str(n), str(n), "", pygame.Rect(left + n * (width + gap), 318, width, 104))
            for n in range(ANSWERS)
        ]
        return [*answers, Button(BACK, BACK, "", pygame.Rect((WIDTH - 360) // 2, 510, 360, 80))]

    def _heeds(self, now_ns: int) -> bool:
        return self._heeds_at_once or self._menu.may_choose(now_ns)

    @staticmethod
    def _meant(number: int | None) -> Answer:
        return BACK if number == ANSWERS else number
