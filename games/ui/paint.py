"""Pictures made by code: gradients, soft light, and shapes with smooth edges.

Shapes are painted three times as large and scaled down, which smooths their edges with
nothing but what every pygame has. All of it happens while loading, none of it in a frame.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pygame

from games.scenes.colour import Colour, mix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "Colour",
    "Point",
    "bezier",
    "glow",
    "gradient",
    "mix",
    "progress_rings",
    "ridge",
    "shaded",
    "shaded_ball",
    "shrunk",
    "smooth",
    "soft_disc",
    "tinted",
]

Point: TypeAlias = tuple[float, float]

OVERSAMPLE = 3


def gradient(size: tuple[int, int], stops: Sequence[tuple[float, Colour]]) -> pygame.Surface:
    """A vertical gradient through `stops` (place 0..1, colour), dithered against banding."""
    width, height = size
    places = np.linspace(0, 1, height)
    at = [s[0] for s in stops]
    column = np.stack([np.interp(places, at, [s[1][i] for s in stops]) for i in range(3)], axis=-1)
    noise = np.random.default_rng(7).uniform(-0.5, 0.5, (width, height, 1))
    pixels = np.clip(column[None, :, :] + noise, 0, 255)
    surface = pygame.Surface(size)
    pygame.surfarray.blit_array(surface, np.rint(pixels).astype(np.uint8))
    return surface


def soft_disc(radius: int, colour: Colour, alpha: int, *, power: float = 2.0) -> pygame.Surface:
    """A disc of light that fades to nothing at its rim."""
    size = 2 * radius
    surface = pygame.Surface((size, size), pygame.SRCALPHA)
    surface.fill((*colour, 0))
    axis = np.arange(size) - radius + 0.5
    distance = np.hypot(axis[:, None], axis[None, :]) / radius
    view = pygame.surfarray.pixels_alpha(surface)
    view[:] = (alpha * np.clip(1 - distance, 0, 1) ** power).astype(np.uint8)
    del view
    return surface


def glow(size: tuple[int, int], colour: Colour, alpha: int) -> pygame.Surface:
    """A soft ellipse of light."""
    disc = soft_disc(max(size) // 2, colour, alpha)
    return pygame.transform.smoothscale(disc, size)


def smooth(size: tuple[int, int], paint: Callable[[pygame.Surface, float], None]) -> pygame.Surface:
    """Let `paint(surface, scale)` paint in coordinates times `scale`; gives smooth edges."""
    width, height = size
    large = pygame.Surface((width * OVERSAMPLE, height * OVERSAMPLE), pygame.SRCALPHA)
    paint(large, float(OVERSAMPLE))
    return shrunk(large, size)


def shrunk(large: pygame.Surface, size: tuple[int, int]) -> pygame.Surface:
    """Scale down smoothly without the dark rim that clear pixels' black would give."""
    small = pygame.transform.smoothscale(large.premul_alpha(), size)
    pixels = pygame.surfarray.pixels3d(small)
    alpha = pygame.surfarray.array_alpha(small).astype(np.float32)[:, :, None]
    pixels[:] = np.clip(pixels * (255 / np.maximum(alpha, 1)), 0, 255).astype(np.uint8)
    del pixels
    return small


def bezier(points: Sequence[Point], pieces: int = 16) -> list[Point]:
    """Points on a chain of cubic curves: start, then (handle, handle, end) for each piece."""
    line: list[Point] = [points[0]]
    for i in range(0, len(points) - 1, 3):
        p0, p1, p2, p3 = points[i : i + 4]
        for n in range(1, pieces + 1):
            t = n / pieces
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            x = a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0]
            y = a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1]
            line.append((x, y))
    return line


def ridge(width: int, base: float, waves: Sequence[tuple[int, float, float]]) -> np.ndarray:
    """Heights of a line of hills that meets itself after `width`.

    Args:
        width: pixels after which it repeats.
        base: mean height.
        waves: (whole periods in `width`, amplitude, phase) to be added.
    """
    x = np.arange(width) * (2 * math.pi / width)
    return base + sum((a * np.sin(n * x + phase) for n, a, phase in waves), np.zeros(width))


def shaded(heights: np.ndarray, depth: int, top: Colour, bottom: Colour) -> pygame.Surface:
    """A layer of hills: opaque below `heights` (pixels up from the lower edge), else clear."""
    width = len(heights)
    surface = pygame.Surface((width, depth), pygame.SRCALPHA)
    rows = np.arange(depth)[None, :]
    crest = (depth - heights)[:, None]
    share = np.clip((rows - crest) / np.maximum(depth - crest, 1), 0, 1)[:, :, None]
    colours = np.array(top) + (np.array(bottom) - np.array(top)) * share**0.8
    view = pygame.surfarray.pixels3d(surface)
    view[:] = colours.astype(np.uint8)
    del view
    alpha = pygame.surfarray.pixels_alpha(surface)
    alpha[:] = (255 * np.clip(rows - crest + 1, 0, 1)).astype(np.uint8)
    del alpha
    return surface


def tinted(surface: pygame.Surface, alpha: int) -> pygame.Surface:
    """The same picture, fainter: alpha 0..255."""
    faint = surface.copy()
    faint.fill((255, 255, 255, alpha), special_flags=pygame.BLEND_RGBA_MULT)
    return faint


def progress_rings(radius: int, width: int, colour: Colour, edge: Colour) -> list[pygame.Surface]:
    """Pictures of a ring that fills clockwise from the top, in 25 parts from none to all."""
    parts, size = 24, 2 * (radius + width)

    def paint_part(share: float) -> Callable[[pygame.Surface, float], None]:
        def paint(surface: pygame.Surface, scale: float) -> None:
            middle = size * scale / 2
            for stroke, shade, end in ((width + 4, edge, 1.0), (width, colour, share)):
                turns = [2 * math.pi * end * n / 60 - math.pi / 2 for n in range(61)]
                points = [
                    (middle + r * scale * math.cos(a), middle + r * scale * math.sin(a))
                    for r, order in ((radius + stroke / 2, 1), (radius - stroke / 2, -1))
                    for a in turns[::order]
                ]
                if end > 0:
                    pygame.draw.polygon(surface, shade, points)

        return paint

    return [smooth((size, size), paint_part(n / parts)) for n in range(parts + 1)]


def shaded_ball(radius: int, colour: Colour, light: Colour, dark: Colour) -> pygame.Surface:
    """A ball lit from above left."""
    large = radius * OVERSAMPLE
    axis = (np.arange(2 * large) - large + 0.5) / large
    x, y = axis[:, None], axis[None, :]
    toward = np.clip(1 - np.hypot(x + 0.38, y + 0.42) / 1.45, 0, 1)[:, :, None]
    base, lit, shade = (np.array(c, dtype=float) for c in (colour, light, dark))
    pixels = np.where(
        toward > 0.5,
        base + (lit - base) * (toward - 0.5) * 1.7,
        shade + (base - shade) * toward * 2,
    )
    ball = pygame.Surface((2 * large, 2 * large), pygame.SRCALPHA)
    view = pygame.surfarray.pixels3d(ball)
    view[:] = np.clip(pixels, 0, 255).astype(np.uint8)
    del view
    alpha = pygame.surfarray.pixels_alpha(ball)
    alpha[:] = np.where(np.hypot(x, y) <= 1, 255, 0).astype(np.uint8)
    del alpha
    return shrunk(ball, (2 * radius, 2 * radius))
