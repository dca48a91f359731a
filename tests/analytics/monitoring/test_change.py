"""A change counts beyond its error, from assessments in one context only."""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.monitoring.change import (
    Assessment,
    Context,
    Sem,
    assessments_of,
    baseline_and_recent,
    change_between,
    sem_of,
    threshold_deg,
)
from builders import SESSION, STREAM
from telemetry.errors import NotObservable
from telemetry.messages.results import ItemResult, RangeOfMotion, Repetition, SessionResult

DAY = date(2023, 11, 13)
CONTEXT = Context("arm-abduction", "right", "seated", "upper-arm-right", "gravity")
DECLARED = Sem(4.0, "population default")


def assessed(*values_deg, context=CONTEXT, **more):
    return [
        Assessment(DAY + timedelta(days=i), context, (v - 2, v, v + 2), **more)
        for i, v in enumerate(values_deg)
    ]


SURE = Sem(4.0, "own stable days", 1000, freedom=1e6)
"""So well known that no few days change it."""


def test_the_threshold_is_the_formula_of_the_design():
    assert threshold_deg(DECLARED, 1, 1) == pytest.approx(1.96 * math.sqrt(2) * 4)
    assert threshold_deg(SURE, 3, 10, looks=10) == pytest.approx(
        2.35 * 4 * math.sqrt(1 / 3 + 1 / 10), rel=1e-3
    )
    five = (1 / 3 + 1 / 5) / (1 / 3 + 1 / 10)
    assert threshold_deg(SURE, 3, 5, looks=10) == pytest.approx(
        2.35 * five**0.8 * 4 * math.sqrt(1 / 3 + 1 / 5), rel=1e-3
    )
    few = (2 / 3) / (1 / 3 + 1 / 5)
    assert threshold_deg(SURE, 3, 3, looks=10) == pytest.approx(
        2.35 * five**0.8 * few**0.6 * 4 * math.sqrt(2 / 3), rel=1e-3
    )
    assert threshold_deg(SURE, 1, 1, looks=10) == pytest.approx(3.5 * 4 * math.sqrt(2), rel=1e-3)
    tiny = Sem(0.5, "own stable days", 1000, freedom=1e6)
    assert threshold_deg(tiny, 3, 3, looks=10) == 5.0


def test_an_error_that_is_known_less_asks_for_more():
    by_freedom = [
        threshold_deg(Sem(4.0, "own stable days", 5, freedom=f), 3, 3, looks=10)
        for f in (6, 10, 100, 1e6)
    ]
    assert by_freedom == sorted(by_freedom, reverse=True)
    assert len(set(by_freedom)) == 4


def test_a_person_whose_days_differ_more_than_is_declared_needs_a_larger_change():
    """The error is learnt from the days that are compared, not from the change between them."""
    steady = change_between(assessed(100, 101, 99), assessed(*[115, 114, 116] * 3), DECLARED)
    unsteady = change_between(assessed(100, 112, 88), assessed(*[115, 103, 127] * 3), DECLARED)
    assert unsteady.change_deg == pytest.approx(steady.change_deg)
    assert unsteady.threshold_deg > 2 * steady.threshold_deg
    assert steady.beyond_error
    assert not unsteady.beyond_error
    assert steady.sem.n == 12


def test_a_sudden_change_after_many_steady_days_is_told_of_the_last_three():
    after = assessed(*[100, 101, 99] * 5, 75, 76, 74)
    seen = change_between(assessed(100, 101, 99), after, DECLARED)
    assert (seen.n_recent, seen.change_deg) == (3, pytest.approx(-25))
    assert seen.beyond_error


def test_a_small_lasting_change_is_told_of_the_last_ten():
    after = assessed(*[110, 111, 109] * 4)
    seen = change_between(assessed(100, 101, 99), after, DECLARED)
    assert (seen.n_recent, seen.beyond_error) == (10, True)


def test_one_repetition_that_failed_does_not_spoil_its_day():
    (day,) = assessed(100)
    assert replace(day, peaks_deg=(100.0, 103.0, 60.0)).compared_deg == pytest.approx(101.5)
    assert replace(day, peaks_deg=(100.0, 103.0, 97.0)).compared_deg == pytest.approx(100)


