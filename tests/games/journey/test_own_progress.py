"""One's own progress: each figure by itself, its band in everyday words, nothing judged."""

from datetime import date

import pytest

from games.journey.journey import GAME, PLANT, SCENE
from games.journey.own_progress import GOAL, OwnSession, everyday_range, progress_of
from games.persuasion.prompts import PROMPTS
from games.persuasion.weekly_draws import WEEKLY_DRAWS
from games.session.way.progress_pages import goal_page, progress_lines, progress_pages
from journals import session_result
from telemetry.messages.events import (
    CheckAnswered,
    ExerciseReported,
    ExerciseStarted,
    PromptShown,
)
from telemetry.messages.results import ActivePeak, Attempt, DoubtNote

PEAK = ActivePeak(what="x", peak_deg=168, start_deg=20, band_low_deg=158, band_high_deg=178)
SESSION = "01J00000000000000000000001"


def result(**more):
    (item,) = session_result().items
    return session_result(items=(item.model_copy(update=more),))


def event(kind, **fields):
    return kind(session=SESSION, number=1, t_ns=10**18, **fields)


def pain(answer, at="in", question="pain"):
    return event(CheckAnswered, at=at, question=question, answer=answer)


def rating(value):
    return event(PromptShown, mechanism="goal_rating", variant=value, language="it")


def on(day, *events, **more):
    return OwnSession(day=date(2026, 3, day), events=events, **more)


def words(own, language="en"):
    lines = progress_lines(own, language)
    return "\n".join(line for title, told in lines for line in (title, *told))


def test_a_peak_is_told_with_its_band_in_everyday_words_on_its_day():
    own = progress_of(
        [on(2, result=result(assessment=True, active_peak=PEAK))], goal="reach the upper cups"
    )
    assert "2 March: up to 168°, almost certainly 158° to 178°" in words(own)
    assert "2 marzo: fino a 168°, quasi certamente fra 158° e 178°" in words(own, "it")


def test_without_a_known_zero_it_is_how_far_one_moved_and_else_why_there_is_no_angle():
    (item,) = result(assessment=True).items
    assert "of movement" in everyday_range(item).en
    loose = DoubtNote(kind="unlike", it="il sensore è lento", en="the sensor is loose")
    refused = {"range_of_motion": None, "not_observable": loose.en, "doubts": (loose,)}
    (item,) = result(assessment=True, **refused).items
    assert everyday_range(item).it == "nessun angolo: il sensore è lento"


def test_repetitions_of_games_count_and_those_of_assessments_do_not():
    game = result(attempts=(Attempt(start_s=1, end_s=2),))
    own = progress_of([on(2, result=game), on(2, result=result(assessment=True))], goal="")
    assert own.days == 1
    assert own.repetitions == len(game.items[0].repetitions)
    assert own.attempts == 1
    assert not own.uncounted


def test_what_was_not_counted_yet_is_told_as_that_and_keys_apart():
    started = event(
        ExerciseStarted, item="raise", exercise="forward-arm-raise", side="right", spans={}
    )
    by_keys = event(ExerciseReported, item="raise", amount=3, unit="repetitions")
    own = progress_of([on(2, started), on(4, started, by_keys)], goal="")
    assert (own.uncounted, own.reported, own.repetitions) == (1, 3, 0)
    assert "Sessions not counted yet: 1" in words(own)


def test_pain_is_that_of_the_beginning_and_a_skipped_answer_is_none():
    own = progress_of(
        [on(n, pain(n), pain(9, at="out"), pain(8, question="pain elsewhere")) for n in range(1, 9)]
        + [on(9, pain(None))],
        goal="",
    )
    assert own.pains == (3, 4, 5, 6, 7, 8)


def test_a_goal_stands_in_its_own_words_with_its_ratings_and_without_one_there_is_none():
    sessions = [on(2, rating("4")), on(9, rating("7")), on(11, rating("far"))]
    own = progress_of(sessions, goal="reach the upper cups")
    assert own.ratings == ((date(2026, 3, 2), 4), (date(2026, 3, 9), 7))
    assert "“reach the upper cups”\n2 March: 4 of 10\n9 March: 7 of 10" in words(own)
    assert "My goal" not in words(progress_of([], goal=""))


def test_what_the_way_writes_down_is_never_taken_for_a_prompt():
    noted = {GAME, GOAL, PLANT, SCENE, *WEEKLY_DRAWS}
    assert len(noted) == 4 + len(WEEKLY_DRAWS)
    assert not noted & {mechanism.value for mechanism in PROMPTS}


@pytest.mark.parametrize("language", ["it", "en"])
def test_no_word_judges_and_each_page_leads_on_or_back(language):
    sessions = [on(2, pain(3), rating("4"), result=result(assessment=True, active_peak=PEAK))]
    own = progress_of(sessions * 3, goal="reach the upper cups")
    told = words(own, language).lower()
    for judging in ("improv", "better", "worse", "miglior", "peggior", "bravo", "good"):
        assert judging not in told
    pages = progress_pages(own, language, after=False)
    assert [p.choices[0].asks.page for p in pages[:-1]] == list(range(1, len(pages)))
    assert pages[-1].choices[0].asks.to == "goal"
    assert {p.choices[-1].asks.to for p in pages} == {"map"}
    assert all(p.last for p in progress_pages(own, language, after=True))


def test_the_goal_is_rated_deliberately_and_may_be_left_out():
    page = goal_page("reach the upper cups", "en")
    assert page.clinical
    assert [c.asks.rating for c in page.choices if c.small] == list(range(11))
    assert page.choices[-1].asks.rating is None
    assert len(page.choices) == 12
