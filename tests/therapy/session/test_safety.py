"""Each safety rule by itself: where it begins, and what it leads to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SESSION
from telemetry.messages.events import CloseReason, StopReason
from telemetry.messages.live import SensorSilent
from therapy.exercises.dose import Tempo
from therapy.plan.limits import Limits
from therapy.session.safety import (
    Verdict,
    ceiling_deg,
    hold_asked_s,
    judge_effort,
    judge_pain,
    may_get_harder,
)
from therapy.session.screens import UNWELL_TEXT, Ask, Closed, Play
from therapy.session.session_state import FallSuspected
from therapy_builders import STREAM, Session, item, plan


def test_no_exercise_starts_with_too_much_pain():
    session = Session()
    session.answer(pain=6)
    assert session.state.closed
    assert session.events[-1].reason is CloseReason.PAIN
    assert "exercise.started" not in session.types


def test_a_person_whose_usual_pain_is_6_can_play_with_own_limits():
    session = Session(plan(limits={"pain_stop": 9, "pain_amber": 7}))
    session.to_play(pain=6)
    assert session.ask("pain.reported", pain=6) is None
    assert isinstance(session.screen, Play)
    assert session.screen.signal is None


def test_feeling_unwell_at_check_in_ends_the_session_with_the_clinics_text():
    session = Session(plan(unwell_text="Bleiben Sie sitzen."))
    session.ask("check.answered", answer=True)
    assert isinstance(session.screen, Closed)
    assert session.screen.text.en.startswith("Bleiben Sie sitzen.")
    assert session.types[-2:] == ["unwell.reported", "session.closed"]


@pytest.mark.parametrize("blank", ["", "  \n "])
def test_a_blank_text_of_the_clinics_leaves_nobody_without_a_word(blank):
    session = Session(plan(unwell_text=blank))
    session.ask("check.answered", answer=True)
    assert session.screen.text == UNWELL_TEXT


def test_unsettled_pain_of_yesterday_blocks_progress():
    session = Session(options={"next_morning": True})
    session.to_play(settled=False)
    assert session.screen.signal == "steady"
    assert not session.screen.may_get_harder


def test_too_much_effort_ends_the_set_and_a_little_less_eases():
    session = Session()
    session.to_play()
    session.ask("effort.reported", effort=6, at="mid")
    assert session.screen.signal == "ease"
    session.ask("effort.reported", effort=7, at="mid")
    assert session.events[-1].reason is StopReason.TIRED


def test_a_suspected_fall_pauses_asks_and_is_recorded():
    session = Session()
    session.to_play()
    session.happen(FallSuspected("sternum"))
    assert session.events[-1].placement == "sternum"
    session.happen(FallSuspected("thigh-left"))
    assert session.types.count("fall.suspected") == 1
    session.tick()
    assert isinstance(session.screen, Ask)
    assert session.state.paused
    assert not session.state.may_get_harder
    assert "yes or no" in session.ask("check.answered", answer=None)
    session.ask("check.answered", answer=False)
    assert isinstance(session.screen, Play)
    assert session.events[-2].question == "fallen"
    assert not session.state.resting
    session.happen(FallSuspected())
    session.ask("check.answered", answer=True)
    assert session.state.fallen
    assert session.types[-3:] == ["check.answered", "rest.ended", "exercise.ended"]
    assert session.screen.question.at == "out"


def test_a_smaller_range_than_last_time_is_shown():
    session = Session(options={"last_targets": {"abduction": 140.0}})
    session.to_play(120.0)
    assert "140°" in session.screen.notice.en
    session = Session(options={"last_targets": {"abduction": 125.0}})
    session.to_play(120.0)
    assert session.screen.notice is None


def test_who_strains_is_told_to_breathe():
    march = item(exercise="knee-extension", limit_deg=None)
    session = Session(plan(march))
    session.to_play(60.0)
    assert session.screen.breathe is not None


@pytest.mark.parametrize(
    ("pain", "at", "verdict"),
    [
        (3, 0, Verdict.GO_ON),
        (4, 3, Verdict.EASE),
        (4, 2, Verdict.END_SET),
        (5, 4, Verdict.EASE),
        (5, 3, Verdict.END_SET),
        (5, None, Verdict.END_SET),
        (6, 5, Verdict.END_SET),
    ],
)
def test_pain_is_judged_at_its_limits(pain, at, verdict):
    assert judge_pain(pain, Limits(), at_check_in=at) is verdict


@pytest.mark.parametrize(
    ("profile", "pain", "at", "settled", "verdict"),
    [
        ("joint", 5, 0, True, Verdict.GO_ON),
        ("joint", 6, 5, True, Verdict.END_SET),
        ("joint", 5, 0, False, Verdict.END_SET),
        ("quota", 6, 6, True, Verdict.GO_ON),
        ("quota", 5, 0, True, Verdict.GO_ON),
        ("quota", 8, 6, True, Verdict.END_SET),
        ("cautious", 3, 3, True, Verdict.GO_ON),
        ("cautious", 4, 4, True, Verdict.END_SET),
    ],
)
def test_pain_is_judged_by_the_plans_profile(profile, pain, at, settled, verdict):
    limits = Limits(pain_profile=profile)
    assert judge_pain(pain, limits, at_check_in=at, settled=settled) is verdict


def test_a_lost_sensor_ends_the_set_without_blame():
    session = Session()
    session.to_play()
    session.happen(SensorSilent(session=SESSION, stream=STREAM, silent=True))
    assert session.screen.paused
    for _ in range(120):
        session.tick(samples=False)
    assert session.events[-1].reason is StopReason.LOST_SENSOR
    session.answer()
    assert "3 ripetizioni" in session.screen.text.it


@given(pain=st.integers(0, 9), at=st.none() | st.integers(0, 10))
def test_more_pain_is_never_judged_milder(pain, at):
    order = [Verdict.GO_ON, Verdict.EASE, Verdict.END_SET]
    limits = Limits()
    assert order.index(judge_pain(pain + 1, limits, at_check_in=at)) >= order.index(
        judge_pain(pain, limits, at_check_in=at)
    )
    assert order.index(judge_effort(pain + 1, limits)) >= order.index(judge_effort(pain, limits))


@given(today=st.none() | st.floats(), limit=st.none() | st.floats(0, 200))
def test_a_ceiling_is_within_both(today, limit):
    ceiling = ceiling_deg(today, limit)
    if ceiling is not None:
        assert 0 <= ceiling <= max(today, 0)
        assert limit is None or ceiling <= limit


@given(wanted=st.floats(-10, 100))
def test_a_hold_is_capped(wanted):
    assert 0 <= hold_asked_s(wanted, Limits()) <= 6


def test_nothing_gets_harder_past_the_dose():
    assert may_get_harder(held_back=False, flagged=False, done=19, dose=20)
    assert not may_get_harder(held_back=False, flagged=False, done=20, dose=20)


def test_speed_bounds_hold_by_phase_and_not_where_amplitude_counts():
    usual, big = Tempo.of(3, 1, 3), Tempo.of(1, 1, 1, bounded=False)
    assert usual.flags(0.5, 0, 3) == ["up too fast"]
    assert usual.flags(3, 0, 0.5) == ["down too fast"]
    assert usual.flags(1, 0, 1) == []
    assert big.flags(0.1, 0, 0.1) == []
