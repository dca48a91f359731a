"""What a session calibrated decides how the items after it are seen."""

from __future__ import annotations

import numpy as np
import pytest

from analytics import offline
from analytics.calibration.segments import SEGMENT_AXES, KnownSegments
from analytics.core import Core
from analytics.exercise.observation import Hinge, Method
from analytics.exercise.observing import observation_of
from analytics.observability.doubt import DoubtKind
from arm_motion import exercise, one_batch, raises, whole_stream
from builders import SESSION, T0_NS
from telemetry.messages.events import HingeCalibration, SegmentCalibrated
from telemetry.messages.results import results_hash
from therapy.exercises.observable import observable_of

ELBOW = HingeCalibration(
    proximal="upper-arm-right",
    distal="wrist-right",
    proximal_axis=(0.0, 0.0, 1.0),
    distal_axis=(0.0, 1.0, 0.0),
    zero_rad=0.25,
)
STREAMS = {"wrist-right": "distal", "upper-arm-right": "proximal"}


def calibrated(*, number=0, placement="wrist-right", level="functional", **more):
    return SegmentCalibrated(
        session=SESSION, number=number, t_ns=T0_NS, placement=placement, level=level, **more
    )


def known_after(*events):
    known = KnownSegments()
    for event in events:
        known = known.after(event)
    return known


def elbow_seen(known, streams=STREAMS):
    return observation_of(
        observable_of("elbow-bend", "seated", streams),
        streams,
        fallback="distal",
        posture="seated",
        known=known,
    )


def test_a_calibrated_joint_is_seen_with_its_axes_zero_and_level():
    hinge = elbow_seen(known_after(calibrated(hinge=ELBOW))).hinge
    assert hinge.proximal == "proximal"
    assert hinge.axes.proximal.tolist() == [0, 0, 1]
    assert hinge.axes.distal.tolist() == [0, 1, 0]
    assert (hinge.zero_rad, hinge.level) == (0.25, "functional")


@pytest.mark.parametrize(
    "event",
    [
        calibrated(),
        calibrated(hinge=ELBOW.model_copy(update={"proximal": "thigh-right"})),
    ],
    ids=["nothing measured", "another joint"],
)
def test_what_was_not_measured_is_found_from_the_movement(event):
    assert elbow_seen(known_after(event)).hinge == Hinge("proximal")


@pytest.mark.parametrize(
    "event",
    [calibrated(passed=False, note="upside down"), calibrated(hinge=ELBOW, level="none")],
    ids=["failed", "no level"],
)
def test_a_failed_calibration_leaves_counting_only_whatever_was_known_before(event):
    known = known_after(calibrated(hinge=ELBOW), event)
    for streams in (STREAMS, {"wrist-right": "distal"}):
        seen = elbow_seen(known, streams)
        assert (seen.method, seen.axis, seen.hinge) == (Method.COUNT, None, None)
        (reason,) = seen.doubts
        assert reason.kind is DoubtKind.CALIBRATION
        assert reason.reason.it
        assert seen.not_observable == reason.reason.en
    assert elbow_seen(known.after(calibrated(hinge=ELBOW))).hinge is not None


def test_an_assessment_after_a_failed_calibration_shows_no_angle_live_or_afterwards():
    batch = one_batch(raises(4))
    events = [calibrated(passed=False), *exercise(len(batch))]
    core = Core(SESSION, by_known)
    told = [m for event in events[:2] for m in core.take_event(event)]
    told += [m for item in whole_stream(batch, range(0, len(batch), 6)) for m in core.take(item)]
    core.take_event(events[2])
    assert all(getattr(m, "angle_deg", None) is None for m in told)
    assert all(getattr(m, "peak_deg", None) is None for m in told)
    (item,) = core.result(plan_version=1, provisional=True).items
    assert len(item.repetitions) == 4
    assert (item.range_of_motion, item.active_peak) == (None, None)
    assert all((r.range_deg, r.peak_deg, r.start_deg) == (None,) * 3 for r in item.repetitions)
    assert [d.kind for d in item.doubts] == [DoubtKind.CALIBRATION]


def by_known(started, streams, known):  # noqa: ARG001 - by the table alone
    worn = {opened.placement: stream for stream, opened in streams.items()}
    return observation_of(
        observable_of("arm-abduction", "seated", worn),
        worn,
        fallback=next(iter(streams)),
        posture="seated",
        known=known,
    )


