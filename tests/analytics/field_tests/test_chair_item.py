"""What a chair test tells where its figure cannot be told: why, and none in 30 s of who sat."""

from __future__ import annotations

import pytest

from research.session_cases.published import analysed
from research.session_cases.session_case import recorded
from research.session_cases.simulated_session import LEAD_S, Person, simulate_item


def told(test, lasting_s, script, *, seed=60, manner="usual"):
    made = simulate_item("chair-test", Person(manner, 50.0), seed, script=script)
    recording = recorded(test, made.what.posture, made.streams(), LEAD_S, LEAD_S + lasting_s)
    item = analysed(recording).items[0]
    return {m.name: m.value for m in item.measures}, item.not_observable


def rises(count, degrees=80.0):
    def script(body, _what, *, rest=True):
        seat = {k: body.at[k] for k in ("hip", "knee", "z", "y")}
        share = degrees / 80.0
        for _ in range(count):
            body.stroke(1.0, hip=86 - degrees, knee=88 - degrees, z=0.4 * share, y=0.38 * share)
            body.still(0.2)
            body.stroke(1.1, **seat)
            body.still(0.3)
        if rest:
            body.still(40.0 - 2.6 * count)

    return script


@pytest.mark.parametrize("lasting_s", [11.0, 26.5])
def test_a_test_that_ended_early_says_so(lasting_s):
    figures, why = told("chair-stand-30s", lasting_s, rises(12))
    assert not figures
    assert f"lasted {int(lasting_s)} s" in why


@pytest.mark.parametrize("test", ["five-stands", "five-sits"])
def test_fewer_than_five_stands_are_no_time_and_say_so(test):
    figures, why = told(test, 30.0, rises(3))
    assert not figures
    assert "3 completed, fewer than five" in why


def test_who_has_not_sat_down_a_fifth_time_has_not_completed_five():
    figures, why = told("five-sits", 12.1, rises(5))
    assert not figures
    assert "4 completed, fewer than five" in why


def test_who_sat_for_30_s_stood_up_no_time():
    figures, why = told("chair-stand-30s", 30.5, rises(0))
    assert figures == {"stands in 30 s": 0.0}
    assert why is None or "no angle" in why


@pytest.mark.parametrize("degrees", [9.0, 15.0, 21.0, 32.0, 44.0])
def test_repeated_movements_that_are_no_stand_may_be_another_segments(degrees):
    figures, why = told("chair-stand-30s", 30.5, rises(8, degrees))
    assert not figures
    assert "no full stand" in why


@pytest.mark.parametrize("test", ["chair-stand-30s", "five-stands", "five-sits"])
@pytest.mark.parametrize("lifted_deg", [30.0, 40.0])
def test_who_sits_and_lifts_a_knee_has_not_stood(test, lifted_deg):
    def lifts(body, _what):
        for _ in range(10):
            body.stroke(0.7, hip=86 + lifted_deg)
            body.stroke(0.7, hip=86.0)
            body.still(0.3)
        body.still(20)

    figures, why = told(test, 30.5, lifts, seed=301)
    assert not figures
    assert why


def test_who_stands_at_the_word_has_no_figure_and_is_told_why():
    def script(body, what):
        body.move(0.1, hip=6.0, knee=6.0, z=0.4, y=0.38)
        body.still(0.9)
        body.stroke(1.1, hip=86.0, knee=88.0, z=0.0, y=0.0)
        rises(6)(body, what)

    made = simulate_item("chair-test", Person("usual", 50.0), 302, script=script)
    begun_s = LEAD_S + 0.5
    recording = recorded("chair-stand-30s", "seated", made.streams(), begun_s, begun_s + 30.5)
    item = analysed(recording).items[0]
    assert not item.measures
    assert "begun standing" in item.not_observable


@pytest.mark.parametrize("manner", ["usual", "trembling", "paretic"])
def test_a_knee_that_is_lifted_while_standing_is_no_stand(manner):
    def script(body, _what):
        body.stroke(1.0, hip=6.0, knee=6.0, z=0.4, y=0.38)
        for _ in range(10):
            body.move(0.6, hip=75.0, knee=85.0)
            body.move(0.6, hip=6.0, knee=6.0)
            body.still(0.1)
        body.still(30)

    figures, why = told("chair-stand-30s", 30.5, script, seed=303, manner=manner)
    assert not figures
    assert "lifted" in why


@pytest.mark.parametrize("manner", ["trembling", "slow", "segmented", "brisk"])
def test_who_walks_a_little_between_two_stands_is_told_them_all(manner):
    def script(body, what):
        rises(2)(body, what, rest=False)
        body.stroke(1.0, hip=6.0, knee=6.0, z=0.4, y=0.38)
        for _ in range(5):
            body.move(0.5, hip=28.0, knee=38.0)
            body.move(0.6, hip=-6.0, knee=5.0)
        body.move(0.3, hip=6.0, knee=6.0)
        body.stroke(1.1, hip=86.0, knee=88.0, z=0.0, y=0.0)
        body.still(30)

    figures, _ = told("chair-stand-30s", 30.5, script, seed=304, manner=manner)
    assert figures == {"stands in 30 s": 3.0}


@pytest.mark.parametrize("manner", ["trembling", "slow"])
@pytest.mark.parametrize("seed", [305, 306])
def test_few_stands_of_who_trembles_or_is_slow_are_told(manner, seed):
    figures, _ = told("chair-stand-30s", 30.5, rises(2), seed=seed, manner=manner)
    assert figures == {"stands in 30 s": 2.0}
