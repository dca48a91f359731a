"""Surveys as data: what is asked when, and what is an answer."""

import re

import pytest

from telemetry.messages.results import SurveyTold
from therapy.questionnaires.surveys import (
    SURVEYS,
    is_survey_answer,
    survey_in_session,
)

WORD = re.compile(r"^[a-z][a-z0-9-]{0,23}$")


def asked_over(sessions, missed=frozenset()):
    """What is asked, by session done, where some sessions are left before it is asked."""
    asked, found = set(), {}
    for done in range(1, sessions + 1):
        survey = survey_in_session(done, frozenset(asked))
        if survey is not None and done not in missed:
            asked.add(survey.name)
            found[done] = survey.name
    return found


@pytest.mark.parametrize(
    ("missed", "told"),
    [
        (set(), {3: "session-3", 12: "session-12"}),
        ({3}, {4: "session-3", 12: "session-12"}),
        ({3, 4, 5}, {12: "session-12"}),
        ({12, 13, 14}, {3: "session-3"}),
    ],
)
def test_each_session_survey_is_asked_once_in_its_session_or_soon_after(missed, told):
    assert asked_over(60, missed) == told


def test_who_has_done_many_sessions_before_is_asked_nothing():
    assert all(survey_in_session(n, frozenset()) is None for n in (0, 1, 2, 6, 11, 15, 400))


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=lambda s: s.name)
def test_every_survey_says_all_of_it_in_both_languages_and_has_its_two_lists(survey):
    assert {"barrier", "change"} <= {item.id for item in survey.items}
    texts = [survey.title]
    for item in survey.items:
        texts += [item.text, *(item.options or {}).values()]
        assert WORD.match(item.id)
        if item.options is not None:
            assert {"nothing", "other"} <= set(item.options)
            assert len(item.options) <= 12, "a page of the screens holds no more"
            assert all(WORD.match(option) for option in item.options)
    assert all(text.it and text.en for text in texts)
    assert len({item.id for item in survey.items}) == len(survey.items)


def test_a_question_that_several_surveys_share_is_the_same_one():
    for audience in {s.audience for s in SURVEYS.values()}:
        texts = {}
        for survey in SURVEYS.values():
            if survey.audience == audience:
                for item in survey.items:
                    assert texts.setdefault(item.id, item.text) == item.text


@pytest.mark.parametrize(
    ("survey", "item", "answer", "fits"),
    [
        ("session-3", "ease", 1, True),
        ("session-3", "ease", 6, False),
        ("session-3", "ease", True, False),
        ("session-3", "ease", "pain", False),
        ("session-3", "barrier", "pain", True),
        ("session-3", "barrier", "nobody", False),
        ("session-3", "barrier", 1, False),
        ("session-3", "burden", 1, False),
        ("nothing", "ease", 1, False),
    ],
)
def test_an_answer_is_a_mark_or_one_of_the_options(survey, item, answer, fits):
    assert is_survey_answer(survey, item, answer) is fits


def test_every_answer_fits_its_record():
    for survey in SURVEYS.values():
        answers = {
            item.id: 5 if item.options is None else [*item.options][-1] for item in survey.items
        }
        told = SurveyTold(
            session="01J00000000000000000000000",
            patient="p-1",
            survey=survey.name,
            done=3,
            state="answered",
            answers=answers,
        )
        assert told.answers == answers
