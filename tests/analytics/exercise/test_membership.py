"""What belongs to a set is counted; what else was done in its time is told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics import offline
from analytics.core import Core
from analytics.exercise.count_interval import count_interval
from analytics.exercise.membership import Membership
from analytics.movement.repetition import Excursion
from arm_motion import exercise, observe, one_batch, raises, stroke, whole_stream
from builders import SESSION, STREAM
from telemetry.messages.events import RestEnded, RestStarted
from telemetry.messages.results import encode_result

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


def swings(n, *, size_deg=34.0, period_s=1.3):
    """A soft gait of which the wrist feels no step: swing after swing without a rest."""
    t = np.arange(round(n * period_s * RATE_HZ)) / RATE_HZ
    way = 10 + size_deg / 2 * (1 - np.cos(2 * np.pi * t / period_s))
    return np.concatenate((np.full(60, 10.0), way, np.full(90, 10.0)))


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("size_deg", [25.0, 34.0, 42.0])
def test_what_was_swung_in_one_piece_beside_a_set_is_none_of_it(where, size_deg):
    parts = [
        swings(10, size_deg=size_deg),
        raises(8, top_deg=95.0, up_s=1.2, down_s=1.2, hold_s=0.2),
    ]
    item = item_of(np.concatenate(parts if where == "before" else parts[::-1]))
    assert len(item.repetitions) == 8
    assert item.range_of_motion.median_deg == pytest.approx(85, abs=4)


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_long_soft_gait_is_no_set_however_many_its_swings(where):
    gait, period_s = 45, 1.1
    parts = [swings(gait, size_deg=60.0, period_s=period_s), raises(8, top_deg=95.0, up_s=2.0)]
    item = item_of(np.concatenate(parts if where == "before" else parts[::-1]))
    assert len(item.repetitions) == 8


@pytest.mark.parametrize("way_deg", [(60.0, 25.0), (80.0, 22.0), (70.0, 28.0)])
def test_a_smaller_and_briefer_way_into_position_is_told_as_an_attempt_at_most(way_deg):
    top, begun = way_deg
    into = np.concatenate((np.full(90, begun), stroke(begun, top, 0.8), stroke(top, 10, 0.8)))
    item = item_of(np.concatenate((into, np.full(150, 10.0), raises(8, top_deg=110.0))))
    assert len(item.repetitions) == 8
    assert item.count_low <= 8 <= item.count_high
    assert len(item.attempts) + len(item.other_movement) == 1


@pytest.mark.parametrize("at", [0, 3, 7])
def test_a_far_larger_and_slower_movement_in_a_set_is_none_of_it(at):
    one = raises(1, top_deg=60.0, pause_s=0.5)
    large = raises(1, top_deg=165.0, up_s=6.0, down_s=6.0, rest_deg=10.0, pause_s=0.5)
    item = item_of(np.concatenate([one] * at + [large] + [one] * (8 - at)))
    assert len(item.repetitions) == 8
    assert item.range_of_motion.median_deg == pytest.approx(50, abs=3)


def test_marching_is_the_set_where_nothing_else_is_done():
    item = spliced(walk(25))
    assert len(item.repetitions) >= 18
    assert item.other_movement == ()


def paced(pace, hold_s=1.0):
    up_s = 2.0 / pace
    held = np.full(round(hold_s * RATE_HZ), 140.0)
    return np.concatenate((stroke(0, 140, up_s), held, stroke(140, 0, up_s), np.zeros(60)))


@pytest.mark.parametrize("where", [(0, 1, 2), (4, 5, 6), (8, 9, 10), (1, 5, 8)])
@pytest.mark.parametrize(
    ("pace", "hold_s"), [(1.5, 1.0), (1.5, 0.2), (2.6, 0.2), (3.5, 0.2), (0.4, 1.0)]
)
def test_a_repetition_of_full_size_is_one_however_fast_it_is(pace, hold_s, where):
    parts = [paced(pace, hold_s) if n in where else paced(1.0) for n in range(11)]
    item = item_of(np.concatenate((np.zeros(60), *parts)))
    assert len(item.repetitions) == 11
    assert item.attempts == item.other_movement == ()


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
    beside = [excursion(1000 + 50 * n, 80.0) for n in range(4)]
    scattered = Membership(kept, [], other, 0.95, large=4)
    in_one_piece = Membership(kept, [], beside, 0.95, large=4)
    assert scattered.mixed
    assert not in_one_piece.mixed
    assert count_interval(scattered, doubted=False, lost=0.0)[1] >= 9
    assert count_interval(in_one_piece, doubted=False, lost=0.0)[1] <= 7


def rests_marked(parts, resting, *, live=False, ended=True):
    """An item of parts at 60 Hz, of which those numbered in `resting` are marked as rests."""
    elevation = np.concatenate(parts)
    edges = np.concatenate(([0], np.cumsum([len(p) for p in parts])))
    batch = one_batch(elevation)
    started, closed = exercise(len(batch))
    markers = []
    for part in resting:
        for kind, at in ((RestStarted, edges[part]), (RestEnded, edges[part + 1])):
            markers.append(
                kind(session=SESSION, number=0, t_ns=0, item="1", spans={STREAM: int(at)})
            )
    if not ended:
        markers.pop()
    events = [
        e.model_copy(update={"number": n}) for n, e in enumerate([started, *markers, closed], 1)
    ]
    streams = [whole_stream(batch)]
    if not live:
        return offline.run(SESSION, events, streams, observe, plan_version=1)
    core = Core(SESSION, observe)
    for event in events[:-1]:
        core.take_event(event)
    for item in streams[0]:
        core.take(item)
    core.take_event(events[-1])
    return core.result(plan_version=1, provisional=False)


def test_what_is_moved_in_a_marked_rest_is_other_movement_however_alike_it_is():
    item = rests_marked([raises(4), raises(3), raises(4)], [1]).items[0]
    assert len(item.repetitions) == 8
    assert (item.count_low, item.count_high) == (8, 8)
    told_s = sum(o.end_s - o.start_s for o in item.other_movement)
    assert told_s == pytest.approx(3 * 5 + 2 * 1, abs=2)
    rests_s = 3 * 6 + 1
    assert item.moving_s == pytest.approx(8 * 5 + 6 * 1, abs=4)
    assert item.moving_s < 8 * 6 + rests_s


def test_a_rest_with_many_small_movements_does_not_cut_the_sets_repetitions():
    fidget = raises(14, top_deg=24.0, up_s=0.5, hold_s=0.0, down_s=0.5, pause_s=0.2)
    halting = []
    for _ in range(4):
        halting += [stroke(10, 90, 1.0), stroke(90, 74, 0.6), stroke(74, 130, 1.0)]
        halting += [stroke(130, 10, 2.0), np.full(60, 10.0)]
    whole = np.concatenate([np.full(60, 10.0), *halting])
    item = rests_marked([whole, fidget, whole], [1]).items[0]
    assert len(item.repetitions) == 8


def test_a_repetition_that_was_under_way_as_the_rest_began_is_one_of_the_set():
    parts = [raises(5), raises(2)]
    cut = len(parts[0]) - 90
    elevation = np.concatenate(parts)
    item = rests_marked([elevation[:cut], elevation[cut:]], [1]).items[0]
    assert len(item.repetitions) == 5


def test_a_rest_that_nobody_ends_lasts_to_the_items_end():
    item = rests_marked([raises(4), raises(3)], [1], ended=False).items[0]
    assert len(item.repetitions) == 4


@pytest.mark.parametrize("resting", [[1], [0, 2], []])
def test_rests_give_the_same_bytes_live_and_recorded(resting):
    parts = [raises(2), raises(3), raises(2)]
    live, recorded = (rests_marked(parts, resting, live=live) for live in (True, False))
    assert encode_result(live) == encode_result(recorded)


@pytest.mark.parametrize("seed", range(3))
def test_arms_that_swing_far_in_a_walk_are_not_linked_to_a_set_of_uneven_raises(seed):
    rng = np.random.default_rng(seed)
    sets = [
        np.concatenate([raises(1, top_deg=60 + 80 * rng.random(), up_s=0.9, down_s=0.9)] * 1)
        for _ in range(10)
    ]
    swings, felt = walk(22)
    swings = 22 + (swings - 22) * 2.2
    item = spliced(
        (np.concatenate(sets[:5]), None), (swings, felt), (np.concatenate(sets[5:]), None)
    )
    assert 9 <= len(item.repetitions) + len(item.attempts) <= 11
    assert item.count_low <= 10 <= item.count_high


def with_kept(elevation_deg, kept, *, name="arm-abduction"):
    """The item's result where only some of the samples arrived."""
    batch = one_batch(elevation_deg)
    start, *_, end = whole_stream(batch)
    there = np.flatnonzero(kept)
    runs = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    parts = [batch.cut(int(r[0]), int(r[-1]) + 1) for r in runs]
    events = exercise(len(batch), exercise=name)
    return offline.run(SESSION, events, [[start, *parts, end]], observe, plan_version=1).items[0]


