"""What belongs to a set is counted; what else was done in its time is told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics import offline
from arm_motion import exercise, observe, one_batch, raises, stroke, whole_stream
from builders import SESSION

RATE_HZ = 60.0
STEP_HZ = 1.8


def item_of(elevation_deg, *, felt=0.0):
    """The item's result; `felt` [n] m/s² is felt along the forearm besides."""
    batch = one_batch(elevation_deg)
    acc = batch.acc.copy()
    acc[:, 0] += felt
    batch = replace(batch, acc=acc)
    streams = [whole_stream(batch)]
    result = offline.run(SESSION, exercise(len(batch)), streams, observe, plan_version=1)
    return result.items[0]


def walk(seconds):
    """An arm that swings at half the pace of the steps, and what it feels of them."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    elevation = 22 + 12 * np.sin(np.pi * STEP_HZ * t)
    return elevation, 2.5 * np.sin(2 * np.pi * STEP_HZ * t)


def spliced(*parts):
    elevation = np.concatenate([p for p, _ in parts])
    felt = np.concatenate([np.zeros(len(p)) if f is None else f for p, f in parts])
    return item_of(elevation, felt=felt)


def test_walking_between_sets_counts_for_nothing_and_is_told():
    item = spliced((raises(5), None), walk(25), (raises(5), None))
    assert len(item.repetitions) == 10
    assert item.range_of_motion.median_deg == pytest.approx(140, abs=3)
    told_s = sum(o.end_s - o.start_s for o in item.other_movement)
    assert told_s == pytest.approx(25, abs=5)
    between = [r for r in item.repetitions if 31 < r.start_s < 55]
    assert not between


def test_marching_is_the_set_where_nothing_else_is_done():
    item = spliced(walk(25))
    assert len(item.repetitions) >= 18
    assert item.other_movement == ()


def test_a_set_whose_peaks_fail_keeps_all_its_repetitions():
    tops = np.linspace(90, 25, 14)
    parts = [np.full(60, 10.0)]
    for top in tops:
        parts += [stroke(10, top, 1.5), stroke(top, 10, 1.5), np.full(60, 10.0)]
    item = item_of(np.concatenate(parts))
    assert len(item.repetitions) + len(item.attempts) >= 14
    assert item.other_movement == ()


def test_a_small_raise_in_the_sets_posture_is_an_attempt_at_most_and_never_other_movement():
    low = raises(1, top_deg=45.0)
    item = item_of(np.concatenate((raises(4), low, raises(4))))
    assert len(item.repetitions) in (8, 9)
    assert len(item.repetitions) + len(item.attempts) == 9
    assert item.other_movement == ()


def test_a_clean_set_is_counted_without_doubt():
    item = item_of(raises(8))
    assert (item.count_low, item.count_high) == (8, 8)
    assert item.alike > 0.95


def test_minutes_leave_a_rest_out():
    item = item_of(np.concatenate((raises(4), np.full(40 * 60, 10.0), raises(4))))
    assert len(item.repetitions) == 8
    assert item.moving_s == pytest.approx(2 * (4 * 5 + 3), abs=3)
