"""A therapy session on screen, from check-in to the last card."""

import itertools
from dataclasses import replace

import pygame
import pytest

from games.look import Look
from games.persuasion.prompts import Situation, prompts_for
from games.persuasion.questionnaire import ITEMS
from games.rules.take import Take
from games.session.letter_page import Letter
from games.session.session_texts import SESSION
from games.session.therapy_pages import page_of
from games.ui.hud import Hud
from games.ui.texts import blaming
from session_stage import T0_NS, Stage
from session_stage import seated_raise as plan
from therapy.session.screens import Closed, screen_of

pytestmark = pytest.mark.slow


@pytest.fixture
def stage():
    stages = []

    def make(*args, **more):
        stages.append(Stage(*args, **more))
        return stages[-1]

    yield make
    for made in stages:
        made.window.close()


def only_return(_kind):
    return [pygame.K_RETURN]


def test_one_key_leads_from_check_in_through_play_and_assessment_to_the_last_card(stage):
    played = stage(plan())
    played.run(only_return)
    kinds = [k for k, _ in itertools.groupby(played.seen)]
    wanted = ["Ask", "AlignSensor", "Ready", "FindRange", "ReadyToAssess", "Assess", "Play", "Ask"]
    assert kinds == [*wanted, "Closed"]
    types = played.types()
    for kind in ("exercise.started", "range.calibrated", "exercise.ended", "session.closed"):
        assert kind in types
    assert types.index("range.calibrated") < types.index("exercise.ended")
    assert played.view.refused == []


@pytest.mark.parametrize(
    "at", ["Ask", "AlignSensor", "Ready", "FindRange", "Play", "Assess", "Closed"]
)
def test_the_windows_close_button_closes_the_session_wherever_it_is(stage, at):
    played = stage(plan())

    def press(kind):
        if kind == at:
            pygame.event.post(pygame.event.Event(pygame.QUIT))
        return only_return(kind) if kind != at else ()

    played.moves = lambda kind: kind != at and Stage.moves(played, kind)
    played.run(press)
    assert played.types()[-1] == "session.closed"
    assert played.types().count("session.closed") == 1
    assert played.view.refused == []


def test_the_first_repetition_is_reached_within_three_minutes_by_one_key(stage):
    played = stage(plan())
    while not played.view.state.counted:
        if not played.moves(played.frame()):
            played.press(pygame.K_RETURN)
    assert (played.pace.now_ns() - T0_NS) * 1e-9 < 180


def test_unwell_is_one_key_away_on_every_kind_of_screen(stage):
    for wanted in ("Ask", "AlignSensor", "Ready", "FindRange", "Play", "ReadyToAssess", "Assess"):
        played = stage(plan())
        n = 0
        while (kind := played.frame()) != wanted:
            n += 1
            if n % 7 == 0 and not played.moves(kind):
                played.press(pygame.K_RETURN)
        pressed_ns = played.pace.now_ns()
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_u))
        played.frame()
        assert "unwell.reported" in played.types(), wanted
        assert isinstance(screen_of(played.view.state), Closed)
        assert played.pace.now_ns() - pressed_ns < 1_000_000_000


def test_pain_told_on_a_screen_reaches_the_session_and_ends_the_set(stage):
    played = stage(plan())
    n = 0
    while (kind := played.frame()) != "Play":
        n += 1
        if n % 7 == 0 and not played.moves(kind):
            played.press(pygame.K_RETURN)
    for key in (pygame.K_p, pygame.K_8):
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
    played.frame()
    assert "pain.reported" in played.types()
    ended = next(e for e in played.view.events if e.type == "exercise.ended")
    assert ended.reason == "pain"


def test_every_page_speaks_in_both_languages_without_blame(stage):
    played = stage(plan())
    while not played.screens.finished:
        screen = screen_of(played.view.state)
        for language in ("it", "en"):
            page = page_of(screen, language)
            for text in (page.title, page.text, *(c.text for c in page.choices)):
                assert blaming(text, language) is None, text
        if not played.moves(played.frame()):
            played.press(pygame.K_RETURN)
    assert played.voice.said


@pytest.mark.parametrize(("side", "scale"), [("left", 2.0), ("right", 1.0)])
def test_any_side_and_text_size_plays_a_whole_session(stage, side, scale):
    look = Look(language="en", side=side, text_scale=scale, reduced_motion=True, voice=False)
    played = stage(plan(), look=look, assess=False)
    played.run(only_return)
    assert played.types()[-1] == "session.closed"


def test_the_cue_is_spoken_before_the_exercise(stage):
    played = stage(plan())
    played.run(only_return)
    cue = "Alzi il braccio teso davanti a sé, piano, poi lo riabbassi."
    assert cue in played.voice.said


def test_prompts_open_and_close_a_session_and_are_logged_while_it_is_open(stage):
    situation = Situation(unit="s", goal="le tazze", missed=2)

    def prompts(told):
        done = replace(situation, closing=told.closing, trials=told.trials, full=told.full)
        return prompts_for(done, "it")

    def choose_the_short_version(kind):
        short = kind == "Ask" and "prompt.shown" not in played.types()
        return [pygame.K_RIGHT, pygame.K_RETURN] if short else [pygame.K_RETURN]

    played = stage(plan(), screens={"prompts": prompts}, assess=False)
    played.run(choose_the_short_version)
    shown = [e.mechanism for e in played.view.events if e.type == "prompt.shown"]
    assert shown == ["barrier_question", "five_minutes", "goal", "praise", "goal"]
    assert played.screens._five_minutes
    assert played.view.refused == []