@pytest.mark.parametrize("name", ["arm-abduction", "count"])
@pytest.mark.parametrize("together", [1, 2, 3, 5, 10])
def test_which_half_of_the_samples_is_lost_changes_nothing_that_is_told(together, name):
    elevation = raises(5, up_s=1.2, down_s=1.2)
    half = np.arange(len(elevation)) // together % 2 == 0
    one, other = (with_kept(elevation, kept, name=name) for kept in (half, ~half))
    for item in (one, other):
        assert len(item.repetitions) == 5
        assert not item.judged
    assert (one.count_low, one.count_high) == (other.count_low, other.count_high)
    if name == "arm-abduction":
        ranges = one.range_of_motion, other.range_of_motion
        widths = [r.band_high_deg - r.band_low_deg for r in ranges]
        assert ranges[0].median_deg == pytest.approx(ranges[1].median_deg, abs=1.0)
        assert widths[0] == pytest.approx(widths[1], rel=0.2)
        assert max(widths) < 60
    flags = [{t for r in item.repetitions for t in r.technical} for item in (one, other)]
    assert flags[0] == flags[1] == {"interpolated"}


def test_what_may_be_a_repetition_or_none_is_what_widens_a_count():
    kept = [excursion(100 * n, 90.0) for n in range(8)]
    assert count_interval(Membership(kept, [], [], 0.97), doubted=False, lost=0.0) == (8, 8)
    doubtful = Membership(kept, [], [], 0.97, unsure=1, possible=2, large=9)
    assert count_interval(doubtful, doubted=False, lost=0.0) == (7, 10)
    doubted = count_interval(doubtful, doubted=True, lost=0.0)
    assert doubted[0] < 7
    assert doubted[1] > 10


