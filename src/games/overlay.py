"""Panels over a game: waiting, paused, the pain scale, the ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from .canvas import HEIGHT, WIDTH
from .hud import Button, draw_button
from .palette import ALERT, CREAM, INK, PAPER
from .texts import FRAME, said

if TYPE_CHECKING:
    from .canvas import Canvas
    from .look import Look

__all__ = ["banner", "card", "pain_buttons", "pain_scale"]


def banner(canvas: Canvas, text: str) -> None:
    """A line in a panel, low enough not to hide the player."""
    lines = canvas.lines(text, 32, 980)
    height = round(len(lines) * 48 * canvas.text_scale + 32)
    place = pygame.Rect(0, 0, 1040, height)
    place.midtop = (WIDTH // 2, 96)
    canvas.panel(place, PAPER, alpha=236, edge=INK)
    canvas.paragraph(text, (place.centerx, place.top + 18), 32, INK, 980)


def card(canvas: Canvas, title: str, lines: list[str], *, foot: str = "") -> None:
    """A card in the middle: a title, some lines, a small foot."""
    place = pygame.Rect(0, 0, 940, 400)
    place.center = (WIDTH // 2, HEIGHT // 2 - 30)
    canvas.panel(place, PAPER, alpha=244, edge=INK)
    y = canvas.paragraph(title, (place.centerx, place.top + 34), 56, INK, 860) + 22
    for line in lines:
        y = canvas.paragraph(line, (place.centerx, y), 32, INK, 840) + 12
    if foot:
        canvas.write(foot, (place.centerx, place.bottom - 24), 26, INK, anchor="midbottom")


def pain_buttons() -> list[Button]:
    """Eleven buttons, 0 to 10; digits press 0 to 9, X presses 10."""
    width, gap = 92, 10
    left = (WIDTH - 11 * width - 10 * gap) // 2
    return [
        Button(
            str(n),
            str(n),
            "",
            pygame.Rect(left + n * (width + gap), 380, width, 104),
        )
        for n in range(11)
    ]


def pain_scale(canvas: Canvas, look: Look) -> None:
    """Ask for the pain, 0 to 10."""
    place = pygame.Rect(40, 200, WIDTH - 80, 370)
    canvas.panel(place, CREAM, alpha=250, edge=INK)
    ask = said(FRAME, "how_much", look.language)
    canvas.paragraph(ask, (WIDTH // 2, 238), 44, INK, 1100)
    buttons = pain_buttons()
    for button in buttons:
        draw_button(canvas, button, fill=PAPER, ink=ALERT if int(button.name) >= 6 else INK)
    none, worst = said(FRAME, "none", look.language), said(FRAME, "worst", look.language)
    canvas.write(none, (buttons[0].place.left, 502), 26, INK)
    canvas.write(worst, (buttons[-1].place.right, 502), 26, INK, anchor="topright")