def test_a_difference_counts_only_beyond_the_threshold():
    limit = change_between(assessed(100), assessed(90), DECLARED).threshold_deg
    for step in (-0.1, 0.1):
        for way in (-1, 1):
            seen = change_between(assessed(100), assessed(100 + way * (limit + step)), DECLARED)
            assert seen.beyond_error is (step > 0)


@pytest.mark.parametrize(
    "other",
    [
        replace(CONTEXT, exercise="forward-arm-raise"),
        replace(CONTEXT, side="left"),
        replace(CONTEXT, posture="standing"),
        replace(CONTEXT, placement="wrist-right"),
        replace(CONTEXT, level="functional"),
    ],
)
def test_another_context_is_not_compared(other):
    with pytest.raises(NotObservable, match="not comparable"):
        change_between(assessed(100), assessed(90, context=other), DECLARED)


def test_without_assessments_there_is_no_change():
    with pytest.raises(NotObservable, match="missing"):
        change_between([], assessed(90), DECLARED)


def test_the_error_is_the_declared_default_refined_by_own_stable_days():
    own = sem_of(assessed(100, 104, 98, 102, 96), limb="arm")
    assert (own.source, own.n) == ("own stable days", 5)
    variance = np.var([100, 104, 98, 102, 96], ddof=1)
    assert own.value_deg == pytest.approx(math.sqrt((6 * 6.5**2 + 4 * variance) / 10))
    assert sem_of(assessed(100, 104, 98, 102), limb="arm") == Sem(6.5, "population default")
    assert sem_of([], limb="leg").value_deg == 6.5


def test_the_declared_error_is_the_donning_error_that_the_results_tell():
    told = sem_of(assessed(100, 104, donning_sigma_deg=4.0), limb="arm")
    assert told.value_deg == pytest.approx(math.hypot(4.0, 2.5))


def test_assessments_of_one_day_or_one_donning_are_no_between_day_error():
    same_day = [replace(a, day=DAY) for a in assessed(1, 2, 3, 4, 5, 6)]
    worn_on = assessed(1, 2, 3, 4, 5, 6, redonned=False)
    assert sem_of(same_day, limb="arm").source == "population default"
    assert sem_of(worn_on, limb="arm").source == "population default"


def test_the_baseline_are_the_first_three_days_and_no_other():
    days = assessed(100, 101, 102, 103, 104, 105, 106)
    baseline, later = baseline_and_recent(days[::-1], CONTEXT)
    assert [a.day.day for a in baseline] == [13, 14, 15]
    assert [a.day.day for a in later] == [16, 17, 18, 19]
    assert baseline_and_recent(days[:3], CONTEXT)[1] == ()


@pytest.mark.parametrize(
    ("spoilt", "counts"),
    [
        ({}, True),
        ({"flags": ("too small", "up too slow")}, True),
        ({"technical": ("interpolated",)}, False),
        ({"flags": ("up too fast",)}, False),
    ],
)
def test_an_assessment_is_three_technically_clean_slow_repetitions_or_none(spoilt, counts):
    item = item_result(assessment=True, peak_deg=90)
    first, *rest = item.repetitions
    spoilt_one = item.model_copy(update={"repetitions": (first.model_copy(update=spoilt), *rest)})
    assert bool(told_of(spoilt_one)) is counts
    assert not told_of(spoilt_one.model_copy(update={"judged": False}))


def test_without_a_calibration_nothing_is_an_assessment():
    assert told_of(item_result(assessment=True, peak_deg=90), levels={}) == ()


def test_a_swept_angle_is_compared_by_its_excursion():
    item = item_result(assessment=True, peak_deg=90)
    swept = [r.model_copy(update={"peak_deg": None, "range_deg": 70.0}) for r in item.repetitions]
    (told,) = told_of(item.model_copy(update={"repetitions": tuple(swept)}))
    assert (told.context.quantity, told.value_deg) == ("excursion", 70.0)


LEVELS = {"upper-arm-right": "gravity"}


def told_of(*items, levels=LEVELS):
    result = SessionResult(
        session=SESSION, core_version="1", plan_version=1, provisional=False, items=items
    )
    return assessments_of(
        result,
        day=DAY,
        posture="seated",
        placements={STREAM: "upper-arm-right"},
        levels=levels,
    )


