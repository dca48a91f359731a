"""What is moved in a rest or a pause is no dose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therapy.session.session_state import FallSuspected
from therapy_builders import Session, item, plan

NS = 10**9


def playing(**more):
    one = Session(plan(item(id="arm", posture="seated", **more)))
    one.to_play()
    return one


@given(st.lists(st.sampled_from(["rest", "on", "repeat"]), max_size=25))
def test_only_what_is_moved_outside_a_rest_counts(course):
    one = playing()
    expected, resting = one.state.counted, False
    for what in course:
        if one.state.closed or not one.state.open_item:
            break
        if what == "repeat":
            # Well after the rest began, as somebody moves who does not rest.
            one.now_ns += 2 * NS
            one.repeat()
            expected += not resting
        else:
            resting = what == "rest"
            assert one.ask("exercise.resting", resting=resting) is None
        if one.state.open_item:
            assert one.state.counted == expected


def test_what_was_done_before_a_rest_and_is_told_a_moment_later_counts():
    one = playing()
    before, done_ns = one.state.counted, one.now_ns
    one.ask("exercise.resting", resting=True)
    one.repeat(t_ns=done_ns + NS // 4)
    assert one.state.counted == before + 1


def test_a_rest_ends_with_its_exercise():
    one = Session(plan(item(id="arm", posture="seated"), item(id="leg", posture="seated")))
    one.to_play()
    one.ask("exercise.resting", resting=True)
    one.ask("exercise.ended", reason="other")
    assert one.ask("exercise.started") is None
    one.repeat()
    assert one.state.counted == 1


def test_minutes_stand_still_in_a_rest():
    dose = {"sets": 2, "minutes": 1}
    one = playing(exercise="seated-march", dose=dose, limit_deg=100)
    one.tick(5)
    one.ask("exercise.resting", resting=True)
    before_ns = one.state.active_ns
    for _ in range(20):
        one.tick(1)
    assert one.state.active_ns == before_ns


@pytest.mark.parametrize("at", ["check in", "between exercises"])
def test_without_an_exercise_there_is_no_rest(at):
    one = Session(plan(item(id="arm", posture="seated")))
    if at != "check in":
        one.answer()
    assert "no exercise is open" in one.ask("exercise.resting", resting=True)


def test_rests_are_marked_in_the_events_with_the_samples_they_span():
    one = playing()
    before, spans = len(one.events), []
    for resting in (True, True, False, False):
        one.ask("exercise.resting", resting=resting)
        spans.append(one.moment.spans)
    told = [(e.type, e.item, e.spans) for e in one.events[before:]]
    assert told == [("rest.started", "arm", spans[0]), ("rest.ended", "arm", spans[2])]


def test_a_rest_that_its_exercise_ends_is_marked_as_over_before_it():
    one = playing()
    one.ask("exercise.resting", resting=True)
    one.ask("exercise.ended", reason="done")
    last = [e.type for e in one.events if e.type.startswith(("rest.", "exercise."))]
    assert last[-3:] == ["rest.started", "rest.ended", "exercise.ended"]


BEFORE, INTO, WITHIN = (2, 3, True), (4, 8, False), (10, 12, False)
ACROSS, AFTER = (17, 24, False), (23, 25, True)


@pytest.mark.parametrize(
    ("moved", "told_in"),
    [
        *((moved, "rest") for moved in (BEFORE, INTO, WITHIN)),
        *((moved, "play") for moved in (BEFORE, INTO, WITHIN, ACROSS, AFTER)),
    ],
)
def test_where_a_repetition_was_moved_decides_and_not_when_it_is_told(moved, told_in):
    one = playing()
    before, from_ns = one.state.counted, one.now_ns
    begun_ns, turned_ns = (from_ns + s * NS for s in moved[:2])
    one.now_ns = from_ns + 5 * NS
    one.ask("exercise.resting", resting=True)
    if told_in == "play":
        one.now_ns = from_ns + 20 * NS
        one.ask("exercise.resting", resting=False)
    one.repeat(t_ns=turned_ns + 3 * NS, begun_ns=begun_ns, turned_ns=turned_ns)
    assert one.state.counted == before + moved[2]


def test_a_rest_is_recorded_once_and_bounds_the_motion():
    one = playing()
    for resting in (True, True, False, False):
        one.ask("exercise.resting", resting=resting)
    rests = [e for e in one.events if e.type.startswith("rest.")]
    assert [e.type for e in rests] == ["rest.started", "rest.ended"]
    assert all(e.item == "arm" for e in rests)


def test_nothing_counts_while_a_suspected_fall_is_asked_about():
    one = playing()
    before = one.state.counted
    one.happen(FallSuspected())
    one.repeat(begun_ns=one.now_ns, turned_ns=one.now_ns + 2 * NS)
    one.ask("check.answered", question="fallen", answer=False)
    assert one.state.counted == before
    one.repeat(begun_ns=one.now_ns, turned_ns=one.now_ns + 2 * NS)
    assert one.state.counted == before + 1
