"""`ripresa home session` in a window, telling what is on it.

Arguments: language, scale, folder, and options of the command.

The program is the real one; only its screens tell, as `walked_session` does. A picture of each page
goes into the folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pygame

from games.session.run import SessionScreens
from ripresa.cli.main import main
from walked_session import page_told, tell


class Telling:
    """Tells each page as it opens, and now and then how a game stands."""

    def __init__(self, folder: Path, *, by_keys: bool) -> None:
        self.folder, self.before, self.frames, self.pages = folder, None, 0, 0
        self.by_keys, self.control = by_keys, 1.0

    def look(self, screens: SessionScreens) -> None:
        window = screens._window
        if self.frames == 0:
            tell(window=pygame.display.get_wm_info()["window"])
        self.frames += 1
        if screens.in_game:
            # Keys move once in so many frames, as a slow hand does; a wearable moves by itself.
            if self.frames % (150 if self.by_keys else 12) == 0:
                self.before = None
                counted = screens._view.state.counted
                self.control = 1.0 - self.control
                shown = self.control if self.by_keys else 0.5
                tell(game=shown, resting=screens._loop.resting, counted=counted)
                window.save(self.folder / "game.png")
            return
        page = page_told(screens, screens._look, list)
        if page != self.before:
            tell(**page)
            self.before, self.pages = page, self.pages + 1
            window.save(self.folder / f"{self.pages:02d}.png")


def walk(language: str, scale: str, folder: str, *options: str) -> None:
    telling = Telling(Path(folder), by_keys="--keys" in options)
    frame = SessionScreens.frame

    def told(screens: SessionScreens) -> None:
        frame(screens)
        telling.look(screens)

    SessionScreens.frame = told
    words = ["--language", language, "--text-scale", scale, *options]
    sys.argv = ["ripresa", "home", "session", *words]
    try:
        main()
    except SystemExit as e:
        if e.code:
            raise
    tell(done=True)


if __name__ == "__main__":
    walk(*sys.argv[1:])
