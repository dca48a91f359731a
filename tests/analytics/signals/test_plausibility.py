"""Samples that no limb feels are told; what people and good sensors do is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analytics.signals.gravity_turning import GravitySeen, turns_otherwise
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


@pytest.mark.parametrize("times", [5, 8])
@pytest.mark.parametrize("moving", [True, False])
def test_values_that_are_each_sent_several_times_are_told(times, moving):
    acc, gyr = worn() if moving else (a[:50].repeat(24, axis=0) for a in worn())
    if not moving:
        rng = np.random.default_rng(1)
        acc, gyr = acc + rng.normal(0, 0.03, acc.shape), gyr + rng.normal(0, 0.002, gyr.shape)
    rows = np.arange(len(acc))
    assert Implausibility.HELD in told(acc[rows - rows % times], gyr[rows - rows % times])
    assert Implausibility.HELD not in told(acc, gyr)
    doubled = rows - rows % 2
    assert Implausibility.HELD not in told(acc[doubled], gyr[doubled])


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


def strides(n=30, stride_s=1.05, rate_hz=100.0, strike=30.0, rest_s=3.0):
    """A shank that walks: a fast swing each stride, and a heel that strikes in one sample."""
    rng = np.random.default_rng(8)
    count = round((n * stride_s + 2 * rest_s) * rate_hz)
    t = np.arange(count) / rate_hz - rest_s
    walking = (t >= 0) & (t < n * stride_s)
    phase = np.where(walking, t / stride_s % 1, 0.0)
    rate = np.where(walking, 4.0 * np.exp(-(((phase - 0.7) / 0.1) ** 2)), 0.0)
    rate -= np.where(walking, rate[walking].mean(), 0.0)
    angle = np.cumsum(rate) / rate_hz
    gyr = rng.normal(0, 0.01, (count, 3)) + np.column_stack(
        [np.zeros(count), rate, np.zeros(count)]
    )
    up = np.column_stack([np.sin(angle), np.zeros(count), np.cos(angle)])
    acc = 9.81 * up + rng.normal(0, 0.1, (count, 3))
    for k in range(n):
        acc[round((rest_s + (k + 0.85) * stride_s) * rate_hz), 2] += strike
    return acc, gyr


def told_at(rate_hz, acc, gyr):
    return {f.what for f in implausible(np.arange(len(acc)), acc, gyr, rate_hz)}


@pytest.mark.parametrize("rate_hz", [50.0, 80.0, 100.0, 104.0, 208.0])
@pytest.mark.parametrize("stride_s", [0.85, 1.05, 1.4])
def test_a_heel_that_strikes_in_one_sample_raises_no_doubt(rate_hz, stride_s):
    acc, gyr = strides(stride_s=stride_s, rate_hz=rate_hz)
    assert Implausibility.GLITCHING not in told_at(rate_hz, acc, gyr)


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_values_that_jump_while_somebody_walks_are_told(share):
    acc, gyr = strides()
    rng = np.random.default_rng(4)
    where = rng.random(acc.shape) < share
    acc[where] = 40 * rng.choice([-1, 1], where.sum())
    assert Implausibility.GLITCHING in told_at(100.0, acc, gyr)


def test_values_that_jump_once_a_second_at_rest_are_told():
    acc, gyr = strides(n=3, rest_s=15.0)
    acc[::100, 0] += 40.0
    assert Implausibility.GLITCHING in told_at(100.0, acc, gyr)


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
    # What is stuck beyond all else looks like the end of a range, too.
    stuck = {Implausibility.STUCK, Implausibility.SATURATED}
    assert told(acc, np.zeros_like(gyr), gyroscope=False) == stuck


def quiet(seed=3, seconds=40, shaking_deg=0.0):
    """A segment that hardly turns, a few degrees about each axis, beside one that exercises."""
    t = np.arange(0, seconds, 1 / RATE_HZ)
    angles = np.radians([[5.0], [3.5], [2.5]]) * np.sin(
        2 * np.pi * np.array([[0.21], [0.13], [0.17]]) * t + np.array([[0.0], [1.0], [2.0]])
    )
    angles += np.radians(shaking_deg) * np.sin(2 * np.pi * 4.6 * t)
    lying = Rotation.from_euler("ZYX", [20.0, 35.0, -50.0], degrees=True)
    turned = lying * Rotation.from_euler("xyz", angles.T)
    steps = (turned[:-1].inv() * turned[1:]).as_rotvec() * RATE_HZ
    rng = np.random.default_rng(seed)
    acc = turned.inv().apply([0.0, 0.0, 9.81]) + rng.normal(0, 0.04, (len(t), 3))
    gyr = np.concatenate((steps, steps[-1:])) + rng.normal(0, 0.002, (len(t), 3))
    return acc, gyr + np.radians([0.5, -0.4, 0.3])


def test_a_segment_that_hardly_turns_raises_no_doubt():
    assert told(*quiet()) == set()


def turning(speeds_deg_s, each_s=2.5):
    """Upright, turning about the vertical at one speed after the other, without a rest."""
    rates = np.radians(np.repeat(speeds_deg_s, round(each_s * RATE_HZ)))
    rng = np.random.default_rng(4)
    gyr = np.stack([0.2 * rates, -0.1 * rates, 0.97 * rates], axis=1)
    up = np.array([0.2, -0.1, 0.97]) / np.linalg.norm([0.2, -0.1, 0.97])
    acc = 9.81 * up + rng.normal(0, 0.04, gyr.shape)
    return acc, gyr + rng.normal(0, 0.002, gyr.shape)


@pytest.mark.parametrize("speeds", [[8, 13, 19, 9, 15], [6, -12, 9, -7, 14], [5, 9, 16, 24, 11]])
def test_a_person_who_turns_without_a_rest_has_no_gyroscope_that_turns_at_rest(speeds):
    assert Implausibility.BIAS not in told(*turning(speeds))


def swaying(about_deg_s, tilts_deg_s, seconds=3.0):
    """Stretches of a segment that turns about the vertical and sinks slowly, brisk in between."""
    rng = np.random.default_rng(11)
    rates = []
    for about, tilt in zip(about_deg_s, tilts_deg_s, strict=True):
        rates += [[tilt, 0.0, about]] * round(seconds * RATE_HZ)
        brisk = np.sin(np.linspace(0, 2 * np.pi, round(2 * RATE_HZ)))
        rates += [[150 * x, 40 * x, 0.0] for x in brisk]
    gyr = np.radians(np.array(rates))
    turned = Rotation.from_rotvec(gyr / RATE_HZ)
    orientation, up = Rotation.identity(), []
    for step in turned:
        orientation *= step
        up.append(orientation.inv().apply([0.0, 0.0, 9.81]))
    acc = np.array(up) + rng.normal(0, 0.04, gyr.shape)
    return acc, gyr + np.radians([0.4, -0.3, 0.3]) + rng.normal(0, 0.002, gyr.shape)


@pytest.mark.parametrize(
    ("about", "tilts"),
    [([9, 7, 8], [2.6, 2.8, 2.5]), ([6, -5, 7], [3.0, 2.6, 3.1]), ([-8, -7, -9], [0, 0, 0])],
)
def test_a_segment_that_sinks_slowly_as_it_turns_has_no_gyroscope_that_turns_at_rest(about, tilts):
    assert Implausibility.BIAS not in told(*swaying(about, tilts))


@pytest.mark.parametrize("bias", [[8.0, 0, 0], [0, -7.0, 0]])
def test_a_gyroscope_that_tilts_otherwise_than_gravity_is_told_of_who_never_rests(bias):
    acc, gyr = swaying([9, -7, 8, 6, 5], [2.6, 2.0, -2.5, 1.0, 2.0])
    assert Implausibility.BIAS in told(acc, gyr + np.radians(bias))


@pytest.mark.parametrize("bias", [[6.0, 0, 0], [0, -7.0, 3.0], [4.0, -4.0, 4.0]])
def test_a_gyroscope_that_turns_at_rest_is_told_of_a_restless_segment_too(bias):
    acc, gyr = quiet()
    assert Implausibility.BIAS in told(acc, gyr + np.radians(bias))


def test_a_slow_turn_that_passed_for_a_bias_refuses_no_trembling_segment():
    acc, gyr = quiet(shaking_deg=0.8)
    up = np.stack([np.convolve(a, np.full(13, 1 / 13), mode="same") for a in acc.T], axis=1)[20:-20]
    up /= np.sqrt((up * up).sum(axis=1, keepdims=True))
    seen = GravitySeen(up, np.ones(len(up), bool), gyr[20:-20])
    for bias in np.radians([[3.0, 0.0, 0.0], [0.0, -3.0, 0.0]]):
        assert not turns_otherwise([seen], RATE_HZ, bias)


SWAPPED = np.eye(3)[[1, 0, 2]]
READ_WRONG = {
    "x flipped": np.diag([-1.0, 1.0, 1.0]),
    "y flipped": np.diag([1.0, -1.0, 1.0]),
    "x and y swapped": SWAPPED,
    "z x y": np.eye(3)[[2, 0, 1]],
    "y and z swapped, x flipped": np.diag([-1.0, 1.0, 1.0])[[0, 2, 1]],
    "scale doubled": 2 * np.eye(3),
    "degrees taken for radians": np.pi / 180 * np.eye(3),
}


@pytest.mark.parametrize("of", ["acceleration", "rate"])
@pytest.mark.parametrize("how", READ_WRONG)
def test_axes_read_wrong_are_told_however_little_they_turn(how, of):
    acc, gyr = quiet()
    if of == "rate":
        gyr = gyr @ READ_WRONG[how].T
    else:
        acc = acc @ READ_WRONG[how].T
    assert told(acc, gyr) & {Implausibility.TURNING, Implausibility.WEIGHT}


def test_a_brisk_movement_with_few_calm_moments_shows_a_flipped_axis():
    acc, gyr = worn(up_s=0.8, down_s=0.8, hold_s=0.6)
    turning = int(np.argmax(np.abs(gyr).mean(axis=0)))
    gyr[:, turning] *= -1
    assert Implausibility.TURNING in told(acc, gyr)


@pytest.mark.parametrize("channel", range(6))
def test_a_channel_stuck_in_a_segment_that_hardly_turns_is_told(channel):
    acc, gyr = quiet()
    values = acc if channel < 3 else gyr
    third = len(values) // 3
    values[third:, channel % 3] = values[third, channel % 3]
    assert Implausibility.STUCK in told(acc, gyr)


@pytest.mark.parametrize("share", [0.0, 0.45])
def test_a_gyroscope_that_reads_nothing_is_told_however_little_it_turns(share):
    acc, gyr = quiet()
    gyr[int(share * len(gyr)) :] = 0
    assert Implausibility.STUCK in told(acc, gyr)


@pytest.mark.parametrize("scale", [1.3, 0.75, np.linspace(1, 1.6, 2000)[:, None]])
def test_a_wrong_scale_of_the_gyroscope_is_told(scale):
    acc, gyr = worn(hold_s=2.0)
    assert told(acc, gyr) == set()
    scale = scale if np.isscalar(scale) else scale[np.linspace(0, 1999, len(gyr)).astype(int)]
    assert Implausibility.TURNING in told(acc, gyr * scale)


@pytest.mark.parametrize(
    ("first", "last"), [(1.07, 1.07), (0.93, 0.93), (1.0, 1.25), (1.0, 0.75), (1.1, 0.9)]
)
@pytest.mark.parametrize("seed", range(2))
def test_a_scale_that_is_a_little_off_or_drifts_is_told_by_what_lies_between_rests(
    first, last, seed
):
    acc, gyr = worn(seed, pause_s=1.0)
    off = np.linspace(first, last, len(gyr))[:, None]
    assert told(acc, gyr * off) == {Implausibility.TURNING}
    assert told(acc, gyr * 1.02) == set()


def swung(seed=0, *, lever_m=0.25, carried_m=0.0, top_deg=120.0):
    """Raises without a rest: on a lever, whose joint may be carried along as the limb rises."""
    rest = raises(10, top_deg=top_deg, up_s=1.4, down_s=1.4, hold_s=0.02, pause_s=0.02)
    acc, gyr = sensed(rest, noise=0.05, seed=seed)
    angle = np.radians(rest)
    rate = np.gradient(angle) * RATE_HZ
    spun = np.gradient(rate) * RATE_HZ
    acc[:, 0] += lever_m * rate**2
    acc[:, 2] += lever_m * spun
    forward, up = (
        np.array([np.sin(angle), -np.cos(angle)]),
        np.array([np.cos(angle), np.sin(angle)]),
    )
    acc[:, [0, 2]] += (carried_m * spun * (forward + up)).T
    return acc, gyr


@pytest.mark.parametrize(("first", "last"), [(1.1, 1.1), (0.9, 0.9), (1.0, 1.25), (1.0, 0.75)])
@pytest.mark.parametrize("how", [{}, {"lever_m": 0.4}, {"carried_m": 0.03}])
def test_a_scale_that_is_a_tenth_off_or_drifts_is_told_of_who_never_rests(first, last, how):
    acc, gyr = swung(**how)
    off = np.linspace(first, last, len(gyr))[:, None]
    assert told(acc, gyr * off) == {Implausibility.TURNING}


@pytest.mark.parametrize("carried_m", [0.0, 0.05, 0.15])
@pytest.mark.parametrize("lever_m", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("scale", [0.98, 1.0, 1.02])
def test_neither_a_lever_nor_a_joint_that_is_carried_along_passes_for_a_scale(
    lever_m, carried_m, scale
):
    acc, gyr = swung(1, lever_m=lever_m, carried_m=carried_m)
    assert told(acc, gyr * scale) == set()
