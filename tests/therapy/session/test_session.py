"""The session's flow: which events, in which order, and what leads where."""

import pytest

from builders import SESSION, T0_NS
from telemetry.messages.events import CloseReason, StopReason
from telemetry.messages.requests import ReportPain, ReportUnwell
from therapy.plan.plan_file import sample_plan
from therapy.session.agenda import Past, agenda_of
from therapy.session.screens import (
    AlignSensor,
    Ask,
    Closed,
    FindRange,
    Play,
    Ready,
    ReadyToAssess,
)
from therapy.session.session import SessionNotAllowed, advance, interrupted, open_session
from therapy.session.session_settings import SessionSettings
from therapy.session.session_state import Moment, SessionStage
from therapy_builders import MONDAY, STREAM, Session, item, plan


def test_a_whole_session_records_its_events_in_order_and_numbered():
    session = Session(plan(item(assessment="every day")))
    session.to_exercise()
    session.through()
    assert session.types == [
        "session.opened",
        "check.answered",
        "check.answered",
        "check.answered",
        "check.answered",
        "check.answered",
        "effort.reported",
        "segment.calibrated",
        "exercise.started",
        "range.calibrated",
        "assessment.started",
        "assessment.ended",
        "exercise.ended",
        "check.answered",
        "effort.reported",
        "session.closed",
    ]
    assert [e.number for e in session.events] == list(range(len(session.events)))
    assert session.events[-1].reason is CloseReason.DONE


def test_a_demo_calibrates_on_the_first_repetitions_of_the_recording():
    sample = sample_plan()
    agenda = agenda_of(sample, sample.day_of(T0_NS), only={"abduction"}, assess=False)
    options = {"agenda": agenda, "range_source": "first repetitions of the recording"}
    session = Session(sample, options)
    session.to_exercise()
    for peak_deg in (150.0, 160.0, 155.0, *[158.0] * 17):
        session.repeat(peak_deg, after_s=2, too_fast=True)
    session.ask("exercise.ended", reason="done")
    session.answer()
    calibrated = next(e for e in session.events if e.type == "range.calibrated")
    assert calibrated.target_deg == 155.0
    assert calibrated.source == "first repetitions of the recording"
    started = next(e for e in session.events if e.type == "exercise.started")
    ended = next(e for e in session.events if e.type == "exercise.ended")
    assert started.spans[STREAM] < ended.spans[STREAM]
    assert dict(session.state.totals) == {"abduction": 20}
    assert isinstance(session.screen, Closed)
    assert "20 ripetizioni" in session.screen.text.it


def test_a_single_repetition_is_named_in_the_singular():
    session = Session(sample_plan())
    session.to_exercise()
    session.repeat(150.0, after_s=6)
    session.ask("exercise.ended", reason="tired")
    session.answer()
    assert "1 ripetizione (" in session.screen.text.it
    assert "1 repetition (" in session.screen.text.en


def test_questions_come_one_by_one_and_wrong_answers_change_nothing():
    session = Session()
    assert session.screen.question.id == "unwell"
    assert "unwell" in session.ask("check.answered", question="pain", answer=3)
    assert "no answer" in session.ask("check.answered", question="unwell", answer=7)
    assert session.types == ["session.opened"]


def test_a_plan_can_skip_every_question():
    silent = dict.fromkeys(("unwell", "fallen", "medicine", "pain", "effort"), False)
    assert isinstance(Session(plan(check_in=silent)).screen, AlignSensor)


def test_a_repeated_request_does_nothing():
    session = Session()
    request = ReportPain(request=SESSION, pain=2)
    session.happen(request)
    session.happen(request)
    assert session.types.count("pain.reported") == 1


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("pain.reported", {"pain": 11}),
        ("pain.reported", {}),
        ("effort.reported", {"effort": "much"}),
        ("exercise.started", {}),
        ("exercise.ended", {"reason": "done"}),
        ("assessment.started", {}),
        ("range.calibrated", {}),
        ("segment.calibrated", {"passed": True}),
        ("session.opened", {}),
        ("prompt.shown", {"mechanism": 3}),
    ],
)
def test_a_request_that_does_not_fit_is_refused_in_words(what, value):
    session = Session()
    before = session.state
    assert what in session.ask(what, **value)
    assert session.state == before


def test_range_needs_three_slow_repetitions():
    session = Session()
    session.to_exercise()
    for _ in range(3):
        session.repeat(too_fast=True)
    assert isinstance(session.screen, FindRange)
    assert session.screen.seen == 0
    for peak_deg in (100.0, 140.0, 110.0):
        session.repeat(peak_deg)
    assert isinstance(session.screen, Play)
    assert session.screen.target_deg == 110.0


