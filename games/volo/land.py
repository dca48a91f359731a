"""One layer of land that passes below the flyer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from games.ui.paint import shaded

if TYPE_CHECKING:
    import numpy as np
    import pygame

    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour

__all__ = ["WRAP", "Layer", "layer_of"]

WRAP: Final = 2560
"""Pixels after which the land repeats."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of land.

    Attributes:
        picture: `WRAP` wide.
        heights: of its crest above its lower edge, by x.
        pace: share of the flyer's own pace.
        top: y of its upper edge on the picture.
        far: 0 at hand to 1 at the horizon.
    """

    picture: pygame.Surface
    heights: np.ndarray
    pace: float
    top: int
    far: float

    def crest(self, x: float) -> float:
        """Y of its crest on its own picture."""
        return float(self.picture.get_height() - self.heights[int(x) % WRAP])


def layer_of(
    heights: np.ndarray,
    depth: int,
    colours: tuple[Colour, Colour],
    *,
    air: Atmosphere,
    pace: float,
    top: int,
    far: float,
) -> Layer:
    """A layer shaded from its crest down, in its scene's air; mist gathers at its foot."""
    upper, lower = (air.ground(colour, far) for colour in colours)
    foot = air.ground(colours[1], min(1.0, far + 0.45))
    return Layer(shaded(heights, depth, upper, foot if far else lower), heights, pace, top, far)
