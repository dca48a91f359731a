"""Two sensors at a joint: what moves the game depends on their streams, not on the delivery."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core import Core
from analytics.exercise.observation import Hinge, Method, Observation
from analytics.joints.axis import HingeAxes
from arm_motion import exercise, raises
from builders import SESSION, STREAM, T0_NS, opened
from joint_motion import PROXIMAL, two_segments
from research.simulation.hinge_simulator import SCENARIOS, simulate
from telemetry.messages.events import RangeCalibrated
from telemetry.messages.live import ControlBatch, RepetitionCounted
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened
from telemetry.messages.results import encode_result

pytestmark = pytest.mark.slow

Z = np.array([0.0, 0.0, 1.0])
CALIBRATED = Hinge(PROXIMAL, HingeAxes(Z, Z), 0.0)
FOUND = Hinge(PROXIMAL)


@cache
def elbow():
    """A forearm that bends four times, and the upper arm above it: (distal, proximal)."""
    flexion = raises(4, top_deg=110.0, rest_deg=25.0, up_s=1.0, down_s=1.0, hold_s=0.3, pause_s=0.4)
    return two_segments(flexion, t_shift_us=-3700)


@cache
def simulated(seconds=30.0):
    """A simulated elbow of which nothing is calibrated, and its true angle."""
    r = simulate(replace(SCENARIOS["no-rest"], seconds=seconds, rate_hz=50.0), 3)
    distal, proximal = elbow()
    batches = [
        MotionBatch(
            stream=stream,
            first_index=0,
            t0_ns=T0_NS,
            dt_us=(np.arange(len(values)) * 20_000).astype(np.int32),
            lag_us=np.zeros(len(values), np.int32),
            acc=values[:, :3].astype(np.float32),
            gyr=values[:, 3:].astype(np.float32),
        )
        for stream, values in ((distal.stream, r.distal), (proximal.stream, r.proximal))
    ]
    return batches, r.reference_deg


def joint(hinge):
    seen = Observation(
        stream=STREAM, axis=None, what="elbow flexion", method=Method.FLEXION, hinge=hinge
    )
    return lambda _started, _opened, _known: seen


def items_of(batch, *, cuts=(), lost=(), ends=True):
    """A stream's items, cut before these samples and without those in the `lost` spans."""
    edges = sorted({0, len(batch), *(c for c in cuts if 0 < c < len(batch))})
    parts = []
    for a, b in pairwise(edges):
        kept = [i for i in range(a, b) if not any(x <= i < x + n for x, n in lost)]
        breaks = [k for k in range(1, len(kept)) if kept[k] != kept[k - 1] + 1]
        for x, y in pairwise([0, *breaks, len(kept)]):
            if y > x:
                parts.append(batch.cut(kept[x], kept[y - 1] + 1))
    end = StreamEnded(stream=batch.stream, next_index=len(batch), reason="stopped")
    return [*parts, end] if ends else parts


def merged(left, right, order):
    """Both streams' items, by `order` (True: left next), then what is left of them."""
    left, right, mixed = list(left), list(right), []
    for take_left in order:
        source = left if take_left else right
        if source:
            mixed.append(source.pop(0))
    return mixed + left + right


def begun(hinge, distal, proximal, rate_hz=60.0):
    core = Core(SESSION, joint(hinge))
    for batch in (distal, proximal):
        core.take(replace(opened(batch.stream), rate_hz=rate_hz))
    started, ended = exercise(len(distal))
    core.take_event(started.model_copy(update={"spans": {STREAM: 0, PROXIMAL: 0}}))
    ends = {STREAM: len(distal), PROXIMAL: len(proximal)}
    return core, ended.model_copy(update={"spans": ends})


def played(hinge, distal, proximal, items, *, rate_hz=60.0, restored_at=None):
    """Live messages and the result's bytes, the core restarted before item `restored_at`."""
    core, ended = begun(hinge, distal, proximal, rate_hz)
    messages = []
    for n, item in enumerate(items):
        if n == restored_at:
            core = Core.restore(core.save(), joint(hinge))
        messages += core.take(item)
    core.take_event(ended)
    return messages, encode_result(core.result(plan_version=1, provisional=False))


def told(messages):
    """Each frame's figures and each repetition, however they were put into messages."""
    out = []
    for m in messages:
        if isinstance(m, RepetitionCounted):
            out.append(m)
            continue
        angles = m.angle_deg or [None] * len(m.control)
        out += [
            (m.t0_ns + 1000 * dt, control, angle, m.limit, m.calibrated)
            for dt, control, angle in zip(m.dt_us, m.control, angles, strict=True)
        ]
    return out


cutting = st.lists(st.integers(1, 900), max_size=25)
ordering = st.lists(st.booleans(), max_size=60)
losing = st.lists(st.tuples(st.integers(30, 700), st.integers(1, 60)), max_size=2)


