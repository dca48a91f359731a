"""Every row of the therapy's table is seen in its own way, and gives its own figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.calibration.functional import stored_zero
from analytics.core import Core
from analytics.exercise.observation import Hinge, Method, Observation, count_only
from analytics.exercise.observing import observation_of
from analytics.joints.axis import HingeAxes
from arm_motion import GRAVITY_M_S2, exercise, raises, whole_stream
from builders import SESSION, STREAM, opened
from joint_motion import PROXIMAL, turning_batch, two_segments
from telemetry.messages.motion import StreamEnded
from therapy.exercises.observable import TABLE, TIMED, observable_of


def result_of(batches, observation):
    core = Core(SESSION, lambda _started, _streams, _known: observation)
    for batch in batches:
        core.take(opened(batch.stream))
        core.take(batch)
        core.take(StreamEnded(stream=batch.stream, next_index=len(batch), reason="stopped"))
    for event in exercise(len(batches[0]), stream=batches[0].stream):
        core.take_event(event)
    (item,) = core.result(plan_version=1, provisional=False).items
    return item


def swept(stream=STREAM, **more):
    return Observation(stream=stream, axis=None, what="x", method=Method.SWEPT, **more)


@pytest.mark.parametrize("row", TABLE, ids=lambda r: f"{r.exercise} {'+'.join(r.sites)}")
def test_each_row_of_the_table_is_seen(row):
    posture = min(row.postures)
    placements = [f"{site}-right" if site != "sternum" else site for site in row.sites]
    streams = {p: f"stream of {p}" for p in placements}
    seen = observation_of(
        observable_of(row.exercise, posture, placements),
        streams,
        fallback="none",
        posture=posture,
    )
    assert seen.stream == streams[placements[0]]
    angleless = seen.method in {Method.COUNT, Method.STANCE, Method.WALK, Method.CHAIR_TEST}
    assert angleless == (row.quantity in TIMED)
    assert (seen.not_observable is None) == (not angleless)
    assert (seen.hinge is not None) == (seen.method is Method.FLEXION)


def test_what_the_table_does_not_list_is_counted_with_its_reason():
    seen = observation_of(
        observable_of("external-rotation", "standing", ["wrist-right"]),
        {"wrist-right": STREAM},
        fallback=STREAM,
        posture="standing",
    )
    assert seen.method is Method.COUNT
    assert "vertical" in seen.not_observable


@pytest.mark.parametrize("mounting", [(1, 0, 0), (0, 1, 0), (0.6, 0, 0.8)])
def test_gravity_tells_the_swept_angle_however_the_sensor_lies(mounting):
    axis = np.asarray(mounting, float)
    across = np.cross(axis, [0.3, 0.5, -0.7])
    across /= np.linalg.norm(across)
    batch = turning_batch(raises(4, top_deg=80.0, rest_deg=0.0), axis, across)
    item = result_of([batch], swept())
    assert len(item.repetitions) == 4
    assert item.range_of_motion.median_deg == pytest.approx(80, abs=2)
    assert item.repetitions[0].peak_deg is None


def test_a_turn_about_the_vertical_is_counted_and_says_why_there_is_no_range():
    batch = turning_batch(raises(4, top_deg=70.0, rest_deg=0.0), (0, 0, 1), (0, 0, 1))
    item = result_of([batch], swept())
    assert len(item.repetitions) == 4
    assert item.range_of_motion is None
    assert "vertical" in item.not_observable


def flexing(**hinge):
    return Observation(
        stream=STREAM,
        axis=None,
        what="elbow flexion",
        method=Method.FLEXION,
        hinge=Hinge(PROXIMAL, **hinge),
        also=("extension deficit",),
    )


def axes_about_z():
    return HingeAxes(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]))


def test_two_sensors_tell_a_joints_range_without_calibration():
    item = result_of(two_segments(raises(4, top_deg=110.0, rest_deg=0.0)), flexing())
    assert len(item.repetitions) == 4
    assert item.range_of_motion.median_deg == pytest.approx(110, abs=3)
    assert all(r.peak_deg is None for r in item.repetitions)
    assert item.measures == ()


def test_with_a_calibrated_zero_a_contracture_stays():
    axes = axes_about_z()
    flexion = raises(4, top_deg=110.0, rest_deg=25.0)
    distal, proximal = two_segments(flexion)
    still = tuple(b.acc[:20].mean(axis=0) / GRAVITY_M_S2 for b in (proximal, distal))
    zero = stored_zero(still, axes, 25.0)
    item = result_of((distal, proximal), flexing(axes=axes, zero_rad=zero))
    (deficit,) = item.measures
    assert deficit.name == "extension deficit"
    assert deficit.value == pytest.approx(25, abs=3)
    assert item.repetitions[0].peak_deg == pytest.approx(110, abs=3)


def test_a_knee_that_is_straightened_tells_its_active_deficit():
    """As a knee from 90° to 10°: its sensors' axes point against the movement."""
    down = np.array([0.0, 0.0, -1.0])
    distal, proximal = two_segments(raises(4, top_deg=80.0, rest_deg=0.0))
    knee = Hinge(PROXIMAL, HingeAxes(down, down), -np.deg2rad(90.0), straight_deg=90.0)
    item = result_of(
        (distal, proximal), replace(flexing(), hinge=knee, also=("active extension deficit",))
    )
    assert len(item.repetitions) == 4
    assert item.repetitions[1].peak_deg == pytest.approx(80, abs=2)
    (deficit,) = item.measures
    assert (deficit.name, deficit.unit) == ("active extension deficit", "°")
    assert deficit.value == pytest.approx(10, abs=2)


