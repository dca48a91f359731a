"""A colour as red, green and blue from 0 to 255, and the way from one to another."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["Colour", "mix"]

Colour: TypeAlias = tuple[int, int, int]


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour `share` of the way from `a` to `b`."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue
