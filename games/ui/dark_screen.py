"""The picture of the audio-only mode: dark, still, with nothing that has to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pygame

from .canvas import HEIGHT, WIDTH

if TYPE_CHECKING:
    from games.rules.progress import GameEvent

    from .canvas import Canvas

__all__ = ["DarkScreen"]

GROUND = (14, 18, 30)
QUIET = (46, 58, 88)


class DarkScreen:
    """Stands in for a game's own screen: voice and sound say it all."""

    def heard(self, event: GameEvent) -> None:
        """Sounds are the frame's work."""

    def backdrop(self, canvas: Canvas, state: Any) -> None:  # noqa: ARG002 - the seam's
        """A dark ground."""
        canvas.surface.fill(GROUND)

    def draw(self, canvas: Canvas, state: Any) -> None:  # noqa: ARG002 - the seam's
        """One quiet ring, so that the screen is known to be on."""
        pygame.draw.circle(canvas.surface, QUIET, (WIDTH // 2, HEIGHT // 2), 90, 6)
