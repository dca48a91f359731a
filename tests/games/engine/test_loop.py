"""The loop: every mode plays a whole game, calmly, with two keys, and rests when asked."""

import hashlib
import itertools
from dataclasses import replace
from itertools import cycle

import numpy as np
import pygame
import pytest

from games.engine.play_settings import Stopping
from games.inputs.keys import KeysSource
from games.inputs.player import PROFILES, Player
from games.inputs.simulated import PlayerSource
from games.inputs.source import ArrivedSample
from games.look import Look
from games.rules.control import ControlSample
from games.rules.mode import Mode
from games.scenes.scene import SCENES, GameScene, Light, Region, SceneWeather
from games.ui import pause_card
from games.ui.hud import Hud
from telemetry.messages.requests import ReportRest

pytestmark = pytest.mark.slow

T0_NS = 1_700_000_000_000_000_000
GAMES = ("onda", "orto", "raccolto", "volo")


def pixels(shown):
    return hashlib.sha256(pygame.image.tobytes(shown, "RGB")).hexdigest()


FALLING = {
    region.value: GameScene(region, light, SceneWeather.FALLING)
    for region, light in zip(Region, (Light.NOON, Light.NIGHT, Light.GOLD), strict=True)
}
FEW = [*zip(GAMES, cycle(FALLING.values()), strict=False)]
"""In these something falls, which moves by itself; every scene has its turn in the nightly run."""


def with_others(scenes):
    nightly = pytest.mark.nightly
    return [*FEW, *(pytest.param(n, s, marks=nightly) for n in GAMES for s in scenes)]


@pytest.mark.parametrize(("name", "scene"), with_others(SCENES[::5]))
def test_the_same_seed_and_player_give_the_same_frames(table, name, scene):
    look = Look(scene=scene, voice=False)
    hashes = [
        [pixels(t.shown) for t in table(name, look=look, frames_per_s=4).play()] for _ in range(2)
    ]
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) > 10


@pytest.mark.parametrize(("name", "scene"), with_others(SCENES))
def test_nothing_flashes(table, name, scene):
    """No picture is much lighter or darker than the one before it (WCAG 2.3.1: 10 %)."""
    means = [
        pygame.surfarray.array3d(t.shown)[::8, ::8].mean() / 255
        for t in itertools.islice(table(name, look=Look(scene=scene, voice=False)).play(), 240)
        if t.loop.mode is Mode.PLAY
    ]
    assert np.abs(np.diff(means)).max() < 0.05


@pytest.mark.parametrize("look", [
    Look(side="left", voice=False),
    Look(text_scale=2.0, language="en", voice=False),
    Look(reduced_motion=True, voice=False),
    Look(audio_only=True, voice=False),
])  # fmt: skip
def test_every_mode_plays_a_whole_game(table, look):
    played = table("raccolto", look=look)
    for _ in played.play():
        pass
    assert played.loop.stopped_by == "done"
    assert played.loop.simulation.state.progress.trials == 2


@pytest.mark.parametrize("away", ["enter", "click"])
def test_the_last_card_can_be_taken_away_but_not_by_a_press_meant_for_the_game(table, away):
    def press():
        if away == "enter":
            played.press(pygame.K_RETURN)
        else:
            at = {"button": 1, "pos": (640, 300)}
            pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, at))
        played.frame()

    played = table("volo", source=KeysSource(), stopping=Stopping(lingers=True))
    played.loop.press("unwell")
    press()
    assert played.loop.stopped_by is None
    for _ in range(30):
        played.frame()
    press()
    assert played.loop.stopped_by == "closed"


def test_a_pause_costs_nothing_and_demands_no_catching_up(table):
    class Steady:
        ended = waiting = False

        def __init__(self):
            self.last_ns = T0_NS

        def poll(self, now_ns, _invited):
            from games.inputs.source import ArrivedSample

            arrivals = []
            while self.last_ns < now_ns:
                self.last_ns += 16_666_667
                level = 0.5 - 0.5 * np.cos((self.last_ns - T0_NS) * 1e-9 * 2 * np.pi / 6)
                arrivals.append(
                    ArrivedSample(ControlSample(self.last_ns, float(level)), self.last_ns)
                )
            return arrivals

        def counted(self):
            return []

    played = table(source=Steady())
    for _ in range(30):
        played.frame()
    score = played.loop.simulation.state.progress.score
    played.press(pygame.K_SPACE)
    for _ in range(100):
        played.frame()
    steps = played.loop.simulation.steps
    assert played.loop.mode is Mode.PAUSED
    played.press(pygame.K_SPACE)
    played.frame()
    played.frame()
    assert played.loop.simulation.steps - steps < 30
    assert played.loop.simulation.state.progress.score >= score


