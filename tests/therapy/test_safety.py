"""Every safety rule, over thousands of ordinary and hostile sessions."""

import itertools
import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SESSION, T0_NS
from telemetry.events import CloseReason, StopReason
from telemetry.live import RepetitionCounted, Request, SensorSilent
from therapy.agenda import agenda_of
from therapy.dose import Tempo
from therapy.limits import Limits
from therapy.questions import Question
from therapy.safety import (
    Verdict,
    ceiling_deg,
    hold_asked_s,
    judge_effort,
    judge_pain,
    may_get_harder,
)
from therapy.screens import Ask, Closed, Play, screen_of
from therapy.session import advance, open_session
from therapy.session_state import FallSuspected, Moment, SessionState, Tick
from therapy_builders import STREAM, WRIST, Session, item, plan

SESSIONS = 2500
STEPS = 60
LIMITS = (
    {},
    {"pain_stop": 8, "pain_amber": 7},
    {"pain_stop": 3, "pain_amber": 2, "pain_rise": 1},
    {"effort_stop_borg": 4, "session_cap_min": 3, "dose_cap": 1},
    {"cleared_for_standing": True, "lost_s": 5},
)
ITEMS = (
    item(posture="seated", clinician_range_deg=90),
    item(id="raise", exercise="forward-arm-raise", posture="seated", assessment="every day"),
    item(id="rise", exercise="sit-to-stand", placements=[], limit_deg=None),
    item(id="march", exercise="seated-march", placements=[], limit_deg=None, dose={"minutes": 1}),
    item(id="swing", exercise="pendulum", limit_deg=None, posture="standing"),
)
WHATS = (
    "check.answered",
    "segment.calibrated",
    "exercise.started",
    "exercise.ended",
    "assessment.started",
    "assessment.ended",
    "range.calibrated",
    "pain.reported",
    "effort.reported",
    "unwell.reported",
    "prompt.shown",
    "session.closed",
)


@dataclass(frozen=True)
class Step:
    before: SessionState
    what: object
    moment: Moment
    after: SessionState
    events: tuple
    refused: str | None

    @property
    def target_before_deg(self) -> float:
        today = self.before.today
        return (today.target_deg or 0.0) if today else 0.0


def random_value(rng: random.Random, *, hostile: bool) -> dict:
    junk = [None, -1, 99, "x", True, 3.5, float("inf")]

    def pick(*good):
        return rng.choice(junk) if hostile and rng.random() < 0.4 else rng.choice(good)

    return {
        "answer": pick(False, False, True, 0, 1, 3, 5, 7),
        "pain": pick(0, 1, 2, 3, 4, 5, 6, 9),
        "effort_borg": pick(1, 3, 5, 6, 8),
        "passed": pick(True, True, False),
        "reason": pick("done", "done", "done", "pain", "tired", "time", "other"),
        "source": pick("clinician", "x"),
        "retest": pick(True, False),
        "mechanism": pick("praise", "goal"),
        "variant": pick("a", "b"),
    }


def fitting(state: SessionState, rng: random.Random) -> str:
    """What an ordinary screen would send now."""
    name = type(screen_of(state)).__name__
    usual = {
        "Ask": "check.answered",
        "Place": "segment.calibrated",
        "Ready": "exercise.started",
        "ReadyToAssess": "assessment.started",
        "Play": "exercise.ended",
    }
    asked = rng.random()
    if asked < 0.04:
        return "pain.reported"
    if asked < 0.06:
        return "effort.reported"
    if name == "Play" and asked < 0.9:
        return ""
    return usual.get(name, "")


