"""Repetitions in a series: what is one, and what is not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.movement.repetition import RepetitionDetector, excursions_of, rhythm
from analytics.signals.smoothing import smoothed
from arm_motion import raises, stroke

RATE_HZ = 30.0
LEAST_DEG = 8.0


def series(*parts):
    """Parts of a series at 60 Hz, taken at 30 Hz and smoothed as the core does."""
    values = np.concatenate([np.atleast_1d(np.asarray(p, dtype=float)) for p in parts])
    return smoothed(values[::2], RATE_HZ).tolist()


def live(values):
    detector = RepetitionDetector(LEAST_DEG)
    for value in values:
        detector.push(value)
    detector.finish()
    return detector.excursions


def pause(level_deg, seconds):
    return np.full(round(seconds * 60), float(level_deg))


@given(
    n=st.integers(3, 8),
    top=st.floats(30, 170),
    rest=st.floats(0, 15),
    up=st.floats(0.5, 4),
    hold=st.floats(0, 3),
    down=st.floats(0.5, 4),
    gap=st.floats(0.1, 5),
)
def test_clean_repetitions_are_counted_whatever_their_pace(  # noqa: PLR0917 - drawn by name
    n, top, rest, up, hold, down, gap
):
    values = series(
        raises(n, top_deg=top, rest_deg=rest, up_s=up, hold_s=hold, down_s=down, pause_s=gap)
    )
    assert len(live(values)) == n
    found = excursions_of(values, LEAST_DEG)
    assert len(found) == n
    assert all(e.start < e.hold_from <= e.peak <= e.hold_to <= e.end for e in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(
    seed=st.integers(0, 10_000),
    tremor=st.floats(0, 6),
    phase=st.floats(0, 6.28),
)
def test_a_tremor_of_5_hz_changes_no_count(seed, tremor, phase):
    clean = raises(4)
    t = np.arange(len(clean)) / 60
    noise = np.random.default_rng(seed).normal(0, 0.5, len(clean))
    shaky = clean + tremor * np.sin(2 * np.pi * 5 * t + phase) + noise
    assert len(excursions_of(series(shaky), LEAST_DEG)) == 4


def test_pausing_half_way_makes_no_second_repetition():
    one = [stroke(10, 80, 1), pause(80, 4), stroke(80, 150, 1), pause(150, 1), stroke(150, 10, 2)]
    values = series(pause(10, 1), *(3 * [*one, pause(10, 1)]))
    assert len(excursions_of(values, LEAST_DEG)) == 3


def test_hesitating_and_sinking_back_a_little_is_still_one():
    one = [stroke(10, 90, 1), stroke(90, 70, 0.5), stroke(70, 150, 1), stroke(150, 10, 2)]
    values = series(pause(10, 1), *(4 * [*one, pause(10, 1)]))
    assert len(excursions_of(values, LEAST_DEG)) == 4
    assert len(live(values)) == 4


def test_a_dip_at_the_top_is_no_new_repetition():
    one = [stroke(10, 170, 1.5), stroke(170, 120, 0.7), stroke(120, 170, 0.7), stroke(170, 10, 2)]
    assert len(live(series(pause(10, 1), *(3 * one)))) == 3


def test_false_starts_before_and_between_are_left_out():
    fidget = [stroke(10, 30, 0.4), stroke(30, 10, 0.4), pause(10, 0.5)]
    full = raises(1)
    values = series(pause(10, 1), *fidget, full, *fidget, full, full, *fidget, full)
    found = excursions_of(values, LEAST_DEG)
    assert len(found) == 4
    assert min(e.rise for e in found) > 130


def test_smaller_repetitions_count_when_they_are_half_of_the_usual():
    values = series(raises(6), raises(4, top_deg=75.0))
    assert len(excursions_of(values, LEAST_DEG)) == 10


def test_a_movement_the_other_way_hides_nothing():
    swing = [stroke(60, 0, 0.5), stroke(0, 60, 0.5)]
    values = series(raises(4, rest_deg=60.0), *swing, raises(4, rest_deg=60.0))
    found = excursions_of(values, LEAST_DEG)
    assert len(found) == 8
    assert all(e.low == pytest.approx(60, abs=20) for e in found)


def test_a_wandering_rest_does_not_lose_repetitions():
    values = raises(12, top_deg=60.0)
    drifting = values + np.linspace(0, 80, len(values))
    assert len(excursions_of(series(drifting), LEAST_DEG)) == 12


def test_a_repetition_that_the_items_end_cuts_counts_when_most_of_its_rise_is_there():
    most = series(raises(3), stroke(10, 150, 2)[:90])
    assert [e.finished for e in excursions_of(most, LEAST_DEG)] == [True, True, True, False]
    some = series(raises(3), stroke(10, 150, 2)[:70])
    assert len(excursions_of(some, LEAST_DEG)) == 3


def test_a_repetition_that_the_items_beginning_cuts_counts_when_most_of_its_fall_is_there():
    most = series(stroke(150, 10, 2)[30:], raises(3))
    found = excursions_of(most, LEAST_DEG)
    assert [e.finished for e in found] == [False, True, True, True]
    assert found[0].start == 0
    assert all(e.start <= e.hold_from <= e.peak <= e.hold_to <= e.end for e in found)
    some = series(stroke(150, 10, 2)[60:], raises(3))
    assert len(excursions_of(some, LEAST_DEG)) == 3


def test_live_needs_no_look_ahead():
    values = series(raises(5))
    whole = live(values)
    for cut in range(20, len(values), 37):
        detector = RepetitionDetector(LEAST_DEG)
        for value in values[:cut]:
            detector.push(value)
        seen = detector.excursions
        assert seen == whole[: len(seen)]


def test_nothing_moves_nothing_counts():
    assert excursions_of([10.0] * 100, LEAST_DEG) == []
    assert excursions_of([], LEAST_DEG) == []


def test_rhythm_prefers_repetitions_to_wandering():
    regular = series(raises(6))
    noise = np.cumsum(np.random.default_rng(0).normal(0, 5, len(regular))).tolist()
    assert rhythm(regular, excursions_of(regular, LEAST_DEG)) > 2 * rhythm(
        noise, excursions_of(noise, LEAST_DEG)
    )
    assert rhythm(regular, []) == 0


@given(
    cuts=st.sets(st.integers(1, 900), max_size=12),
    tops=st.lists(st.floats(10, 160), min_size=3, max_size=8),
    seed=st.integers(0, 99),
)
def test_values_taken_one_by_one_or_many_at_a_time_give_the_same(cuts, tops, seed):
    noise = np.random.default_rng(seed).normal(0, 2, 1500)
    raised = np.concatenate([raises(1, top_deg=top, up_s=0.8, down_s=0.8) for top in tops])
    values = series(raised + np.resize(noise, len(raised)))
    at_once = RepetitionDetector(LEAST_DEG)
    for a, b in pairwise([0, *sorted(c for c in cuts if c < len(values)), len(values)]):
        at_once.extend(values[a:b])
    at_once.finish()
    assert at_once.excursions == live(values)
    assert at_once.values == values


@pytest.mark.parametrize("depth", [-170, -60, 260])
def test_what_hands_did_to_a_sensor_takes_no_repetition_of_the_set_after_it(depth):
    handled = [stroke(10, depth, 1.2), stroke(depth, 40, 1.5), stroke(40, 25, 0.7)]
    settled = [stroke(25, 10, 1.0), pause(10, 1)]
    one_set = raises(6, top_deg=100)
    values = series(one_set, *handled, *settled, one_set)
    found = excursions_of(values, LEAST_DEG)
    own = [e for e in found if 80 < e.rise < 100]
    assert len(own) == 12


@given(excess=st.floats(1.5, 4.0))
def test_a_rise_from_far_below_rest_is_told_from_where_it_turned_last(excess):
    deep = 10 - 90 * excess
    values = series(
        raises(5, top_deg=100),
        stroke(10, deep, 1.5),
        stroke(deep, 30, 1.5),
        stroke(30, 12, 0.8),
        pause(12, 0.5),
        stroke(12, 100, 2),
        stroke(100, 10, 2),
        raises(2, top_deg=100),
    )
    found = excursions_of(values, LEAST_DEG)
    assert [round(e.low, -1) for e in found if e.high > 90] == [10] * 8


@pytest.mark.parametrize("lower", [35, 60, 120])
def test_a_set_that_goes_on_from_a_lower_rest_is_counted_on(lower):
    """The person leans back, a strap slips: no repetition after it is lost."""
    first = raises(5, top_deg=90)
    down = stroke(10, 10 - lower, 2.0)
    values = series(first, down, first - lower)
    assert len(live(values)) in (10, 11)
    assert len(excursions_of(values, LEAST_DEG)) == 10


def test_a_movement_the_other_way_is_still_none():
    back = np.concatenate([stroke(10, -50, 1.0), pause(-50, 0.5), stroke(-50, 10, 1.0)])
    values = series(raises(4, top_deg=90), back, raises(4, top_deg=90))
    assert len(live(values)) == 8
    assert len(excursions_of(values, LEAST_DEG)) == 8


@pytest.mark.parametrize("from_deg", [-60.0, -150.0, 5.0])
def test_a_set_is_found_on_top_of_a_movement_that_never_came_back(from_deg):
    parts = [np.full(60, from_deg), stroke(from_deg, 80, 1.8), np.full(60, 80.0)]
    for _ in range(6):
        parts += [stroke(80, 120, 2.0), np.full(20, 120.0), stroke(120, 80, 2.0), np.full(40, 80.0)]
    found = excursions_of(np.concatenate(parts).tolist(), 5.0)
    assert len(found) == 6
    assert all(e.rise == pytest.approx(40, abs=1) for e in found[1:])
