"""Symmetry names its formula and knows its error."""

from dataclasses import replace
from datetime import date

import pytest

from analytics.monitoring.change import Assessment, Context, Sem
from analytics.monitoring.symmetry import symmetry_of
from telemetry.errors import NotObservable

RIGHT = Context("arm-abduction", "right", "seated", "upper-arm-right", "gravity")
LEFT = replace(RIGHT, side="left", placement="upper-arm-left")
SEM = Sem(4.0, "population default")


def assessed(value_deg, context):
    return [Assessment(date(2023, 11, 13), context, (value_deg,) * 3)]


def test_the_affected_side_is_told_in_percent_of_the_other():
    told = symmetry_of(assessed(120, RIGHT), assessed(160, LEFT), SEM)
    assert told.percent == pytest.approx(75)
    assert told.difference_deg == pytest.approx(-40)
    assert told.beyond_error
    assert "affected / other" in told.formula


def test_a_difference_within_error_is_none():
    assert not symmetry_of(assessed(155, RIGHT), assessed(160, LEFT), SEM).beyond_error


def test_no_ratio_is_told_of_a_side_that_hardly_moves():
    assert symmetry_of(assessed(5, RIGHT), assessed(4, LEFT), SEM).percent is None


@pytest.mark.parametrize(
    "other",
    [
        RIGHT,
        replace(LEFT, placement="wrist-left"),
        replace(LEFT, posture="standing"),
        replace(LEFT, level="functional"),
        replace(LEFT, exercise="forward-arm-raise"),
    ],
)
def test_only_the_side_may_differ(other):
    with pytest.raises(NotObservable, match="no symmetry"):
        symmetry_of(assessed(120, RIGHT), assessed(160, other), SEM)


def test_a_side_without_assessment_is_said():
    with pytest.raises(NotObservable, match="no assessment"):
        symmetry_of([], assessed(160, LEFT), SEM)
