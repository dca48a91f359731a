"""What moves the game while the item goes on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from analytics.core import Core
from analytics.exercise.observation import Method, Observation
from arm_motion import exercise, observe, one_batch, raises, whole_stream
from builders import SESSION, T0_NS, opened
from joint_motion import turning_batch
from telemetry.messages.events import RangeCalibrated
from telemetry.messages.live import ControlBatch, RepetitionCounted
from therapy.exercises.dose import PhaseBounds, Tempo

ARM = one_batch(raises(5, up_s=1.0, down_s=1.0, hold_s=0.3, pause_s=0.4))
TENS = range(10, len(ARM), 10)


def live(events, *, seen=observe, batch=ARM):
    core = Core(SESSION, seen)
    messages = []
    for event in events:
        messages += core.take_event(event)
    for item in whole_stream(batch, TENS):
        messages += core.take(item)
    controls = [m for m in messages if isinstance(m, ControlBatch)]
    return core, controls, [m for m in messages if isinstance(m, RepetitionCounted)]


def test_each_sample_moves_the_game_once():
    _, controls, _ = live(exercise(len(ARM))[:1])
    times = np.concatenate([np.array(c.dt_us) + (c.t0_ns - T0_NS) // 1000 for c in controls])
    assert (times == ARM.dt_us).all()
    assert all(len(c.control) == len(c.dt_us) == len(c.angle_deg) for c in controls)


def test_three_repetitions_make_todays_range():
    core, controls, _ = live(exercise(len(ARM))[:1])
    assert not controls[0].calibrated
    assert controls[-1].calibrated
    today = core.todays_range("1")
    assert len(today.peaks_deg) == 3
    assert today.target_deg == pytest.approx(150, abs=1.5)
    assert today.rest_deg == pytest.approx(10, abs=1.5)
    assert max(max(c.control) for c in controls[-20:]) == pytest.approx(1, abs=0.03)


def test_what_is_only_counted_gives_no_target_in_degrees():
    core, controls, _ = live(exercise(len(ARM), exercise="count")[:1])
    assert controls[-1].calibrated
    assert controls[-1].angle_deg is None
    assert core.todays_range("1") is None


def test_the_target_never_passes_the_clinicians_limit():
    def limited(_, streams, _known):
        return Observation(
            stream=next(iter(streams)), axis=(-1.0, 0.0, 0.0), what="x", limit_deg=90.0
        )

    core, controls, _ = live(exercise(len(ARM))[:1], seen=limited)
    assert core.todays_range("1").target_deg == 90
    assert controls[-1].limit == 1.0


def test_the_sessions_calibration_rules():
    started = exercise(len(ARM))[0]
    given = RangeCalibrated(
        session=SESSION,
        number=2,
        t_ns=T0_NS,
        item="1",
        peaks_deg=(100.0, 110.0, 120.0),
        target_deg=110.0,
        limit_deg=120.0,
        source="calibration repetitions",
    )
    core, controls, _ = live([started, given])
    assert core.todays_range("1").target_deg == 110
    assert all(c.calibrated for c in controls)


def test_each_repetition_is_announced_once_and_in_order():
    _, _, counted = live(exercise(len(ARM))[:1])
    assert [c.number for c in counted] == [1, 2, 3, 4, 5]
    assert counted[-1].reached == pytest.approx(1, abs=0.03)
    assert counted[-1].peak_deg == pytest.approx(150, abs=1.5)


def test_too_fast_is_told_by_phase():
    def strict(_, streams, _known):
        return Observation(
            stream=next(iter(streams)),
            axis=(-1.0, 0.0, 0.0),
            what="x",
            tempo=Tempo(up=PhaseBounds(s=2, min_s=2), hold=PhaseBounds(s=0), down=PhaseBounds(s=2)),
        )

    core, _, counted = live(exercise(len(ARM)), seen=strict)
    assert all(c.too_fast for c in counted)
    (item,) = core.result(plan_version=1, provisional=True).items
    assert all(r.flags == ("up too fast",) for r in item.repetitions)


def test_an_item_that_begins_late_takes_its_samples_from_the_history():
    core = Core(SESSION, observe)
    items = whole_stream(ARM, TENS)
    for item in items[:60]:
        core.take(item)
    core.take_event(exercise(len(ARM))[0])
    messages = core.take(items[60])
    assert [m.number for m in messages if isinstance(m, RepetitionCounted)] == [1, 2, 3]


def swept(_, streams, _known):
    return Observation(stream=next(iter(streams)), axis=None, what="x", method=Method.SWEPT)


def test_a_swept_angle_shows_from_the_first_repetition_on():
    turns = raises(4, top_deg=70.0, rest_deg=0.0, up_s=1.0, down_s=1.0, hold_s=0.3)
    batch = turning_batch(turns, (0.6, 0, 0.8), (0.8, 0, -0.6))
    core, controls, counted = live(exercise(len(batch)), seen=swept, batch=batch)
    assert [c.number for c in counted] == [1, 2, 3, 4]
    assert all(c.peak_deg is None for c in counted)
    assert all(c.range_deg == pytest.approx(70, abs=2) for c in counted)
    assert controls[0].angle_deg is None
    seen = np.concatenate([c.angle_deg for c in controls if c.angle_deg is not None])
    assert seen.max() == pytest.approx(70, abs=2)
    assert seen.min() == pytest.approx(0, abs=2)
    (item,) = core.result(plan_version=1, provisional=True).items
    assert item.range_of_motion.median_deg == pytest.approx(counted[-1].range_deg, abs=2)
    assert core.todays_range("1").target_deg == pytest.approx(70, abs=2)


def test_a_turn_about_the_vertical_moves_the_game_and_shows_no_angle():
    turns = raises(4, top_deg=70.0, rest_deg=0.0, up_s=1.0, down_s=1.0, hold_s=0.3)
    batch = turning_batch(turns, (0, 0, 1), (0, 0, 1))
    _, controls, counted = live(exercise(len(batch)), seen=swept, batch=batch)
    assert len(counted) == 4
    assert all(c.range_deg is None for c in counted)
    assert all(c.angle_deg is None for c in controls)


def test_a_restart_of_the_orientation_moves_no_swept_angle():
    turns = raises(6, top_deg=70.0, rest_deg=0.0, up_s=1.0, down_s=1.0, hold_s=0.3)
    batch = turning_batch(turns, (0.6, 0, 0.8), (0.8, 0, -0.6))
    core = Core(SESSION, swept)
    core.take(opened(batch.stream))
    core.take_event(exercise(len(batch))[0])
    hole = len(batch) // 2
    messages = []
    for a, b in pairwise([*range(0, hole, 10), hole, *range(hole + 40, len(batch), 10)]):
        messages += core.take(batch.cut(a if a != hole else hole + 30, b))
    late = [m for m in messages if isinstance(m, RepetitionCounted)][-2:]
    assert all(m.range_deg == pytest.approx(70, abs=3) for m in late)
    assert all(m.range_deg == pytest.approx(70, abs=3) for m in late)
