"""Plays the music: half beats are rendered ahead in a thread, the volume follows frame by frame.

Where nothing can be heard it renders nothing, and knows all the same where the music would be.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

import numpy as np
import pygame

from .conductor import layers_of
from .instruments import RATE_HZ
from .renderer import MusicRenderer
from .score import MusicPart

if TYPE_CHECKING:
    from games.scenes.scene import GameScene

    from .score import BeatTempo

__all__ = ["DUCKED", "MusicPlayer"]

log = logging.getLogger(__name__)

DUCKED: Final = 10 ** (-12 / 20)
"""Of the volume while something is spoken: 12 dB less."""
EASES: Final = 0.12
"""How much of the way to another volume is gone in a frame: a third of a second in all."""
CHANNELS: Final = 16
POLL_S: Final = 0.04


class MusicPlayer:
    """The music of one window.

    Args:
        volume: 0 to 1; 0 plays nothing.

    Attributes:
        part: where the person is.
        muted: all is off.
        level: the volume now, eased.
    """

    def __init__(self, volume: float = 0.0) -> None:
        self.part = MusicPart.REST
        self.muted = False
        self.level = 0.0
        self._volume = volume
        self._complete = self._of_set = 0
        self._music: MusicRenderer | None = None
        self._channel: pygame.mixer.Channel | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def halves(self) -> int:
        """Half beats rendered so far."""
        return 0 if self._music is None else self._music.halves

    @property
    def layers(self) -> int:
        """How many layers have entered."""
        return layers_of(self._complete)

    def play(self, scene: GameScene, tempo: BeatTempo, seed: int) -> None:
        """Begin the music of a scene; what played before is over."""
        self.close()
        if self._volume <= 0 or not self._opened():
            return
        self._music = MusicRenderer(scene, tempo, seed)
        self._over = threading.Event()
        args = (self._music, self._over)
        self._thread = threading.Thread(target=self._feed, args=args, name="music", daemon=True)
        self._thread.start()

    def follow(self, part: MusicPart, complete: int, of_set: int) -> None:
        """Where the person is, and how many repetitions of the set were complete."""
        self.part, self._complete, self._of_set = part, complete, of_set

    def sound(self, *, speech: bool = False, quiet: bool = False) -> None:
        """Once a frame: softer under speech, silent during questions and where all is off."""
        wanted = 0.0 if quiet or self.muted else self._volume * (DUCKED if speech else 1.0)
        self.level += EASES * (wanted - self.level)
        if self._channel is not None and pygame.mixer.get_init():
            self._channel.set_volume(self.level)

    def close(self) -> None:
        """Play no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)
            self._thread = None
        if self._channel is not None and pygame.mixer.get_init():
            self._channel.stop()

    def _opened(self) -> bool:
        try:
            if not pygame.mixer.get_init():
                pygame.mixer.init(RATE_HZ, -16, 2, 512)
            pygame.mixer.set_num_channels(CHANNELS)
            pygame.mixer.set_reserved(1)
            self._channel = pygame.mixer.Channel(0)
            self._channel.set_volume(self.level)
        except (pygame.error, NotImplementedError, AttributeError) as e:
            log.info("no music: %s", e)
            return False
        return True

    def _feed(self, music: MusicRenderer, over: threading.Event) -> None:
        """Keep one half beat waiting behind the one that sounds."""
        channel = self._channel
        if channel is None:
            return
        try:
            while not over.wait(POLL_S):
                if channel.get_queue() is not None:
                    continue
                music.conductor = music.conductor.entered(self._complete, self._of_set)
                wave = (music.half_beat(self.part) * 32767).astype(np.int16)
                both = np.ascontiguousarray(np.repeat(wave[:, None], 2, axis=1))
                channel.queue(pygame.sndarray.make_sound(both))
        except pygame.error as e:  # the device went away: the game goes on without music
            log.info("the music ends: %s", e)
