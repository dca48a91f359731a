"""Samples that no limb feels are told; what people and good sensors do is not."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.signals.plausibility import Implausibility, implausible
from arm_motion import raises, sensed

RATE_HZ = 60.0


def worn(seed=0, **how):
    """A right wrist's raises: acceleration and angular rate, with a sensor's noise and bias."""
    acc, gyr = sensed(raises(6, **how), noise=0.05, seed=seed)
    return acc + [0.1, -0.1, 0.05], gyr + np.radians([0.5, -0.4, 0.3])


def told(acc, gyr, **more):
    return {f.what for f in implausible(np.arange(len(acc)), acc, gyr, RATE_HZ, **more)}


@pytest.mark.parametrize(
    "how", [{}, {"up_s": 0.6, "down_s": 0.6}, {"top_deg": 35.0}, {"hold_s": 5.0, "up_s": 6.0}]
)
def test_a_good_sensor_raises_no_doubt(how):
    assert told(*worn(**how)) == set()


def test_a_tremor_raises_no_doubt():
    acc, gyr = worn()
    t = np.arange(len(acc)) / RATE_HZ
    shake = np.sin(2 * np.pi * 5 * t)[:, None]
    assert told(acc + 2 * shake, gyr + shake) == set()


def test_a_pause_of_the_samples_raises_no_doubt():
    acc, gyr = worn()
    index = np.concatenate((np.arange(400), np.arange(900, 500 + len(acc))))
    assert implausible(index, acc, gyr, RATE_HZ) == []


def test_repeated_values_are_told_with_where_they_are():
    acc, gyr = worn()
    acc[500:700], gyr[500:700] = acc[500], gyr[500]
    (found,) = implausible(np.arange(len(acc)), acc, gyr, RATE_HZ)
    assert (found.what, found.from_index, found.to_index) == (Implausibility.FROZEN, 500, 700)


def channel_at(acc, gyr, channel, value):
    (acc if channel < 3 else gyr)[:, channel % 3] = value


@pytest.mark.parametrize(
    ("channel", "value"),
    [(1, -19.6), (0, 0.0), (2, 0.0), (4, 0.0), (3, np.radians(250)), (4, np.radians(-125))],
)
def test_a_channel_that_is_dead_or_stuck_is_told(channel, value):
    acc, gyr = worn()
    channel_at(acc, gyr, channel, value)
    assert told(acc, gyr)


def test_values_that_jump_are_told():
    acc, gyr = worn()
    rng = np.random.default_rng(4)
    where = rng.random(acc.shape) < 0.05
    acc[where] = 40 * rng.choice([-1, 1], where.sum())
    assert Implausibility.GLITCHING in told(acc, gyr)


def test_a_range_that_is_too_small_is_told():
    acc, gyr = worn()
    assert Implausibility.SATURATED in told(acc, np.clip(gyr, -1.0, 1.0))


def test_a_gyroscope_that_turns_at_rest_is_told():
    acc, gyr = worn()
    assert Implausibility.BIAS in told(acc, gyr + np.radians([0, 0, 12.0]))


def test_without_a_gyroscope_only_the_acceleration_is_looked_at():
    acc, gyr = worn()
    assert told(acc, np.zeros_like(gyr), gyroscope=False) == set()
    acc[:, 1] = -19.6
    assert Implausibility.STUCK in told(acc, np.zeros_like(gyr), gyroscope=False)
