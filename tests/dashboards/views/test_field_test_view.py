"""Field tests over time: each version by itself, oldest first."""

from datetime import date
from types import SimpleNamespace

import pytest

from dashboards.views.exercise_row import exercise_rows
from dashboards.views.field_test_view import field_test_views
from dashboards.views.prescription import prescribed_for
from telemetry.messages.events import CheckAnswered
from telemetry.messages.results import ItemResult, Measure, SessionResult
from therapy_builders import MONDAY, item, plan

STREAM = "01J0000000000000000000000S"


def session(day, answers=(), **told):
    """A session of that day with tests by exercise, each as `(figure, value, unit)`."""
    items = tuple(
        ItemResult(
            item=exercise,
            exercise=exercise.replace("_", "-"),
            side="right",
            stream=STREAM,
            rate_hz=60.0,
            repetitions=(),
            range_of_motion=None,
            measures=(Measure(name=figure, value=value, unit=unit),),
        )
        for exercise, (figure, value, unit) in told.items()
    )
    result = SessionResult(
        session="01J00000000000000000000000",
        core_version="4",
        plan_version=1,
        provisional=False,
        items=items,
    )
    return SimpleNamespace(day=day, result=result, events=tuple(map(answered, answers)))


def answered(told):
    question, answer = told
    return CheckAnswered(
        session="01J00000000000000000000000",
        number=9,
        t_ns=0,
        at="out",
        question=question,
        answer=answer,
    )


def test_each_version_of_a_test_has_its_own_results_by_day():
    stand = ("time to the fifth stand", 11.0, "s")
    sit = ("time to the fifth sit", 12.5, "s")
    sessions = [
        session(date(2026, 11, 12), five_stands=("time to the fifth stand", 10.0, "s")),
        session(date(2026, 11, 5), five_stands=stand, five_sits=sit),
        session(date(2026, 11, 5), sit_to_stand=("rise time", 1.2, "s")),
        SimpleNamespace(day=date(2026, 11, 6), result=None, events=()),
    ]
    stands, sits = field_test_views(sessions)
    assert [(p.day, p.value) for p in stands.points] == [("2026-11-05", 11.0), ("2026-11-12", 10.0)]
    assert [p.value for p in sits.points] == [12.5]
    assert stands.figure.it == "tempo fino alla quinta alzata"
    assert stands.name.it != sits.name.it


def test_a_result_keeps_the_band_that_the_core_gave_it_but_for_the_nought_of_arms():
    day = date(2026, 11, 5)
    measure = Measure(name="stands in 30 s", value=11.0, unit="", low=10.0, high=12.0)
    for arms, band in (("crossed", (10.0, 12.0)), ("used", (None, None))):
        shown = session(day, [("arms", arms)], chair_stand_30s=("stands in 30 s", 11.0, ""))
        (item,) = shown.result.items
        shown.result = shown.result.model_copy(
            update={"items": (item.model_copy(update={"measures": (measure,)}),)}
        )
        (point,) = field_test_views([shown])[0].points
        assert (point.low, point.high) == band


def test_where_the_arms_helped_a_30_s_stand_is_nought_and_the_count_stands_beside_it():
    stood = ("stands in 30 s", 11.0, "")
    helped, crossed, unasked = (
        field_test_views([session(date(2026, 11, 5), answers, chair_stand_30s=stood)])[0].points[0]
        for answers in ([("arms", "used"), ("seat", "43")], [("arms", "crossed")], [])
    )
    assert (helped.value, helped.counted, helped.arms, helped.seat) == (0.0, 11.0, "used", "43")
    assert (crossed.value, crossed.counted, crossed.arms, crossed.seat) == (
        11.0,
        None,
        "crossed",
        None,
    )
    assert (unasked.value, unasked.arms) == (11.0, None)


def test_the_time_of_five_stays_a_time_with_what_the_arms_did_beside_it():
    timed = session(
        date(2026, 11, 5), [("arms", "used")], five_sits=("time to the fifth sit", 14.0, "s")
    )
    (test,) = field_test_views([timed])
    assert (test.points[0].value, test.points[0].arms) == (14.0, "used")


@pytest.mark.parametrize(("exercise", "asked"), [("chair-stand-30s", None), ("five-stands", 5)])
def test_no_number_is_asked_for_where_it_is_as_many_as_one_can(exercise, asked):
    version = plan(item(exercise=exercise, limit_deg=None, dose=None, schedule=None))
    (on_that_day,) = prescribed_for(version, MONDAY.isoformat(), [])
    days = {MONDAY: SimpleNamespace(state="partly")}
    shown = SimpleNamespace(plan=version, plans=[version], today=MONDAY, days=days, corrected={})
    (row,) = exercise_rows(shown, MONDAY, [])
    assert (on_that_day.dose, row.asked) == (asked, asked)