@settings(max_examples=25)
@given(
    cuts=st.tuples(cutting, cutting),
    order=ordering,
    lost=st.tuples(losing, losing),
    restored_at=st.integers(0, 40),
)
def test_delivery_and_restarts_change_no_byte_of_a_calibrated_joint(cuts, order, lost, restored_at):
    distal, proximal = elbow()
    plain = [items_of(b, lost=gone) for b, gone in zip((distal, proximal), lost, strict=True)]
    cut = [
        items_of(b, cuts=c, lost=gone)
        for b, c, gone in zip((distal, proximal), cuts, lost, strict=True)
    ]
    expected = played(CALIBRATED, distal, proximal, [*plain[0], *plain[1]])
    found = played(CALIBRATED, distal, proximal, merged(*cut, order), restored_at=restored_at)
    assert told(found[0]) == told(expected[0])
    assert found[1] == expected[1]


@settings(max_examples=8, deadline=None)
@given(
    cuts=st.tuples(cutting, cutting),
    order=ordering,
    lost=st.tuples(losing, losing),
    restored_at=st.integers(0, 40),
)
def test_delivery_and_restarts_change_no_byte_where_the_axes_are_found_meanwhile(
    cuts, order, lost, restored_at
):
    (distal, proximal), _ = simulated()
    plain = [items_of(b, lost=gone) for b, gone in zip((distal, proximal), lost, strict=True)]
    cut = [
        items_of(b, cuts=c, lost=gone)
        for b, c, gone in zip((distal, proximal), cuts, lost, strict=True)
    ]
    expected = played(FOUND, distal, proximal, [*plain[1], *plain[0]], rate_hz=50.0)
    found = played(
        FOUND, distal, proximal, merged(*cut, order), rate_hz=50.0, restored_at=restored_at
    )
    assert told(found[0]) == told(expected[0])
    assert found[1] == expected[1]


@settings(max_examples=15)
@given(cuts=st.tuples(cutting, cutting), order=ordering, until=st.integers(1, 670))
def test_one_sensor_that_ends_early_ends_the_angle_at_the_same_frame(cuts, order, until):
    distal, proximal = elbow()
    short = proximal.cut(0, until)
    expected = played(CALIBRATED, distal, short, [*items_of(short), *items_of(distal)])
    mixed = merged(items_of(distal, cuts=cuts[0]), items_of(short, cuts=cuts[1]), order)
    found = played(CALIBRATED, distal, short, mixed)
    assert told(found[0]) == told(expected[0])
    assert found[1] == expected[1]
    repetitions = [m for m in found[0] if isinstance(m, RepetitionCounted)]
    assert [m.number for m in repetitions] == [1, 2, 3, 4]


@given(cuts=cutting, until=st.integers(1, 670))
def test_while_one_sensor_is_silent_nothing_moves_beyond_it(cuts, until):
    distal, proximal = elbow()
    core, _ = begun(CALIBRATED, distal, proximal)
    for item in items_of(proximal.cut(0, until), ends=False):
        core.take(item)
    messages = []
    for item in items_of(distal, cuts=cuts, ends=False):
        messages += core.take(item)
    last_ns = int(proximal.t_ns[until - 1])
    assert all(frame[0] <= last_ns for frame in told(messages) if isinstance(frame, tuple))


def test_control_comes_with_the_batch_that_completes_the_frames():
    distal, proximal = elbow()
    core, _ = begun(CALIBRATED, distal, proximal)
    assert core.take(distal.cut(0, 60)) == []
    (control,) = core.take(proximal.cut(0, 60))
    assert isinstance(control, ControlBatch)
    assert len(control.control) == len(control.angle_deg) > 25
    core.take(proximal.cut(60, 120))
    (control,) = core.take(distal.cut(60, 120))
    assert len(control.control) > 25


def test_a_joints_repetitions_carry_range_and_peak_while_it_moves():
    distal, proximal = elbow()
    core, _ = begun(CALIBRATED, distal, proximal)
    messages = []
    for a in range(0, len(distal), 6):
        messages += core.take(proximal.cut(a, a + 6)) + core.take(distal.cut(a, a + 6))
    repetitions = [m for m in messages if isinstance(m, RepetitionCounted)]
    assert [m.number for m in repetitions] == [1, 2, 3, 4]
    assert all(m.peak_deg == pytest.approx(110, abs=3) for m in repetitions)
    assert all(m.range_deg == pytest.approx(85, abs=3) for m in repetitions)
    assert core.todays_range("1").calibrated


def flexed(hinge):
    distal, proximal = elbow()
    messages, _ = played(hinge, distal, proximal, merged(items_of(proximal), items_of(distal), []))
    angles = [f[2] for f in told(messages) if isinstance(f, tuple)]
    return angles, [m for m in messages if isinstance(m, RepetitionCounted)]


