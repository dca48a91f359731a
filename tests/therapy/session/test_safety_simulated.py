"""Every safety rule, over thousands of ordinary and hostile sessions."""

import itertools

import pytest

from telemetry.messages.events import CloseReason, StopReason
from telemetry.messages.live import RepetitionCounted, SensorSilent
from telemetry.messages.requests import ReportUnwell, RequestEnvelope
from therapy.session.questions import Question
from therapy.session.screens import Ask, Play, screen_of
from therapy.session.session import advance
from therapy.session.session_state import SessionStage, Tick
from therapy_simulation import SESSIONS, simulate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sessions():
    return [simulate(seed) for seed in range(SESSIONS)]


def every(sessions):
    return itertools.chain.from_iterable(sessions)


def types(step):
    return [e.type for e in step.events]


def test_the_simulation_reaches_every_corner(sessions):
    reasons = {step.after.reason for step in every(sessions) if step.after.closed}
    assert reasons >= set(CloseReason) - {CloseReason.OTHER}
    seen = {t for step in every(sessions) for t in types(step)}
    assert len(seen) == 16
    assert {e.reason for s in every(sessions) for e in s.events if e.type == "exercise.ended"} == (
        set(StopReason)
    )
    assert any(s.after.eased for s in every(sessions))
    assert any(s.after.unsettled for s in every(sessions))


def test_events_are_numbered_without_holes_and_time_never_goes_back(sessions):
    for steps in sessions:
        events = [e for step in steps for e in step.events]
        assert [e.number for e in events] == list(range(len(events)))
        assert all(a.t_ns <= b.t_ns for a, b in itertools.pairwise(events))
        assert [e.type for e in events].count("session.closed") <= 1
        assert all(e.type != "session.closed" for e in events[:-1])


def test_whatever_starts_ends_and_never_two_at_once(sessions):
    for steps in sessions:
        open_ones = []
        for event in (e for step in steps for e in step.events):
            kind, _, bound = event.type.partition(".")
            if kind not in ("exercise", "assessment") or bound not in ("started", "ended"):
                continue
            if bound == "started":
                assert [e.type for e in open_ones] == ["exercise.started"] * (kind == "assessment")
                open_ones.append(event)
            else:
                begun = open_ones.pop()
                assert (begun.type, begun.item) == (f"{kind}.started", event.item)
        if steps[-1].after.closed:
            assert open_ones == []


def test_pain_beyond_the_limits_ends_the_set_at_once(sessions):
    met = 0
    for step in every(sessions):
        for event in step.events:
            if event.type != "pain.reported" or not step.before.open_item:
                continue
            limits = step.before.plan.limits
            rise = event.pain - (step.before.pain_in or 0)
            red = event.pain >= limits.pain_stop or (
                event.pain >= limits.pain_amber and rise >= limits.pain_rise
            )
            met += red
            assert red == ("exercise.ended" in types(step))
            if red:
                ended = next(e for e in step.events if e.type == "exercise.ended")
                assert ended.reason is StopReason.PAIN
                assert ended.t_ns - step.moment.t_ns < 1e9
                assert isinstance(screen_of(step.after), Ask)
            elif event.pain >= limits.pain_amber:
                assert step.after.eased
    assert met > 20


def test_nothing_is_played_after_pain_ended_the_set(sessions):
    for steps in sessions:
        events = [e for step in steps for e in step.events]
        for i, event in enumerate(events):
            if event.type == "exercise.ended" and event.reason in (
                StopReason.PAIN,
                StopReason.TIRED,
                StopReason.UNWELL,
            ):
                assert not any(e.type.endswith(".started") for e in events[i:])


def test_unwell_is_taken_everywhere_and_ends_the_session_at_once(sessions):
    for steps in sessions:
        for step in steps[1:]:
            if step.before.closed:
                continue
            request = ReportUnwell(request="01J9" + "0" * 22)
            pressed = advance(step.before, request, step.moment)
            assert pressed.refused is None
            assert pressed.events[0].type == "unwell.reported"
            assert pressed.events[0].t_ns == max(step.moment.t_ns, step.before.last_event_ns)
            assert pressed.events[-1].type == "session.closed"
            assert pressed.events[-1].reason is CloseReason.UNWELL
            shown = screen_of(pressed.state)
            assert "nobody" in shown.text.en
            assert "nessuno" in shown.text.it
            break


