"""The truth bench measures each kind of wrong premise and names its figures."""

import numpy as np
import pytest

from research.session_cases.outcome import Outcome
from research.session_cases.published import Published
from research.truth import looks, truth_bench
from research.truth.truth_bench import ROWS, measure_truth


def outcome(low, high, true, *, counted=8, done=8, kind="a"):
    shown = Published(None if low is None else (low + high) / 2, low, high, counted)
    holds = None if low is None else low <= true <= high
    return Outcome("x", kind, True, shown, true, holds, done)


def test_only_a_range_that_is_shown_and_does_not_hold_the_truth_counts_as_a_lie():
    told = truth_bench._wrong([outcome(80, 90, 85), outcome(80, 90, 95), outcome(None, None, 95)])
    assert told["outside_unrefused"] == 1
    assert told["refused_percent"] == pytest.approx(100 / 3)


def test_what_was_refused_is_neither_inside_nor_outside_a_band():
    told = truth_bench._right([outcome(80, 90, 85), outcome(None, None, 95)])
    assert told["range_coverage_percent"] == 100
    assert told["range_half_width_deg"] == 5


def test_an_interval_of_a_count_is_judged_where_there_is_one():
    shown = Published(None, None, None, 8, count_low=7, count_high=9)
    known = Outcome("x", "a", True, shown, None, None, 10)
    assert truth_bench._interval([known])["count_interval_coverage_percent"] == 0
    assert truth_bench._interval([known])["count_interval_width_mean"] == 2


def test_a_row_is_measured_and_its_figures_are_named_after_it():
    told = []
    figures = measure_truth(said=told.append, scale=0.2, rows=["folding"], workers=0)
    assert figures["folding.cases"] == 1
    assert "folding.range_in_band_percent" in figures
    assert told == ["1 of 1 sessions: folding"]


def test_every_row_has_a_name_and_cases_of_its_own():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert all(row.cases(range(1)) for row in ROWS)


def test_a_sensor_that_lies_straight_reads_the_peak_and_one_askew_in_the_plane_that_much_more():
    assert looks._read_deg(110, 0, 0) == pytest.approx(110)
    assert looks._read_deg(110, np.radians(6), 0) == pytest.approx(116)


def test_looks_are_told_for_both_errors_and_for_persons_who_differ_more_than_declared():
    figures = looks.measure_looks(persons=20)
    assert len(figures) == 4 * len(looks.KINDS)
    assert "change.false_beyond_ten_looks_declared_sem_percent" in figures
    assert "change.false_beyond_ten_looks_donning_8_own_sem_percent" in figures
    assert all(0 <= v <= 100 for v in figures.values())
