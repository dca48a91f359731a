"""What belongs to a set is counted; what else was done in its time is told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics import offline
from analytics.exercise.count_interval import count_interval
from analytics.exercise.membership import Membership
from analytics.movement.repetition import Excursion
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


def test_a_long_rest_within_a_repetition_keeps_it_in_the_set():
    # Resting a little raised: the repetition's own span holds the rest.
    rest = np.concatenate((stroke(10, 18, 1.0), np.full(round(25 * RATE_HZ), 18.0)))
    up = np.concatenate((stroke(18, 150, 1.5), np.full(30, 150.0), stroke(150, 10, 1.5)))
    item = item_of(np.concatenate((raises(4), rest, up, np.full(60, 10.0), raises(4))))
    assert len(item.repetitions) == 9
    assert item.other_movement == ()


def excursion(start, rise):
    return Excursion(start, start, start + 2, start + 4, start + 6, start + 9, 0.0, rise)


def test_a_count_is_in_wide_doubt_where_as_much_else_lies_scattered_between():
    kept = [excursion(100 * n, 90.0) for n in range(5)]
    other = [excursion(100 * n + 50, 80.0) for n in range(4)]
    scattered = Membership(kept, [], other, 0.95)
    in_one_piece = Membership(kept, [], [excursion(1000 + 50 * n, 80.0) for n in range(4)], 0.95)
    assert scattered.mixed
    assert not in_one_piece.mixed
    assert count_interval(scattered, doubted=False, lost=0.0)[1] >= 9
    assert count_interval(in_one_piece, doubted=False, lost=0.0)[1] <= 7
