"""Panels over a game: waiting, paused, the ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from .canvas import HEIGHT, WIDTH, Block
from .palette import INK, PAPER

if TYPE_CHECKING:
    from .canvas import Canvas

__all__ = ["banner", "card", "on_card"]

CARD = pygame.Rect((WIDTH - 1000) // 2, (HEIGHT - 440) // 2 - 30, 1000, 440)


def banner(canvas: Canvas, text: str) -> None:
    """A line or two in a panel, low enough not to hide the player."""
    large = canvas.text_scale > 1.3
    place = pygame.Rect(0, 0, 1160 if large else 1040, 200 if large else 116)
    place.midtop = (WIDTH // 2, 130 if large else 104)
    canvas.panel(place, PAPER, alpha=236, edge=INK)
    _centred(canvas, [Block(text, 32, INK)], place.inflate(-60, -28))


def card(canvas: Canvas, title: str, lines: list[str], *, foot: str = "") -> None:
    """A card in the middle: a title, some lines, a small foot."""
    place = CARD
    canvas.panel(place, PAPER, alpha=244, edge=INK)
    blocks = [Block(title, 52, INK), *(Block(line, 32, INK, gap=14) for line in lines)]
    _centred(canvas, blocks, pygame.Rect(place.left + 40, place.top + 34, 920, 330))
    if foot:
        canvas.write(foot, (place.centerx, place.bottom - 20), 26, INK, anchor="midbottom", fit=900)


def on_card(at: tuple[float, float]) -> bool:
    """Whether a place of the canvas lies on the card."""
    return CARD.collidepoint(at)


def _centred(canvas: Canvas, blocks: list[Block], room: pygame.Rect) -> None:
    """Blocks in the middle of their room."""
    spare = max(0, room.height - canvas.height_of(blocks, room.width))
    canvas.column(blocks, pygame.Rect(room.left, room.top + spare // 2, room.width, room.height))
