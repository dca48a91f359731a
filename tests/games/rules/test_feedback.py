"""What a player is told: the most dangerous thing, seldom, and the deed when it is done."""

from hypothesis import given
from hypothesis import strategies as st

from games.rules.endings import Ending
from games.rules.feedback import BETWEEN, MESSAGES, Coach

CORRECTIONS = set(MESSAGES.values()) - {"good", "enough"}


def told(*endings):
    coach, messages = Coach(), []
    for ending in endings:
        coach, message = coach.after(ending)
        messages.append(message)
    return messages


@given(st.lists(st.tuples(st.sampled_from(Ending), st.booleans()), max_size=60))
def test_at_most_one_repetition_in_three_is_corrected(course):
    coach, corrected = Coach(), []
    for ending, hasty in course:
        on_its_way = hasty and coach.may_correct
        if on_its_way:
            coach = coach.corrected()
        coach, message = coach.after(ending)
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