def item_result(*, assessment, peak_deg=120.0):
    repetition = Repetition(
        number=1,
        start_index=0,
        peak_index=1,
        end_index=2,
        start_s=0,
        end_s=1,
        range_deg=peak_deg,
        peak_deg=peak_deg,
        up_s=1,
        hold_s=0,
        down_s=1,
    )
    return ItemResult(
        item="a",
        exercise="arm-abduction",
        side="right",
        stream=STREAM,
        rate_hz=60,
        assessment=assessment,
        repetitions=(repetition,) * 3,
        range_of_motion=RangeOfMotion(what="w", median_deg=1, p10_deg=1, p90_deg=1),
    )


def test_game_repetitions_are_never_an_outcome():
    result = SessionResult(
        session=SESSION,
        core_version="1",
        plan_version=1,
        provisional=False,
        items=(item_result(assessment=False), item_result(assessment=True, peak_deg=90)),
    )
    told = assessments_of(
        result,
        day=DAY,
        posture="seated",
        placements={STREAM: "upper-arm-right"},
        levels={"upper-arm-right": "gravity"},
    )
    assert told == (Assessment(DAY, CONTEXT, (90.0,) * 3),)


@given(st.integers(1, 30), st.integers(1, 30), st.floats(0, 30), st.floats(2, 200))
def test_more_assessments_never_raise_the_threshold(n_baseline, n_recent, sem_deg, freedom):
    sem = Sem(sem_deg, "own stable days", 5, freedom=freedom)
    few = threshold_deg(sem, n_baseline, n_recent, looks=10)
    assert 5 <= threshold_deg(sem, n_baseline, n_recent + 1, looks=10) <= few
    assert 5 <= threshold_deg(sem, n_baseline + 1, n_recent, looks=10) <= few


@given(st.lists(st.floats(20, 170), min_size=4, max_size=40), st.floats(-100, 100))
def test_a_shift_of_all_days_changes_nothing(values, shift):
    told = [
        change_between(assessed(*some[:3]), assessed(*some[3:]), DECLARED)
        for some in (values, [v + shift for v in values])
    ]
    assert told[0].threshold_deg == pytest.approx(told[1].threshold_deg)
    assert told[0].change_deg == pytest.approx(told[1].change_deg, abs=1e-6)


def beyond_in_ten_looks(rng, change_deg, error_deg):
    """Whether one person is told to be beyond the error in ten looks at later days."""
    usual = assessed(*rng.normal(100, error_deg, 3))
    later = assessed(*rng.normal(100 + change_deg, error_deg, 10))
    sem = sem_of([], limb="arm")
    return any(change_between(usual, later[:n], sem).beyond_error for n in range(1, 11))


@pytest.mark.parametrize(
    ("error_deg", "found_percent"),
    [pytest.param(6.5, 80, id="as declared"), pytest.param(8.5, 60, id="larger")],
)
def test_ten_looks_call_few_unchanged_persons_changed_and_find_15_degrees(error_deg, found_percent):
    rng = np.random.default_rng(1)
    false = [beyond_in_ten_looks(rng, 0.0, error_deg) for _ in range(500)]
    found = [beyond_in_ten_looks(rng, 15.0, error_deg) for _ in range(200)]
    assert 0.01 < np.mean(false) <= 0.05
    assert 100 * np.mean(found) >= found_percent


def test_a_person_whose_repetitions_differ_much_needs_a_larger_change():
    """What their mean takes over of a day's scatter is error, too."""
    steady, scattered = (
        [
            [replace(a, peaks_deg=(a.value_deg - d, a.value_deg, a.value_deg + d)) for a in side]
            for side in (assessed(100, 101, 99), assessed(112, 111, 113))
        ]
        for d in (1.0, 14.0)
    )
    usual = change_between(assessed(100, 101, 99), assessed(112, 111, 113), DECLARED).threshold_deg
    assert change_between(*steady, DECLARED).threshold_deg == pytest.approx(usual)
    assert change_between(*scattered, DECLARED).threshold_deg > 1.3 * usual