def test_without_prompts_nothing_is_said_or_logged(stage):
    played = stage(plan(), screens={"prompts": lambda _told: []}, assess=False)
    played.run(only_return)
    assert "prompt.shown" not in played.types()


def test_the_physiotherapists_take_moves_a_ghost_beside_the_drawing(stage):
    pictures = []
    still = Take((0.0, 60.0), (0.0, 0.0))
    moving = Take((0.0, 1.0, 2.0), (0.0, 1.0, 0.0))
    for take in (still, moving):
        played = stage(plan(), screens={"takes": {"forward-arm-raise": take}})
        n = 0
        while played.frame() != "Ready":
            n += 1
            if n % 7 == 0:
                played.press(pygame.K_RETURN)
        for _ in range(10):
            played.frame()
        pictures.append(pygame.image.tobytes(played.window.picture, "RGB"))
    assert pictures[0] != pictures[1]


def test_an_item_that_ends_leaves_the_next_ones_game_running(stage):
    """The link to the bus says that an item has ended; the session has more to come."""
    item = {
        "exercise": "forward-arm-raise",
        "side": "right",
        "posture": "seated",
        "dose": {"sets": 1, "repetitions": 4},
        "assessment": "never",
        "game": "volo",
    }
    played = stage(plan({**item, "id": "first"}, {**item, "id": "second"}))
    type(played.view).ended = property(lambda _: "exercise.ended" in played.types())
    try:
        played.run(only_return)
    finally:
        type(played.view).ended = property(lambda _: False)
    assert played.types().count("exercise.ended") == 2
    assert played.types()[-1] == "session.closed"


def test_a_survey_asks_five_statements_after_the_last_card_and_leaves_no_trace(stage):
    answers = []
    played = stage(plan(), screens={"questionnaire": answers.append}, assess=False)
    played.run(only_return)
    assert answers == [dict.fromkeys(ITEMS, 2)]
    assert not any("questionnaire" in kind for kind in played.types())
    assert played.view.refused == []


@pytest.mark.parametrize(("keys", "goes_on"), [((pygame.K_1,), True), ((pygame.K_2,), False)])
def test_after_a_session_that_broke_off_going_on_is_offered_first(stage, keys, goes_on):
    played = stage(plan(), screens={"resumed": True})
    for _ in range(8):
        played.frame()
    assert played.screens.page.title.startswith("L'ultima seduta si è interrotta")
    played.press(*keys)
    for _ in range(3):
        played.frame()
    assert (played.view.state.asking[0].at == "in") == goes_on


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("silent", [True, False])
def test_the_last_card_tells_that_the_clinic_is_silent_and_only_then(stage, language, silent):
    look = Look(language=language, audio_only=True, voice=False)
    played = stage(plan(), look, screens={"clinic_silent": lambda: silent, "reaches": "clinic"})
    shown = []

    def press(kind):
        if kind == "Closed":
            shown.append(played.screens.page)
        return [pygame.K_RETURN]

    played.run(press)
    last, told = shown[-1], SESSION["clinic_silent"][language]
    assert (told in last.lines) is silent
    assert (told in last.spoken) is silent


def letters(*texts):
    return [Letter(f"01J0000000000000000000000{n}", text) for n, text in enumerate(texts, 1)]


def told_as_read(played):
    return [e.message for e in played.view.events if getattr(e, "message", None) is not None]


def test_each_message_has_a_page_of_its_own_and_is_told_as_read_once_the_person_says_so(stage):
    waiting = letters("Bravo, la spalla va meglio.", "Domani più piano.")
    played = stage(plan(), screens={"letters": lambda: waiting})
    played.frame()
    assert played.screens.page.lines == ("«Bravo, la spalla va meglio.»",)
    assert told_as_read(played) == []
    played.run(only_return)
    assert told_as_read(played) == [x.message for x in waiting]
    assert "Closed" in played.seen


def test_a_message_that_comes_once_the_session_has_begun_waits_for_the_next_one(stage):
    waiting = []
    played = stage(plan(), screens={"letters": lambda: waiting})

    def press(kind):
        if kind == "AlignSensor":
            waiting[:] = letters("Bravo.")
        return [pygame.K_RETURN]

    played.run(press)
    assert told_as_read(played) == []
    assert "Closed" in played.seen


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_screen_tells_who_watches_and_when_nobody_does_any_more(stage, language):
    watchers, told = [("physiotherapist",)], {}
    look = Look(language=language, audio_only=True, voice=False)
    played = stage(plan(), look, screens={"watched_by": lambda: watchers[0]})
    spoken = []
    played.screens._watch._say = spoken.append
    drawn = Hud.draw_watched
    with pytest.MonkeyPatch.context() as patch:

        def noted(hud, canvas, line):
            told.setdefault(type(screen_of(played.view.state)).__name__, set()).add(line)
            drawn(hud, canvas, line)

        patch.setattr(Hud, "draw_watched", noted)
        played.run(only_return)
    role = SESSION["watcher.physiotherapist"][language]
    line = SESSION["watched"][language].format(who=role)
    assert {"Ask", "Ready", "Play", "Assess", "Closed"} <= told.keys()
    assert set().union(*told.values()) == {line}
    assert spoken == [line]
    watchers[0] = ()
    assert played.screens._watch.line(T0_NS) == SESSION["watched_over"][language]
    assert played.screens._watch.line(T0_NS + 11 * 10**9) == ""
    assert spoken[1:] == [SESSION["watched_over"][language]]