def test_the_latest_calibration_that_passed_counts():
    later = ELBOW.model_copy(update={"zero_rad": None})
    events = [
        calibrated(hinge=ELBOW),
        calibrated(hinge=later, level="gravity"),
        calibrated(hinge=ELBOW, passed=False),
        calibrated(axis=(0.0, 1.0, 0.0)),
    ]
    hinge = elbow_seen(known_after(*events)).hinge
    assert (hinge.zero_rad, hinge.level) == (None, "gravity")


def test_a_measured_long_axis_replaces_the_marked_one_until_it_is_worn_as_marked_again():
    def axis_seen(*events):
        streams = {"wrist-right": "distal"}
        seen = elbow_seen(known_after(*events), streams)
        assert seen.axis_measured == (seen.axis != SEGMENT_AXES["wrist-right"])
        return seen.axis

    askew = calibrated(axis=(0.0, 0.6, 0.8))
    assert axis_seen() == SEGMENT_AXES["wrist-right"]
    assert axis_seen(askew) == pytest.approx((0.0, 0.6, 0.8))
    assert axis_seen(askew, calibrated(hinge=ELBOW)) == pytest.approx((0.0, 0.6, 0.8))
    assert axis_seen(askew, calibrated(level="gravity")) == SEGMENT_AXES["wrist-right"]


@pytest.mark.parametrize(
    ("exercise_name", "posture", "distal", "straight_deg"),
    [
        ("knee-extension", "seated", "shank-left", 90.0),
        ("heel-slide", "supine", "shank-left", None),
    ],
)
def test_a_joint_that_is_straightened_counts_from_its_flexed_rest(
    exercise_name, posture, distal, straight_deg
):
    knee = ELBOW.model_copy(update={"proximal": "thigh-left", "distal": distal})
    streams = {distal: "distal", "thigh-left": "proximal"}
    seen = observation_of(
        observable_of(exercise_name, posture, streams),
        streams,
        fallback="distal",
        posture=posture,
        known=known_after(calibrated(hinge=knee)),
    )
    assert seen.method is Method.FLEXION
    assert seen.hinge.straight_deg == straight_deg


ARM = one_batch(raises(3, up_s=1.0, down_s=1.0, hold_s=0.3, pause_s=0.4))
TILTED = tuple((np.array([-1.0, 0.0, 0.0]) * 0.8 + np.array([0.0, 0.0, 0.6])).tolist())


def observe_axis(_started, streams, known):
    (stream,) = streams
    return observation_of(
        observable_of("arm-abduction", "standing", ["wrist-right"]),
        {"wrist-right": stream},
        fallback=stream,
        posture="standing",
        known=known,
    )


def result_with(*, before=()):
    events = [*before, *exercise(len(ARM), number=5)]
    core = Core(SESSION, observe_axis)
    for event in events:
        core.take_event(event)
    for item in whole_stream(ARM, range(10, len(ARM), 10)):
        core.take(item)
    final = offline.run(SESSION, events, [whole_stream(ARM)], observe_axis, plan_version=1)
    live = core.result(plan_version=1, provisional=True)
    assert results_hash(live) == results_hash(final)
    return results_hash(final)


def test_only_a_calibration_before_an_items_start_changes_it():
    tilted = calibrated(axis=TILTED)
    late = tilted.model_copy(update={"number": 6})
    plain = result_with()
    assert result_with(before=[tilted]) != plain
    assert result_with(before=[calibrated(level="gravity")]) == plain
    started, ended = exercise(len(ARM), number=5)
    with_late = offline.run(
        SESSION,
        [started, late, ended.model_copy(update={"number": 7})],
        [whole_stream(ARM)],
        observe_axis,
        plan_version=1,
    )
    assert results_hash(with_late) == plain


def test_a_calibration_outlives_a_restart_of_the_core():
    core = Core(SESSION, observe_axis)
    core.take_event(calibrated(axis=TILTED))
    core = Core.restore(core.save(), observe_axis)
    for event in exercise(len(ARM), number=5):
        core.take_event(event)
    for item in whole_stream(ARM):
        core.take(item)
    assert results_hash(core.result(plan_version=1, provisional=False)) == result_with(
        before=[calibrated(axis=TILTED)]
    )
