"""Readings into stream items."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gateway.counters import Counters
from edge.gateway.resuming import resume_point, resume_points
from edge.gateway.stream_assembly import Origin, StreamAssembly
from edge.wearables.wearable import Reading, Sampling
from edge_streams import check_streams, declared_lost, of, stored
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import (
    MotionBatch,
    QualityKind,
    StreamEnded,
    StreamGap,
    StreamOpened,
    StreamQuality,
    TimeQuality,
)

pytestmark = pytest.mark.slow

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


def plain(items):
    """All but what is said of the stream's quality."""
    return [i for i in items if not isinstance(i, StreamQuality)]


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
    items += a.end("stopped", arrival(part[-1]))
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
    gap, batch = plain(a.take(reading(range(10), stamped=False), arrival(500)))
    assert gap.count is None
    assert batch.first_index == 10
    assert batch.device_us is None
    assert abs(batch.t0_ns - arrival(490)) < 0.1e9


def test_a_reboot_ends_one_stream_and_opens_the_next():
    a = assembly()
    a.take(reading(range(10), boot_us=900_000_000), arrival(9))
    a.link_lost()
    items = plain(a.take(reading(range(3), boot_us=100_000), arrival(100)))
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
    *_, batch = plain(a.take(reading([1], boot_us=100_000), arrival(101)))
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
    after = plain(after)
    assert [type(i) for i in after] == [StreamGap, StreamEnded, StreamOpened, MotionBatch]
    assert after[2].epoch == before[0].epoch + 1


def test_a_stream_that_was_ended_is_not_taken_up():
    a = assembly()
    items = [*a.take(reading(range(3)), arrival(2)), *a.end("stopped", arrival(3))]
    assert resume_point(items) is None
    open_one = assembly().take(reading(range(3)), arrival(2))
    assert list(resume_points([items, open_one])) == ["w-1"]


# What is plausible and false: each kind is told, and nothing of it is lost or made up.


def told(items):
    return [(q.kind, q.state) for q in of(StreamQuality, items) if q.state != "good"]


def run(stamps_us, *, arrivals_us=None, rate_hz=60.0, together=1, n=1800):
    """Items of `n` samples at 60 Hz with these stamps; each sample's values tell its number."""
    a = assembly(Sampling(rate_hz=60.0, wrap_us=1 << 32))
    numbers = np.arange(n)
    stamps_us = np.asarray(stamps_us(numbers), dtype=np.int64)
    arrivals_us = 10_000 + numbers * 1e6 / rate_hz if arrivals_us is None else arrivals_us
    acc = np.column_stack([numbers, numbers, numbers]).astype(np.float32) / 100
    items = []
    for i in range(0, n, together):
        part = slice(i, i + together)
        at_ns = START_NS + int(arrivals_us[part][-1] * 1000)
        items += a.take(Reading(acc[part], device_us=stamps_us[part]), at_ns)
    items += a.end("stopped", at_ns + 1)
    return items


def even(numbers):
    return 5_000_000 + np.round(numbers * 1e6 / 60)


def swapped(numbers):
    return even(numbers ^ 1)


def jittered(numbers):
    noise = np.random.default_rng(1).normal(0, 12_000, len(numbers))
    return even(numbers) + noise * (numbers > 0)


