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
        Assessment(DAY + timedelta(days=i), context, (v - 3, v, v + 1), **more)
        for i, v in enumerate(values_deg)
    ]


def test_the_threshold_is_the_formula_of_the_design():
    assert change_between(assessed(100), assessed(90), DECLARED).threshold_deg == pytest.approx(
        2.7 * math.sqrt(2) * 4
    )
    days = assessed(100, 100, 100), assessed(90, 90, 90)
    assert change_between(*days, DECLARED).threshold_deg == (
        pytest.approx(2.7 * 4 * math.sqrt(2 / 3))
    )
    tiny = Sem(0.5, "own stable days", 5)
    assert change_between(assessed(100), assessed(94.9), tiny).threshold_deg == 5.0
    assert threshold_deg(DECLARED, 1, 1) == pytest.approx(1.96 * math.sqrt(2) * 4)


def test_an_error_from_few_own_days_asks_for_more_than_one_that_is_declared():
    days = assessed(100, 100, 100), assessed(90, 90, 90)
    few, many = (change_between(*days, Sem(4.0, "own stable days", n)) for n in (5, 100))
    declared = change_between(*days, DECLARED)
    assert few.threshold_deg > many.threshold_deg > declared.threshold_deg


def test_a_difference_counts_only_beyond_the_threshold():
    assert not change_between(assessed(100), assessed(84.8), DECLARED).beyond_error
    assert change_between(assessed(100), assessed(84.7), DECLARED).beyond_error
    assert change_between(assessed(100), assessed(115.4), DECLARED).beyond_error


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
    assert own.value_deg == pytest.approx(math.sqrt((30 * 6.5**2 + 4 * variance) / 34))
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


def test_baseline_and_recent_days_do_not_overlap():
    days = assessed(100, 101, 102, 103, 104, 105, 106)
    baseline, recent = baseline_and_recent(days[::-1], CONTEXT)
    assert [a.value_deg for a in baseline] == [100, 101, 102]
    assert [a.value_deg for a in recent] == [104, 105, 106]
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


@given(st.integers(1, 30), st.integers(1, 30), st.floats(0, 30))
def test_more_assessments_never_raise_the_threshold(n_baseline, n_recent, sem_deg):
    sem = Sem(sem_deg, "own stable days", 5)
    few = change_between(assessed(*[9] * n_baseline), assessed(*[9] * n_recent), sem)
    more = change_between(assessed(*[9] * n_baseline), assessed(*[9] * (n_recent + 1)), sem)
    assert 5 <= more.threshold_deg <= few.threshold_deg


def beyond_in_ten_looks(rng, change_deg, error_deg, sem):
    """Whether one person is told to be beyond the error in ten looks at later days."""
    usual = assessed(*rng.normal(100, error_deg, 3))
    later = rng.normal(100 + change_deg, error_deg, 10)
    return any(
        change_between(usual, assessed(*later[max(0, n - 3) : n]), sem).beyond_error
        for n in range(1, 11)
    )


def test_ten_looks_call_few_unchanged_persons_changed_and_find_a_change_of_15_degrees():
    rng = np.random.default_rng(1)
    sem = sem_of([], limb="arm")
    false = [beyond_in_ten_looks(rng, 0.0, sem.value_deg, sem) for _ in range(500)]
    found = [beyond_in_ten_looks(rng, 15.0, sem.value_deg, sem) for _ in range(200)]
    assert 0.01 < np.mean(false) <= 0.06
    assert np.mean(found) >= 0.8


def test_a_person_whose_repetitions_differ_much_needs_a_larger_change():
    """What the median of three takes over of a day's scatter is error, too."""
    steady, scattered = (
        [
            [replace(a, peaks_deg=(a.value_deg - d, a.value_deg, a.value_deg + d)) for a in side]
            for side in (assessed(100), assessed(112))
        ]
        for d in (1.0, 9.0)
    )
    usual = change_between(assessed(100), assessed(112), DECLARED).threshold_deg
    assert change_between(*steady, DECLARED).threshold_deg == pytest.approx(usual)
    assert change_between(*scattered, DECLARED).threshold_deg > 1.3 * usual
