"""When somebody stood: steps end a stance, coughs do not, rests count for nothing."""

import numpy as np
import pytest

from analytics.balance.stance import AGAIN_S, stances_in

RATE_HZ = 50.0
ASKED_S = 20.0


def standing(*parts):
    """Index, acceleration and rates of `(seconds, moving)` parts of an upright trunk."""
    rng = np.random.default_rng(3)
    pieces = []
    for seconds, moving in parts:
        n = round(seconds * RATE_HZ)
        acc = np.column_stack([rng.normal(0, 0.08, (n, 2)), 9.81 + rng.normal(0, 0.05, n)])
        gyr = rng.normal(0, 0.03, (n, 3))
        if moving:
            t = np.arange(n) / RATE_HZ
            acc[:, 2] += 3.0 * np.sin(2 * np.pi * 2 * t)
            gyr[:, 0] += 0.8 * np.sin(2 * np.pi * t)
        pieces.append((acc, gyr))
    acc, gyr = (np.concatenate(p) for p in zip(*pieces, strict=True))
    return np.arange(len(acc)), acc, gyr


def seen(*parts, **more):
    return stances_in(*standing(*parts), RATE_HZ, ASKED_S, **more)


def found(*parts, **more):
    return seen(*parts, **more).found


def stepping(*parts, seconds=0.55, steps=2, up_m=0.02):
    """As `standing`, of stances with small steps in their last second or two."""
    index, acc, gyr = standing(*((length, False) for length in parts))
    ends = np.cumsum([round(length * RATE_HZ) for length in parts])[:-1]
    for end in ends:
        for k in range(steps):
            n = round(seconds * RATE_HZ)
            at = end - (k + 1) * (n + 8)
            phase = 2 * np.pi * np.arange(n) / n
            acc[at : at + n, 2] += 2 * up_m * np.pi**2 / seconds**2 * np.cos(phase)
            gyr[at : at + n, 0] += 0.09 * np.pi / seconds * np.sin(phase)
    return index, acc, gyr


def seconds(stance):
    return (stance.stop - stance.start) / RATE_HZ


def test_each_stance_of_the_time_asked_for_counts_once():
    stances = found((21, False), (3, True), (22, False), (2, True), (20.5, False))
    assert [s.whole for s in stances] == [True] * 3
    assert all(seconds(s) == pytest.approx(20, abs=0.5) for s in stances)


def test_a_stance_that_a_step_cut_short_is_an_attempt():
    stances = found((8, False), (2, True), (21, False))
    assert [s.whole for s in stances] == [False, True]


def test_a_cough_ends_no_stance():
    assert [s.whole for s in found((9, False), (0.1, True), (11.5, False))] == [True]


def test_a_hole_in_the_samples_ends_one():
    index, acc, gyr = standing((24, False))
    index = index + np.where(index > 12 * RATE_HZ, 200, 0)
    assert [s.whole for s in stances_in(index, acc, gyr, RATE_HZ, ASKED_S).found] == [False, False]


def test_who_goes_on_standing_begins_anew():
    assert sum(s.whole for s in found((2 * ASKED_S + AGAIN_S + 1, False))) == 2
    assert sum(s.whole for s in found((ASKED_S + AGAIN_S + 3, False))) == 1


def test_a_marked_rest_counts_for_nothing():
    resting = [(round(22 * RATE_HZ), round(60 * RATE_HZ))]
    stances = found((21, False), (2, True), (40, False), resting=resting)
    assert sum(s.whole for s in stances) == 1


def test_lying_down_between_stances_is_none():
    index, acc, gyr = standing((21, False), (3, True), (21, False), (3, True), (21, False))
    lying = (index >= 24 * RATE_HZ) & (index < 45 * RATE_HZ)
    acc[lying] = acc[lying][:, [2, 0, 1]]
    assert len(stances_in(index, acc, gyr, RATE_HZ, ASKED_S).found) == 2


@pytest.mark.parametrize(
    ("parts", "whole"),
    [((13, 13, 14), 0), ((6, 23, 6), 1), ((9, 9, 9, 9, 9), 0), ((11, 15, 11), 0), ((22, 4, 22), 2)],
)
@pytest.mark.parametrize("seconds", [0.45, 0.7])
@pytest.mark.parametrize("steps", [1, 3])
def test_small_steps_end_a_stance_however_many_follow_each_other(parts, whole, seconds, steps):
    stances = stances_in(*stepping(*parts, seconds=seconds, steps=steps), RATE_HZ, ASKED_S)
    assert sum(s.whole for s in stances.found) == whole
    assert stances.low <= whole <= stances.high


def test_who_sways_heavily_does_not_step():
    index, acc, gyr = standing((21, False), (3, True), (21, False))
    t = index / RATE_HZ
    acc[:, 2] += 0.3 * np.sin(2 * np.pi * 0.8 * t)
    gyr[:, 0] += 0.25 * np.sin(2 * np.pi * 0.6 * t)
    assert sum(s.whole for s in stances_in(index, acc, gyr, RATE_HZ, ASKED_S).found) == 2


@pytest.mark.parametrize("jolted_s", [0.1, 0.3, 0.5])
def test_whether_a_jolt_was_a_cough_or_a_step_is_left_open(jolted_s):
    stances = seen((10, False), (jolted_s, True), (11, False))
    assert (stances.low, stances.high) == (0, 1)


def test_a_stance_without_a_jolt_is_in_no_doubt():
    stances = seen((21, False), (3, True), (22, False))
    assert (stances.low, stances.high) == (2, 2)


@pytest.mark.parametrize("gyroscope_noise", [0.001, 0.0015])
@pytest.mark.parametrize("turned", [False, True])
def test_a_sensor_that_is_laid_aside_stands_no_longer(turned, gyroscope_noise):
    index, acc, gyr = standing((22, False), (4, True), (80, False))
    aside = slice(round(26 * RATE_HZ), None)
    gyr[aside] = np.random.default_rng(4).normal(0, gyroscope_noise, gyr[aside].shape)
    if turned:
        acc[aside] = acc[aside][:, [2, 0, 1]]
    stances = stances_in(index, acc, gyr, RATE_HZ, ASKED_S)
    (stance,) = stances.found
    assert stance.whole
    assert stance.stop <= 23 * RATE_HZ
    assert (stances.low, stances.high) == (1, 1)