def occurrence(state: SessionState, rng: random.Random, n: int, now_ns: int, *, hostile: bool):
    what = rng.choice(WHATS) if hostile and rng.random() < 0.35 else fitting(state, rng)
    if what == "unwell.reported" and rng.random() < 0.8:
        what = ""
    if what and rng.random() < 0.95:
        value = random_value(rng, hostile=hostile)
        if what == "check.answered" and state.interrupting is not None:
            value["answer"] = rng.random() < 0.5
        elif what == "check.answered" and not hostile and state.asking:
            kind = state.asking[0].kind
            value["answer"] = {"yes or no": False, "choice": "other"}.get(kind, rng.randint(0, 3))
        return Request(request=f"01J{n:023d}", what=what, value=value)
    roll = rng.random()
    if roll < 0.01:
        return FallSuspected()
    if roll < 0.1:
        return SensorSilent(session=SESSION, stream=STREAM, silent=rng.random() < 0.4)
    if roll < 0.3 or not state.agenda:
        return Tick(now_ns if rng.random() < 0.8 else None)
    return RepetitionCounted(
        session=SESSION,
        item=state.current.item.id if rng.random() < 0.97 else "other",
        number=n if rng.random() < 0.97 else 0,
        t_ns=now_ns,
        range_deg=None,
        peak_deg=rng.choice([None, rng.uniform(-20, 400), rng.uniform(60, 170)]),
        reached=rng.uniform(0, 3),
        too_fast=rng.random() < 0.2,
        flags=("lean",) if rng.random() < 0.1 else (),
    )


def simulate(seed: int) -> list[Step]:
    rng = random.Random(seed)
    hostile = seed % 2 == 1
    chosen = rng.sample(ITEMS, rng.randint(1, 3))
    asked = plan(*chosen, limits=rng.choice(LIMITS))
    now_ns = T0_NS
    opened = open_session(
        asked,
        session=SESSION,
        site="s",
        moment=Moment(now_ns, {STREAM: 0}),
        agenda=agenda_of(asked, asked.day_of(now_ns)),
        worn=(WRIST,),
        next_morning=rng.random() < 0.3,
        range_source=rng.choice(["calibration repetitions", "first repetitions of the recording"]),
    )
    first = Moment(now_ns)
    steps = [Step(opened.state, None, first, opened.state, opened.events, None)]
    state = opened.state
    for n in range(1, STEPS):
        now_ns += round(rng.choice([0.1, 1, 3, 3, 8, 30, 400 if hostile else 8]) * 1e9)
        what = occurrence(state, rng, n, now_ns, hostile=hostile)
        moment = Moment(now_ns, {STREAM: n * 60})
        step = advance(state, what, moment)
        steps.append(Step(state, what, moment, step.state, step.events, step.refused))
        state = step.state
        if state.closed and rng.random() < 0.5:
            break
    return steps


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
    assert len(seen) == 13
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
        open_item = None
        for event in (e for step in steps for e in step.events):
            if event.type in ("exercise.started", "assessment.started"):
                assert open_item is None
                open_item = event
            elif event.type in ("exercise.ended", "assessment.ended"):
                assert open_item is not None
                assert event.type.split(".")[0] == open_item.type.split(".")[0]
                assert event.item == open_item.item
                open_item = None
        if steps[-1].after.closed:
            assert open_item is None


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
                assert step.events[1].reason is StopReason.PAIN
                assert step.events[1].t_ns - step.moment.t_ns < 1e9
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
            request = Request(request="01J9" + "0" * 22, what="unwell.reported")
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
        if step.after.open_item and step.after.agenda:
            cap = step.after.plan.limits.dose_cap * step.after.current.dose
            assert step.after.done < cap or isinstance(step.what, Request | SensorSilent)


def test_standing_stays_locked_until_cleared_and_after_a_fall(sessions):
    for steps in sessions:
        fallen = False
        for step in steps:
            for event in step.events:
                if event.type == "check.answered" and event.question == "fallen":
                    fallen = fallen or event.answer is True
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


def test_no_exercise_starts_with_too_much_pain():
    session = Session()
    session.answer(pain=6)
    assert session.state.closed
    assert session.events[-1].reason is CloseReason.PAIN
    assert "exercise.started" not in session.types


def test_a_person_whose_usual_pain_is_6_can_play_with_own_limits():
    session = Session(plan(limits={"pain_stop": 9, "pain_amber": 7}))
    session.to_play(pain=6)
    assert session.ask("pain.reported", pain=6) is None
    assert isinstance(session.screen, Play)
    assert session.screen.signal is None


def test_feeling_unwell_at_check_in_ends_the_session_with_the_clinics_text():
    session = Session(plan(unwell_text="Bleiben Sie sitzen."))
    session.ask("check.answered", answer=True)
    assert isinstance(session.screen, Closed)
    assert session.screen.text.en.startswith("Bleiben Sie sitzen.")
    assert session.types[-2:] == ["unwell.reported", "session.closed"]