@pytest.mark.parametrize("assessed", [False, True])
def test_whose_range_took_the_whole_dose_is_asked_for_no_more_of_it(assessed):
    when = "every day" if assessed else "never"
    session = Session(plan(item(dose={"sets": 1, "repetitions": 3}, assessment=when)))
    session.to_play()
    if assessed:
        assert isinstance(session.screen, ReadyToAssess)
        session.ask("assessment.started")
        for _ in range(3):
            session.repeat()
    assert session.state.stage is SessionStage.CHECK_OUT
    (ended,) = [e for e in session.events if e.type == "exercise.ended"]
    assert ended.reason == "done"
    assert session.state.totals[0][1] == 3


def test_a_failed_calibration_still_lets_people_play():
    session = Session(plan(item(clinician_range_deg=80)))
    session.answer()
    assert session.ask("segment.calibrated", passed=False, note="moved") is None
    session.ask("exercise.started")
    assert isinstance(session.screen, Play)
    assert session.screen.target_deg == 80
    assert session.events[-1].source == "clinician"


def test_an_endless_calibration_is_given_up():
    session = Session()
    session.answer()
    for _ in range(61):
        session.tick()
    assert isinstance(session.screen, Ready)
    assert session.state.unplaced == {"wrist-right"}


def test_a_retest_is_offered_at_the_ceiling_and_takes_nothing_away():
    session = Session()
    session.to_play(100.0, pain=2)
    for _ in range(5):
        session.repeat(100.0)
    assert session.screen.retest_offered
    assert session.ask("range.calibrated", retest=True) is None
    for _ in range(3):
        session.repeat(90.0)
    assert session.screen.target_deg == 100.0


def test_minutes_are_counted_without_pauses():
    march = item(exercise="seated-march", dose={"minutes": 1}, limit_deg=None, placements=[])
    session = Session(plan(march))
    session.to_exercise()
    for _ in range(60):
        session.tick()
    assert session.state.dose_done
    assert session.state.done == pytest.approx(1.0, abs=0.05)


def test_silence_for_a_quarter_of_an_hour_closes_at_the_last_sample():
    session = Session()
    session.to_play()
    last_ns = session.now_ns
    for _ in range(15):
        session.tick(60, samples=False)
    ended, closed = session.events[-2:]
    assert ended.reason is StopReason.OTHER
    assert closed.reason is CloseReason.INTERRUPTED
    assert closed.t_ns == last_ns


def test_what_a_crash_left_open_is_closed_once():
    session = Session()
    session.to_play()
    left = session.events
    closing = interrupted(left, Moment(session.now_ns, {STREAM: 9}))
    assert [e.type for e in closing] == ["exercise.ended", "session.closed"]
    assert [e.number for e in closing] == [len(left), len(left) + 1]
    assert interrupted([*left, *closing], session.moment) == ()


def test_leaving_asks_why_and_leaving_twice_leaves_at_once():
    session = Session()
    session.to_play()
    session.ask("session.closed")
    assert isinstance(session.screen, Ask)
    assert "why" in [q.id for q in session.state.asking]
    session.ask("session.closed")
    assert session.state.closed
    assert session.events[-1].reason is CloseReason.OTHER


def test_a_closed_session_takes_nothing_more():
    session = Session()
    session.ask("unwell.reported")
    events = len(session.events)
    assert "closed" in session.ask("pain.reported", pain=1)
    session.tick()
    assert len(session.events) == events
    assert session.state.stage is SessionStage.CLOSED


def test_the_days_sessions_are_capped():
    one = plan()
    agenda = agenda_of(one, MONDAY)
    with pytest.raises(SessionNotAllowed, match="3 a day"):
        open_session(
            SessionSettings(plan=one, site="s", agenda=agenda, sessions_today=3),
            session=SESSION,
            moment=Moment(T0_NS),
        )


def test_what_is_done_today_is_not_asked_for_again():
    two = plan(item(), item(id="raise", exercise="forward-arm-raise"))
    past = Past(done_today={"abduction": 20, "raise": 5})
    agenda = agenda_of(two, MONDAY, past)
    assert [(a.item.id, a.dose) for a in agenda.items] == [("raise", 15)]


def test_an_advance_changes_nothing_in_the_state_it_came_from():
    session = Session()
    before = session.state
    request = ReportUnwell(request=SESSION)
    first = advance(before, request, session.moment)
    assert advance(before, request, session.moment) == first
    assert not before.closed