def test_lost_samples_of_either_sensor_leave_the_joints_range_as_it_is():
    flexion = raises(5, top_deg=110.0, rest_deg=0.0)
    distal, proximal = two_segments(flexion)
    hinge = {"axes": axes_about_z(), "zero_rad": 0.0}
    for hurt in (0, 1):
        core = Core(SESSION, lambda _started, _streams, _known: flexing(**hinge))
        for n, batch in enumerate((distal, proximal)):
            core.take(opened(batch.stream))
            core.take(batch.cut(0, 700))
            core.take(batch.cut(760 if n == hurt else 700, len(batch)))
        for event in exercise(len(distal)):
            core.take_event(event)
        (item,) = core.result(plan_version=1, provisional=False).items
        assert len(item.repetitions) == 5
        assert item.range_of_motion.median_deg == pytest.approx(110, abs=3)
        assert sum("gap" in r.technical for r in item.repetitions) == 1
        assert all(r.peak_deg == pytest.approx(110, abs=4) for r in item.repetitions)


def test_clocks_of_two_sensors_need_not_start_together():
    flexion = raises(4, top_deg=110.0, rest_deg=0.0)
    distal, proximal = two_segments(flexion, t_shift_us=-3700)
    item = result_of((distal, proximal), flexing())
    assert item.range_of_motion.median_deg == pytest.approx(110, abs=3)


def test_without_the_second_sensor_the_joint_is_counted_only():
    distal, proximal = two_segments(raises(4, top_deg=110.0, rest_deg=0.0))
    for short in ([distal], [distal, proximal.cut(0, 200)]):
        item = result_of(short, flexing())
        assert len(item.repetitions) == 4
        assert item.range_of_motion is None
        assert item.not_observable.startswith("joint angle:")


def test_cadence_leaves_pauses_out():
    march = raises(6, top_deg=50.0, rest_deg=0.0, up_s=0.5, hold_s=0.0, down_s=0.5, pause_s=0.5)
    rest = np.zeros(600)
    batch = turning_batch(np.concatenate((march, rest, march)), (0, 1, 0), (0, 0, 1))
    item = result_of([batch], swept(also=("cadence",)))
    (measure,) = item.measures
    assert (measure.name, measure.unit) == ("cadence", "1/min")
    assert measure.value == pytest.approx(40, abs=1)


def test_rise_time_and_lean_come_without_a_range():
    stand = raises(4, top_deg=85.0, rest_deg=0.0, up_s=2.0, hold_s=1.0, down_s=3.0)
    bend = np.zeros(len(stand))
    for start in range(60, len(stand) - 300, 420):
        bend[start : start + 90] = 35 * np.sin(np.linspace(0, np.pi, 90)) ** 2
    thigh = turning_batch(stand, (0, 1, 0), (0, 0, 1))
    sternum = turning_batch(bend, (0, 1, 0), (1, 0, 0), stream=PROXIMAL)
    seen = replace(
        count_only(STREAM, "time to rise: no angle stands for it"),
        also=("rise time", "lean"),
        trunk=PROXIMAL,
    )
    item = result_of([thigh, sternum], seen)
    figures = {m.name: m.value for m in item.measures}
    assert figures["rise time"] == pytest.approx(2, abs=0.1)
    assert figures["lean"] == pytest.approx(35, abs=3)
    assert item.range_of_motion is None


