"""A fall told or skipped keeps standing locked over sessions, until a clinician unlocks."""

import pytest

from therapy.session.locks import standing_locked_since
from therapy.session.session_state import FallSuspected
from therapy_builders import Session, item, plan

SEATED = item(id="arm", posture="seated")
STANDING = item(id="stand", posture="standing")
CLEARED = {"cleared_for_standing": True}


def session(day=0, **answers):
    one = Session(plan(SEATED, STANDING, limits=CLEARED))
    one.now_ns += day * 86_400 * 10**9
    one.answer(**answers)
    return one


@pytest.mark.parametrize("told", [True, None])
def test_a_fall_told_or_skipped_locks_and_a_later_no_unlocks_nothing(told):
    fell, after = session(0, fallen=told), session(3, fallen=False)
    since_ns = standing_locked_since([fell.events, after.events])
    assert since_ns is not None
    assert since_ns < after.now_ns - 2 * 86_400 * 10**9


def test_no_fall_locks_nothing():
    assert standing_locked_since([session(fallen=False).events]) is None
    assert standing_locked_since([]) is None


def test_unlocking_lifts_what_was_before_it_only():
    fell, again = session(0, fallen=True), session(3, fallen=True)
    unlocked_ns = fell.now_ns + 86_400 * 10**9
    assert standing_locked_since([fell.events], unlocked_ns) is None
    since_ns = standing_locked_since([again.events, fell.events], unlocked_ns)
    assert since_ns is not None
    assert since_ns > unlocked_ns


def test_an_answer_taken_back_within_the_check_in_is_no_fall():
    one = Session(plan(SEATED, STANDING, limits=CLEARED))
    one.ask("check.answered", question="unwell", answer=False)
    one.ask("check.answered", question="fallen", answer=True)
    one.ask("check.back")
    one.answer(fallen=False)
    assert standing_locked_since([one.events]) is None


@pytest.mark.parametrize(("told", "locked"), [(True, True), (False, False), ("nothing", True)])
def test_a_suspected_fall_locks_unless_it_is_denied(told, locked):
    one = Session(plan(SEATED, limits=CLEARED))
    one.to_play()
    one.happen(FallSuspected("wrist-right"))
    if told != "nothing":
        one.ask("check.answered", answer=told)
    assert (standing_locked_since([one.events]) is not None) == locked


def test_what_is_locked_stays_out_of_a_fresh_session_whatever_is_answered():
    for answer in (False, True, None):
        one = Session(plan(SEATED, STANDING, limits=CLEARED), {"standing_locked": True})
        one.answer(fallen=answer)
        assert [entry.item.id for entry in one.state.agenda] == ["arm"]


@pytest.mark.parametrize("told", [True, None])
def test_whoever_finds_only_locked_exercises_after_a_fall_is_told_why(told):
    one = Session(plan(STANDING, limits=CLEARED))
    one.answer(fallen=told)
    one.through()
    assert "bloccati" in one.screen.text.it
    assert "locked" in one.screen.text.en


@pytest.mark.parametrize(("items", "said"), [((SEATED, STANDING), True), ((SEATED,), False)])
def test_what_was_left_out_after_a_fall_is_told_beside_what_was_done(items, said):
    one = Session(plan(*items, limits=CLEARED))
    one.to_play(fallen=True)
    one.ask("exercise.ended", reason="other")
    one.through()
    assert "3 ripetizioni" in one.screen.text.it
    assert ("bloccati" in one.screen.text.it) is said


@pytest.mark.parametrize("items", [(STANDING,), (SEATED, STANDING)])
def test_how_hard_it_was_is_asked_of_who_exercised_only(items):
    one = Session(plan(*items, limits=CLEARED, check_in={"breathlessness": True}))
    if len(items) > 1:
        one.to_play(fallen=True)
        one.ask("exercise.ended", reason="done")
    else:
        one.answer(fallen=True)
    one.through()
    hard = {"effort.reported", "breathlessness.reported"}
    after = {e.type for e in one.events if getattr(e, "at", None) == "after"}
    assert after == (hard if len(items) > 1 else set())
    assert any(e.type == "check.answered" and e.at == "out" for e in one.events)
