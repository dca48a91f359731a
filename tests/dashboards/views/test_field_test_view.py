"""Field tests over time: each version by itself, oldest first."""

from datetime import date
from types import SimpleNamespace

from dashboards.views.field_test_view import field_test_views
from telemetry.messages.results import ItemResult, Measure, SessionResult

STREAM = "01J0000000000000000000000S"


def session(day, **told):
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
    return SimpleNamespace(day=day, result=result)


def test_each_version_of_a_test_has_its_own_results_by_day():
    stand = ("time to the fifth stand", 11.0, "s")
    sit = ("time to the fifth sit", 12.5, "s")
    sessions = [
        session(date(2026, 11, 12), five_stands=("time to the fifth stand", 10.0, "s")),
        session(date(2026, 11, 5), five_stands=stand, five_sits=sit),
        session(date(2026, 11, 5), sit_to_stand=("rise time", 1.2, "s")),
        SimpleNamespace(day=date(2026, 11, 6), result=None),
    ]
    stands, sits = field_test_views(sessions)
    assert [(p.day, p.value) for p in stands.points] == [("2026-11-05", 11.0), ("2026-11-12", 10.0)]
    assert [p.value for p in sits.points] == [12.5]
    assert stands.figure.it == "tempo fino alla quinta alzata"
    assert stands.name.it != sits.name.it
