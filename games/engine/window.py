"""The window, or the surface that stands for it where there is no display."""

from __future__ import annotations

import os
import warnings

import pygame

from games.ui.canvas import HEIGHT, WIDTH
from telemetry.errors import ConfigurationError

__all__ = ["Window"]

SETTLING_MS = 100
FRAME_ROOM = (16, 96)
"""What a window's frame and a desktop's bar may take of the display, in pixels."""


UNSEEN = frozenset({"dummy", "offscreen"})
"""Drivers that SDL falls back on where nothing can be seen."""


class Window:
    """A resizable window showing a picture of 1280 by 720, letterboxed where it must be.

    Where the display has no room for it and its frame it begins as a full screen, so that the
    buttons along its lower edge are never cut off.

    Args:
        headless: no window; frames are drawn all the same.
        title: in the window's frame.
        size: to begin with.

    Attributes:
        full_screen: whether it fills the display.

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
            if not headless:
                _refuse_the_unseen()
            pygame.font.init()
            self._desktop = size if headless else pygame.display.get_desktop_sizes()[0]
            self._size = size if headless else self._fitting(size)
            self.full_screen = self._size != size
            self._window = self._opened()
        except pygame.error as e:
            raise ConfigurationError(
                f"no window can be opened ({e}): play with --headless, or start a display"
            ) from e
        pygame.display.set_caption(title)
        self.picture = pygame.Surface((WIDTH, HEIGHT)).convert()
        self._shown = self.picture

    def toggle_full_screen(self) -> None:
        """Fill the whole display, or go back to a window that has room on it."""
        self.full_screen = not self.full_screen
        self._window = self._opened()
        if not self.full_screen:
            # A window manager gives the size of the full screen once more; it is asked again.
            pygame.time.wait(SETTLING_MS)
            pygame.event.pump()
            self._window = self._opened()

    def _opened(self) -> pygame.Surface:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of a size that the display decided
            if self.full_screen:
                return pygame.display.set_mode(self._desktop, pygame.FULLSCREEN)
            return pygame.display.set_mode(self._size, pygame.RESIZABLE)

    def _fitting(self, size: tuple[int, int]) -> tuple[int, int]:
        """The size, or as much of it as has room on the display beside a frame."""
        room = zip(size, self._desktop, FRAME_ROOM, strict=True)
        share = min(1.0, *((whole - frame) / wanted for wanted, whole, frame in room))
        return max(1, round(size[0] * share)), max(1, round(size[1] * share))

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


def _refuse_the_unseen() -> None:
    """Raise where SDL fell back on a driver that shows nothing, and nobody chose it."""
    if pygame.display.get_driver() in UNSEEN and not os.environ.get("SDL_VIDEODRIVER"):
        raise pygame.error("there is no display")
