"""The drawings of pages: still, and moving by SVG's own animation."""

from xml.etree import ElementTree as ET

import pytest

from games.figures.looping import loop_s
from games.figures.vector_drawing import exercise_svg
from therapy.exercises.library import LIBRARY

DRAWN = [(one, posture) for one in LIBRARY for posture in one.postures]


@pytest.mark.parametrize(("exercise", "posture"), DRAWN, ids=lambda e: getattr(e, "id", e))
def test_a_moving_drawing_goes_to_its_end_and_back_at_the_tempo_without_a_jump(exercise, posture):
    still = exercise_svg(exercise.id, posture, "x")
    assert "animate" not in still
    root = ET.fromstring(exercise_svg(exercise.id, posture, "x", exercise.tempo))  # noqa: S314 - our own
    ways = [(shape, way) for shape in root for way in shape]
    assert ways, "nothing moves"
    for shape, way in ways:
        values, shares = way.get("values").split(";"), [*map(float, way.get("keyTimes").split(";"))]
        assert len(values) == len(shares)
        assert values[0] == values[-1] == shape.get(way.get("attributeName"))
        assert (shares[0], shares[-1]) == (0, 1)
        assert shares == sorted(shares)
        assert way.get("dur") == f"{loop_s(exercise.tempo):g}s"


def test_a_moving_drawing_begins_as_the_still_one_and_needs_no_style_and_no_script():
    for exercise, posture in DRAWN:
        text = exercise_svg(exercise.id, posture, "x", exercise.tempo)
        root = ET.fromstring(text)  # noqa: S314 - our own
        for shape in root:
            shape[:] = []
        still = ET.fromstring(exercise_svg(exercise.id, posture, "x"))  # noqa: S314 - our own
        assert ET.tostring(root) == ET.tostring(still)
        assert "style" not in text
        assert "script" not in text
