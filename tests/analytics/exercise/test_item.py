"""An item seen from its end says where that differs from what the live filter let it see."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.exercise.found import found_in, within_turn
from analytics.exercise.observation import Hinge, Method, Observation
from analytics.joints.axis import HingeAxes
from analytics.movement.repetition import without_match
from analytics.signals.oriented_stream import Frames
from arm_motion import raises

RATE_HZ = 60.0
ELEVATION = Observation(stream="s", axis=(-1.0, 0.0, 0.0), what="elevation")
SWEPT = Observation(stream="s", axis=None, what="tilt", method=Method.SWEPT)
TRUE_DEG = raises(4, up_s=1.0, hold_s=0.3, down_s=1.0)
AFTER = slice(len(TRUE_DEG) - 50, len(TRUE_DEG))


def erring_deg():
    """What a live filter sees that takes a knock at the end of the item for a raise."""
    seen = TRUE_DEG.copy()
    seen[AFTER] += 90 * np.sin(np.linspace(0, np.pi, 50)) ** 2
    return seen


def quaternions(elevation_deg):
    """Orientations of a right wrist so high; its y axis lies level."""
    half = np.radians(np.asarray(elevation_deg) - 90) / 2
    zero = np.zeros_like(half)
    return np.stack((np.cos(half), zero, np.sin(half), zero), axis=1)


def frames(back_deg, forward_deg):
    """Frames whose looked-back and forward orientations differ."""
    n = len(back_deg)
    back, forward = quaternions(back_deg), quaternions(forward_deg)
    speed = np.gradient(np.radians(back_deg)) * RATE_HZ
    return Frames(
        index=np.arange(n),
        t_us=np.arange(n) * 1e6 / RATE_HZ,
        acc=np.tile([0.0, 0.0, 9.81], (n, 1)),
        gyr=np.stack((np.zeros(n), speed, np.zeros(n)), axis=1),
        interpolated=np.zeros(n, bool),
        restarted=np.zeros(n, bool),
        orient=lambda look: forward if look == "forward" else back,
        bridged_rad=np.zeros(n),
    )


class OtherSensor:
    """A track of the sensor nearer to the trunk, which sways a little."""

    def __init__(self, count):
        sway_deg = 2 * np.sin(np.arange(count) / 40)
        self.swaying = frames(sway_deg, sway_deg)

    def frames_between(self, _from_us, _to_us):
        return self.swaying


def assert_the_last_is_only_seen_live(found):
    assert len(found.excursions) == 4
    assert len(found.live) == 5
    (dropped,) = without_match(found.live, found.excursions)
    assert dropped.start >= AFTER.start - 12
    assert without_match(found.excursions, found.live) == []


def test_what_a_live_filters_error_added_is_known_as_found_live():
    for seen in (ELEVATION, SWEPT):
        assert_the_last_is_only_seen_live(found_in(seen, frames(TRUE_DEG, erring_deg()), RATE_HZ))


def test_a_joints_live_count_goes_by_forward_orientations_too():
    axis = np.array([0.0, 1.0, 0.0])
    hinge = Hinge("near", HingeAxes(axis, axis), 0.0)
    seen = Observation(stream="s", axis=None, what="flexion", method=Method.FLEXION, hinge=hinge)
    near = OtherSensor(len(TRUE_DEG))
    found = found_in(seen, frames(TRUE_DEG, erring_deg()), RATE_HZ, {"near": near})
    assert_the_last_is_only_seen_live(found)


def test_where_both_see_the_same_nothing_differs():
    for seen in (ELEVATION, SWEPT):
        found = found_in(seen, frames(TRUE_DEG, TRUE_DEG), RATE_HZ)
        assert len(found.live) == len(found.excursions) == 4
        assert without_match(found.live, found.excursions) == []


@pytest.mark.parametrize("turns", [-2, -1, 1, 3])
def test_a_joint_that_went_round_while_a_sensor_was_in_hands_is_back_where_it_was(turns):
    angle = np.concatenate((raises(3), np.linspace(10, 10 + 360 * turns, 200)))
    again = np.concatenate((angle, 360 * turns + raises(3)))
    seen = within_turn(again)
    np.testing.assert_allclose(seen[: len(raises(3))], raises(3))
    np.testing.assert_allclose(seen[-len(raises(3)) :], raises(3))


def test_a_hinge_that_stays_within_half_a_turn_is_left_as_it_is():
    angle = np.concatenate((raises(3, rest_deg=-20, top_deg=140), np.full(500, -20.0)))
    np.testing.assert_allclose(within_turn(angle), angle)