def test_unsettled_pain_of_yesterday_blocks_progress():
    session = Session(options={"next_morning": True})
    session.to_play(settled=False)
    assert session.screen.signal == "steady"
    assert not session.screen.may_get_harder


def test_too_much_effort_ends_the_set_and_a_little_less_eases():
    session = Session()
    session.to_play()
    session.ask("effort.reported", effort_borg=6, at="mid")
    assert session.screen.signal == "ease"
    session.ask("effort.reported", effort_borg=7, at="mid")
    assert session.events[-1].reason is StopReason.TIRED


def test_a_suspected_fall_pauses_asks_and_is_recorded():
    session = Session()
    session.to_play()
    session.happen(FallSuspected())
    session.tick()
    assert isinstance(session.screen, Ask)
    assert session.state.paused
    assert not session.state.may_get_harder
    assert "yes or no" in session.ask("check.answered", answer=None)
    session.ask("check.answered", answer=False)
    assert isinstance(session.screen, Play)
    assert session.events[-1].question == "fallen"
    session.happen(FallSuspected())
    session.ask("check.answered", answer=True)
    assert session.state.fallen
    assert session.types[-2:] == ["check.answered", "exercise.ended"]
    assert session.screen.question.at == "out"


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


def test_a_smaller_range_than_last_time_is_shown():
    session = Session(options={"last_targets": {"abduction": 140.0}})
    session.to_play(120.0)
    assert "140°" in session.screen.notice.en
    session = Session(options={"last_targets": {"abduction": 125.0}})
    session.to_play(120.0)
    assert session.screen.notice is None


def test_who_strains_is_told_to_breathe():
    march = item(exercise="knee-extension", limit_deg=None)
    session = Session(plan(march))
    session.to_play(60.0)
    assert session.screen.breathe is not None


@pytest.mark.parametrize(
    ("pain", "at", "verdict"),
    [
        (3, 0, Verdict.GO_ON),
        (4, 3, Verdict.EASE),
        (4, 2, Verdict.END_SET),
        (5, 4, Verdict.EASE),
        (5, 3, Verdict.END_SET),
        (5, None, Verdict.END_SET),
        (6, 5, Verdict.END_SET),
    ],
)
def test_pain_is_judged_at_its_limits(pain, at, verdict):
    assert judge_pain(pain, Limits(), at_check_in=at) is verdict


def test_a_lost_sensor_ends_the_set_without_blame():
    session = Session()
    session.to_play()
    session.happen(SensorSilent(session=SESSION, stream=STREAM, silent=True))
    assert session.screen.paused
    for _ in range(120):
        session.tick(samples=False)
    assert session.events[-1].reason is StopReason.LOST_SENSOR
    session.answer()
    assert "3 ripetizioni" in session.screen.text.it


@given(pain=st.integers(0, 9), at=st.none() | st.integers(0, 10))
def test_more_pain_is_never_judged_milder(pain, at):
    order = [Verdict.GO_ON, Verdict.EASE, Verdict.END_SET]
    limits = Limits()
    assert order.index(judge_pain(pain + 1, limits, at_check_in=at)) >= order.index(
        judge_pain(pain, limits, at_check_in=at)
    )
    assert order.index(judge_effort(pain + 1, limits)) >= order.index(judge_effort(pain, limits))


@given(today=st.none() | st.floats(), limit=st.none() | st.floats(0, 200))
def test_a_ceiling_is_within_both(today, limit):
    ceiling = ceiling_deg(today, limit)
    if ceiling is not None:
        assert 0 <= ceiling <= max(today, 0)
        assert limit is None or ceiling <= limit


@given(wanted=st.floats(-10, 100))
def test_a_hold_is_capped(wanted):
    assert 0 <= hold_asked_s(wanted, Limits()) <= 6


def test_nothing_gets_harder_past_the_dose():
    assert may_get_harder(held_back=False, flagged=False, done=19, dose=20)
    assert not may_get_harder(held_back=False, flagged=False, done=20, dose=20)


def test_speed_bounds_hold_by_phase_and_not_where_amplitude_counts():
    usual, big = Tempo.of(3, 1, 3), Tempo.of(1, 1, 1, bounded=False)
    assert usual.too_fast(0.5, 3)
    assert usual.too_fast(3, 0.5)
    assert not usual.too_fast(1, 1)
    assert not big.too_fast(0.1, 0.1)
