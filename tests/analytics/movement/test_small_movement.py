"""Sets hardly larger than sway: how many they may be, and whether it was fidgeting."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.movement.repetition import excursions_of
from analytics.movement.small_movement import SMALL_DEG, small_movement
from analytics.signals.smoothing import smoothed

RATE_HZ = 50.0


def through(angles_deg, seconds, pauses):
    """[n] an angle that goes from each of these to the next, in so long, with pauses."""
    parts = [np.full(round(RATE_HZ), angles_deg[0])]
    for a, b, lasting, pause in zip(angles_deg, angles_deg[1:], seconds, pauses, strict=False):
        x = np.linspace(0, 1, round(lasting * RATE_HZ))
        parts += [
            a + (b - a) * (x**3 * (10 - 15 * x + 6 * x**2)),
            np.full(round(pause * RATE_HZ), b),
        ]
    return np.concatenate(parts)


def looked_at(angle_deg, least_deg=8.0):
    values = smoothed(angle_deg, RATE_HZ).tolist()
    kept = excursions_of(values, least_deg)
    return kept, small_movement(kept, [], [], values, alike=0.9)


def repeated(size_deg, n, seed=1, spread=0.08, sway_deg=0.4):
    rng = np.random.default_rng(seed)
    tops = size_deg * (1 + spread * rng.standard_normal(n))
    angle = through([0.0, *(v for top in tops for v in (top, 0.0))], [1.3] * 2 * n, [0.7] * 2 * n)
    t = np.arange(len(angle)) / RATE_HZ
    return angle + sway_deg * np.sin(2 * np.pi * 0.21 * t + seed)


def fidgeted(reach_deg, seconds, seed):
    rng = np.random.default_rng(seed)
    n = round(seconds / 1.3)
    places = [0.0, *rng.uniform(-reach_deg, reach_deg, n)]
    return through(places, rng.uniform(0.3, 0.9, n), rng.uniform(0.1, 1.2, n))


@pytest.mark.parametrize("size_deg", [5.5, 7.5, 8.5, 10.0])
@pytest.mark.parametrize("n", [5, 9, 12])
@pytest.mark.parametrize("seed", range(3))
def test_all_that_was_done_lies_within_what_went_back_and_forth(size_deg, n, seed):
    kept, small = looked_at(repeated(size_deg, n, seed))
    assert small.most >= n
    assert len(kept) + len(small.tried) <= n + 1


@pytest.mark.parametrize("size_deg", [11.0, 16.0, 22.0])
@pytest.mark.parametrize("seed", range(4))
def test_an_even_set_is_a_set_however_small(size_deg, seed):
    kept, small = looked_at(repeated(size_deg, 8, seed))
    assert (len(kept), small.odd, small.uneven) == (8, 0, False)
    assert small.sized


@pytest.mark.parametrize("reach_deg", [6.0, 9.0, 12.0])
def test_fidgeting_is_seldom_taken_for_a_set(reach_deg):
    taken = 0
    for seed in range(20):
        kept, small = looked_at(fidgeted(reach_deg, 35, seed))
        taken += small is not None and small.odd < len(kept)
    assert taken <= 3


def test_of_a_few_that_were_found_among_many_no_size_is_told():
    _, small = looked_at(repeated(7.8, 10, 2, spread=0.15))
    assert not small.sized
    assert not small.phased


def test_a_large_set_is_looked_at_once():
    assert looked_at(repeated(SMALL_DEG + 8, 6))[1] is None


def test_who_keeps_still_tried_nothing():
    _, small = looked_at(repeated(0.0, 9, sway_deg=1.2))
    assert small.tried == []
    assert not small.moved
