"""Each exercise has a drawing of its own, and a cue short enough to be heard."""

import pygame
import pytest

from games.engine.window import Window
from games.figures.drawing import ExerciseDrawing
from games.figures.looping import share_at
from games.figures.poses import POSES
from therapy.exercises.library import LIBRARY


def test_each_numbered_exercise_has_a_looping_drawing_of_its_own():
    Window(headless=True, title="t")
    drawn = {}
    for exercise in LIBRARY:
        assert exercise.id in POSES
        drawing = ExerciseDrawing(exercise.id)
        frames = [pygame.image.tobytes(drawing.at(s), "RGBA") for s in (0.0, 0.5, 1.0)]
        assert len(set(frames)) == 3, exercise.id
        drawn[frames[1]] = exercise.id
        loop = [share_at(exercise.tempo, t / 10) for t in range(300)]
        assert min(loop) < 0.02
        assert max(loop) > 0.98
    assert len(drawn) == len(LIBRARY)


def test_a_left_sided_exercise_is_mirrored_and_a_take_is_shown_as_a_ghost():
    Window(headless=True, title="t")
    right = ExerciseDrawing("elbow-bend").at(0.5)
    left = ExerciseDrawing("elbow-bend", mirrored=True).at(0.5)
    flipped = pygame.transform.flip(left, flip_x=True, flip_y=False)
    assert pygame.image.tobytes(right, "RGBA") == pygame.image.tobytes(flipped, "RGBA")
    ghost = ExerciseDrawing("elbow-bend").at(0.5, ghost=0.1)
    assert pygame.image.tobytes(right, "RGBA") != pygame.image.tobytes(ghost, "RGBA")


@pytest.mark.parametrize("exercise", LIBRARY, ids=lambda e: e.id)
def test_cues_have_at_most_twelve_words(exercise):
    for text in (exercise.cue.it, exercise.cue.en):
        assert len(text.split()) <= 12


@pytest.mark.parametrize("exercise", ["sit-to-stand", "chair-stand-30s"])
def test_who_rises_is_not_headless_at_the_end_of_the_way(exercise):
    Window(headless=True, title="t")
    drawing = ExerciseDrawing(exercise)
    start, resting = drawing.at(0.0), drawing.at_rest((320, 320))
    top = start.get_bounding_rect().top
    head_up = drawing.at(1.0).get_bounding_rect().top
    assert abs(top - head_up) <= 2
    assert resting.get_bounding_rect().height < start.get_bounding_rect().height
