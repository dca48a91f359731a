"""Recorded sessions become history, assessments and the picture that alerts are judged by."""

from datetime import timedelta

from analytics.monitoring.adherence import DayHistory, ItemDone, day_adherence
from analytics.monitoring.patient_record import (
    SessionRecord,
    assessments_in,
    history_of,
    picture_of,
)
from analytics.monitoring.rules import evidence_of
from builders import SESSION, STREAM, T0_NS
from telemetry.messages.results import ItemResult, RangeOfMotion, Repetition, SessionResult
from therapy_builders import Session, item, plan

DAY_NS = 86_400_000_000_000


def repetitions(n, peak_deg):
    return tuple(
        Repetition(
            number=i,
            start_index=i,
            peak_index=i,
            end_index=i + 1,
            start_s=7.0 * i,
            end_s=7.0 * i + 7,
            range_deg=peak_deg,
            peak_deg=peak_deg,
            up_s=3,
            hold_s=1,
            down_s=3,
        )
        for i in range(n)
    )


def found(n, *, assessment=False, peak_deg=120.0):
    return ItemResult(
        item="abduction",
        exercise="arm-abduction",
        side="right",
        stream=STREAM,
        rate_hz=60,
        assessment=assessment,
        repetitions=repetitions(n, peak_deg),
        range_of_motion=RangeOfMotion(what="w", median_deg=1, p10_deg=1, p90_deg=1),
    )


def record(days=0, *, n=20, peak_deg=120.0, **answers):
    """A session `days` after the first, with an assessment in it."""
    session = Session(plan(item(assessment="every day")), now_ns=T0_NS + days * DAY_NS)
    session.to_exercise(**answers)
    session.through()
    result = SessionResult(
        session=SESSION,
        core_version="1",
        plan_version=1,
        provisional=False,
        items=(found(n), found(3, assessment=True, peak_deg=peak_deg)),
    )
    return SessionRecord(session.events, result)


FIRST = plan().day_of(T0_NS)


def after(days):
    return FIRST + timedelta(days=days)


def test_two_sessions_of_a_day_are_one_history():
    history = history_of([plan()], [record(n=8), record(n=6)])
    assert history == {FIRST: DayHistory(measured=history[FIRST].measured)}
    judged = day_adherence([plan()], history, FIRST, today=after(1))
    assert judged.dose == 0.7


def test_what_else_is_known_of_days_is_kept():
    told = {after(3): [ItemDone("abduction", 20)]}
    history = history_of(
        [plan()], [record()], excused=[after(1)], unheard=[FIRST, after(2)], reported=told
    )
    assert history[FIRST].heard
    assert history[after(1)].excused
    assert not history[after(2)].heard
    assert history[after(3)].reported[0].amount == 20


def test_a_session_of_an_unknown_plan_version_is_left_out():
    assert history_of([plan(version=9)], [record()]) == {}


def test_an_assessment_carries_its_context():
    (one,) = assessments_in(record(peak_deg=101.0))
    assert one.value_deg == 101.0
    assert (one.day, one.context.posture) == (FIRST, "seated")
    assert (one.context.placement, one.context.level) == ("wrist-right", "gravity")


def test_a_session_without_result_or_opening_has_no_assessment():
    assert assessments_in(SessionRecord(record().events)) == ()
    assert assessments_in(SessionRecord((), record().result)) == ()


def test_a_range_that_falls_over_weeks_is_told_from_the_records_alone():
    peaks = (120, 121, 119, 100, 101, 99)
    records = [record(7 * i, peak_deg=p) for i, p in enumerate(peaks)]
    picture = picture_of([plan()], records[::-1], after(36))
    told = {e.kind: e.state for e in evidence_of(picture)}
    assert told["range"] == "raised"
    assert told["few days"] == "raised"
    assert told["pain"] == "cleared"


def test_what_comes_later_is_not_seen():
    records = [record(0), record(9, pain=5)]
    assert len(picture_of([plan()], records, after(8)).sessions) == 1
    assert picture_of([plan(valid_from=after(2))], records, after(1)) is None
