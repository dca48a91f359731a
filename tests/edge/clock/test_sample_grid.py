"""Which index a device time stamp stands for."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge.clock.sample_grid import SampleGrid

RATE_HZ = 60.0
PERIOD_US = 1e6 / RATE_HZ
WRAP_US = 1 << 32


def stamps(indices, *, boot_us=1_000_000, wrap_us=WRAP_US):
    """What the wearable sends for these samples since its boot."""
    us = boot_us + (np.asarray(indices) * PERIOD_US).astype(np.int64)
    return us if wrap_us is None else us % wrap_us


def feed(grid, raw_us, arrivals_us):
    """Index of every sample placed, and where restarts were."""
    index, restarts = [], 0
    for raw, at in zip(raw_us, arrivals_us, strict=True):
        for placed in grid.place(np.array([raw]), int(at)):
            restarts += placed.restarted
            index += placed.index.tolist()
    return index, restarts


@given(
    lost=st.sets(st.integers(2, 197)),
    boot_us=st.integers(0, WRAP_US - 1),
    delays_ms=st.lists(st.integers(0, 4000), min_size=200, max_size=200),
)
def test_losses_show_and_wraps_do_not(lost, boot_us, delays_ms):
    kept = [i for i in range(200) if i not in lost]
    arrivals = np.maximum.accumulate([i * PERIOD_US + delays_ms[i] * 1000 for i in kept])
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    index, restarts = feed(grid, stamps(kept, boot_us=boot_us), arrivals)
    assert index == kept
    assert restarts == 0


@given(st.lists(st.integers(1, 40), min_size=1), st.integers(0, WRAP_US - 1))
def test_any_cutting_into_notifications_gives_the_same_index(sizes, boot_us):
    n = sum(sizes)
    raw = stamps(np.arange(n), boot_us=boot_us)
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    index, start = [], 0
    for size in sizes:
        for placed in grid.place(raw[start : start + size], int((start + size) * PERIOD_US)):
            index += placed.index.tolist()
        start += size
    assert index == list(range(n))


@pytest.mark.parametrize("away_s", [0.5, 20, 3000, 4294, 9000])
def test_an_absence_is_counted_whatever_wraps_it_spans(away_s):
    away = int(away_s * RATE_HZ)
    kept = [*range(100), *range(100 + away, 200 + away)]
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    raw, arrivals = stamps(kept, boot_us=WRAP_US - 5), [i * PERIOD_US for i in kept]
    before = feed(grid, raw[:100], arrivals[:100])
    grid.reconnected()
    after = feed(grid, raw[100:], arrivals[100:])
    assert before[0] + after[0] == kept
    assert before[1] == after[1] == 0


@pytest.mark.parametrize("late_s", [2.5, 5, 14])
@pytest.mark.parametrize("kept_up", [False, True], ids=["the queue stayed", "it grew"])
def test_what_waited_in_a_queue_over_a_lost_link_is_no_reboot(late_s, kept_up):
    """A wearable that was late before the link broke brings the rest of its queue afterwards."""
    first, away_s = np.arange(600), 3.0
    lag = np.minimum(late_s, first / RATE_HZ * late_s / 5) * 1e6
    taken = (600 + np.arange(100)) if kept_up else (600 + int(away_s * RATE_HZ) + np.arange(100))
    due = taken * PERIOD_US + (late_s + (away_s if kept_up else 0.0)) * 1e6
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    boot_us = 60_000_000
    before = feed(grid, stamps(first, boot_us=boot_us), first * PERIOD_US + lag)
    grid.reconnected()
    after = feed(grid, stamps(taken, boot_us=boot_us), due)
    assert before == (list(range(600)), 0)
    assert after == (taken.tolist(), 0)


def test_after_a_late_link_a_reboot_is_still_a_reboot():
    first = np.arange(600)
    lag = np.minimum(14, first / RATE_HZ * 3) * 1e6
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    feed(grid, stamps(first, boot_us=1_000_000), first * PERIOD_US + lag)
    grid.reconnected()
    # Up for 30 s when it is back: later than its last stamp, and far too early for its run.
    again = feed(grid, stamps(first, boot_us=30_000_000), 100e6 + first * PERIOD_US)
    assert again == (list(range(600)), 1)


@pytest.mark.parametrize("up_s", [0.2, 10, 3000, 4000])
@pytest.mark.parametrize("down_s", [0.5, 60])
def test_a_reboot_restarts_at_index_0_and_keeps_its_first_sample(up_s, down_s):
    first = np.arange(120)
    arrivals = [*(first * PERIOD_US), *(2e6 + down_s * 1e6 + first * PERIOD_US)]
    raw = [*stamps(first, boot_us=int(up_s * 1e6)), *stamps(first, boot_us=100_000)]
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    before = [feed(grid, raw[:120], arrivals[:120])]
    grid.reconnected()
    index, restarts = feed(grid, raw[120:], arrivals[120:])
    assert before[0] == (list(range(120)), 0)
    assert index == list(range(120))
    assert restarts == 1


def test_a_corrupt_stamp_is_passed_over_by_counting():
    raw = stamps(np.arange(100)).tolist()
    raw[50] = 3_000_000_000
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    index, restarts = feed(grid, raw, np.arange(100) * PERIOD_US)
    assert index == list(range(100))
    assert (grid.rejected, grid.fault, restarts) == (0, None, 0)


def test_a_repeat_is_dropped_and_counted():
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    order = [0, 1, 2, 2, 1, 3]
    index, _ = feed(grid, stamps(order), np.arange(6) * PERIOD_US)
    assert index == [0, 1, 2, 3]
    assert grid.duplicates == 2


def indices(raw, together):
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    runs = (
        grid.place(raw[i : i + together], int(raw[i]) + 100_000)
        for i in range(0, len(raw), together)
    )
    return [i for run in runs for placed in run for i in placed.index.tolist()]


@given(st.lists(st.integers(-4000, 4000), min_size=2, max_size=200), st.integers(1, 5))
def test_a_stamp_off_by_less_than_a_quarter_period_makes_no_false_loss(jitter_us, together):
    raw = stamps(np.arange(len(jitter_us))) + np.array(jitter_us)
    assert indices(raw, together) == list(range(len(raw)))


@pytest.mark.parametrize("together", range(1, 6))
def test_stamps_late_and_early_by_turns_make_no_false_loss(together):
    # Steps from a tenth of a period to nearly two.
    raw = stamps(np.arange(200))
    raw[1:] += 7500 * (-1) ** np.arange(199)
    assert indices(raw, together) == list(range(200))


@given(
    st.lists(st.integers(-9000, 9000), min_size=2, max_size=60),
    st.sets(st.integers(1, 50)),
    st.integers(1, 9),
)
def test_how_samples_share_notifications_changes_no_number(jitter_us, lost, together):
    kept = [i for i in range(len(jitter_us)) if i not in lost]
    raw = np.maximum.accumulate(stamps(np.array(kept)) + np.array(jitter_us)[kept])
    assert indices(raw, together) == indices(raw, 1)


def test_a_merely_nominal_rate_does_not_add_up_to_a_false_loss():
    raw = (np.arange(20_000) * 1e6 / (RATE_HZ * 1.01)).astype(np.int64)
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=None)
    index, _ = feed(grid, raw, raw)
    assert index == list(range(20_000))


# One stamp that is wrong, by whatever, wherever.

ANY_STAMP = st.one_of(
    st.integers(-59 * 16_667, 59 * 16_667),
    st.integers(-(1 << 31), (1 << 31) - 1),
)


def place_all(grid, raw, numbers, together, *, at_us=lambda i: i * PERIOD_US, restarts=None):
    """Index and number of every sample placed, and how many losses nobody counted.

    Only where `restarts` is given may the clock begin anew: it takes the number of the sample.
    """
    found, uncounted, held = [], 0, []

    def take(runs, whole):
        nonlocal uncounted, held
        for placed in runs:
            uncounted += placed.after_loss
            rows = placed.rows.tolist()
            if placed.restarted:
                assert restarts is not None, "a restart that was none"
                restarts.append(whole[rows[0]])
            found.extend(zip(placed.index.tolist(), [whole[row] for row in rows], strict=True))
        held = [whole[row] for row in grid.held_rows]

    for i in range(0, len(raw), together):
        part = numbers[i : i + together]
        runs = grid.place(
            np.array(raw[i : i + together]), int(at_us(part[-1])), [int(n) for n in part]
        )
        take(runs, [*held, *part])
    take(grid.release(), held)
    return found, uncounted


@settings(max_examples=400)
@given(at=st.integers(0, 119), off_us=ANY_STAMP, together=st.integers(1, 5))
def test_a_wrong_stamp_anywhere_loses_and_invents_no_sample(at, off_us, together):
    if at == 0 and together > 1:
        together = 1
    raw = stamps(np.arange(120)).tolist()
    raw[at] = (raw[at] + off_us) % WRAP_US
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    found, uncounted = place_all(grid, raw, list(range(120)), together)
    assert [number for _, number in sorted(found)] == list(range(120))
    assert sorted(index for index, _ in found) == list(range(120))
    assert uncounted <= (at in {0, 119})
    assert (grid.rejected, grid.duplicates, grid.fault) == (0, 0, None)


@settings(max_examples=400)
@example(at=2, off_us=0, lost={2, 3, 4, 5, 118}, late_ms=[17 * (i == 117) for i in range(120)])
@given(
    at=st.integers(0, 119),
    off_us=ANY_STAMP,
    lost=st.sets(st.integers(1, 118), max_size=60),
    late_ms=st.lists(st.integers(0, 60), min_size=120, max_size=120),
)
def test_a_wrong_stamp_among_losses_is_stored_once_or_declared(at, off_us, lost, late_ms):
    kept = [i for i in range(120) if i not in lost]
    raw = {i: int(us) for i, us in enumerate(stamps(np.arange(120)))}
    raw[at] = (raw[at] + off_us) % WRAP_US
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    # The first stamp of all is held to none before it: if that is wrong, a second run may begin.
    restarts = [] if at == 0 else None
    found, uncounted = place_all(
        grid,
        [raw[i] for i in kept],
        kept,
        1,
        at_us=lambda i: 1e6 + i * PERIOD_US + late_ms[i] * 1000,
        restarts=restarts,
    )
    if restarts:
        assert len(restarts) == 1
        found = [(index, number) for index, number in found if number >= restarts[0]]
        kept = [number for number in kept if number >= restarts[0]]
    places = sorted(index for index, _ in found)
    assert len(set(places)) == len(places) == len(kept) - grid.rejected
    assert grid.rejected <= 2
    beside_an_end = {0, *kept[-2:]} & {at, at + 1, at - 1} or 1 in lost
    if not (uncounted or beside_an_end):
        assert places[-1] == kept[-1]


@given(
    away=st.integers(1, 600),
    lost=st.integers(1, 40),
    received=st.integers(1, 3),
)
def test_what_is_lost_after_a_reconnection_takes_none_that_came_with_it(away, lost, received):
    begin = 60 + away
    kept = [*range(60), *range(begin, begin + received)]
    kept += range(begin + received + lost, begin + 120)
    raw = stamps(kept, boot_us=100_000_000).tolist()
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    first, _ = place_all(grid, raw[:60], kept[:60], 1)
    grid.reconnected()
    then, uncounted = place_all(grid, raw[60:], kept[60:], 1)
    # A lone one with much lost after it may as well have been stamped wrong.
    alone = received == 1 and lost > 1
    assert grid.rejected == alone
    assert first + then == [(i, i) for i in kept if not (alone and i == begin)]
    assert uncounted == 0


@given(
    at=st.sampled_from([60, 61, 62, 63]),
    off_us=ANY_STAMP,
    away=st.integers(1, 600),
    before=st.booleans(),
)
def test_a_wrong_stamp_around_a_reconnection_is_no_reboot(at, off_us, away, before):
    kept = [*range(60), *range(60 + away, 180 + away)]
    raw = stamps(kept, boot_us=100_000_000).tolist()
    wrong = 59 if before else at
    raw[wrong] = (raw[wrong] + off_us) % WRAP_US
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    first, _ = place_all(grid, raw[:60], kept[:60], 1)
    grid.reconnected()
    then, uncounted = place_all(grid, raw[60:], kept[60:], 1)
    places = sorted(index for index, _ in first + then)
    assert len(set(places)) == len(places)
    assert len(places) == 180 - grid.rejected
    assert grid.rejected <= (wrong == 60)
    assert (places[-1], uncounted) == (179 + away, 0)


def test_a_sample_that_came_early_is_placed_after_the_one_it_overtook():
    order = [*range(50), 51, 50, *range(52, 100)]
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    found, _ = place_all(grid, stamps(order).tolist(), order, 1)
    assert sorted(found) == [(i, i) for i in range(100)]


@given(late_by=st.integers(2, 40))
def test_a_sample_whose_place_was_told_lost_is_not_placed_again(late_by):
    order = [*range(50), *range(51, 51 + late_by), 50, *range(51 + late_by, 120)]
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    found, _ = place_all(grid, stamps(order).tolist(), order, 1)
    assert sorted(found) == [(i, i) for i in range(120) if i != 50]
    assert grid.rejected == 1


@pytest.mark.parametrize("lost", [1, 7, 40])
@pytest.mark.parametrize("waited", [False, True])
def test_the_last_sample_before_a_lost_link_is_placed_as_the_host_saw_time_pass(lost, waited):
    order = [*range(50), 50 + lost]
    grid = SampleGrid(rate_hz=RATE_HZ, wrap_us=WRAP_US)
    at_us = (lambda i: i * PERIOD_US) if waited else (lambda i: min(i, 50) * PERIOD_US)
    found, _ = place_all(grid, stamps(order).tolist(), order, 1, at_us=at_us)
    assert found[-1] == (50 + lost if waited else 50, 50 + lost)
