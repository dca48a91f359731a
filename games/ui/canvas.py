"""The picture that games draw on: always 1280 by 720, scaled to whatever window there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pygame

from .lettering import Lettering
from .paint import shrunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .paint import Colour

__all__ = ["HEIGHT", "SMALLEST_TEXT", "WIDTH", "Block", "Canvas"]

WIDTH, HEIGHT = 1280, 720
SMALLEST_TEXT = 24
MARGIN = 14
MOST_KEPT = 400


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a column: its text, its height in pixels at scale 1, the space above it."""

    text: str
    size: int
    colour: Colour
    gap: int = 0


class Canvas:
    """A surface with the few things that all games draw.

    Attributes:
        surface: 1280 by 720 pixels.
        text_scale: 1 to 2.
    """

    def __init__(self, surface: pygame.Surface, text_scale: float = 1.0) -> None:
        self.surface = surface
        self.text_scale = text_scale
        self._fonts: dict[int, Lettering] = {}
        self._written: dict[tuple[str, int, Colour], pygame.Surface] = {}
        self._panels: dict[tuple[int, int, Colour, int, Colour | None], pygame.Surface] = {}

    def text(self, text: str, size: int, colour: Colour) -> pygame.Surface:
        """A line of text as a picture; `size` is its height in pixels at scale 1.

        Raises:
            ValueError: the size is too small to be read.
        """
        if size < SMALLEST_TEXT:
            raise ValueError(f"text of {size} px is below {SMALLEST_TEXT} px")
        return self._written_at(text, round(size * self.text_scale), colour)

    def write(
        self,
        text: str,
        at: tuple[float, float],
        size: int,
        colour: Colour,
        *,
        anchor: str = "topleft",
        fit: int | None = None,
    ) -> pygame.Rect:
        """Write a line; where it would be wider than `fit` pixels it shrinks, to 24 at least."""
        height = round(size * self.text_scale)
        while fit and height > SMALLEST_TEXT and self._font(height).width(text) > fit:
            height = max(SMALLEST_TEXT, height - 2)
        picture = self._written_at(text, height, colour)
        place = picture.get_rect()
        setattr(place, anchor, (round(at[0]), round(at[1])))
        place.clamp_ip(self.surface.get_rect())
        self.surface.blit(picture, place)
        return place

    def write_within(self, text: str, place: pygame.Rect, size: int, colour: Colour) -> None:
        """Write in the middle of a place, in one line or two alike, whichever is larger."""
        parts = [[text], *_halved(text)]
        height, lines = max(
            ((self._height_within(lines, place, size), lines) for lines in parts),
            key=lambda found: (found[0], -len(found[1]), -max(len(line) for line in found[1])),
        )
        font = self._font(height)
        y = place.centery - font.line * len(lines) // 2
        for line in lines:
            picture = self._written_at(line, height, colour)
            row = pygame.Rect(place.left, y, place.width, font.line)
            self.surface.blit(picture, picture.get_rect(center=row.center))
            y += font.line

    def _height_within(self, lines: Sequence[str], place: pygame.Rect, size: int) -> int:
        """The largest height at which lines fit; too small to read counts as not at all."""
        height = round(size * self.text_scale)
        while height > SMALLEST_TEXT and (
            max(self._font(height).width(line) for line in lines) > place.width
            or self._font(height).line * len(lines) > place.height
        ):
            height = max(SMALLEST_TEXT, height - 2)
        fits = self._font(height).line * len(lines) <= place.height
        return height if fits or len(lines) == 1 else 0

    def column(self, blocks: Sequence[Block], place: pygame.Rect) -> int:
        """Write centred blocks of text from the top of `place`; gives the lower edge.

        They are as large as the text scale asks for, and shrink together only as far as it
        takes to stay inside.
        """
        scale = self.text_scale
        while scale > 1.0 and self.height_of(blocks, place.width, scale) > place.height:
            scale -= 0.05
        y = float(place.top)
        for block in blocks:
            y += block.gap
            font = self._font(max(SMALLEST_TEXT, round(block.size * scale)))
            for line in _broken(block.text, font, place.width):
                picture = self._written_at(line, _size_of(block, scale), block.colour)
                self.surface.blit(picture, picture.get_rect(midtop=(place.centerx, round(y))))
                y += font.line
        return round(y)

    def paragraph(
        self, text: str, at: tuple[float, float], size: int, colour: Colour, width: int
    ) -> int:
        """Write centred lines from `at` (top centre) downwards; gives the lower edge."""
        place = pygame.Rect(0, 0, width, self.surface.get_height())
        place.midtop = (round(at[0]), round(at[1]))
        return self.column([Block(text, size, colour)], place)

    def height_of(self, blocks: Sequence[Block], width: int, scale: float | None = None) -> int:
        """How high blocks are when written at `scale`; None: the canvas's own."""
        height = 0
        for block in blocks:
            font = self._font(_size_of(block, scale or self.text_scale))
            height += block.gap + len(_broken(block.text, font, width)) * font.line
        return height

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

    def _written_at(self, text: str, height: int, colour: Colour) -> pygame.Surface:
        key = (text, height, colour)
        if key not in self._written:
            if len(self._written) > MOST_KEPT:
                self._written.clear()
            self._written[key] = self._font(height).render(text, colour)
        return self._written[key]

    def _font(self, height: int) -> Lettering:
        if height not in self._fonts:
            self._fonts[height] = Lettering(height)
        return self._fonts[height]


def _size_of(block: Block, scale: float) -> int:
    return max(SMALLEST_TEXT, round(block.size * scale))


def _halved(text: str) -> list[list[str]]:
    """A text in two lines, broken at each of its single spaces; the key's two belong together."""
    words = text.replace("  [", "\u00a0[").split(" ")
    return [[" ".join(words[:n]), " ".join(words[n:])] for n in range(1, len(words))]


def _broken(text: str, font: Lettering, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


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
