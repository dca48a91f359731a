"""Field tests over time: each day's result of a test, in its own version.

Where the arms were and how high the seat was are answers, since no sensor sees them. Of a 30 s
chair stand in which the arms helped the result is 0, as the test has it (Jones et al. 1999); what
was counted stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from telemetry.messages.events import CheckAnswered
from therapy.exercises.library import EXERCISES

from .figure_words import measure_words
from .words import Words, exercise_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .trend_view import TrendSession

__all__ = ["FieldTestPoint", "FieldTestView", "field_test_views"]

THIRTY_S: Final = "stands in 30 s"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class FieldTestPoint(_Frozen):
    """One result.

    `arms` and `seat` are the answers of that session (`therapy.session.questions`), None where they
    were not asked or left out; `counted` is what the sensor saw, where the result is another.
    `low` to `high` holds it in 95 of 100 tests, where the measure has a band.
    """

    day: str
    value: float
    low: float | None = None
    high: float | None = None
    counted: float | None = None
    arms: str | None = None
    seat: str | None = None


class FieldTestView(_Frozen):
    """One test's results, oldest first; two versions of a test are two tests."""

    exercise: str
    name: Words
    figure: Words
    unit: str
    points: tuple[FieldTestPoint, ...]


def field_test_views(sessions: Sequence[TrendSession]) -> tuple[FieldTestView, ...]:
    """The tests that these sessions hold results of."""
    found: dict[tuple[str, str, str], list[FieldTestPoint]] = {}
    for session in sessions:
        arms, seat = (_told(session, question) for question in ("arms", "seat"))
        for item in session.result.items if session.result else ():
            known = EXERCISES.get(item.exercise)
            if known is None or not known.test:
                continue
            for measure in item.measures:
                key = item.exercise, measure.name, measure.unit
                nothing = measure.name == THIRTY_S and arms == "used"
                point = FieldTestPoint(
                    day=session.day.isoformat(),
                    value=0.0 if nothing else measure.value,
                    low=None if nothing else measure.low,
                    high=None if nothing else measure.high,
                    counted=measure.value if nothing else None,
                    arms=arms,
                    seat=seat,
                )
                found.setdefault(key, []).append(point)
    return tuple(
        FieldTestView(
            exercise=exercise,
            name=exercise_words(exercise),
            figure=measure_words(figure),
            unit=unit,
            points=tuple(sorted(points, key=lambda p: p.day)),
        )
        for (exercise, figure, unit), points in found.items()
    )


def _told(session: TrendSession, question: str) -> str | None:
    """The last answer to one of the closing questions."""
    answers = [
        e.answer for e in session.events if isinstance(e, CheckAnswered) and e.question == question
    ]
    return str(answers[-1]) if answers and answers[-1] is not None else None
