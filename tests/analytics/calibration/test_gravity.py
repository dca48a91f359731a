"""One sensor by gravity, stored calibrations, and sensors of different clocks on one grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.calibration.finding import CalibrationFinding
from analytics.calibration.gravity import check_stored, segment_calibration
from analytics.calibration.motion import MOST_GAP_S, on_one_grid, steadied
from analytics.calibration.phases import still_window
from analytics.joints.axis import HingeAxes
from builders import STREAM, T0_NS
from telemetry.messages.motion import MotionBatch

RATE_HZ = 100.0
X = (1.0, 0.0, 0.0)
OTHER = "01J00000000000000000000009"


def lying(down, *, seconds=4.0, seed=0, size=9.81):
    """A still sensor with this direction pointing down."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    force = -size * np.asarray(down, float) / np.linalg.norm(down)
    return force + rng.normal(0, 0.03, (n, 3)), rng.normal(0, 0.003, (n, 3))


def calibrated(down, *, hangs=True, zero_allowed=True, marked=X, **more):
    return segment_calibration(
        lying(down, **more), RATE_HZ, marked, hangs=hangs, zero_allowed=zero_allowed
    )


@given(st.floats(0, 45), st.floats(0, 360))
def test_a_hanging_segments_axis_is_measured_within_the_markings_tolerance(off_deg, about_deg):
    off, about = np.deg2rad(off_deg), np.deg2rad(about_deg)
    down = [np.cos(off), np.sin(off) * np.cos(about), np.sin(off) * np.sin(about)]
    found = calibrated(down)
    assert found.holds
    assert np.dot(found.axis, down) > np.cos(np.deg2rad(1))
    assert np.linalg.norm(found.axis) == pytest.approx(1)


@pytest.mark.parametrize(
    ("down", "finding"),
    [((-1, 0.2, 0), CalibrationFinding.UPSIDE_DOWN), ((0.1, 1, 0), CalibrationFinding.ACROSS)],
)
def test_a_sensor_that_lies_otherwise_is_told(down, finding):
    found = calibrated(down)
    assert found.findings == (finding,)
    assert not found.holds
    assert found.axis is None


@pytest.mark.parametrize(
    "more", [{"hangs": False}, {"marked": None}, {"zero_allowed": False, "down": (0, 1, 0)}]
)
def test_where_the_posture_tells_nothing_the_marking_holds_and_that_is_said(more):
    found = calibrated(**({"down": (0.5, 0.5, 0.7)} | more))
    assert found.findings == (CalibrationFinding.MARKING_ONLY,)
    assert found.holds
    assert found.axis is None


def test_without_permission_no_axis_is_measured_but_upside_down_is_told():
    assert calibrated((1, 0, 0), zero_allowed=False).axis is None
    assert calibrated((-1, 0, 0), zero_allowed=False).findings == (CalibrationFinding.UPSIDE_DOWN,)


def test_moving_and_a_broken_sensor_are_told():
    acc, gyr = lying(X)
    swinging = np.sin(np.arange(len(gyr)) / 20)[:, None] * np.ones(3)
    moving = segment_calibration((acc, swinging), RATE_HZ, X, hangs=True, zero_allowed=True)
    assert moving.findings == (CalibrationFinding.NOT_STILL,)
    assert calibrated(X, size=3.0).findings == (CalibrationFinding.SENSOR_FAULT,)


@pytest.mark.parametrize(("pose_deg", "holds"), [(25.0, True), (0.0, True), (90.0, False)])
def test_what_was_stored_must_read_the_known_angle_of_the_pose(pose_deg, holds):
    axes = HingeAxes(np.array([0, 0, 1.0]), np.array([0, 0, 1.0]))
    bent = np.deg2rad(25)
    distal = lying((np.cos(bent), -np.sin(bent), 0))
    checked = check_stored(lying(X), distal, RATE_HZ, axes, 0.0, pose_deg=pose_deg)
    assert checked.holds == holds
    assert (CalibrationFinding.NOT_AS_STORED in checked.findings) != holds


