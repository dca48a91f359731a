"""A session's screens without a window or a clock, and somebody who presses and moves."""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from games.audio.sound import Sounds
from games.audio.speech import Voice
from games.engine.devices import Devices
from games.engine.pace import InstantPace
from games.engine.window import Window
from games.inputs.player import PROFILES, Player
from games.inputs.simulated import PlayerSource
from games.look import Look
from games.session.rehearsal import Rehearsal
from games.session.run import SessionScreens
from games.session.shown_session import ScreenSettings
from telemetry.clock import ManualClock
from telemetry.identity import new_ulid
from therapy.plan.plan import Plan
from therapy.session.screens import screen_of

pytestmark = pytest.mark.slow

T0_NS = 1_700_000_000_000_000_000


def seated_raise(*items, **more):
    fields = {
        "patient": "p-1",
        "version": 1,
        "valid_from": "2023-01-01",
        "check_in": {"fallen": False, "medicine": False},
        "limits": {"rest_s": 0},
    }
    given = items or (
        {
            "id": "raise",
            "exercise": "forward-arm-raise",
            "side": "left",
            "posture": "seated",
            "placements": ["upper-arm-left"],
            "dose": {"sets": 1, "repetitions": 4},
            "assessment": "every day",
            "game": "raccolto",
        },
    )
    return Plan.model_validate({**fields, "items": list(given), **more})


class Stage:
    """Screens of a rehearsal, with somebody who presses and moves."""

    def __init__(self, the_plan, look=None, *, screens=None, **options):
        self.window = Window(headless=True, title="test")
        self.pace = InstantPace(T0_NS, 10)
        clock = ManualClock(T0_NS)
        player = Player(
            replace(PROFILES["strong"], spread=0.0, aim=0.02, move_s=1.6), 3, rate_hz=30
        )
        self.view = Rehearsal(
            the_plan,
            PlayerSource(player, T0_NS),
            self.pace.now_ns,
            lambda: new_ulid(clock),
            **options,
        )
        look = look or Look(language="it", audio_only=True, voice=False)
        self.voice = Voice(look.language, on=False)
        devices = Devices(
            window=self.window,
            pace=self.pace,
            source=self.view,
            sounds=Sounds(0.0),
            voice=self.voice,
        )
        settings = ScreenSettings(look=look, **(screens or {}))
        self.screens = SessionScreens(self.view, devices, settings)
        self.seen = []

    def frame(self):
        self.screens.frame()
        self.pace.wait(bool)
        kind = type(screen_of(self.view.state)).__name__
        if not self.seen or self.seen[-1] != kind:
            self.seen.append(kind)
        return kind

    def run(self, press, frames=3000):
        for n in range(frames):
            if self.screens.finished:
                return
            kind = self.frame()
            if n % 7 == 6 and not self.moves(kind):
                self.press(*press(kind))
        raise AssertionError(f"not finished, at {self.seen}")

    def press(self, *keys):
        """Press keys; Enter where an answer is asked for is the digit of an easy one instead."""
        for key in keys:
            told = easy(self.screens.page) if key == pygame.K_RETURN else key
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=told))

    def moves(self, kind):
        return self.screens.in_game or kind in ("FindRange", "Assess")

    def types(self):
        return [event.type for event in self.view.events]


def easy(page):
    """The digit of an answer without complaints; Enter where nothing is asked for."""
    if not page.clinical:
        return pygame.K_RETURN
    return pygame.K_2 if any(c.small for c in page.choices) else pygame.K_1
