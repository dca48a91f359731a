"""Screen, session, result, report and page tell one count, whatever was moved in rests."""

import random

import pytest

from analytics.core import Core
from analytics.exercise.observing import observe_by
from analytics.monitoring.done import items_done, items_reported
from arm_motion import one_batch, raises, whole_stream
from asking import request_of
from builders import SESSION, T0_NS
from dashboards.live.live_session import LiveSession
from games.inputs.source import ArrivedSample
from games.rules.control import ControlSample
from games.session.by_keys import CountedKeys
from telemetry.messages.live import RepetitionCounted
from telemetry.messages.motion import MotionBatch, StreamOpened
from therapy.session.screens import AlignSensor, Play, screen_of
from therapy_builders import STREAM, Session, item, plan

pytestmark = pytest.mark.slow

PLAN = {"assessment": "every day", "posture": "seated", "dose": {"sets": 2, "repetitions": 30}}
ARM = one_batch(raises(20, up_s=1.6, hold_s=0.6, down_s=1.6, pause_s=0.7), stream=STREAM)
AT_ONCE = 6
"""Samples that come in together."""


class Held(Session):
    """A session whose requests take no time."""

    def want(self, what, **value):
        self.requests += 1
        wish = request_of(what, **value).stamped(f"01J{self.requests:023d}", SESSION)
        assert self.happen(wish, after_s=0) is None

    def at(self, index):
        self.now_ns = T0_NS + int(ARM.dt_us[index]) * 1000
        self.samples = index

    def begin(self):
        self.answer()
        while isinstance(self.screen, AlignSensor):
            self.want("segment.calibrated", passed=True)
        self.want("exercise.started")


def rests(seed):
    """Where rests begin and end, in samples: each as long as a part of a repetition, or some."""
    chance, at, found = random.Random(seed), 900, []
    while at < len(ARM) - 400:
        until = at + chance.randint(20, 700)
        found += [(at // AT_ONCE, True), (until // AT_ONCE, False)]
        at = until + chance.randint(100, 900)
    return dict(found)


def shown(state):
    """The count on the screen."""
    screen = screen_of(state)
    return round(screen.done) if isinstance(screen, Play) else None


@pytest.mark.parametrize("seed", range(8))
def test_by_wearable_every_place_tells_the_count_of_the_screen(seed):
    one = Held(plan(item(**PLAN)))
    one.begin()
    core, page, known = Core(SESSION, observe_by(one.plan)), LiveSession(SESSION), 0
    turns, on_screen = rests(seed), 0
    batches = whole_stream(ARM, range(0, len(ARM), AT_ONCE))
    for n, batch in enumerate(batches):
        if isinstance(batch, StreamOpened):
            core.take(batch)
            continue
        if isinstance(batch, MotionBatch):
            one.at(batch.next_index - 1)
        heard = core.take(batch)
        for live in heard:
            if isinstance(live, RepetitionCounted):
                page.hear(live)
                one.happen(live, after_s=0)
        if one.state.stage.value == "ready for assessment":
            one.want("assessment.started")
        if n in turns and one.state.open_item:
            one.want("exercise.resting", resting=turns[n])
        on_screen = shown(one.state) or on_screen
        for event in one.events[known:]:
            core.take_event(event)
        page.add_events(one.events[known:])
        known = len(one.events)
    one.want("exercise.ended", reason="other")
    core.take_event(one.events[-1])
    page.add_events(one.events[known:])
    (_, total) = one.state.totals[0]
    result = core.result(plan_version=1, provisional=False)
    (done,) = items_done(one.plan, result)
    (live,) = [i for i in page.state().session.items if not i.assessment]
    assert 3 <= total < 20
    assert (on_screen, done.amount, live.done) == (total, total, total)


@pytest.mark.parametrize("seed", range(4))
def test_by_keys_every_place_tells_the_count_of_the_screen(seed):
    one = Held(plan(item(**PLAN)), {"by_keys": True, "worn": ()})
    one.begin()
    one.count = lambda repetition: one.happen(repetition, after_s=0)
    keys, turns, page = CountedKeys(one), rests(seed), LiveSession(SESSION)
    control = raises(14, up_s=1.6, hold_s=0.6, down_s=1.6, pause_s=0.7, rest_deg=0, top_deg=100)
    for n, level in enumerate(control):
        one.now_ns = T0_NS + n * 16_666_667
        if n % AT_ONCE == 0 and n // AT_ONCE in turns:
            one.want("exercise.resting", resting=turns[n // AT_ONCE])
        sample = ControlSample(one.now_ns, level / 100)
        keys._watch(ArrivedSample(sample, one.now_ns).sample)
    on_screen = shown(one.state)
    one.want("exercise.ended", reason="other")
    page.add_events(one.events)
    (_, total) = one.state.totals[0]
    told = sum(d.amount for d in items_reported(one.events))
    (live,) = page.state().session.items
    assert 3 <= total < 20
    assert (on_screen, told, live.reported) == (total, total, total)
