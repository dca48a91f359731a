"""Pain is told in one key and one digit, on the one scale, and nothing is preselected."""

import pygame
import pytest

from games.inputs.keys import KeysSource
from games.look import Look
from games.rules.mode import Mode
from games.rules.setting import Setting
from games.ui.hud import Hud
from games.ui.pain_scale import PainScale
from telemetry.messages.requests import ReportPain, ReportUnwell

pytestmark = pytest.mark.slow

T0_NS = 1_700_000_000_000_000_000


@pytest.mark.parametrize(("keys", "answer"), [
    ((pygame.K_1, pygame.K_0), 10),
    ((pygame.K_KP1, pygame.K_KP0), 10),
    ((pygame.K_x,), 10),
    ((pygame.K_KP7,), 7),
    ((pygame.K_1, pygame.K_RETURN), 1),
    ((pygame.K_1, pygame.K_b), "back"),
    ((pygame.K_1, pygame.K_3), 3),
    ((pygame.K_RIGHT, pygame.K_RIGHT, pygame.K_RETURN), 1),
    ((pygame.K_RETURN,), None),
    ((pygame.K_ESCAPE,), "back"),
    ((pygame.K_0,), 0),
])  # fmt: skip
def test_pain_can_be_typed_as_people_type_it(keys, answer):
    scale, now_ns = PainScale(T0_NS), T0_NS + 700_000_000
    *before, last = keys
    assert [scale.key(key, now_ns) for key in before] == [None] * len(before)
    assert scale.key(last, now_ns + 100_000_000) == answer
    assert scale.waited(now_ns + 10_000_000_000) is None


def test_a_pain_of_1_is_told_after_waiting_for_the_0_of_a_10(table):
    played = table("volo", source=KeysSource())
    played.frame()
    played.press(pygame.K_p, pygame.K_1)
    played.frame()
    assert played.asks.requests == []
    for _ in range(40):
        played.frame()
    assert played.asks.requests == [ReportPain(pain=1)]
    assert played.loop.mode is Mode.PLAY


@pytest.mark.parametrize("by", ["digit", "mouse"])
def test_pain_pressed_twice_on_the_card_to_rest_on_answers_nothing(table, by):
    played = table("volo", source=KeysSource(), look=Look(audio_only=True, voice=False))
    played.frame()
    played.press(pygame.K_SPACE)
    for _ in range(20):
        played.frame()
    assert played.loop.mode is Mode.PAUSED
    at = {"button": 1, "pos": (920, 350)}
    for _ in range(2):
        if by == "digit":
            played.press(pygame.K_2)
        else:
            pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, at))
        played.frame()
        played.frame()
        assert played.loop.mode is Mode.PAIN
    for _ in range(40):
        played.frame()
    assert played.asks.requests == []
    played.press(pygame.K_3)
    played.frame()
    assert played.asks.requests == [ReportPain(pain=3)]


def test_pain_is_one_key_and_one_digit_and_stops_motion_meanwhile(table):
    played = table()
    for _ in range(20):
        played.frame()
    played.press(pygame.K_p)
    played.frame()
    assert played.loop.mode is Mode.PAIN
    steps = played.loop.simulation.steps
    for _ in range(20):
        played.frame()
    assert played.loop.simulation.steps == steps
    played.press(pygame.K_7)
    played.frame()
    assert played.asks.requests == [ReportPain(pain=7)]
    assert played.loop.mode is Mode.STOPPED


def test_amber_pain_goes_on_easier(table):
    played = table(setting=Setting(level=0.8))
    for _ in range(5):
        played.frame()
    played.press(pygame.K_p, pygame.K_2)
    for _ in range(5):
        played.frame()
    assert played.loop.mode is Mode.PLAY
    assert played.loop.simulation.state.progress.level == 0.8
    played.loop._pain_at_check_in = 4
    played.press(pygame.K_p, pygame.K_4)
    for _ in range(5):
        played.frame()
    assert played.loop.mode is Mode.PLAY
    assert played.loop.simulation.state.progress.level < 0.8


def test_pain_can_be_told_with_two_keys(table):
    played = table()
    for _ in range(20):
        played.frame()
    played.press(pygame.K_p)
    played.frame()
    played.press(pygame.K_RETURN)
    played.frame()
    assert played.asks.requests == [], "a press that came with the question is no answer"
    for _ in range(60):
        played.frame()
    for _ in range(4):
        played.press(pygame.K_RIGHT)
        played.frame()
    played.press(pygame.K_RETURN)
    played.frame()
    assert played.asks.requests == [ReportPain(pain=3)]


def test_unwell_is_in_reach_while_the_pain_scale_is_open(table):
    played = table()
    for _ in range(20):
        played.frame()
    played.press(pygame.K_p)
    played.frame()
    played.press(pygame.K_u)
    played.frame()
    assert played.asks.requests == [ReportUnwell()]


def test_unwell_is_a_button_too_and_ends_at_once(table):
    played = table()
    played.frame()
    button = next(b for b in Hud(Look()).buttons if b.name == "unwell")
    event = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=button.place.center)
    pygame.event.post(event)
    played.frame()
    assert played.asks.requests == [ReportUnwell()]
    assert played.loop.mode is Mode.UNWELL
