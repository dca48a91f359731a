"""Strides: each swing of the shank is one, however the sensor lies; other movement is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analytics.gait.strides import bouts_in, walks_in

RATE_HZ = 60.0


def walking(strides, stride_s, size=3.0, rest_s=3.0):
    """[n, 3] a shank's rates: a short fast swing forward, a long slow way back."""
    n = round(strides * stride_s * RATE_HZ)
    phase = np.arange(n) / RATE_HZ / stride_s % 1
    rate = size * np.exp(-(((phase - 0.7) / 0.1) ** 2))
    rate -= rate.mean()
    rest = np.zeros((round(rest_s * RATE_HZ), 3))
    noise = np.random.default_rng(1).normal(0, 0.03, (n, 3))
    swing = noise + np.column_stack([np.zeros(n), rate, np.zeros(n)])
    return np.concatenate([rest, swing, rest])


@pytest.mark.parametrize("stride_s", [0.85, 1.1, 1.6, 2.2])
@pytest.mark.parametrize("strides", [3, 17, 60])
def test_every_stride_of_slow_and_fast_walkers_is_counted(strides, stride_s):
    (bout,) = bouts_in(walking(strides, stride_s, size=3.0 / stride_s), RATE_HZ)
    assert abs(bout.strides - strides) <= 1
    between = np.diff(bout.swings) / RATE_HZ
    assert between.mean() == pytest.approx(stride_s, rel=0.02)


@given(st.integers(0, 2**32 - 1))
def test_how_the_sensor_lies_changes_no_stride(seed):
    gyr = walking(12, 1.1)
    turned = Rotation.random(rng=np.random.default_rng(seed)).apply(gyr)
    assert [b.strides for b in bouts_in(turned, RATE_HZ)] == [12]


def test_a_halt_parts_two_walks_and_is_no_time_of_them():
    gyr = np.concatenate([walking(9, 1.1), walking(14, 1.2)])
    assert [b.strides for b in bouts_in(gyr, RATE_HZ)] == [9, 14]


@given(st.integers(3, 12), st.sampled_from([0.9, 1.1, 1.6]))
def test_two_strides_after_a_halt_are_a_walk_of_one_who_walked_before(strides, stride_s):
    gyr = np.concatenate([walking(strides, stride_s), walking(2, stride_s)])
    assert [b.strides for b in bouts_in(gyr, RATE_HZ)] == [strides, 2]


@pytest.mark.parametrize(("stride_s", "size"), [(1.1, 1.6), (2.0, 3.0), (0.7, 3.0), (1.1, 7.0)])
def test_two_swings_of_another_kind_are_no_walk_beside_one(stride_s, size):
    gyr = np.concatenate([walking(12, 1.1), walking(2, stride_s, size=size)])
    assert [b.strides for b in bouts_in(gyr, RATE_HZ)] == [12]


def test_no_stride_spans_lost_samples():
    gyr = walking(20, 1.1)
    broken = np.zeros(len(gyr), bool)
    broken[len(gyr) // 2] = True
    bouts = bouts_in(gyr, RATE_HZ, broken)
    assert len(bouts) == 2
    assert sum(b.strides for b in bouts) == 20


def test_standing_and_single_movements_are_no_walk():
    rng = np.random.default_rng(5)
    assert bouts_in(rng.normal(0, 0.05, (3000, 3)), RATE_HZ) == []
    assert bouts_in(walking(2, 1.1), RATE_HZ) == []
    assert bouts_in(np.zeros((0, 3)), RATE_HZ) == []


@pytest.mark.parametrize("stride_s", [0.9, 1.3, 1.9])
@pytest.mark.parametrize("strides", [1, 2])
def test_a_stride_or_two_alone_are_no_walk_but_may_be_strides(strides, stride_s):
    walks = walks_in(walking(strides, stride_s), RATE_HZ)
    assert walks.bouts == ()
    assert walks.alone >= strides


def test_where_nobody_moved_nothing_may_be_a_stride():
    still = np.random.default_rng(5).normal(0, 0.05, (3000, 3))
    assert walks_in(still, RATE_HZ).alone == 0


def lifting(times, up_s, down_s, pause_s, behind_deg):
    """[n, 3] rates of a shank that goes back and forth again where it stands, with pauses."""

    def bell(seconds, degrees):
        x = np.linspace(0, 1, round(seconds * RATE_HZ))
        return np.radians(degrees) / seconds * 30 * x**2 * (1 - x) ** 2

    one = [bell(up_s, -behind_deg), bell(down_s, behind_deg), np.zeros(round(pause_s * RATE_HZ))]
    rate = np.concatenate([np.zeros(round(2 * RATE_HZ)), *one * times])
    noise = np.random.default_rng(3).normal(0, 0.03, (len(rate), 3))
    return noise + np.column_stack([np.zeros(len(rate)), rate, np.zeros(len(rate))])


@pytest.mark.parametrize(
    ("up_s", "down_s", "pause_s", "behind_deg"),
    [
        (0.45, 0.45, 0.9, 45.0),
        (0.4, 0.7, 1.0, 60.0),
        (0.6, 0.4, 0.8, 35.0),
        (0.5, 0.5, 0.1, 17.0),
        (0.35, 0.35, 0.6, 25.0),
    ],
)
def test_a_leg_that_is_lifted_on_the_spot_walks_nowhere(up_s, down_s, pause_s, behind_deg):
    walks = walks_in(lifting(14, up_s, down_s, pause_s, behind_deg), RATE_HZ)
    assert walks.bouts == ()
    assert walks.alone >= 13
    assert walks.on_the_spot >= 13


def test_lifts_beside_a_walk_are_none_of_it():
    gyr = np.concatenate([walking(12, 1.1), lifting(8, 0.4, 0.4, 0.8, 40.0)])
    walks = walks_in(gyr, RATE_HZ)
    assert [b.strides for b in walks.bouts] == [12]
    assert walks.on_the_spot >= 7