USELESS = {
    "zero": (lambda i: 0 * i, "zero"),
    "constant": (lambda i: 0 * i + 77, "frozen"),
    "one for four samples": (lambda i: even(i // 4 * 4), "coarse"),
    "jitter of 12 ms": (jittered, "jittered"),
    "neighbours swapped": (swapped, "out of order"),
    "backward": (lambda i: 4_000_000_000 - even(i), "out of order"),
    "too far apart": (lambda i: even(i * 1.25), "stretched"),
    "too near": (lambda i: even(i * 0.7), "stretched"),
    "twice as far apart": (lambda i: even(i * 2), "stretched"),
    "frozen half-way": (lambda i: even(np.minimum(i, 900)), "frozen"),
}


@pytest.mark.parametrize("together", [1, 4])
@pytest.mark.parametrize("kind", USELESS)
def test_useless_stamps_are_told_within_2_s_and_samples_counted(kind, together):
    stamps, word = USELESS[kind]
    items = run(stamps, together=together)
    check_streams(items)
    assert stored(items) == 1800
    assert declared_lost(items) <= 120
    (marker,) = [q for q in of(StreamQuality, items) if q.kind is QualityKind.STAMPS]
    assert marker.state == word
    begins = 900 if "half-way" in kind else 0
    assert marker.first_index <= begins + 240
    assert marker.t_ns - START_NS <= (begins / 60 + 2.2) * 1e9


@pytest.mark.parametrize("off", [-0.05, -0.02, 0.02, 0.05])
@pytest.mark.parametrize("together", [1, 9])
def test_a_merely_nominal_rate_is_neither_a_loss_nor_a_fault(off, together):
    rate_hz = 60 * (1 + off)
    items = run(lambda i: 5_000_000 + i * 1e6 / rate_hz, rate_hz=rate_hz, together=together)
    assert (stored(items), declared_lost(items), told(items)) == (1800, 0, [])


@pytest.mark.parametrize(("share", "word"), [(2, "half"), (3, "third"), (1.5, "off")])
def test_another_rate_is_told_once_and_the_stream_goes_on_at_it(share, word):
    rate_hz = 60 / share
    items = run(lambda i: even(i * share), rate_hz=rate_hz)
    check_streams(items)
    assert stored(items) == 1800
    assert told(items) == [(QualityKind.RATE, word)]
    last = of(StreamOpened, items)[-1]
    assert last.rate_hz == pytest.approx(rate_hz, rel=0.01)
    later = [g for g in of(StreamGap, items) if g.stream == last.stream]
    assert not later


def test_counted_samples_at_half_the_rate_are_told():
    a, items = assembly(COUNTED), []
    for i in range(500):
        items += a.take(reading([i], stamped=False), arrival(2 * i))
    assert told(items) == [(QualityKind.RATE, "half")]
    assert of(StreamOpened, items)[-1].rate_hz == 25


@pytest.mark.parametrize("seconds", [600, 1800])
def test_a_creeping_delay_is_lag_and_leaves_the_times_alone(seconds):
    numbers = np.arange(60 * 700)
    late_us = 1e6 * np.minimum(15, 15 * (numbers / 60) / seconds)
    items = run(
        lambda i: 5_000_000 + 16_667 * i,
        arrivals_us=16_667 * numbers + 8000 + late_us,
        n=len(numbers),
    )
    t_us = np.concatenate([b.t_ns for b in of(MotionBatch, items)]) / 1000
    error_us = t_us - START_NS / 1000 - 16_667 * numbers
    assert np.ptp(error_us) < 10_000
    assert not of(StreamGap, items)
    late = [q for q in of(StreamQuality, items) if q.kind is QualityKind.LAG]
    assert {q.state for q in late} == {"late"}
    assert late[0].lag_us == pytest.approx(500_000, rel=0.1)
    assert late_us[late[0].first_index] == pytest.approx(500_000, rel=0.1)
    assert late[-1].lag_us > late_us[-1] / 2


def test_a_clock_that_is_set_in_mid_stream_loses_nothing():
    items = run(lambda i: even(i) - 4_000_000 * (i > 500))
    assert (stored(items), declared_lost(items)) == (1800, 0)
    assert (QualityKind.CLOCK, "set") in told(items)
    assert len(of(StreamOpened, items)) == 1


def test_a_restart_within_1_s_of_boot_loses_nothing():
    items = run(lambda i: 100_000 + np.round(np.where(i < 56, i, i - 56) * 1e6 / 60))
    assert stored(items) == 1800


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_any_cutting_into_batches_gives_the_same_markers(sizes):
    numbers = np.arange(sum(sizes))
    together = MotionBatch.join(of(MotionBatch, run(even, n=len(numbers))))
    cut, start = [], 0
    for size in sizes:
        cut.append(together.cut(start, start + size))
        start += size
    assert encode_item(MotionBatch.join(cut)) == encode_item(together)


def test_a_burst_that_catches_up_is_no_lag():
    numbers = np.arange(1800)
    stalled = (numbers > 600) & (numbers < 900)
    arrivals = np.where(stalled, 900, numbers) * 1e6 / 60 + 10_000
    items = run(even, arrivals_us=arrivals)
    assert told(items) == []


def test_a_queue_that_was_there_from_the_start_shows_when_it_drains():
    numbers = np.arange(3600)
    arrivals = numbers * 1e6 / 60 + 10_000 + 2_000_000 * (numbers < 1200)
    arrivals = np.maximum.accumulate(arrivals)
    items = run(even, arrivals_us=arrivals, n=3600)
    late, set_anew = told(items)
    assert (late, set_anew) == ((QualityKind.LAG, "late"), (QualityKind.CLOCK, "set"))
    (first, *_) = [q for q in of(StreamQuality, items) if q.kind is QualityKind.LAG]
    assert first.first_index == 0
    assert first.lag_us == pytest.approx(2e6, rel=0.1)


def test_two_single_stalls_apart_are_no_lag():
    numbers = np.arange(1800)
    arrivals = numbers * 1e6 / 60 + 10_000
    for at in (600, 1200):
        arrivals[at : at + 38] = np.maximum(arrivals[at : at + 38], arrivals[at + 38])
    assert told(run(even, arrivals_us=arrivals)) == []


# What changes on the way, and changes back.


def arriving_with(taken_us, kept, stamps_us=None, *, sampling=None, together=1):
    """Items of the samples `kept`, taken at these times, and by how much each one's time is off."""
    a = assembly(sampling or Sampling(rate_hz=60.0, wrap_us=1 << 32))
    numbers = np.arange(len(taken_us))
    stamps_us = 5_000_000 + taken_us if stamps_us is None else stamps_us
    acc = np.column_stack([numbers, numbers, numbers]).astype(np.float32) / 100
    items = []
    for part in np.split(kept, range(together, len(kept), together)):
        stamps = np.rint(stamps_us[part]).astype(np.int64) if a.sampling.stamped else None
        at_ns = START_NS + int((taken_us[part].max() + 8000) * 1000)
        items += a.take(Reading(acc[part], device_us=stamps), at_ns)
    items += a.end("stopped", at_ns + 1)
    batches = of(MotionBatch, items)
    number = np.rint(np.concatenate([b.acc[:, 0] for b in batches]) * 100).astype(int)
    told_us = np.concatenate([b.t_ns for b in batches]) / 1000 - START_NS / 1000
    return items, told_us - taken_us[number], number


def minutes_of(rate_hz, *, after_hz=None, minutes=2):
    """When samples are taken, at another rate from the middle on."""
    n = int(60 * minutes * rate_hz)
    period_us = np.where(np.arange(n) < n // 2, 1e6 / rate_hz, 1e6 / (after_hz or rate_hz))
    return np.cumsum(period_us) - period_us[0]


HALF_FOR_20_S = np.array([i for i in range(5400) if not 1800 <= i < 3000 or i % 2 == 0])


@pytest.mark.parametrize("stamped", [True, False])
def test_half_the_rate_for_20_s_is_told_where_it_was_and_loses_nothing(stamped):
    sampling = Sampling(rate_hz=60.0, wrap_us=1 << 32 if stamped else None, stamped=stamped)
    taken = minutes_of(60, minutes=1.5)
    items, _, number = arriving_with(taken, HALF_FOR_20_S, sampling=sampling)
    check_streams(items)
    assert number.tolist() == HALF_FOR_20_S.tolist()
    assert declared_lost(items) < 60, "no losses are invented"
    assert [round(o.rate_hz) for o in of(StreamOpened, items)] == [60, 30, 60]
    words = [kind for kind, _ in told(items) if kind is not QualityKind.CLOCK]
    assert words == [QualityKind.RATE] * 2
    first, second = [q for q in of(StreamQuality, items) if q.kind is QualityKind.RATE]
    assert 1500 <= first.first_index <= 1800, "what was measured before is not doubted"
    assert 300 <= second.first_index <= 600


@pytest.mark.parametrize("after_hz", [57, 57.5, 58.5, 61.5, 63])
def test_a_nominal_rate_that_drifts_off_in_mid_session_invents_no_loss(after_hz):
    taken = minutes_of(60, after_hz=after_hz)
    items, off_us, _ = arriving_with(taken, np.arange(len(taken)))
    assert (declared_lost(items), told(items)) == (0, [])
    assert np.ptp(off_us) < 10_000


@pytest.mark.parametrize("set_by_s", [-40.0, -3.0, 3.0, 20.0])
@pytest.mark.parametrize("unheard_s", [0.2, 0.4, 0.8])
@pytest.mark.parametrize("together", [1, 4])
def test_a_clock_set_in_a_silence_hides_neither_the_loss_nor_the_time(
    set_by_s, unheard_s, together
):
    taken, numbers = minutes_of(60), np.arange(7200)
    back = 1800 + int(unheard_s * 60)
    stamps = 60e6 + taken + 1e6 * set_by_s * (numbers >= back)
    kept = numbers[(numbers < 1800) | (numbers >= back)]
    items, off_us, number = arriving_with(taken, kept, stamps, together=together)
    check_streams(items)
    assert number.tolist() == kept.tolist()
    assert np.ptp(off_us) < 60_000
    assert (QualityKind.CLOCK, "set") in told(items)
    assert of(StreamGap, items)


@pytest.mark.parametrize("together", [2, 4, 9])
def test_a_notification_that_was_overtaken_is_a_loss_and_no_clock_set_anew(together):
    taken = minutes_of(60)
    order = np.arange(len(taken)).reshape(-1, together)[: 7200 // together]
    for at in range(20, len(order) - 20, 20):
        order[[at, at + 1]] = order[[at + 1, at]]
    items, _, number = arriving_with(taken, order.ravel(), together=together)
    check_streams(items)
    assert (np.diff(number) > 0).all()
    assert stored(items) + declared_lost(items) == len(taken)
    assert told(items) == []


@pytest.mark.parametrize("lost", [0.0, 0.1])
@pytest.mark.parametrize("tick_us", [20_000, 33_333, 66_667])
def test_coarse_stamps_are_told_once_and_what_they_taught_is_forgotten(tick_us, lost):
    taken = minutes_of(60)
    kept = np.flatnonzero(np.random.default_rng(1).random(len(taken)) >= lost)
    stamps = 5e6 + taken // tick_us * tick_us
    items, off_us, _ = arriving_with(taken, kept, stamps)
    assert [kind for kind, _ in told(items)] == [QualityKind.STAMPS]
    sure = [q for q in of(StreamQuality, items) if q.kind is QualityKind.CLOCK]
    assert max(q.uncertainty_us for q in sure) >= np.quantile(np.abs(off_us), 0.9) / 2
    assert np.abs(off_us[-2400:]).max() < 400_000


@pytest.mark.parametrize("unit", [1000, 500, 250])
def test_stamps_of_a_finer_unit_are_stretched_and_not_out_of_order(unit):
    taken = minutes_of(60, minutes=0.5)
    items, _, _ = arriving_with(taken, np.arange(len(taken)), (5e6 + taken) * unit % (1 << 32))
    assert told(items) == [(QualityKind.STAMPS, "stretched")]


@pytest.mark.parametrize("drained_s", [30, 60, 120])
def test_a_queue_that_drains_little_by_little_is_told(drained_s):
    taken = np.arange(60 * 180) * 1e6 / 60
    late_us = 300_000 * np.clip(1 - taken / 1e6 / drained_s, 0, 1)
    items = run(even, arrivals_us=taken + 10_000 + late_us, n=len(taken))
    assert (QualityKind.LAG, "late") in told(items)
    assert (QualityKind.CLOCK, "set") in told(items)
