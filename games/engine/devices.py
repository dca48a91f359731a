"""What a game is shown on, heard by, moved by and paced by."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from games.audio.sound import Sounds
from games.audio.speech import Voice
from games.music.music_player import MusicPlayer

from .window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.inputs.source import ControlSource
    from games.look import Look

    from .pace import Pace

__all__ = ["Devices", "devices_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """One person's window, clock, movement and sound.

    Attributes:
        window: where frames go.
        pace: when they are due.
        source: where the control comes from.
        sounds, voice, music: what is heard.
    """

    window: Window
    pace: Pace
    source: ControlSource
    sounds: Sounds
    voice: Voice
    music: MusicPlayer = field(default_factory=MusicPlayer)

    def toggle_sound(self) -> bool:
        """All that is heard off, or on again; whether it is off."""
        off = not self.music.muted
        self.music.muted = self.sounds.muted = self.voice.muted = off
        if off:
            self.voice.close()
        return off


@contextmanager
def devices_for(
    look: Look, pace: Pace, source: ControlSource, *, title: str, headless: bool = False
) -> Iterator[Devices]:
    """Open window and sound, and close them again; headless nothing is seen or heard.

    Raises:
        ConfigurationError: a window was wanted and there is no display.
    """
    window = Window(headless=headless, title=title)
    if look.full_screen and not headless and not window.full_screen:
        window.toggle_full_screen()
    sounds = Sounds(0.0 if headless else look.sound)
    voice = Voice(look.language, on=look.voice and not headless, volume=look.speech)
    music = MusicPlayer(0.0 if headless else look.music)
    try:
        yield Devices(
            window=window, pace=pace, source=source, sounds=sounds, voice=voice, music=music
        )
    finally:
        voice.close()
        music.close()
        sounds.close()
        window.close()
