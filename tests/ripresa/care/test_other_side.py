"""A limb is drawn beside another one only where the plan marks it as unaffected."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from analytics.monitoring.change import Assessment, Context
from analytics.monitoring.figures import PatientFigures
from ripresa.care.figure_points import figure_points
from therapy_builders import item, plan

DAY = date(2023, 11, 13)


def figures(**marked):
    assessments = tuple(
        Assessment(DAY, Context("arm-abduction", side, "standing", f"wrist-{side}", "gravity"), p)
        for side, p in (("left", (150.0, 152.0, 151.0)), ("right", (90.0, 92.0, 91.0)))
    )
    return PatientFigures(
        patient="p-1",
        site=None,
        state="active",
        today=DAY,
        versions=(),
        plans=(plan(item(), **marked),),
        days={},
        sessions=(),
        assessments=assessments,
        alerts=(),
        first_session=None,
        last_session=None,
        heard=None,
        heard_ns=None,
        enrolled_ns=None,
    )


@pytest.mark.parametrize("limb", ["arm-left", "arm-right", "leg-left", None])
def test_only_a_limb_that_is_marked_as_unaffected_is_shown_as_the_other_side(limb):
    marked = {} if limb is None else {"unaffected": [limb]}
    points = figure_points(figures(**marked), ZoneInfo("Europe/Rome"))
    shown = {
        p.tags["side"]: p.fields["unaffected_deg"] for p in points if p.measurement == "assessment"
    }
    assert shown == {
        "left": 151.0 if limb == "arm-left" else None,
        "right": 91.0 if limb == "arm-right" else None,
    }


def test_a_plan_that_marks_no_limb_is_the_plan_that_it_always_was():
    assert "unaffected" not in plan(item()).canonical_json()
    assert "arm-left" in plan(item(), unaffected=["arm-left"]).canonical_json()
