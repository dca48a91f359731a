"""What a player is told: the most dangerous thing, seldom, and the deed when it is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from games.engine.game import game_named
from games.rules.endings import Ending
from games.rules.feedback import BETWEEN, MESSAGES, PRAISES, UNBOUNDED, Coach
from games.rules.setting import Setting
from games.testing.trials import play_session, player_of

CORRECTIONS = set(MESSAGES.values()) - {*PRAISES, "enough"}


def told(*endings):
    coach, messages = Coach(), []
    for ending in endings:
        coach, message = coach.after(ending)
        messages.append(message)
    return messages


@given(
    st.lists(
        st.tuples(st.sampled_from(Ending), st.booleans(), st.sampled_from([True, False, None])),
        max_size=60,
    )
)
def test_at_most_one_repetition_in_three_is_corrected(course):
    coach, corrected = Coach(), []
    for ending, hasty, calm in course:
        on_its_way = hasty and coach.may_correct
        if on_its_way:
            coach = coach.corrected()
        coach, message = coach.after(ending, calm=calm)
        corrected.append(on_its_way or message in CORRECTIONS)
    for n in range(len(corrected) - BETWEEN + 1):
        assert sum(corrected[n : n + BETWEEN]) <= 1


@given(st.sampled_from(Ending))
def test_whoever_does_the_same_thing_twice_is_told_what_to_change_by_the_second(ending):
    assert MESSAGES[ending] in told(ending, ending)


def test_too_small_is_told_after_two_in_a_row_and_going_too_far_each_time():
    assert told(Ending.SHORT, Ending.FULL, Ending.SHORT, Ending.SHORT) == [
        None,
        "good",
        None,
        "further",
    ]
    assert told(Ending.TOO_FAR, Ending.TOO_FAR) == ["enough", "enough"]


def test_what_was_corrected_on_its_way_is_not_praised_at_its_end():
    _, message = Coach().corrected().after(Ending.FULL)
    assert message is None


def test_a_complete_repetition_that_was_hurried_is_told_slower_and_never_praised_as_calm():
    coach, messages = Coach(), []
    for _ in range(7):
        coach, message = coach.after(Ending.FULL, calm=False)
        messages.append(message)
    assert messages == ["slower", None, None] * 2 + ["slower"]


def test_where_no_speed_is_prescribed_nothing_is_said_of_calm():
    assert Coach().after(Ending.FULL, calm=None)[1] == UNBOUNDED


@pytest.mark.parametrize("game", ["volo", "onda", "raccolto", "orto"])
@pytest.mark.parametrize(
    ("player", "told"), [("prescription", "good"), ("twice_as_fast", "slower")]
)
def test_in_every_game_the_pace_is_told_as_it_was(game, player, told):
    setting = Setting(sets=1, repetitions=6, step_hz=20, min_phase_s=0.9)
    played = play_session(game_named(game), player_of(player, setting, "pace"), setting)
    assert {message for _, message in played.told} == {told}
    assert min(trial for trial, _ in played.told) <= 2