def test_a_contracture_of_25_degrees_stays_25_degrees_live():
    angles, repetitions = flexed(CALIBRATED)
    assert angles[3] == pytest.approx(25, abs=2)
    assert repetitions[0].peak_deg == pytest.approx(110, abs=3)


def test_a_joint_that_is_straightened_rises_from_its_flexed_rest():
    # As a knee that goes from 90° to a lag of 5°: the axes point the other way.
    knee = Hinge(PROXIMAL, HingeAxes(-Z, -Z), -np.deg2rad(115.0), straight_deg=90.0)
    angles, repetitions = flexed(knee)
    assert angles[3] == pytest.approx(0, abs=2)
    assert all(r.range_deg == pytest.approx(85, abs=3) for r in repetitions)
    assert all(r.peak_deg == pytest.approx(85, abs=3) for r in repetitions)


def test_without_a_calibration_each_repetition_has_a_size_and_no_peak():
    (distal, proximal), reference_deg = simulated()
    cuts = range(10, len(distal), 10)
    items = [
        item
        for pair in zip(items_of(distal, cuts=cuts), items_of(proximal, cuts=cuts), strict=True)
        for item in pair
    ]
    messages, _ = played(FOUND, distal, proximal, items, rate_hz=50.0)
    repetitions = [m for m in messages if isinstance(m, RepetitionCounted)]
    assert [m.number for m in repetitions] == list(range(1, len(repetitions) + 1))
    assert len(repetitions) >= 6
    assert all(m.peak_deg is None for m in repetitions)
    assert all(m.range_deg == pytest.approx(130, abs=20) for m in repetitions)
    frames = [f for f in told(messages) if isinstance(f, tuple)]
    assert frames[0][2] is None
    late = [f for f in frames if f[2] is not None and f[0] > T0_NS + 15e9]
    at = (np.array([f[0] for f in late]) - T0_NS) / 20e6
    error = np.array([f[2] for f in late]) - np.interp(
        at, np.arange(len(reference_deg)), reference_deg
    )
    assert np.std(error) < 2


def test_a_target_that_was_given_holds_for_a_joint():
    distal, proximal = elbow()
    core, _ = begun(CALIBRATED, distal, proximal)
    core.take_event(
        RangeCalibrated(
            session=SESSION,
            number=2,
            t_ns=T0_NS,
            item="1",
            peaks_deg=(100.0,),
            target_deg=100.0,
            limit_deg=90.0,
            source="clinician",
        )
    )
    core.take(distal.cut(0, 60))
    (control,) = core.take(proximal.cut(0, 60))
    assert control.calibrated
    assert core.todays_range("1").target_deg == 90


def sized(target_deg, limit_deg, frames=600):
    """A joint with axes and without a zero, of which the session gave a size as target."""
    distal, proximal = elbow()
    core, _ = begun(replace(CALIBRATED, zero_rad=None), distal, proximal)
    core.take_event(
        RangeCalibrated(
            session=SESSION,
            number=2,
            t_ns=T0_NS,
            item="1",
            peaks_deg=(target_deg,) * 3,
            target_deg=target_deg,
            limit_deg=limit_deg,
            source="calibration repetitions",
        )
    )
    core.take(distal.cut(0, frames))
    core.take(proximal.cut(0, frames))
    return core.todays_range("1")


@settings(max_examples=20)
@given(target_deg=st.floats(5, 85), limit_deg=st.none() | st.floats(5, 120))
def test_a_size_that_was_given_counts_from_rest_and_stays_within_the_limit(target_deg, limit_deg):
    today = sized(target_deg, limit_deg)
    size_deg = today.target_deg - today.rest_deg
    assert size_deg == pytest.approx(min(target_deg, limit_deg or 999))
    if limit_deg is not None:
        assert today.limit_deg - today.rest_deg == pytest.approx(limit_deg)


def test_a_size_counts_from_where_the_joint_rests_not_from_where_the_item_began():
    distal, proximal = elbow()
    # Begins in the middle of the first rise, at half of its height.
    begin = 45
    core, _ = begun(replace(CALIBRATED, zero_rad=None), distal, proximal)
    core.take(distal.cut(begin, len(distal)))
    core.take(proximal.cut(begin, len(distal)))
    today = core.todays_range("1")
    assert today.rest_deg < -15
    assert today.control(today.rest_deg + 85) == pytest.approx(1, abs=0.05)


def test_a_stream_never_opened_moves_nothing_and_harms_nothing():
    distal, _ = elbow()
    core = Core(SESSION, joint(CALIBRATED))
    core.take(opened(STREAM))
    core.take_event(exercise(len(distal))[0])
    assert core.take(distal) == []
    assert isinstance(opened(PROXIMAL), StreamOpened)
    core.take(opened(PROXIMAL))
    assert core.take(elbow()[1])
