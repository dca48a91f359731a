"""A session without a wearable: keys are counted by the same rules, and as what they are."""

from asking import request_of
from games.rules.control import ControlSample, Invitation
from games.rules.repetition_count import Counting
from games.session.by_keys import CountedKeys
from keyed_session import KeyedSession
from telemetry.messages.events import ExerciseReported, RangeCalibrated
from therapy.plan.plan_file import sample_plan
from therapy.session.answers import healthy_answer
from therapy.session.screens import Play, screen_of
from therapy.session.session_state import SessionStage

T0_NS = 1_700_000_000_000_000_000
FRAME_NS = 16_666_667


class Stepped:
    """A clock moved by hand."""

    speed = 1.0

    def __init__(self):
        self.t_ns = T0_NS

    def now_ns(self):
        return self.t_ns


class Keyed(KeyedSession):
    """One item of the sample plan, by keys."""

    def __init__(self):
        super().__init__(sample_plan(), Stepped(), {"abduction"})

    def want(self, what, **value):
        self.request(request_of(what, **value))
        assert not self.refused

    def answer_all(self):
        while self.state.asking:
            question = self.state.asking[0]
            self.want("check.answered", question=question.id, answer=healthy_answer(question))


def raised_and_lowered(keys, session, times):
    """Up and down by two keys, at the keys' own pace."""
    for direction in (1, -1) * times:
        keys.press(direction)
        for _ in range(200):
            session.clock.t_ns += FRAME_NS
            keys.poll(session.clock.now_ns(), Invitation())
        keys.press(direction)


def begun():
    session = Keyed()
    session.answer_all()
    assert session.state.stage is SessionStage.READY, "no sensor is calibrated where none is worn"
    session.want("exercise.started")
    return session


def test_no_range_is_looked_for_and_none_is_claimed():
    session = begun()
    screen = screen_of(session.state)
    assert isinstance(screen, Play)
    assert screen.target_deg is None
    assert not any(isinstance(e, RangeCalibrated) for e in session.events)


def test_repetitions_by_key_count_and_are_recorded_as_reported():
    session = begun()
    keys = CountedKeys(session)
    raised_and_lowered(keys, session, 3)
    assert session.state.counted == 3
    assert not session.state.flagged
    session.want("exercise.ended", reason="tired")
    told = [e for e in session.events if isinstance(e, ExerciseReported)]
    assert [(e.item, e.amount, e.unit, e.how) for e in told] == [
        ("abduction", 1, "repetitions", "keys")
    ] * 3


def test_what_keys_did_is_recorded_before_the_exercise_ends():
    session = begun()
    raised_and_lowered(CountedKeys(session), session, 2)
    assert sum(e.amount for e in session.events if isinstance(e, ExerciseReported)) == 2
    assert "exercise.ended" not in [e.type for e in session.events]


def test_unwell_keeps_what_was_done_until_then():
    session = begun()
    raised_and_lowered(CountedKeys(session), session, 2)
    session.want("unwell.reported")
    assert session.state.closed
    assert [e.amount for e in session.events if isinstance(e, ExerciseReported)] == [1, 1]


def test_keys_count_only_while_an_exercise_is_open():
    session = Keyed()
    raised_and_lowered(CountedKeys(session), session, 2)
    assert session.state.counted == 0


def test_an_item_nobody_pressed_a_key_in_reports_nothing():
    session = begun()
    session.want("exercise.ended", reason="time")
    assert [e.amount for e in session.events if isinstance(e, ExerciseReported)] == [0]


def counted(samples, min_phase_s=None):
    counting, found = Counting(), []
    for sample in samples:
        counting, done = counting.moved(sample, min_phase_s)
        found += [done] if done else []
    return found


def ramp(seconds, n=1):
    """There and back, each way in so many seconds, at 60 Hz."""
    steps = round(60 * seconds)
    way = [i / steps for i in range(steps)] + [1 - i / steps for i in range(steps + 1)]
    levels = [level for _ in range(n) for level in (*way, *[0.0] * 30)]
    return [ControlSample(T0_NS + i * FRAME_NS, level) for i, level in enumerate(levels)]


def test_a_hasty_repetition_is_counted_and_flagged():
    (slow,) = counted(ramp(3.0), 1.0)
    (hasty,) = counted(ramp(0.4), 1.0)
    assert not slow.too_fast
    assert hasty.too_fast


def test_wavering_in_the_middle_counts_nothing():
    levels = [0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.3, 0.25]
    samples = [ControlSample(T0_NS + i * 10 * FRAME_NS, level) for i, level in enumerate(levels)]
    assert counted(samples) == []
    assert len(counted(ramp(2.0, n=4))) == 4


def test_a_lowering_that_was_under_way_before_the_exercise_is_no_repetition():
    counting, found = Counting(), []
    for n, control in enumerate((0.9, 0.6, 0.1, 0.6, 0.1)):
        sample = ControlSample(T0_NS + n * 10**9, control)
        counting, done = counting.moved(sample, None)
        found.append(done is not None)
    assert found == [False, False, False, False, True]


def test_what_keys_move_in_a_rest_is_not_counted_after_it_either():
    session = begun()
    keys = CountedKeys(session)
    raised_and_lowered(keys, session, 1)
    before = session.state.counted
    session.want("exercise.resting", resting=True)
    raised_and_lowered(keys, session, 2)
    keys.press(1)
    for _ in range(200):
        session.clock.t_ns += FRAME_NS
        keys.poll(session.clock.now_ns(), Invitation())
    session.want("exercise.resting", resting=False)
    keys.press(-1)
    for _ in range(200):
        session.clock.t_ns += FRAME_NS
        keys.poll(session.clock.now_ns(), Invitation())
    assert session.state.counted == before
    raised_and_lowered(keys, session, 1)
    assert session.state.counted == before + 1