def test_no_target_lies_beyond_todays_range_or_the_limit(sessions):
    met = 0
    for step in every(sessions):
        for event in step.events:
            if event.type == "range.calibrated" and event.target_deg is not None:
                met += 1
                assert event.limit_deg is None or event.target_deg <= event.limit_deg
                assert event.target_deg <= max((*event.peaks_deg, 90.0, step.target_before_deg))
        screen = screen_of(step.after) if step.after.stage.value == "play" else None
        if isinstance(screen, Play) and screen.target_deg is not None:
            assert screen.limit_deg is None or screen.target_deg <= screen.limit_deg
    assert met > 100


def test_difficulty_never_rises_after_a_flag_pain_or_silence(sessions):
    met = 0
    for steps in sessions:
        eased = False
        for step in steps:
            eased = eased or step.after.eased or step.after.unsettled
            if step.after.stage.value != "play":
                continue
            what = step.what
            counts = (
                isinstance(what, RepetitionCounted) and step.after.counted > step.before.counted
            )
            flagged = counts and (what.too_fast or bool(what.flags))
            barred = eased or flagged or step.after.silent or step.after.dose_done
            met += bool(barred)
            if barred:
                assert not step.after.may_get_harder
                screen = screen_of(step.after)
                assert isinstance(screen, Ask) or not screen.may_get_harder
    assert met > 100


def test_once_eased_always_eased(sessions):
    for step in every(sessions):
        assert step.after.eased >= step.before.eased
        assert step.after.unsettled >= step.before.unsettled


def test_the_dose_is_capped(sessions):
    for step in every(sessions):
        if step.after.stage in (SessionStage.RANGE, SessionStage.PLAY) and step.after.agenda:
            cap = step.after.plan.limits.dose_cap * step.after.current.dose
            assert step.after.done < cap or isinstance(step.what, RequestEnvelope | SensorSilent)


def test_standing_stays_locked_until_cleared_and_after_a_fall(sessions):
    for steps in sessions:
        fallen = False
        for step in steps:
            for event in step.events:
                if event.type == "check.answered" and event.question == "fallen":
                    fallen = fallen or event.answer is not False
                if event.type == "exercise.started" and event.exercise in (
                    "sit-to-stand",
                    "pendulum",
                ):
                    assert step.before.plan.limits.cleared_for_standing
                    assert not fallen


def test_a_silent_sensor_pauses_and_takes_nothing(sessions):
    for step in every(sessions):
        if isinstance(step.what, SensorSilent) and not step.before.closed:
            assert step.after.counted == step.before.counted
            assert step.events == ()
            if step.what.silent:
                assert step.after.paused


def test_what_is_refused_changes_nothing_and_says_why(sessions):
    met = 0
    for step in every(sessions):
        if step.refused is not None:
            met += 1
            assert step.after == step.before
            assert step.events == ()
            assert len(step.refused) > 10
            assert "\n" not in step.refused
    assert met > 100


def test_session_time_is_capped(sessions):
    for step in every(sessions):
        if isinstance(step.what, Tick) and not step.before.closed:
            over_ns = step.before.plan.limits.session_cap_min * 60e9
            if step.moment.t_ns - step.before.opened_ns >= over_ns:
                assert step.after.stage.value in ("check-out", "closed")


def test_nothing_is_played_after_a_fall(sessions):
    met = 0
    for steps in sessions:
        fell = False
        for step in steps:
            for event in step.events:
                if isinstance(step.before.interrupting, Question):
                    fell = fell or (event.type == "check.answered" and event.answer is True)
                assert not (fell and event.type.endswith(".started"))
        met += fell
    assert met > 10
