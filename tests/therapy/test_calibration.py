"""Calibration: the best rung a person can do, and a range that is never beyond what was shown."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therapy.calibration import (
    MOST_ATTEMPTS,
    RangeFinding,
    retest_due,
    rungs_to_try,
    shrunk,
)
from therapy.screens import Place
from therapy_builders import Session, plan

peaks = st.none() | st.floats(-50, 250) | st.just(float("nan"))
tries = st.lists(st.tuples(peaks, st.booleans()), max_size=12)


@pytest.mark.parametrize(
    ("highest", "helper", "stored", "rungs"),
    [
        ("gravity", True, True, ("gravity", "none")),
        ("stored", True, True, ("stored", "gravity", "none")),
        ("stored", True, False, ("gravity", "none")),
        ("functional", True, True, ("functional", "stored", "gravity", "none")),
        ("functional", False, False, ("gravity", "none")),
    ],
)
def test_the_best_rung_comes_first_and_every_ladder_ends(highest, helper, stored, rungs):
    one = plan(calibration=highest)
    assert rungs_to_try(one, helper_present=helper, stored=stored) == rungs


def test_spasticity_and_contracture_forbid_a_neutral_pose():
    one = plan(calibration="functional", neutral_pose=False)
    assert "functional" not in rungs_to_try(one, helper_present=True, stored=True)


def test_a_failed_rung_leads_to_the_next():
    one = plan(calibration="stored")
    session = Session(one, {"stored": frozenset({"wrist-right"})})
    session.answer()
    assert session.screen.rung == "stored"
    session.ask("segment.calibrated", passed=False)
    assert isinstance(session.screen, Place)
    assert session.screen.rung == "gravity"
    session.ask("segment.calibrated", passed=True)
    assert session.state.unplaced == frozenset()
    told = [(e.rung, e.passed) for e in session.events if e.type == "segment.calibrated"]
    assert told == [("stored", False), ("gravity", True)]


@given(tried=tries, limit_deg=st.none() | st.floats(1, 180))
def test_a_range_is_the_median_of_slow_peaks_within_the_limit(tried, limit_deg):
    finding = RangeFinding(limit_deg)
    for peak_deg, too_fast in tried:
        finding = finding.after(peak_deg, too_fast=too_fast)
    slow = [p for p, fast in tried if not fast and p is not None and p > 0]
    target_deg = finding.found().target_deg
    if len(slow) < 3:
        assert target_deg is None
    else:
        assert target_deg == min(statistics.median(slow), limit_deg or 999)
    assert finding.complete == (sum(not fast for _, fast in tried) >= 3)
    assert finding.exhausted == (not finding.complete and len(tried) >= MOST_ATTEMPTS)


@given(reached=st.lists(st.floats(0, 2), max_size=10), pain=st.none() | st.integers(0, 10))
def test_a_retest_is_offered_only_at_the_ceiling_and_without_much_pain(reached, pain):
    if retest_due(tuple(reached), pain):
        assert len(reached) >= 5
        assert min(reached[-5:]) >= 0.97
        assert pain is not None
        assert pain <= 3


def test_a_retest_waits_for_five_in_a_row():
    full = (1.0,) * 5
    assert retest_due(full, 3)
    assert not retest_due(full, 4)
    assert not retest_due(full, None)
    assert not retest_due(full[:4], 0)
    assert not retest_due((*full[:4], 0.8), 0)


def test_a_range_that_shrank_is_said_with_both_figures():
    assert shrunk(100, 120, 10).it == ("Oggi il movimento arriva a 100°; l'ultima volta a 120°.")
    assert shrunk(110, 120, 10) is None
    assert shrunk(130, 120, 10) is None
    assert shrunk(100, None, 10) is None
