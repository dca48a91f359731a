"""What moves together by chance is told from what does because it is of one body."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.joints.unison import evidence, unison

RATE_HZ = 25.0
Z = np.array([0.0, 0.0, 1.0])
ONE_BODY = 35.0


def swaying(rng, n, kept=0.97):
    """[n] a slow random movement: each value is most of the last one."""
    out, value = np.empty(n), 0.0
    for i, push in enumerate(rng.normal(0, 1, n)):
        value = kept * value + push
        out[i] = value
    return out


def stroke_of(seconds, period_s=3.1):
    """[n, 3] rad/s of a distal sensor that goes up and down about z as people do, with noise."""
    rng = np.random.default_rng(1)
    n = round(seconds * RATE_HZ)
    t, rate = np.arange(n) / RATE_HZ, np.zeros(n)
    for at in np.arange(0, seconds, period_s):
        begun, lasts = at + rng.uniform(0, 0.5), rng.uniform(0.7, 1.1)
        for start, sign in ((begun, 1), (begun + 1.4, -1)):
            x = np.clip((t - start) / lasts, 0, 1)
            rate += sign * 30 * x**2 * (1 - x) ** 2 * 2 / lasts
    return np.column_stack((0 * t, 0 * t, rate)) + rng.normal(0, 0.01, (n, 3))


@given(seed=st.integers(0, 10**6), seconds=st.sampled_from([7.0, 13.3, 41.0]))
@settings(max_examples=30, deadline=None)
def test_slow_movements_that_have_nothing_to_do_with_each_other_give_no_evidence(seed, seconds):
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    two = [swaying(rng, n) for _ in range(2)]
    assert evidence(two[0][:, None], two[1], RATE_HZ) < ONE_BODY / 2


def test_a_small_part_that_keeps_time_shows_under_a_large_slow_sway():
    distal = stroke_of(30.0)
    rng = np.random.default_rng(2)
    sway = np.column_stack([swaying(rng, len(distal), 0.99) for _ in range(3)]) * 0.03
    stirred = sway + 0.04 * distal[:, [2, 0, 1]]
    alone, together = (unison(distal, p, RATE_HZ, Z) for p in (sway, stirred))
    assert alone < ONE_BODY < together


@pytest.mark.parametrize("repetitions", [3, 8])
def test_more_repetitions_tell_more(repetitions):
    distal = stroke_of(3.1 * repetitions)
    rng = np.random.default_rng(3)
    stirred = 0.05 * distal[:, [1, 2, 0]] + rng.normal(0, 0.01, distal.shape)
    found = unison(distal, stirred, RATE_HZ, Z)
    assert found > 8 * repetitions


def test_too_short_or_still_series_tell_nothing():
    distal = stroke_of(1.5)
    assert unison(distal, distal, RATE_HZ, Z) == 0.0
    assert unison(stroke_of(20.0), np.zeros((500, 3)), RATE_HZ, Z) == 0.0


def test_complex_series_tell_of_both_their_parts():
    rng = np.random.default_rng(4)
    n = 400
    one = swaying(rng, n, 0.5) + 1j * swaying(rng, n, 0.5)
    other = one * np.exp(0.7j) + swaying(rng, n, 0.5) + 1j * swaying(rng, n, 0.5)
    both = evidence(one[:, None], other, RATE_HZ)
    assert both > evidence(one.real[:, None], other.real, RATE_HZ)
    assert both > ONE_BODY
