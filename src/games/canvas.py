"""The picture that games draw on: always 1280 by 720, scaled to whatever window there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from .paint import shrunk

if TYPE_CHECKING:
    from .paint import Colour

__all__ = ["HEIGHT", "SMALLEST_TEXT", "WIDTH", "Canvas"]

WIDTH, HEIGHT = 1280, 720
SMALLEST_TEXT = 24
MARGIN = 14


class Canvas:
    """A surface with the few things that all games draw.

    Attributes:
        surface: 1280 by 720 pixels.
        text_scale: 1 to 2.
    """

    def __init__(self, surface: pygame.Surface, text_scale: float = 1.0) -> None:
        self.surface = surface
        self.text_scale = text_scale
        self._fonts: dict[int, pygame.font.Font] = {}
        self._written: dict[tuple[str, int, Colour], pygame.Surface] = {}
        self._panels: dict[tuple[int, int, Colour, int, Colour | None], pygame.Surface] = {}

    def text(self, text: str, size: int, colour: Colour) -> pygame.Surface:
        """A line of text as a picture; `size` is its height in pixels at scale 1."""
        if size < SMALLEST_TEXT:
            raise ValueError(f"text of {size} px is below {SMALLEST_TEXT} px")
        key = (text, size, colour)
        if key not in self._written:
            if len(self._written) > 400:
                self._written.clear()
            self._written[key] = self._font(size).render(text, True, colour)
        return self._written[key]

    def write(
        self,
        text: str,
        at: tuple[float, float],
        size: int,
        colour: Colour,
        *,
        anchor: str = "topleft",
        halo: Colour | None = None,
        fit: int | None = None,
    ) -> pygame.Rect:
        """Write a line, with a halo where the ground varies; shrunk to `fit` pixels' width."""
        while fit and size > SMALLEST_TEXT and self.text(text, size, colour).get_width() > fit:
            size = max(SMALLEST_TEXT, size - 4)
        picture = self.text(text, size, colour)
        place = picture.get_rect()
        setattr(place, anchor, (round(at[0]), round(at[1])))
        place.clamp_ip(self.surface.get_rect())
        if halo is not None:
            edge = self.text(text, size, halo)
            for dx, dy in ((-2, 0), (2, 0), (0, -2), (0, 2)):
                self.surface.blit(edge, place.move(dx, dy))
        self.surface.blit(picture, place)
        return place

    def lines(self, text: str, size: int, width: int) -> list[str]:
        """The text broken into lines of at most `width` pixels."""
        font = self._font(size)
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and font.size(longer)[0] <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def paragraph(
        self, text: str, at: tuple[float, float], size: int, colour: Colour, width: int
    ) -> int:
        """Write centred lines from `at` (top centre) downwards; gives the lower edge."""
        y = at[1]
        for line in self.lines(text, size, width):
            self.write(line, (at[0], y), size, colour, anchor="midtop")
            y += self._font(size).get_linesize()
        return round(y)

    def panel(
        self,
        place: pygame.Rect,
        fill: Colour,
        *,
        alpha: int = 255,
        edge: Colour | None = None,
    ) -> None:
        """A panel with round, smooth corners."""
        key = (place.width, place.height, fill, alpha, edge)
        if key not in self._panels:
            self._panels[key] = _rounded(place.size, fill, alpha, edge)
        self.surface.blit(self._panels[key], place)

    def _font(self, size: int) -> pygame.font.Font:
        scaled = round(size * self.text_scale)
        if scaled not in self._fonts:
            # A font's height covers ascent and descent: 1.3 makes `size` its body's height.
            self._fonts[scaled] = pygame.font.Font(None, round(scaled * 1.3))
        return self._fonts[scaled]


def _rounded(
    size: tuple[int, int], fill: Colour, alpha: int, edge: Colour | None
) -> pygame.Surface:
    scale = 3
    large = pygame.Surface((size[0] * scale, size[1] * scale), pygame.SRCALPHA)
    place = large.get_rect()
    radius = min(MARGIN * 2, size[1] // 2) * scale
    if edge is not None:
        pygame.draw.rect(large, (*edge, 255), place, border_radius=radius)
        place = place.inflate(-4 * scale * 2, -4 * scale * 2)
        radius -= 4 * scale
    pygame.draw.rect(large, (*fill, alpha), place, border_radius=radius)
    return shrunk(large, size)