def test_two_keys_without_holding_down_play_a_game(table):
    keys = KeysSource(1.0, 1.0)
    played = table(source=keys, frames_per_s=30)
    for n, _ in zip(range(200), played.play(), strict=False):
        if n % 90 == 5:
            played.press(pygame.K_UP)
        elif n % 90 == 50:
            played.press(pygame.K_DOWN)
    assert played.loop.simulation.state.progress.trials == 2


def clicked(played, place):
    at = {"button": 1, "pos": place.center}
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, at))
    played.frame()
    played.frame()


def test_the_mouse_alone_pauses_goes_on_and_leaves(table):
    played = table()
    pause = next(b for b in Hud(Look()).buttons if b.name == "pause").place
    go_on, _, _, enough = pause_card._places()
    played.frame()
    clicked(played, pause)
    assert played.loop.mode is Mode.PAUSED
    clicked(played, go_on)
    assert played.loop.mode is Mode.PLAY
    clicked(played, pause)
    clicked(played, enough)
    assert played.loop.stopped_by == "closed"


def test_escape_asks_before_a_set_ends(table):
    played = table()
    played.frame()
    played.press(pygame.K_ESCAPE)
    played.frame()
    assert played.loop.stopped_by is None
    assert played.loop.mode is Mode.PAUSED
    played.press(pygame.K_1)
    played.frame()
    assert played.loop.mode is Mode.PLAY


@pytest.mark.parametrize(("scanning", "mode"), [(True, Mode.PAUSED), (False, Mode.PLAY)])
def test_with_scanning_an_arm_that_keeps_still_reaches_the_pause(table, scanning, mode):
    class Resting:
        ended = waiting = False
        last_ns = T0_NS

        def poll(self, now_ns, _invited):
            arrivals = []
            while self.last_ns < now_ns:
                self.last_ns += 33_333_333
                arrivals.append(ArrivedSample(ControlSample(self.last_ns, 0.02), self.last_ns))
            return arrivals

        def counted(self):
            return []

    played = table(source=Resting(), look=Look(scanning=scanning, voice=False))
    for _ in range(190):
        played.frame()
    assert played.loop.mode is mode


@pytest.mark.parametrize(
    ("reaches", "words"),
    [("nobody", "nessuno"), ("home", "computer"), ("clinic", "fisioterapista")],
)
def test_what_is_promised_after_pain_is_what_happens(table, reaches, words):
    played = table()
    played.loop._end_card._reaches = reaches
    played.frame()
    played.press(pygame.K_p, pygame.K_9)
    played.frame()
    assert words in played.voice.said[-1]
    assert ("fisioterapista" in played.voice.said[-1]) == (reaches == "clinic")


class OfSession(PlayerSource):
    """The arm of a session that a game follows; after two seconds somebody plays on."""

    def poll(self, now_ns, invited):
        if self.pressed is None and now_ns > T0_NS + 2_000_000_000:
            self.pressed = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_SPACE)
            pygame.event.post(self.pressed)
        return [replace(a, item=self.item) for a in super().poll(now_ns, invited)]

    pressed = None


@pytest.mark.parametrize(("item", "told"), [("arm", [True, False]), (None, [])])
def test_a_further_screen_of_a_session_tells_it_of_its_pauses(table, item, told):
    source = OfSession(Player(PROFILES["strong"], 3), T0_NS)
    source.item = item
    played = table(source=source, stopping=Stopping(after_s=4))
    played.press(pygame.K_SPACE)
    played.loop.run()
    rests = [wish.resting for wish in played.asks.requests if isinstance(wish, ReportRest)]
    assert rests == told


class Delayed:
    """A wearable whose samples come in a second after they were taken."""

    ended = waiting = False

    def __init__(self):
        self.next_ns = T0_NS

    def poll(self, now_ns, _invited):
        arrivals = []
        while self.next_ns <= now_ns:
            taken_ns = self.next_ns - 1_000_000_000
            sample = ControlSample(taken_ns, 0.5)
            arrivals.append(ArrivedSample(sample, self.next_ns, "raise", taken_ns))
            self.next_ns += 50_000_000
        return arrivals

    def counted(self):
        return []


@pytest.mark.parametrize(("counted", "ends"), [(3, False), (4, True)])
def test_a_set_that_the_session_has_counted_ends_though_the_signal_is_late(table, counted, ends):
    played = table(source=Delayed())
    for _ in range(10):
        played.frame()
    played.loop.counted_by_session(counted, 4)
    for _ in range(10):
        played.frame()
    assert (played.loop.mode is Mode.DONE) is ends
