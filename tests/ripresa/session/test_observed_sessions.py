"""A plan's items are seen by the table of observables and by what the session calibrated."""

from __future__ import annotations

import numpy as np
import pytest

from analytics import offline
from analytics.calibration.segments import KnownSegments
from analytics.core import Core
from analytics.exercise.observation import Method
from analytics.exercise.observing import observe_by
from arm_motion import exercise, raises
from builders import SESSION, T0_NS, opened
from joint_motion import PROXIMAL, two_segments
from telemetry.messages.events import HingeCalibration, SegmentCalibrated
from telemetry.messages.live import RepetitionCounted
from telemetry.messages.motion import StreamEnded
from telemetry.messages.results import results_hash
from therapy_builders import item, plan

STREAM = "01J00000000000000000000000"
ELBOW = plan(
    item(
        id="elbow",
        exercise="elbow-bend",
        placements=["forearm-right", "upper-arm-right"],
        limit_deg=100,
    )
)
CONTRACTED = raises(4, top_deg=110.0, rest_deg=25.0, up_s=1.0, down_s=1.0, hold_s=0.3, pause_s=0.4)
HINGE = HingeCalibration(
    proximal="upper-arm-right",
    distal="forearm-right",
    proximal_axis=(0.0, 0.0, 1.0),
    distal_axis=(0.0, 0.0, 1.0),
    zero_rad=0.0,
)


def calibrated(number=0, **more):
    return SegmentCalibrated(
        session=SESSION,
        number=number,
        t_ns=T0_NS,
        placement="forearm-right",
        level="functional",
        **more,
    )


def streams():
    batches = two_segments(CONTRACTED)
    items = []
    for batch, placement in zip(batches, ("forearm-right", "upper-arm-right"), strict=True):
        end = StreamEnded(stream=batch.stream, next_index=len(batch), reason="stopped")
        items.append([opened(batch.stream, placement=placement), batch, end])
    return items


def events(*before):
    distal, proximal = two_segments(CONTRACTED)
    started, ended = exercise(len(distal), exercise="elbow-bend", item="elbow", number=7)
    spans = {distal.stream: 0, proximal.stream: 0}
    ends = {distal.stream: len(distal), proximal.stream: len(proximal)}
    return [
        *before,
        started.model_copy(update={"spans": spans}),
        ended.model_copy(update={"spans": ends}),
    ]


def recorded_result(*before):
    return offline.run(SESSION, events(*before), streams(), observe_by(ELBOW), plan_version=1)


def test_a_calibrated_contracture_is_told_in_degrees_live_and_recorded():
    told = events(calibrated(hinge=HINGE))
    core = Core(SESSION, observe_by(ELBOW))
    messages = []
    for event in told:
        messages += core.take_event(event)
    for items in streams():
        for motion in items:
            messages += core.take(motion)
    repetitions = [m for m in messages if isinstance(m, RepetitionCounted)]
    assert [m.peak_deg for m in repetitions] == [pytest.approx(110, abs=3)] * 4
    assert core.todays_range("elbow").target_deg == 100
    final = recorded_result(calibrated(hinge=HINGE))
    assert results_hash(core.result(plan_version=1, provisional=True)) == results_hash(final)
    (found,) = final.items
    assert {m.name: m.value for m in found.measures} == {
        "extension deficit": pytest.approx(25, abs=2)
    }
    assert found.range_of_motion.median_deg == pytest.approx(85, abs=2)


def test_an_event_without_measurements_changes_nothing():
    assert results_hash(recorded_result(calibrated())) == results_hash(recorded_result())


def test_without_a_zero_only_the_size_is_told():
    unzeroed = calibrated(hinge=HINGE.model_copy(update={"zero_rad": None}))
    (found,) = recorded_result(unzeroed).items
    assert found.range_of_motion.median_deg == pytest.approx(85, abs=2)
    assert all(r.peak_deg is None for r in found.repetitions)
    assert found.measures == ()


def test_one_sensor_of_a_joint_is_seen_with_its_measured_long_axis():
    observe = observe_by(ELBOW)
    started, _ = exercise(10, exercise="elbow-bend", item="elbow")
    known = KnownSegments().after(calibrated(axis=(0.0, 0.6, 0.8)))
    seen = observe(started, {STREAM: opened(STREAM, placement="forearm-right")}, known)
    assert seen.method is Method.ELEVATION
    assert np.allclose(seen.axis, (0.0, 0.6, 0.8))
    assert PROXIMAL not in (seen.stream, seen.trunk)
