"""Nobody answers but the person: not the arm that exercises, not waiting, not a stray press."""

import math

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.inputs.source import ArrivedSample
from games.look import Look
from games.rules.control import ControlSample
from session_stage import T0_NS, Stage, easy
from session_stage import seated_raise as plan

pytestmark = pytest.mark.slow

CLINICAL = ("check.answered", "effort.reported", "pain.reported", "breathlessness.reported")
STRAY = (
    pygame.K_RETURN,
    pygame.K_KP_ENTER,
    pygame.K_b,
    pygame.K_F12,
    pygame.K_z,
    pygame.K_BACKSPACE,
)


class RestlessArm:
    """Up, hold and down as prescribed, without a pause, whatever the screen says."""

    ended = waiting = False

    def __init__(self, up_s=3.0, hold_s=1.0):
        self.up_s, self.hold_s, self.next_ns = up_s, hold_s, T0_NS

    def poll(self, now_ns, _invited):
        arrivals = []
        while self.next_ns <= now_ns:
            at_s = (self.next_ns - T0_NS) * 1e-9 % (2 * self.up_s + self.hold_s)
            way = min(
                1.0, at_s / self.up_s, max(0.0, (2 * self.up_s + self.hold_s - at_s)) / self.up_s
            )
            level = 0.5 - 0.5 * math.cos(math.pi * way)
            arrivals.append(
                ArrivedSample(ControlSample(self.next_ns, level, 1.0, 1.2), self.next_ns)
            )
            self.next_ns += 33_333_333
        return arrivals

    def counted(self):
        return []


def answers(stage):
    return [e for e in stage.view.events if e.type in CLINICAL]


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("scanning", [False, True], ids=["plain", "scanning"])
@pytest.mark.parametrize("audio_only", [False, True], ids=["seen", "heard"])
def test_an_arm_that_exercises_without_pause_answers_no_question(language, scanning, audio_only):
    look = Look(language=language, scanning=scanning, audio_only=audio_only, voice=False)
    stage = Stage(plan(), look)
    stage.view._source = RestlessArm()
    met = set()
    try:
        for _ in range(900):
            if stage.screens.finished:
                break
            before = len(answers(stage))
            stage.frame()
            assert len(answers(stage)) == before
            page = stage.screens.page
            if stage.screens.in_game or (page.of and not page.clinical):
                continue
            if page.clinical and page.title not in met:
                # Two whole repetitions long the page is left to the arm alone.
                met.add(page.title)
                for _ in range(150):
                    stage.frame()
                assert len(answers(stage)) == before
            for _ in range(6):
                stage.frame()
            stage.press(easy(stage.screens.page))
            stage.frame()
    finally:
        stage.window.close()
    assert len(met) >= 4


@settings(max_examples=6, deadline=None)
@given(st.lists(st.sampled_from(STRAY), max_size=12), st.booleans())
def test_waiting_and_stray_keys_answer_nothing(keys, scanning):
    stage = Stage(plan(), Look(language="it", audio_only=True, voice=False, scanning=scanning))
    stage.view._source = RestlessArm()
    try:
        for key in keys:
            focus_by_scanning = scanning and key in (pygame.K_RETURN, pygame.K_KP_ENTER)
            if not focus_by_scanning:
                pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
            for _ in range(7):
                stage.frame()
        assert answers(stage) == []
    finally:
        stage.window.close()


@pytest.mark.parametrize("digit", [0, 4, 7])
def test_a_digit_is_the_answer_on_every_scale_and_back_takes_it_up_again(digit):
    stage = Stage(plan(), Look(language="it", audio_only=True, voice=False))
    try:
        while not any(c.small for c in stage.screens.page.choices):
            stage.press(easy(stage.screens.page))
            for _ in range(7):
                stage.frame()
        asked = stage.screens.page.title
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=getattr(pygame, f"K_{digit}")))
        for _ in range(20):
            stage.frame()
        assert answers(stage)[-1].answer == digit
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_b))
        for _ in range(7):
            stage.frame()
        assert stage.screens.page.title == asked
    finally:
        stage.window.close()


def test_escape_asks_before_a_session_ends_and_the_mouse_alone_can_leave():
    stage = Stage(plan(), Look(language="it", audio_only=True, voice=False))
    try:
        for _ in range(7):
            stage.frame()
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE))
        for _ in range(7):
            stage.frame()
        assert not stage.view.state.closed
        assert stage.screens.page.title == "Vuole smettere?"
        stop = stage.screens._desk._screen.buttons(stage.screens.page)[1]
        at = {"button": 1, "pos": stop.place.center}
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, at))
        stage.frame()
        stage.frame()
        assert stage.view.state.asking[0].at == "out"
    finally:
        stage.window.close()


def test_with_scanning_a_still_arm_can_answer_and_is_asked_to_confirm():
    class Deliberate(RestlessArm):
        """Still for long, then raised and kept up, again and again."""

        def poll(self, now_ns, _invited):
            arrivals = []
            while self.next_ns <= now_ns:
                at_s = (self.next_ns - T0_NS) * 1e-9 % 7.0
                level = 0.9 if at_s > 4.5 else 0.0
                arrivals.append(ArrivedSample(ControlSample(self.next_ns, level), self.next_ns))
                self.next_ns += 33_333_333
            return arrivals

    stage = Stage(plan(), Look(language="it", audio_only=True, voice=False, scanning=True))
    stage.view._source = Deliberate()
    titles = set()
    try:
        for _ in range(1500):
            stage.frame()
            titles.add(stage.screens.page.title)
            if answers(stage) or stage.view.state.closed:
                break
        assert any(title.startswith("Ha scelto") for title in titles) or stage.view.state.closed
    finally:
        stage.window.close()
