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
)
from builders import SESSION, STREAM
from telemetry.errors import NotObservable
from telemetry.messages.results import ItemResult, RangeOfMotion, Repetition, SessionResult

DAY = date(2023, 11, 13)
CONTEXT = Context("arm-abduction", "right", "seated", "upper-arm-right", "gravity")
OWN = Sem(4.0, "own stable days", 5)


def assessed(*values_deg, context=CONTEXT, **more):
    return [
        Assessment(DAY + timedelta(days=i), context, (v - 3, v, v + 1), **more)
        for i, v in enumerate(values_deg)
    ]


def test_the_threshold_is_the_formula_of_the_design():
    assert change_between(assessed(100), assessed(90), OWN).threshold_deg == pytest.approx(
        1.96 * math.sqrt(2) * 4
    )
    assert change_between(assessed(100, 100, 100), assessed(90, 90, 90), OWN).threshold_deg == (
        pytest.approx(1.96 * 4 * math.sqrt(2 / 3))
    )
    tiny = Sem(0.5, "own stable days", 5)
    assert change_between(assessed(100), assessed(94.9), tiny).threshold_deg == 5.0


def test_a_difference_counts_only_beyond_the_threshold():
    assert not change_between(assessed(100), assessed(89), OWN).beyond_error
    assert change_between(assessed(100), assessed(88.9), OWN).beyond_error
    assert change_between(assessed(100), assessed(111.1), OWN).beyond_error


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
        change_between(assessed(100), assessed(90, context=other), OWN)


def test_without_assessments_there_is_no_change():
    with pytest.raises(NotObservable, match="missing"):
        change_between([], assessed(90), OWN)


def test_the_error_is_the_spread_between_days_or_the_declared_default():
    own = sem_of(assessed(100, 104, 98, 102, 96), limb="arm")
    assert (own.source, own.n) == ("own stable days", 5)
    assert own.value_deg == pytest.approx(np.std([100, 104, 98, 102, 96], ddof=1))
    assert sem_of(assessed(100, 104, 98, 102), limb="arm") == Sem(4.0, "population default")
    assert sem_of([], limb="leg").value_deg == 5.0


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


def test_without_a_true_change_at_most_one_in_twenty_is_called_one():
    rng = np.random.default_rng(1)
    true_sem = Sem(4.0, "own stable days", 100)
    called = 0
    for _ in range(2000):
        values = rng.normal(100, 4, 2)
        called += change_between(assessed(values[0]), assessed(values[1]), true_sem).beyond_error
    assert 0.03 <= called / 2000 <= 0.07
