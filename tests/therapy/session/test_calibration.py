"""Calibration: the best level a person can do, and a range that is never beyond what was shown."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.messages.events import Worn
from therapy.session.calibration import (
    MOST_ATTEMPTS,
    RangeFinding,
    levels_to_try,
    retest_due,
    shrunk,
)
from therapy.session.screens import AlignSensor, Play
from therapy_builders import Session, item, plan

peaks = st.none() | st.floats(-50, 250) | st.just(float("nan"))
tries = st.lists(st.tuples(peaks, st.booleans()), max_size=12)


@pytest.mark.parametrize(
    ("highest", "helper", "stored", "levels"),
    [
        ("gravity", True, True, ("gravity", "none")),
        ("stored", True, True, ("stored", "gravity", "none")),
        ("stored", True, False, ("gravity", "none")),
        ("functional", True, True, ("functional", "stored", "gravity", "none")),
        ("functional", False, False, ("gravity", "none")),
    ],
)
def test_the_best_level_comes_first_and_every_ladder_ends(highest, helper, stored, levels):
    one = plan(calibration=highest)
    assert levels_to_try(one, helper_present=helper, stored=stored) == levels


def test_spasticity_and_contracture_forbid_a_neutral_pose():
    one = plan(calibration="functional", neutral_pose=False)
    assert "functional" not in levels_to_try(one, helper_present=True, stored=True)


def test_a_failed_level_leads_to_the_next():
    one = plan(calibration="stored")
    session = Session(one, {"stored": frozenset({"wrist-right"})})
    session.answer()
    assert session.screen.level == "stored"
    session.ask("segment.calibrated", passed=False)
    assert isinstance(session.screen, AlignSensor)
    assert session.screen.level == "gravity"
    session.ask("segment.calibrated", passed=True)
    assert session.state.unplaced == frozenset()
    told = [(e.level, e.passed) for e in session.events if e.type == "segment.calibrated"]
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


seen_without_zero = st.lists(st.tuples(peaks, st.booleans()), max_size=12)


@given(tried=seen_without_zero, limit_deg=st.none() | st.floats(1, 180))
def test_without_a_zero_the_target_is_a_size_within_the_sizes_and_the_limit(tried, limit_deg):
    finding = RangeFinding(limit_deg)
    for size_deg, too_fast in tried:
        finding = finding.after(None, size_deg=size_deg, too_fast=too_fast)
    slow = [s for s, fast in tried if not fast and s is not None and s > 0]
    found = finding.found()
    assert found.peaks_deg == tuple(slow)
    if len(slow) < 3:
        assert found.target_deg is None
    else:
        assert found.target_deg == min(statistics.median(slow), limit_deg or 999)


@given(
    tried=st.lists(
        st.tuples(st.none() | st.floats(101, 180), st.floats(1, 99), st.booleans()), max_size=12
    )
)
def test_sizes_and_peaks_are_never_mixed(tried):
    finding = RangeFinding()
    for peak_deg, size_deg, too_fast in tried:
        finding = finding.after(peak_deg, size_deg=size_deg, too_fast=too_fast)
    shown = finding.found().peaks_deg
    assert all(p > 100 for p in shown) or all(p < 100 for p in shown)


ELBOW = item(
    id="bend",
    exercise="elbow-bend",
    placements=["upper-arm-right", "forearm-right"],
    limit_deg=110,
)
ARM = tuple(
    Worn(wearable=f"dot-{n}", model="movella-dot", placement=placement)
    for n, placement in enumerate(ELBOW["placements"])
)


def uncalibrated_elbow(**more):
    """The elbow's item under way after its calibration has failed to the ladder's end."""
    session = Session(plan(ELBOW | more), {"worn": ARM})
    session.answer()
    while isinstance(session.screen, AlignSensor):
        session.ask("segment.calibrated", passed=False)
    session.ask("exercise.started")
    return session


@given(
    sizes=st.lists(st.floats(5, 150), min_size=3, max_size=3),
    limit_deg=st.floats(20, 145),
)
def test_an_elbow_that_nobody_calibrated_gets_a_target_in_degrees(sizes, limit_deg):
    session = uncalibrated_elbow(limit_deg=limit_deg)
    for size_deg in sizes:
        session.repeat(None, range_deg=size_deg)
    calibrated = session.events[-1]
    assert calibrated.type == "range.calibrated"
    assert calibrated.source == "calibration repetitions"
    assert calibrated.peaks_deg == tuple(sizes)
    assert calibrated.target_deg == min(statistics.median(sizes), limit_deg)
    assert session.screen.target_deg == calibrated.target_deg


def test_a_range_that_the_clinician_set_goes_before_sizes():
    session = uncalibrated_elbow(clinician_range_deg=80)
    assert isinstance(session.screen, Play)
    assert session.screen.target_deg == 80


def test_one_sensor_whose_calibration_failed_is_counted_only():
    session = Session(plan(ELBOW | {"placements": ["forearm-right"]}), {"worn": ARM[1:]})
    session.answer()
    while isinstance(session.screen, AlignSensor):
        session.ask("segment.calibrated", passed=False)
    session.ask("exercise.started")
    assert isinstance(session.screen, Play)
    assert session.screen.target_deg is None


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
