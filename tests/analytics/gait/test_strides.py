"""Strides: each swing of the shank is one, however the sensor lies; other movement is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analytics.gait.strides import bouts_in, walks_in
from research.session_cases.simulated_session import Person, simulate_item
from research.simulation.body import SHANK_M, THIGH_M
from research.simulation.limb_motion import FINE_HZ

RATE_HZ = 60.0


def moved(rate, ahead_m_s, noise, rest_s=0.0):
    """[n, 6] rates and acceleration of a shank that turns about y, with some rest before and after.

    Its lower end swings towards -x, where the sensor goes at `ahead_m_s`.
    """
    n = len(rate)
    turned = Rotation.from_rotvec(np.outer(np.cumsum(rate) / RATE_HZ, [0, 1, 0]))
    going = -np.gradient(ahead_m_s) * RATE_HZ
    force = turned.inv().apply(np.column_stack([going, np.zeros(n), np.full(n, 9.81)]))
    gyr = np.random.default_rng(noise).normal(0, 0.03, (n, 3))
    gyr[:, 1] += rate
    rest = np.tile([0, 0, 0, 0, 0, 9.81], (round(rest_s * RATE_HZ), 1))
    return np.concatenate([rest, np.hstack([gyr, force]), rest])


def walking(strides, stride_s, size=3.0, rest_s=3.0):
    """A shank's short fast swing forward and long slow way back, over a foot that pushes off."""
    n = round(strides * stride_s * RATE_HZ)
    phase = np.arange(n) / RATE_HZ / stride_s % 1
    swing, push = (np.exp(-(((phase - at) / 0.1) ** 2)) for at in (0.7, 0.45))
    shape = swing - 0.3 * push
    rate = size * (shape - shape.mean())
    return moved(rate, swing + 0.7 * push, 1, rest_s)


def walks_of(moving, broken=None):
    return walks_in(moving[:, :3], moving[:, 3:], RATE_HZ, broken)


def bouts_of(moving, broken=None):
    return bouts_in(moving[:, :3], moving[:, 3:], RATE_HZ, broken)


@pytest.mark.parametrize("stride_s", [0.85, 1.1, 1.6, 2.2])
@pytest.mark.parametrize("strides", [3, 17, 60])
def test_every_stride_of_slow_and_fast_walkers_is_counted(strides, stride_s):
    (bout,) = bouts_of(walking(strides, stride_s, size=3.0 / stride_s))
    assert abs(bout.strides - strides) <= 1
    between = np.diff(bout.swings) / RATE_HZ
    assert between.mean() == pytest.approx(stride_s, rel=0.02)


@given(st.integers(0, 2**32 - 1))
def test_how_the_sensor_lies_changes_no_stride(seed):
    moving = walking(12, 1.1)
    lying = Rotation.random(rng=np.random.default_rng(seed))
    turned = np.hstack([lying.apply(moving[:, :3]), lying.apply(moving[:, 3:])])
    assert [b.strides for b in bouts_of(turned)] == [12]


def test_a_halt_parts_two_walks_and_is_no_time_of_them():
    gyr = np.concatenate([walking(9, 1.1), walking(14, 1.2)])
    assert [b.strides for b in bouts_of(gyr)] == [9, 14]


@given(st.integers(3, 12), st.sampled_from([0.9, 1.1, 1.6]))
def test_two_strides_after_a_halt_are_a_walk_of_one_who_walked_before(strides, stride_s):
    gyr = np.concatenate([walking(strides, stride_s), walking(2, stride_s)])
    assert [b.strides for b in bouts_of(gyr)] == [strides, 2]


@pytest.mark.parametrize(("stride_s", "size"), [(1.1, 1.6), (2.0, 3.0), (0.7, 3.0), (1.1, 7.0)])
def test_two_swings_of_another_kind_are_no_walk_beside_one(stride_s, size):
    gyr = np.concatenate([walking(12, 1.1), walking(2, stride_s, size=size)])
    assert [b.strides for b in bouts_of(gyr)] == [12]


