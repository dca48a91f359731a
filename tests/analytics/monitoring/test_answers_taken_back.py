"""Answers that were given again after going back: the last one counts, here as for the locks."""

import pytest

from analytics.monitoring.evidence import facts_of
from clinic_facts import MONDAY, PATIENT, at
from telemetry.messages.events import (
    CheckAnswered,
    PainReported,
    SegmentCalibrated,
    SessionOpened,
    SuspectedFall,
)
from therapy.session.locks import standing_locked_since

HEAD = {"session": "01K00000000000000000000001", "t_ns": at(MONDAY)}


def events_of(*told):
    opened = SessionOpened(
        **HEAD,
        number=0,
        patient=PATIENT,
        site="clinic",
        plan_version=1,
        day=MONDAY.isoformat(),
        posture="standing",
        wearables=(),
    )
    return [opened, *(kind(**HEAD, number=n, **more) for n, (kind, more) in enumerate(told, 1))]


def answered(question, answer, asked="in"):
    return CheckAnswered, {"at": asked, "question": question, "answer": answer}


CALIBRATED = SegmentCalibrated, {"placement": "wrist-right", "passed": True, "level": "gravity"}
SUSPECTED = SuspectedFall, {"placement": "wrist-right"}


@pytest.mark.parametrize(
    ("told", "fallen"),
    [
        ([answered("fallen", True), answered("fallen", False)], False),
        ([answered("fallen", False), answered("fallen", True)], True),
        ([answered("fallen", True), answered("pain", 2), answered("fallen", False)], False),
        ([answered("fallen", True), CALIBRATED, SUSPECTED, answered("fallen", False)], True),
        ([answered("fallen", False), SUSPECTED, answered("fallen", True)], True),
        (
            [SUSPECTED, answered("fallen", True), SUSPECTED, answered("fallen", False)],
            True,
        ),
    ],
)
def test_a_fall_that_was_taken_back_is_no_alert_and_no_lock(told, fallen):
    events = events_of(*told)
    assert facts_of(events).fallen is fallen
    assert (standing_locked_since([events]) is not None) is fallen


def test_a_changed_medicine_that_was_taken_back_is_none():
    both = answered("medicine", True), answered("medicine", False)
    assert facts_of(events_of(*both)).medicine is False
    assert facts_of(events_of(*reversed(both))).medicine is True


def test_pain_before_is_the_highest_of_the_parts_by_their_last_answers():
    told = events_of(
        answered("pain shoulder", 7),
        answered("pain knee", 4),
        answered("pain shoulder", 2),
        answered("pain elsewhere", 9),
    )
    assert facts_of(told).pain_before == 4
    assert facts_of(events_of(answered("pain", 3), answered("pain", None))).pain_before is None


def test_pain_after_is_the_check_outs_last_answer_else_the_last_that_was_told():
    reported = PainReported, {"pain": 6}
    assert facts_of(events_of(reported)).pain_after == 6
    assert facts_of(events_of(reported, answered("pain", 1, "out"))).pain_after == 1
    again = answered("pain", 1, "out"), answered("pain", 8, "out")
    assert facts_of(events_of(reported, *again)).pain_after == 8
    assert facts_of(events_of(reported, answered("pain", None, "out"))).pain_after == 6
