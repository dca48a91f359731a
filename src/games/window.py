"""The window, or the surface that stands for it where there is no display."""

from __future__ import annotations

import os

import pygame

from telemetry.errors import ConfigurationError

from .canvas import HEIGHT, WIDTH

__all__ = ["Window"]


class Window:
    """A resizable window showing a picture of 1280 by 720, letterboxed where it must be.

    Args:
        headless: no window; frames are drawn all the same.
        title: in the window's frame.
        size: to begin with.

    Raises:
        ConfigurationError: a window was wanted and there is no display.
    """

    def __init__(
        self, *, headless: bool, title: str, size: tuple[int, int] = (WIDTH, HEIGHT)
    ) -> None:
        if headless:
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        # A window drawn in software needs no OpenGL, which X servers without a card lack.
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
        try:
            pygame.display.init()
            pygame.font.init()
            flags = 0 if headless else pygame.RESIZABLE
            self._window = pygame.display.set_mode(size, flags)
        except pygame.error as e:
            raise ConfigurationError(
                f"no window can be opened ({e}): play with --headless, or start a display"
            ) from e
        pygame.display.set_caption(title)
        self.picture = pygame.Surface((WIDTH, HEIGHT)).convert()
        self._shown = self.picture

    def show(self) -> None:
        """Hand the picture to the display."""
        window = pygame.display.get_surface() or self._window
        place = self._place(window)
        if place.size == (WIDTH, HEIGHT):
            window.blit(self.picture, place)
        else:
            window.fill((0, 0, 0))
            window.blit(pygame.transform.smoothscale(self.picture, place.size), place)
        pygame.display.flip()
        self._shown = window

    def to_picture(self, at: tuple[int, int]) -> tuple[float, float]:
        """A place of the window in the picture's own pixels."""
        place = self._place(pygame.display.get_surface() or self._window)
        scale = WIDTH / max(1, place.width)
        return (at[0] - place.left) * scale, (at[1] - place.top) * scale

    def save(self, file: os.PathLike[str], picture: pygame.Surface | None = None) -> None:
        """Write a picture as PNG; None: what is shown now.

        Raises:
            ConfigurationError: the file cannot be written.
        """
        try:
            pygame.image.save(picture or self._shown, os.fspath(file))
        except (pygame.error, OSError) as e:
            raise ConfigurationError(f"picture {os.fspath(file)} cannot be written: {e}") from e

    def close(self) -> None:
        """Close the window."""
        pygame.display.quit()

    @staticmethod
    def _place(window: pygame.Surface) -> pygame.Rect:
        width, height = window.get_size()
        scale = min(width / WIDTH, height / HEIGHT)
        place = pygame.Rect(0, 0, max(1, round(WIDTH * scale)), max(1, round(HEIGHT * scale)))
        place.center = (width // 2, height // 2)
        return place
