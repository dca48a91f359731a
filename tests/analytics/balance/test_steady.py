"""Jolts are told from sway by the person's own movement."""

import numpy as np
import pytest

from analytics.balance.steady import steady_stretch

RATE_HZ = 50.0


def stance(seconds=20.0, *, swaying=0.04, jolts=()):
    """[n, 3] acceleration and rates of a trunk that sways, shaken for 0.4 s at some seconds."""
    rng = np.random.default_rng(5)
    n = round(seconds * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    acc = np.column_stack([*rng.normal(0, 0.04, (2, n)), 9.81 + rng.normal(0, 0.04, n)])
    gyr = rng.normal(0, 0.01, (n, 3))
    gyr[:, 0] += swaying * np.sin(2 * np.pi * 0.5 * t)
    for at in jolts:
        shaken = (t >= at) & (t < at + 0.4)
        acc[shaken, 2] += 2.0 * np.sin(2 * np.pi * 5 * (t[shaken] - at))
        gyr[shaken, 1] += 0.5
    return acc, gyr


def seconds(found):
    return tuple(i / RATE_HZ for i in found)


def test_all_but_the_edges_of_a_quiet_stance_is_steady():
    assert seconds(steady_stretch(*stance(), RATE_HZ)) == pytest.approx((1.0, 19.0))


def test_the_longest_part_beside_a_jolt_is_taken():
    start, stop = seconds(steady_stretch(*stance(jolts=(5.0,)), RATE_HZ))
    assert start == pytest.approx(6.0, abs=0.4)
    assert stop == pytest.approx(19.0)


@pytest.mark.parametrize("swaying", [0.01, 0.3])
def test_a_body_that_sways_heavily_is_steady_too(swaying):
    assert seconds(steady_stretch(*stance(swaying=swaying), RATE_HZ)) == pytest.approx((1.0, 19.0))


def test_a_stance_that_is_shorter_than_its_edges_has_no_steady_part():
    start, stop = steady_stretch(*stance(seconds=1.5), RATE_HZ)
    assert start == stop
