"""Readings into stream items."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.gateway.counters import Counters
from edge.gateway.resuming import resume_point, resume_points
from edge.gateway.stream_assembly import Origin, StreamAssembly
from edge.wearables.wearable import Reading, Sampling
from edge_streams import check_streams, declared_lost, of, stored
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened, TimeQuality

RATE_HZ = 50.0
START_NS = 1_795_000_000_000_000_000
STAMPED = Sampling(rate_hz=RATE_HZ, wrap_us=1 << 32, acc_range_m_s2=160.0)
COUNTED = Sampling(rate_hz=RATE_HZ, stamped=False)


def assembly(sampling=STAMPED):
    ids = (f"stream-{i}" for i in itertools.count())
    origin = Origin(wearable="w-1", model="test", placement="wrist-right")
    return StreamAssembly(origin, sampling, new_stream=lambda: next(ids), counters=Counters())


def reading(indices, *, stamped=True, boot_us=1_000_000):
    indices = np.asarray(list(indices))
    acc = np.column_stack([indices, indices, indices]).astype(np.float32) / 100
    us = boot_us + (indices * 20_000).astype(np.int64)
    return Reading(acc, device_us=us if stamped else None)


def arrival(index, lag_s=0.01):
    return START_NS + int((index * 0.02 + lag_s) * 1e9)


@given(st.lists(st.sampled_from(["ok", "lost", "nan", "wild", "twice"]), min_size=1, max_size=80))
def test_whatever_happens_each_emitted_sample_is_stored_or_declared(fates):
    a = assembly()
    items = []
    # The first and the last two arrive, so that every loss lies between known samples.
    for i, fate in enumerate(["ok", *fates, "ok", "ok"]):
        r = reading([i])
        if fate == "nan":
            r.acc[0, 1] = np.nan
        if fate == "wild":
            r.acc[0, 2] = 1e6
        if fate != "lost":
            items += a.take(r, arrival(i))
        if fate == "twice":
            items += a.take(reading([i]), arrival(i))
    items += a.end("stopped", arrival(len(fates) + 2))
    check_streams(items)
    assert stored(items) + declared_lost(items) == len(fates) + 3
    assert declared_lost(items) == a.counters.declared_lost
    assert all(np.isfinite(b.acc).all() for b in of(MotionBatch, items))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.integers(0, 30))
def test_a_jump_within_a_notification_cuts_it(sizes, lost_at):
    indices = [i if i < lost_at else i + 5 for i in range(sum(sizes))]
    a, items, start = assembly(), [], 0
    for size in sizes:
        part = indices[start : start + size]
        items += a.take(reading(part), arrival(part[-1]))
        start += size
    check_streams(items)
    assert stored(items) == len(indices)
    values = np.concatenate([b.acc[:, 0] for b in of(MotionBatch, items)])
    assert np.allclose(values * 100, indices)


def test_a_rejected_tail_is_declared_as_unknown():
    a = assembly()
    a.take(reading([0]), arrival(0))
    a.refused()
    gap, ended = a.end("stopped", arrival(2))
    assert (gap.count, gap.reason) == (None, "rejected")
    assert isinstance(ended, StreamEnded)


def test_a_link_lost_in_a_stamped_stream_is_a_gap_of_known_length():
    a = assembly()
    a.take(reading(range(10)), arrival(9))
    a.link_lost()
    items = a.take(reading(range(60, 70)), arrival(69))
    (gap,) = of(StreamGap, items)
    assert (gap.first_index, gap.count, gap.reason) == (10, 50, "link lost")
    assert not of(StreamOpened, items)


def test_a_link_lost_in_a_counted_stream_is_a_gap_of_unknown_length():
    a = assembly(COUNTED)
    (opened, *_) = a.take(reading(range(10), stamped=False), arrival(9))
    assert (opened.numbered, opened.time_quality) == (False, TimeQuality.FITTED)
    a.link_lost()
    gap, batch = a.take(reading(range(10), stamped=False), arrival(500))
    assert gap.count is None
    assert batch.first_index == 10
    assert batch.device_us is None
    assert abs(batch.t0_ns - arrival(490)) < 0.1e9


def test_a_reboot_ends_one_stream_and_opens_the_next():
    a = assembly()
    a.take(reading(range(10), boot_us=900_000_000), arrival(9))
    a.link_lost()
    items = a.take(reading(range(3), boot_us=100_000), arrival(100))
    assert [type(i) for i in items] == [StreamGap, StreamEnded, StreamOpened, MotionBatch]
    assert items[0].count is None
    assert items[1].reason == "rebooted"
    assert items[2].epoch == 1
    assert items[3].first_index == 0


def test_a_reboot_told_only_by_the_second_sample_keeps_the_first():
    a = assembly()
    a.take(reading(range(10), boot_us=900_000_000), arrival(9))
    a.link_lost()
    assert a.take(reading([0], boot_us=100_000), arrival(100)) == []
    *_, batch = a.take(reading([1], boot_us=100_000), arrival(101))
    assert (batch.first_index, len(batch)) == (0, 2)
    assert batch.acc[:, 0].tolist() == [0, np.float32(0.01)]


def resumed(sampling=STAMPED, *, down=50, boot_us=1_000_000):
    """A stream broken off by a killed process after 10 samples, and taken up by another."""
    a = assembly(sampling)
    stamped = sampling.stamped
    recorded = a.take(reading(range(10), stamped=stamped), arrival(9))
    b = assembly(sampling)
    items = b.resume(resume_point(recorded), arrival(9 + down))
    after = reading(range(10 + down, 20 + down), stamped=stamped, boot_us=boot_us)
    return recorded, [*items, *b.take(after, arrival(19 + down))]


def test_a_stream_goes_on_after_a_killed_gateway_with_a_gap_of_known_length():
    before, after = resumed()
    check_streams(before + after)
    (gap,) = of(StreamGap, after)
    assert (gap.first_index, gap.count, gap.reason) == (10, 50, "gateway restarted")
    assert not of(StreamOpened, after)


def test_after_a_killed_gateway_what_is_not_numbered_is_a_gap_of_unknown_length():
    before, after = resumed(COUNTED)
    check_streams(before + after)
    (gap,) = of(StreamGap, after)
    assert (gap.count, gap.reason) == (None, "gateway restarted")


def test_a_wearable_that_rebooted_meanwhile_ends_the_stream_that_was_left_open():
    before, after = resumed(boot_us=50_000_000_000)
    check_streams(before + after)
    assert [type(i) for i in after] == [StreamGap, StreamEnded, StreamOpened, MotionBatch]
    assert after[2].epoch == before[0].epoch + 1


def test_a_stream_that_was_ended_is_not_taken_up():
    a = assembly()
    items = [*a.take(reading(range(3)), arrival(2)), *a.end("stopped", arrival(3))]
    assert resume_point(items) is None
    open_one = assembly().take(reading(range(3)), arrival(2))
    assert list(resume_points([items, open_one])) == ["w-1"]
