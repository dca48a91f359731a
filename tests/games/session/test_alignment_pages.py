"""The pages of a segment calibration: they ask and never decide, and blame nobody."""

import pygame
import pytest

from analytics.calibration.finding import WORDS
from games.engine.window import Window
from games.look import Look
from games.session.desk import PageDesk
from games.session.page_screen import PageScreen
from games.session.therapy_pages import page_of
from games.ui.canvas import Canvas
from games.ui.menu import Menu
from games.ui.texts import blaming
from therapy.session.alignment import Alignment, AlignmentPhase
from therapy.session.alignment_words import (
    EASIER,
    TOO_LONG,
    asked,
    sensor_silent,
    shown_exercise,
    title,
)
from therapy.session.screens import AlignSensor

ELBOW = Alignment("forearm-left", "upper-arm-left", "elbow")
KNEE = Alignment("shank-right", "thigh-right", "knee")
WRIST = Alignment("wrist-right", hangs=True)
TOLD = (None, EASIER, TOO_LONG, sensor_silent("shank-left"), *WORDS.values())


def place(alignment=ELBOW, level="functional", phase=AlignmentPhase.WAITING, told=None, **more):
    moving = phase in (AlignmentPhase.FLEXIONS, AlignmentPhase.RAISES)
    fields = {"measured": True, "of": 3 * moving, "exercise": shown_exercise(alignment, phase)}
    return AlignSensor(
        alignment.placement,
        level,
        asked(alignment, level, phase, pose_measured=False),
        title=title(alignment, phase),
        phase=phase,
        told=told,
        **(fields | more),
    )


def all_places():
    for alignment in (ELBOW, KNEE, WRIST):
        for level in ("gravity", "stored", "functional", "none"):
            for phase in AlignmentPhase:
                yield place(alignment, level, phase)
    for told in TOLD:
        yield place(told=told, again=True)


def test_no_page_says_that_a_calibration_passed():
    for screen in all_places():
        for choice in page_of(screen, "it").choices:
            assert choice.asks.what == "segment.calibrated"
            assert choice.asks.model_fields_set == {"ask"}


def test_going_on_without_is_on_every_page():
    for screen in all_places():
        asks = [choice.asks.ask for choice in page_of(screen, "en").choices]
        assert asks == ["begin"] if screen.level == "none" else "cannot" in asks


def test_what_was_wrong_comes_before_what_to_do_and_both_are_spoken():
    told = WORDS["upside down"]
    page = page_of(place(told=told, again=True), "it")
    assert page.text == told.it
    assert page.spoken.startswith(told.it)
    assert page.lines == (place().text.it,)
    assert page.choices[0].text == "Ripetiamo"


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_speaks_and_blames_nobody(language):
    for screen in all_places():
        page = page_of(screen, language)
        assert page.spoken
        for text in (page.title, page.text, page.spoken, *(c.text for c in page.choices)):
            assert blaming(text, language) is None, text


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_every_page_keeps_its_words_above_its_buttons(scale):
    window = Window(headless=True, title="test")
    try:
        look = Look(language="it", text_scale=scale, voice=False)
        canvas, screen = Canvas(window.picture, scale), PageScreen(look)
        for shown in all_places():
            page = page_of(shown, "it")
            below = []
            write = canvas.column

            def column(blocks, where, write=write, below=below):
                below.append(write(blocks, where))
                return below[-1]

            canvas.column = column
            screen.draw(canvas, page, Menu(len(page.choices)), 1.0)
            canvas.column = write
            top = min(button.place.top for button in screen.buttons(page))
            rings = 72 if page.of else 0
            assert max(below) + rings <= top, page
            assert all(b.place.height >= 64 for b in screen.buttons(page))
    finally:
        window.close()


def test_a_second_press_of_enter_leaves_no_measurement_out():
    window, taken = Window(headless=True, title="test"), []
    try:
        desk = PageDesk(
            window,
            Look(language="it", voice=False),
            chosen=taken.append,
            request=lambda *_, **__: None,
            closed=lambda: None,
            say=lambda _: None,
            now_ns=0,
        )
        measuring = page_of(place(phase=AlignmentPhase.STILL), "it")
        desk.show(measuring, 0, None)
        for pressed_ns in (1_000_000_000, 2_000_000_000, 6_000_000_000):
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN))
            desk.show(measuring, pressed_ns, None)
            assert len(taken) == (pressed_ns > 3_000_000_000)
    finally:
        window.close()


@pytest.mark.parametrize("phase", list(AlignmentPhase))
def test_who_is_to_keep_still_sees_a_figure_that_keeps_still(phase):
    page = page_of(place(phase=phase, exercise="arm-abduction"), "it")
    window = Window(headless=True, title="test")
    canvas, shown = Canvas(window.picture), PageScreen(Look(voice=False))
    pictures = set()
    for seconds in (0.0, 1.0, 2.0, 3.0):
        shown.draw(canvas, page, Menu(0), seconds)
        pictures.add(pygame.image.tobytes(window.picture, "RGB"))
    window.close()
    moves = phase in (AlignmentPhase.FLEXIONS, AlignmentPhase.RAISES)
    assert (len(pictures) > 1) is moves