def test_a_pose_of_unknown_angle_cannot_be_checked_and_says_so():
    axes = HingeAxes(np.array([0, 0, 1.0]), np.array([0, 0, 1.0]))
    checked = check_stored(lying(X), lying(X), RATE_HZ, axes, 0.5, pose_deg=None)
    assert checked.holds
    assert checked.zero_rad == 0.5
    assert checked.findings == (CalibrationFinding.POSE_NOT_CHECKED,)


def wave(stream, *, rate_hz, start_s=0.0, seconds=3.0, lost=(), spoilt=()):
    """Batches of 5 samples whose x acceleration is a slow sine of host time."""
    t = start_s + np.arange(round(seconds * rate_hz)) / rate_hz
    values = np.zeros((len(t), 3), np.float32)
    values[:, 0] = np.sin(t)
    values[list(spoilt)] = np.nan
    for at in range(0, len(t), 5):
        if at // 5 in lost:
            continue
        part = t[at : at + 5]
        yield MotionBatch(
            stream=stream,
            first_index=at,
            t0_ns=T0_NS + round(part[0] * 1e6) * 1000,
            dt_us=np.round((part - part[0]) * 1e6).astype(np.int32),
            lag_us=np.zeros(len(part), np.int32),
            acc=values[at : at + 5],
            gyr=np.zeros((len(part), 3), np.float32),
        )


@given(st.randoms(use_true_random=False))
def test_streams_of_other_rates_and_starts_meet_on_one_grid(rng):
    one = list(wave(STREAM, rate_hz=100, spoilt=[40]))
    two = list(wave(OTHER, rate_hz=60, start_s=0.213))
    rng.shuffle(one)
    grid = on_one_grid([one, two], 60.0)
    (first, _), (second, _) = grid.sensors
    assert grid.whole
    assert len(first) == len(second) == int((2.99 - 0.213) * 60) + 1
    assert np.abs(first - second).max() < 2e-3


def test_a_gap_is_told_or_what_came_before_it_is_left_out():
    one = list(wave(STREAM, rate_hz=100))
    two = list(wave(OTHER, rate_hz=100, lost=range(10, 20)))
    told = on_one_grid([one, two], 100.0)
    assert told.gap_s == pytest.approx(0.51, abs=1e-3)
    assert not told.whole
    after = on_one_grid([one, two], 100.0, after_gaps=True)
    assert after.whole
    assert after.seconds == pytest.approx(2.0, abs=0.02)
    short = list(wave(OTHER, rate_hz=100, lost=range(10, 14)))
    assert on_one_grid([one, short], 100.0).gap_s <= MOST_GAP_S


def test_without_a_common_stretch_there_is_no_grid():
    one = list(wave(STREAM, rate_hz=100, seconds=1.0))
    late = list(wave(OTHER, rate_hz=100, start_s=2.0))
    assert on_one_grid([one, late], 100.0) is None
    assert on_one_grid([one, []], 100.0) is None
    assert on_one_grid([], 100.0) is None


def test_a_tremor_is_still_enough_and_swaying_is_not():
    t = np.arange(600) / RATE_HZ
    acc, gyr = lying(X, seconds=6.0)
    tremor = gyr + np.deg2rad(25) * np.sin(2 * np.pi * 5 * t)[:, None]
    assert still_window((acc, tremor), (acc, tremor), RATE_HZ) is None
    calm = steadied((acc, tremor), RATE_HZ)
    assert still_window(calm, calm, RATE_HZ) is not None
    swaying = steadied(
        (acc, np.deg2rad(25) * np.sin(2 * np.pi * 0.4 * t)[:, None] * np.ones(3)), RATE_HZ
    )
    assert still_window(swaying, swaying, RATE_HZ) is None