@pytest.mark.parametrize("seed", range(3))
def test_of_a_sensor_that_slides_round_its_limb_every_large_movement_is_counted(seed):
    rng = np.random.default_rng(seed)
    elevation = raises(9, up_s=1.2, down_s=1.2, hold_s=0.6)
    turns = np.repeat(rng.uniform(-110, 110, 9), len(elevation) // 9 + 1)[: len(elevation)]
    around = np.radians(np.convolve(turns, np.ones(20) / 20, mode="same"))
    batch = one_batch(elevation)
    c, s = np.cos(around), np.sin(around)
    slid = {}
    for name in ("acc", "gyr"):
        x, y, z = getattr(batch, name).T
        slid[name] = np.stack((x, c * y + s * z, c * z - s * y), axis=1).astype(np.float32)
    slid["gyr"][:, 0] += np.gradient(around) * RATE_HZ
    streams = [whole_stream(replace(batch, **slid))]
    events = exercise(len(batch))
    item = offline.run(SESSION, events, streams, observe, plan_version=1).items[0]
    assert abs(len(item.repetitions) - 9) <= 1
    assert item.count_low <= 9 <= item.count_high
    assert item.count_high - item.count_low <= 5


def test_a_first_repetition_like_the_others_is_kept_whatever_it_reaches():
    item = item_of(np.concatenate((raises(1, top_deg=120.0), raises(6))))
    assert len(item.repetitions) == 7
