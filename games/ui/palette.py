"""Colours by role, kept apart for every kind of colour vision.

Roles that stand on each other in a game differ by at least 3:1 in contrast, also as people
with protanopia, deuteranopia or tritanopia see them; text by 4.5:1. Contrast is WCAG 2.2's;
the simulation is Viénot, Brettel & Mollon 1999 in linear RGB (tritanopia: the same method
with Brettel's single-plane approximation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from .paint import Colour

__all__ = ["ALERT", "CALM", "CREAM", "INK", "PAPER", "SEEN_BY", "contrast", "luminance", "seen"]

INK: Final[Colour] = (24, 32, 56)
"""Text and outlines on light ground."""
PAPER: Final[Colour] = (255, 252, 244)
"""Panels, and text on dark ground."""
CREAM: Final[Colour] = (247, 238, 220)
ALERT: Final[Colour] = (150, 36, 24)
"""The pain and unwell buttons; they also have a shape and a word of their own."""
CALM: Final[Colour] = (44, 92, 128)
"""The heart beside its rate: neither alarm nor praise."""

SEEN_BY: Final = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]
    ),
    "deuteranopia": np.array(
        [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]
    ),
    "tritanopia": np.array(
        [[1.01277, 0.13548, -0.14826], [-0.01243, 0.86812, 0.14431], [0.07589, 0.805, 0.11911]]
    ),
}
"""Matrices on linear RGB, one for each kind of colour vision."""


def _linear(colour: Colour) -> np.ndarray:
    c = np.array(colour) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def seen(colour: Colour, vision: str) -> Colour:
    """The colour as somebody with that colour vision sees it."""
    linear = np.clip(SEEN_BY[vision] @ _linear(colour), 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (int(v) for v in np.rint(encoded * 255))
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1."""
    return float(_linear(colour) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(a: Colour, b: Colour) -> float:
    """Contrast of two colours, 1 to 21."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
