"""A shape for each kind of message, so that it is told without words and without colour.

Well done is a closed circle, too fast a long tilde, too small an open arc, too far a bar, and
another part of the body helping a tilted figure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pygame

from .paint import smooth

if TYPE_CHECKING:
    from collections.abc import Callable

    from .paint import Colour

__all__ = ["SHAPES", "sign"]

SHAPES: Final = {
    "good": "circle",
    "wide": "circle",
    "slower": "tilde",
    "further": "arc",
    "stay": "arc",
    "lower": "arc",
    "enough": "bar",
    "upright": "figure",
}
"""The shape of each message of `games.rules.feedback`."""

LINE = 0.13
"""Width of a line, as a share of the sign's size."""


def sign(message: str, size: int, ink: Colour) -> pygame.Surface:
    """The picture of a message's shape, `size` pixels high; the tilde is twice as wide.

    Raises:
        KeyError: a message without a shape.
    """
    shape = SHAPES[message]
    wide = 2 * size if shape == "tilde" else size
    draw = _DRAWN[shape]

    def paint(surface: pygame.Surface, scale: float) -> None:
        draw(surface, size * scale, ink)

    return smooth((wide, size), paint)


def _line(
    surface: pygame.Surface, points: list[tuple[float, float]], size: float, ink: Colour
) -> None:
    """A line with round ends and joints, through points in shares of the size."""
    radius = LINE * size / 2
    for n in range(len(points) - 1):
        (x0, y0), (x1, y1) = points[n], points[n + 1]
        steps = max(1, round(math.hypot(x1 - x0, y1 - y0) * size / max(1.0, radius / 2)))
        for k in range(steps + 1):
            at = (size * (x0 + (x1 - x0) * k / steps), size * (y0 + (y1 - y0) * k / steps))
            pygame.draw.circle(surface, ink, at, radius)


def _circle(surface: pygame.Surface, size: float, ink: Colour) -> None:
    _line(surface, [_on_circle(n * 10) for n in range(37)], size, ink)


def _arc(surface: pygame.Surface, size: float, ink: Colour) -> None:
    """Open below: a quarter of it is missing."""
    _line(surface, [_on_circle(135 + n * 10) for n in range(28)], size, ink)


def _tilde(surface: pygame.Surface, size: float, ink: Colour) -> None:
    points = [(0.15 + 1.7 * n / 30, 0.5 - 0.22 * math.sin(2 * math.pi * n / 30)) for n in range(31)]
    _line(surface, points, size, ink)


def _bar(surface: pygame.Surface, size: float, ink: Colour) -> None:
    _line(surface, [(0.12, 0.5), (0.88, 0.5)], size, ink)
    _line(surface, [(0.12, 0.42), (0.88, 0.42)], size, ink)


def _figure(surface: pygame.Surface, size: float, ink: Colour) -> None:
    """A head and a leaning trunk over an upright foot."""
    pygame.draw.circle(surface, ink, (0.72 * size, 0.2 * size), 0.14 * size)
    _line(surface, [(0.66, 0.36), (0.42, 0.86)], size, ink)
    _line(surface, [(0.2, 0.88), (0.66, 0.88)], size, ink)


def _on_circle(degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return 0.5 + 0.4 * math.cos(angle), 0.5 + 0.4 * math.sin(angle)


_DRAWN: Final[dict[str, Callable[[pygame.Surface, float, Colour], None]]] = {
    "circle": _circle,
    "tilde": _tilde,
    "arc": _arc,
    "bar": _bar,
    "figure": _figure,
}
