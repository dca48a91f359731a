"""Letters of one height, evenly spaced: written larger and scaled down.

A font that fits each letter to whole pixels spaces them unevenly, which tires the eye at the
sizes meant for weak eyes most of all. At three times the size the unevenness is a third.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

if TYPE_CHECKING:
    from .paint import Colour

__all__ = ["Lettering"]

LARGER = 3
BODY = 1.3
"""A font's height covers ascent and descent: this makes a given height its body's height."""


class Lettering:
    """Writes lines of one height.

    Args:
        height: of the letters' body, pixels.

    Attributes:
        line: from one line to the next, pixels.
    """

    def __init__(self, height: int) -> None:
        self._font = pygame.font.Font(None, round(height * BODY * LARGER))
        self.line = round(self._font.get_linesize() / LARGER)

    def width(self, text: str) -> int:
        """How wide a line gets, pixels."""
        return -(-self._font.size(text)[0] // LARGER)

    def render(self, text: str, colour: Colour) -> pygame.Surface:
        """A line as a picture with clear ground."""
        large = self._font.render(text, True, colour)
        size = (max(1, self.width(text)), max(1, round(large.get_height() / LARGER)))
        return pygame.transform.smoothscale(large.convert_alpha(), size)