def test_a_decrement_is_told_in_percent():
    fading = np.concatenate([raises(1, top_deg=float(t), rest_deg=0.0) for t in range(100, 64, -4)])
    batch = turning_batch(fading, (0, 1, 0), (0, 0, 1))
    item = result_of([batch], swept(also=("decrement",)))
    (measure,) = item.measures
    assert measure.value == pytest.approx(100 * (1 - 72 / 96), abs=3)


def test_streams_of_an_item_are_all_waited_for():
    distal, proximal = two_segments(raises(3, top_deg=90.0, rest_deg=0.0))
    core = Core(SESSION, lambda _started, _streams, _known: flexing())
    started, ended = exercise(len(distal))
    spans = {STREAM: 0, PROXIMAL: 0}
    core.take_event(started.model_copy(update={"spans": spans}))
    ends = {STREAM: len(distal), PROXIMAL: len(proximal)}
    core.take_event(ended.model_copy(update={"spans": ends}))
    for item in whole_stream(distal):
        core.take(item)
    assert not core.settled
    one, *rest = whole_stream(proximal, [100])[:-1]
    core.take(one)
    assert not core.settled
    for item in rest:
        core.take(item)
    assert core.settled


def leaning(trunk_gyr_batch, limb_deg):
    thigh = turning_batch(limb_deg, (0, 1, 0), (0, 0, 1))
    seen = replace(
        count_only(STREAM, "time to rise: no angle stands for it"), also=("lean",), trunk=PROXIMAL
    )
    return result_of([thigh, trunk_gyr_batch], seen)


@pytest.mark.parametrize("axis", [(0, 1, 0), (1, 0, 0), (0.6, 0.8, 0)])
def test_no_lean_is_told_of_a_trunk_sensor_that_turns_as_the_limb_does(axis):
    limb = raises(4, top_deg=35.0, rest_deg=0.0, up_s=1.5, hold_s=1.0, down_s=2.0)
    item = leaning(turning_batch(limb, axis, (0, 0, 1), stream=PROXIMAL), limb)
    assert len(item.repetitions) == 4
    assert item.measures == ()
    assert any("one segment" in d.en for d in item.doubts)


def test_no_lean_is_told_of_a_trunk_sensor_that_lies_on_a_table():
    limb = raises(4, top_deg=35.0, rest_deg=0.0, up_s=1.5, hold_s=1.0, down_s=2.0)
    still = turning_batch(np.zeros(len(limb)), (0, 1, 0), (0, 0, 1), stream=PROXIMAL)
    noise = np.random.default_rng(3).normal(0, 1e-4, still.gyr.shape)
    item = leaning(replace(still, gyr=still.gyr + noise), limb)
    assert item.measures == ()
    assert any("keeps as still" in d.en for d in item.doubts)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_lean_with_every_raise_is_told(share):
    limb = raises(4, top_deg=35.0, rest_deg=0.0, up_s=1.5, hold_s=1.0, down_s=2.0)
    item = leaning(turning_batch(share * limb, (0, 1, 0), (0, 0, 1), stream=PROXIMAL), limb)
    (measure,) = item.measures
    assert measure.value == pytest.approx(share * 35, abs=2)


@pytest.mark.parametrize(("top_deg", "counted"), [(8.0, 0), (11.0, 0), (18.0, 6), (40.0, 6)])
def test_a_rise_on_the_toes_that_hardly_tips_the_foot_is_an_attempt(top_deg, counted):
    foot = raises(6, top_deg=top_deg, rest_deg=0.0, up_s=1.2, hold_s=0.7, down_s=1.6)
    seen = replace(
        count_only(STREAM, "time to rise on the toes: no angle stands for it"),
        also=("time up",),
        least_deg=12.0,
    )
    item = result_of([turning_batch(foot, (0, 1, 0), (0, 0, 1))], seen)
    assert len(item.repetitions) == counted
    assert len(item.repetitions) + len(item.attempts) == 6
    assert item.count_low <= counted <= item.count_high
    assert bool(item.measures) == bool(counted)


def test_times_alone_are_told_of_movements_of_their_exercise_only():
    for done, placements, least in (
        ("heel-raise", ("foot-right",), 12.0),
        ("sit-to-stand", ("thigh-right",), 35.0),
    ):
        posture = "standing" if done == "heel-raise" else "seated"
        seen = observable_of(done, posture, placements)
        streams = dict.fromkeys(placements, STREAM)
        seen_by = observation_of(seen, streams, fallback=STREAM, posture=posture)
        assert seen_by.least_deg == least
