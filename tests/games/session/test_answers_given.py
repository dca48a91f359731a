"""Whatever is pressed, in whatever order and however fast: each recorded answer was given."""

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.look import Look
from games.ui.pain_scale import PainScale
from keyed_session import KeyedStage
from session_stage import seated_raise as plan

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]

ASKING = {"fallen": True, "medicine": True, "breathlessness": True}
KINDS = {
    "check.answered": "answer",
    "effort.reported": "effort",
    "breathlessness.reported": "breathlessness",
    "pain.reported": "pain",
}
KEYS = {
    **{str(n): getattr(pygame, f"K_{n}") for n in range(10)},
    "skip": pygame.K_s,
    "back": pygame.K_b,
    "pain": pygame.K_p,
    "leave": pygame.K_ESCAPE,
    "enter": pygame.K_RETURN,
    "focus": pygame.K_DOWN,
    "key of none": pygame.K_z,
}


def post(key):
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))


def click(at):
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, {"button": 1, "pos": at}))


def answers(stage):
    return [getattr(e, KINDS[e.type]) for e in stage.view.events if e.type in KINDS]


def meanings(press, page):
    """What a press can answer on a page; Enter takes what was brought into focus."""
    small = [int(c.text) for c in page.choices if c.small]
    if press == "skip":
        return {None}
    if press == "enter":
        return {True, False, None, *small}
    if not press.isdigit():
        return set()
    return {int(press), 10} if small else {False, True}


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(KEYS)), st.integers(0, 9)), max_size=30))
def test_each_answer_has_a_press_of_its_own_that_meant_it(presses):
    stage = KeyedStage(plan(check_in=ASKING), Look(language="it", audio_only=True, voice=False))
    open_presses = []
    try:
        for press, frames in presses:
            if stage.view.state.open_item or stage.screens.finished:
                break
            before = len(answers(stage))
            open_presses.append((press, stage.screens.page))
            post(KEYS[press])
            for _ in range(1 + frames):
                stage.frame()
            for answer in answers(stage)[before:]:
                meant = [n for n, (p, page) in enumerate(open_presses) if told(answer, p, page)]
                assert meant, (answer, [p for p, _ in open_presses])
                # A press answers once.
                del open_presses[: meant[-1] + 1]
    finally:
        stage.window.close()


def told(answer, press, page):
    # The scale of pain, opened over a page, is answered by a digit as well.
    # A list, since a set takes 0 for False.
    meant = [*meanings(press, page), *([int(press), 10] if press.isdigit() else [])]
    return any(answer is m or (type(answer) is type(m) and answer == m) for m in meant)


@pytest.mark.parametrize("by", ["mouse", "digit"])
@pytest.mark.parametrize("pain", [0, 3, 5])
def test_a_second_press_by_a_trembling_hand_answers_no_question_below_the_scale(by, pain):
    stage = KeyedStage(plan(check_in=ASKING), Look(language="it", audio_only=True, voice=False))
    try:
        while not any(c.small for c in stage.screens.page.choices):
            for _ in range(7):
                stage.frame()
            post(pygame.K_1)
            stage.frame()
            stage.frame()
        asked = stage.screens.page.title
        for _ in range(7):
            stage.frame()
        before = len(answers(stage))
        post(pygame.K_p)
        stage.frame()
        for _ in range(2):
            at = PainScale(0).buttons()[pain].place.center
            click(at) if by == "mouse" else post(KEYS[str(pain)])
            stage.frame()
        assert answers(stage)[before:] == [pain]
        assert stage.screens.page.title == asked
    finally:
        stage.window.close()


@pytest.mark.parametrize("key", [pygame.K_1, pygame.K_KP1])
def test_a_press_made_twice_answers_no_later_page_not_even_by_waiting(key):
    stage = KeyedStage(plan(check_in=ASKING), Look(language="it", audio_only=True, voice=False))
    asked = 0
    try:
        stage.frame()
        while not stage.view.state.open_item and stage.screens.page.clinical:
            before = len(answers(stage))
            for _ in range(7):
                stage.frame()
            for _ in range(2):
                post(key)
                stage.frame()
                stage.frame()
            # A 1 waits for the 0 of a 10.
            for _ in range(20):
                stage.frame()
            assert len(answers(stage)) == before + 1
            asked += 1
    finally:
        stage.window.close()
    assert asked >= 4
