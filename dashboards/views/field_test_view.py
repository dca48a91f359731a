"""Field tests over time: each day's result of a test, in its own version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from therapy.exercises.library import EXERCISES

from .figure_words import measure_words
from .words import Words, exercise_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .trend_view import TrendSession

__all__ = ["FieldTestPoint", "FieldTestView", "field_test_views"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class FieldTestPoint(_Frozen):
    """One result."""

    day: str
    value: float


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
        for item in session.result.items if session.result else ():
            known = EXERCISES.get(item.exercise)
            if known is None or not known.test:
                continue
            for measure in item.measures:
                key = item.exercise, measure.name, measure.unit
                point = FieldTestPoint(day=session.day.isoformat(), value=measure.value)
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
