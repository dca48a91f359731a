"""The survey after a session's last card: asked there only, left out in one press."""

import pygame
import pytest

from games.look import Look
from games.session.page_screen import PageScreen
from games.session.surveys.survey_turn import AskedSurvey, survey_page
from session_stage import Stage
from session_stage import seated_raise as plan
from therapy.questionnaires.surveys import SURVEYS

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


def asked(name, told):
    return AskedSurvey(SURVEYS[name], lambda state, answers: told.append((state, answers)))


@pytest.mark.parametrize("name", ["session-3", "session-12"])
def test_a_session_survey_follows_the_last_card_and_takes_the_questionnaires_turn(stage, name):
    told, marks = [], []
    screens = {"survey": lambda: asked(name, told), "questionnaire": marks.append}
    played = stage(plan(), screens=screens, assess=False)
    played.run(only_return)
    answers = {
        item.id: 2 if item.options is None else [*item.options][1] for item in SURVEYS[name].items
    }
    assert told == [("asked", {}), ("answered", answers)]
    assert marks == []
    assert played.types()[-1] == "session.closed"


def test_one_press_leaves_the_whole_survey_out(stage):
    told = []
    played = stage(plan(), screens={"survey": lambda: asked("session-3", told)}, assess=False)
    leaves = "Salto le domande"
    played.run(
        lambda _: [
            pygame.K_s if played.screens.page.choices[-1].text == leaves else pygame.K_RETURN
        ]
    )
    assert told == [("asked", {}), ("skipped", {})]


def test_what_was_answered_before_the_rest_was_left_out_counts(stage):
    told = []
    played = stage(plan(), screens={"survey": lambda: asked("session-3", told)}, assess=False)
    played.run(
        lambda _: [pygame.K_s if told and played.screens.page.ends == ("", "") else pygame.K_RETURN]
    )
    assert told == [("asked", {}), ("answered", {"ease": 2, "use": 2})]


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", ["session-3", "session-12"])
def test_every_survey_page_holds_its_answers_apart_from_each_other(stage, name, language, scale):
    stage(plan())  # A screen needs a display.
    screen = PageScreen(Look(text_scale=scale))
    for item in SURVEYS[name].items:
        page = survey_page(item, language)
        places = [b.place for b in screen.buttons(page)]
        assert page.clinical
        assert page.choices[-1].skips
        for n, place in enumerate(places):
            assert not any(place.colliderect(other) for other in places[n + 1 :])
