"""Questions fit their answers, and yesterday's pain is asked about when there was some."""

import pytest

from telemetry.messages.events import CloseReason
from therapy.plan.limits import Limits
from therapy.session.questions import (
    FALL_SUSPECTED,
    check_in,
    check_out,
    extra_pain,
    is_answer,
    untroubled_answer,
)
from therapy_builders import Session, plan


def finished(pain_in=0, pain_out=0, **more):
    session = Session(plan(**more))
    session.to_play(pain=pain_in)
    session.ask("exercise.ended", reason="done")
    session.answer(pain=pain_out)
    assert session.state.closed
    return session.events


@pytest.mark.parametrize(
    ("pain_in", "pain_out", "left"),
    [(0, 1, False), (0, 2, True), (3, 4, False), (3, 5, True), (5, 2, False)],
)
def test_extra_pain_is_what_rose_during_the_session(pain_in, pain_out, left):
    assert extra_pain(finished(pain_in, pain_out), Limits()) == left


def test_pain_that_was_not_told_leaves_nothing_to_ask():
    assert not extra_pain(finished(0, None), Limits())
    assert not extra_pain([], Limits())


def test_a_session_that_pain_ended_is_always_asked_about():
    session = Session()
    session.to_play()
    session.ask("pain.reported", pain=8)
    session.answer(pain=0)
    assert session.events[-1].reason is CloseReason.PAIN
    assert extra_pain(session.events, Limits())


def test_the_newest_session_counts():
    assert not extra_pain([*finished(0, 6), *finished(0, 0)], Limits())


def test_the_next_morning_question_comes_only_when_due():
    assert "settled" not in [q.id for q in check_in(plan())]
    assert "settled" in [q.id for q in check_in(plan(), next_morning=True)]
    off = plan(check_in={"next_morning": False})
    assert "settled" not in [q.id for q in check_in(off, next_morning=True)]


def test_every_question_takes_its_own_answers_only():
    asked = *check_in(plan(), next_morning=True), *check_out(why=True, chair_test=True)
    for question in (*asked, FALL_SUSPECTED):
        assert is_answer(question, untroubled_answer(question))
        assert is_answer(question, None)
        assert not is_answer(question, "nonsense")
        assert not is_answer(question, -1)
        assert not is_answer(question, 11)
        assert is_answer(question, True) == (question.kind == "yes or no")
        assert is_answer(question, 3) == (question.kind in ("pain", "effort", "breathlessness"))
        assert is_answer(question, 3.5) == (question.kind in ("effort", "breathlessness"))


def test_what_got_in_the_way_is_asked_after_misses_and_only_then():
    assert "barrier" not in [q.id for q in check_in(plan())]
    question = check_in(plan(), barrier=True)[-1]
    assert (question.id, question.kind) == ("barrier", "choice")
    assert is_answer(question, "time")
    assert is_answer(question, None)
    assert not is_answer(question, "lazy")
