"""A loop without anybody watching, for tests of what lies over every game."""

import pygame
import pytest

from games.audio.sound import Sounds
from games.audio.speech import Voice
from games.engine.devices import Devices
from games.engine.game import game_named
from games.engine.game_requests import NobodyAsked
from games.engine.loop import Loop
from games.engine.pace import InstantPace
from games.engine.play_settings import PlaySettings, Stopping
from games.engine.window import Window
from games.inputs.player import PROFILES, Player
from games.inputs.simulated import PlayerSource
from games.look import Look
from games.rules.setting import Setting

T0_NS = 1_700_000_000_000_000_000


class Table:
    """A loop without anybody watching."""

    def __init__(
        self,
        name="volo",
        *,
        look=None,
        source=None,
        setting=None,
        frames_per_s=20,
        stopping=None,
        sounds=None,
    ):
        self.window = Window(headless=True, title="test")
        self.shown = self.window.picture.copy()
        """What was last handed to the display: the window's picture is already the next one."""
        self.window.show = self._keep
        self.pace = InstantPace(T0_NS, frames_per_s)
        self.asks = NobodyAsked()
        self.sounds, self.voice = sounds or Sounds(0.0), Voice("it", on=False)
        devices = Devices(
            window=self.window,
            pace=self.pace,
            source=source or PlayerSource(Player(PROFILES["strong"], 3), T0_NS),
            sounds=self.sounds,
            voice=self.voice,
        )
        settings = PlaySettings(
            game=game_named(name),
            setting=setting or Setting(sets=1, repetitions=2, rest_s=0),
            look=look or Look(voice=False),
            pain_at_check_in=0,
            stopping=stopping or Stopping(after_s=200),
        )
        self.loop = Loop(settings, devices, self.asks)

    def _keep(self):
        self.shown.blit(self.window.picture, (0, 0))

    def frame(self):
        self.loop.frame()
        self.pace.wait(bool)

    def play(self):
        while self.loop.stopped_by is None:
            self.frame()
            yield self

    def press(self, *keys):
        for key in keys:
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))


@pytest.fixture
def table():
    tables = []

    def make(*args, **more):
        tables.append(Table(*args, **more))
        return tables[-1]

    yield make
    for made in tables:
        made.window.close()