def test_no_stride_spans_lost_samples():
    gyr = walking(20, 1.1)
    broken = np.zeros(len(gyr), bool)
    broken[len(gyr) // 2] = True
    bouts = bouts_of(gyr, broken)
    assert len(bouts) == 2
    assert sum(b.strides for b in bouts) == 20


def test_standing_and_single_movements_are_no_walk():
    rng = np.random.default_rng(5)
    assert bouts_of(standing(rng)) == []
    assert bouts_of(walking(2, 1.1)) == []
    assert bouts_of(np.zeros((0, 6))) == []


@pytest.mark.parametrize("stride_s", [0.9, 1.3, 1.9])
@pytest.mark.parametrize("strides", [1, 2])
def test_a_stride_or_two_alone_are_no_walk_but_may_be_strides(strides, stride_s):
    walks = walks_of(walking(strides, stride_s))
    assert walks.bouts == ()
    assert walks.alone >= strides


def test_where_nobody_moved_nothing_may_be_a_stride():
    still = standing(np.random.default_rng(5))
    assert walks_of(still).alone == 0


def standing(rng):
    return np.hstack([rng.normal(0, 0.05, (3000, 3)), np.tile([0, 0, 9.81], (3000, 1))])


def lifting(times, up_s, down_s, pause_s, behind_deg):
    """A shank that goes back and forth again where it stands, with pauses, about a knee above."""

    def bell(seconds, degrees):
        x = np.linspace(0, 1, round(seconds * RATE_HZ))
        return np.radians(degrees) / seconds * 30 * x**2 * (1 - x) ** 2

    one = [bell(up_s, -behind_deg), bell(down_s, behind_deg), np.zeros(round(pause_s * RATE_HZ))]
    rate = np.concatenate([np.zeros(round(2 * RATE_HZ)), *one * times])
    return moved(rate, 0.17 * rate, 3)


@pytest.mark.parametrize(
    ("up_s", "down_s", "pause_s", "behind_deg"),
    [
        (0.45, 0.45, 0.9, 45.0),
        (0.4, 0.7, 1.0, 60.0),
        (0.6, 0.4, 0.8, 35.0),
        (0.5, 0.5, 0.1, 17.0),
        (0.35, 0.35, 0.6, 25.0),
        (0.5, 0.5, 0.02, 40.0),
        (0.4, 0.7, 0.1, 30.0),
        (0.7, 0.4, 0.05, 60.0),
    ],
)
def test_a_leg_that_is_lifted_on_the_spot_walks_nowhere(up_s, down_s, pause_s, behind_deg):
    walks = walks_of(lifting(14, up_s, down_s, pause_s, behind_deg))
    assert walks.bouts == ()
    assert walks.alone >= 13
    assert walks.on_the_spot >= 13


def test_lifts_beside_a_walk_are_none_of_it():
    gyr = np.concatenate([walking(12, 1.1), lifting(8, 0.4, 0.4, 0.8, 40.0)])
    walks = walks_of(gyr)
    assert [b.strides for b in walks.bouts] == [12]
    assert walks.on_the_spot >= 7


SWINGS = {
    "march": {"hip": 30.0, "knee": 70.0},
    "high march": {"hip": 60.0, "knee": 100.0},
    "heel to the seat": {"hip": 0.0, "knee": 60.0},
    "kick": {"hip": 40.0, "knee": 8.0},
    "backwards": {"hip": -28.0, "knee": 8.0},
}


@pytest.mark.parametrize(
    ("manner", "up_s", "down_s"),
    [("usual", 0.5, 0.5), ("irregular", 0.4, 0.7), ("trembling", 0.7, 0.5)],
)
@pytest.mark.parametrize("swing", SWINGS)
def test_a_leg_that_swings_far_on_the_spot_and_never_rests_is_told_as_no_walk(
    swing, manner, up_s, down_s
):
    def swinging(body, _what):
        for _ in range(12):
            body.stroke(up_s, **SWINGS[swing])
            body.stroke(down_s, hip=0.0, knee=3.0)

    made = simulate_item("walk", Person(manner, RATE_HZ), 3, script=swinging)
    readings = made.readings["shank"]
    walks = walks_in(readings[:, 3:], readings[:, :3], RATE_HZ)
    assert walks.bouts == ()
    assert walks.on_the_spot + walks.alone >= 11


@pytest.mark.parametrize("manner", ["usual", "trembling", "paretic", "brisk"])
def test_who_walks_is_not_taken_for_one_who_lifts(manner):
    made = simulate_item("walk", Person(manner, RATE_HZ, repetitions=4), 4)
    readings = made.readings["shank"]
    walks = walks_in(readings[:, 3:], readings[:, :3], RATE_HZ)
    assert walks.on_the_spot == 0
    assert abs(sum(b.strides for b in walks.bouts) - len(made.motion.repetitions)) <= 1


def pedalling(turns, turns_s, ahead_m, below_m, crank_m):
    """A script: an ankle goes round so far ahead of and below a hip that rests."""

    def script(body, _what):
        t = np.arange(round(turns * turns_s * FINE_HZ)) / FINE_HZ
        phase = 2 * np.pi * np.maximum(0, t - 0.3) / turns_s
        ahead, below = ahead_m + crank_m * np.sin(phase), below_m - crank_m * np.cos(phase)
        square = (ahead**2 + below**2 - THIGH_M**2 - SHANK_M**2) / (2 * THIGH_M * SHANK_M)
        knee = np.arccos(np.clip(square, -1, 1))
        behind = np.arctan2(SHANK_M * np.sin(knee), THIGH_M + SHANK_M * np.cos(knee))
        hip, knee = np.degrees(np.arctan2(ahead, below) + behind), np.degrees(knee)
        body.move(2.0, hip=hip[0], knee=knee[0])
        body.follow({"hip": hip - hip[0], "knee": knee - knee[0]}, turns * turns_s)
        body.still(2.0)

    return script


@pytest.mark.parametrize("turns_s", [0.7, 1.0, 1.7])
@pytest.mark.parametrize(
    ("ahead_m", "below_m", "crank_m"),
    [(0.70, 0.35, 0.10), (0.25, 0.60, 0.17), (0.68, 0.2, 0.15), (0.3, 0.6, 0.15)],
)
def test_who_pedals_does_not_walk(ahead_m, below_m, crank_m, turns_s):
    script = pedalling(16, turns_s, ahead_m, below_m, crank_m)
    made = simulate_item("walk", Person("usual", RATE_HZ), 340, script=script)
    readings = made.readings["shank"]
    walks = walks_in(readings[:, 3:], readings[:, :3], RATE_HZ)
    assert walks.bouts == ()
    assert walks.on_the_spot + walks.alone >= 15
