"""What several versions of the core computed is compared, and said to be of several."""

from datetime import date, timedelta

import pytest

from analytics.monitoring.change import Assessment, Context
from analytics.monitoring.figures import PatientFigures
from dashboards.report.patient_report import _range, _Saying
from dashboards.views.trend_view import trend_views
from therapy_builders import item, plan

DAY = date(2023, 11, 13)
CONTEXT = Context("arm-abduction", "right", "standing", "wrist-right", "gravity")


def trend(*versions):
    assessments = tuple(
        Assessment(DAY + timedelta(days=n), CONTEXT, (90.0, 91.0, 92.0 + n), core_version=version)
        for n, version in enumerate(versions)
    )
    figures = PatientFigures(
        patient="p-1",
        site=None,
        state="active",
        today=DAY + timedelta(days=30),
        versions=(),
        plans=(plan(item()),),
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
    (found,) = trend_views(figures, DAY)
    return found


def test_a_change_names_the_versions_that_computed_what_is_compared():
    assert trend("9", "9", "9", "10", "10").change.core_versions == ("9", "10")


@pytest.mark.parametrize("versions", [("9",) * 5, ("",) * 5, ("", "9", "9", "9", "9")])
def test_of_one_version_nothing_is_said(versions):
    assert trend(*versions).change.core_versions == ()


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_sheet_says_so_as_well(language):
    assert "(9, 10)" in _range(trend("9", "9", "9", "10", "10"), _Saying(language))
    assert "(9" not in _range(trend("9", "9", "9", "9", "9"), _Saying(language))
