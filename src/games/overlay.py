"""Panels over a game: waiting, paused, the pain scale, the ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from .canvas import HEIGHT, WIDTH, Block
from .hud import Button, draw_button
from .palette import ALERT, CREAM, INK, PAPER
from .texts import FRAME, said

if TYPE_CHECKING:
    from .canvas import Canvas
    from .look import Look

__all__ = ["banner", "card", "pain_buttons", "pain_scale"]


def banner(canvas: Canvas, text: str) -> None:
    """A line or two in a panel, low enough not to hide the player."""
    large = canvas.text_scale > 1.3
    place = pygame.Rect(0, 0, 1160 if large else 1040, 200 if large else 116)
    place.midtop = (WIDTH // 2, 130 if large else 104)
    canvas.panel(place, PAPER, alpha=236, edge=INK)
    _centred(canvas, [Block(text, 32, INK)], place.inflate(-60, -28))


def card(canvas: Canvas, title: str, lines: list[str], *, foot: str = "") -> None:
    """A card in the middle: a title, some lines, a small foot."""
    place = pygame.Rect(0, 0, 1000, 440)
    place.center = (WIDTH // 2, HEIGHT // 2 - 30)
    canvas.panel(place, PAPER, alpha=244, edge=INK)
    blocks = [Block(title, 52, INK), *(Block(line, 32, INK, gap=14) for line in lines)]
    _centred(canvas, blocks, pygame.Rect(place.left + 40, place.top + 34, 920, 330))
    if foot:
        canvas.write(foot, (place.centerx, place.bottom - 20), 26, INK, anchor="midbottom", fit=900)


def _centred(canvas: Canvas, blocks: list[Block], room: pygame.Rect) -> None:
    """Blocks in the middle of their room."""
    spare = max(0, room.height - canvas.height_of(blocks, room.width))
    canvas.column(blocks, pygame.Rect(room.left, room.top + spare // 2, room.width, room.height))


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
    canvas.column([Block(ask, 44, INK)], pygame.Rect(80, 222, WIDTH - 160, 140))
    buttons = pain_buttons()
    for button in buttons:
        ink = ALERT if int(button.name) >= 6 else INK
        draw_button(canvas, button, fill=PAPER, ink=ink, size=40)
    none, worst = said(FRAME, "none", look.language), said(FRAME, "worst", look.language)
    canvas.write(none, (buttons[0].place.left, 502), 26, INK, fit=400)
    canvas.write(worst, (buttons[-1].place.right, 502), 26, INK, anchor="topright", fit=400)
