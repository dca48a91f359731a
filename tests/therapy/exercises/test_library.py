"""The library is complete, and a spoken cue is short."""

import pytest

from telemetry.errors import ConfigurationError
from therapy.exercises.exercise import POSTURES
from therapy.exercises.field_tests import FIELD_TESTS
from therapy.exercises.library import EXERCISES, LIBRARY, SPAR, exercise_named, spar_exercise

EACH = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.id)


def test_exercises_are_numbered_in_order_and_none_is_left_out():
    numbers = [e.number for e in LIBRARY]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, len(set(numbers)) + 1))
    assert len(EXERCISES) == len(LIBRARY) + 4 + len(FIELD_TESTS)


@EACH
def test_a_cue_has_at_most_twelve_words(exercise):
    for text in (exercise.cue.it, exercise.cue.en):
        assert 0 < len(text.split()) <= 12


@EACH
def test_texts_exist_in_both_languages(exercise):
    for wording in (exercise.name, exercise.cue, exercise.mistake, exercise.conditions):
        assert wording.it
        assert wording.en
        assert wording.it != wording.en or exercise.id == "big-reach"


@EACH
def test_defaults_can_stand_in_a_plan(exercise):
    assert exercise.dose.amount > 0
    assert set(exercise.postures) <= set(POSTURES)
    if exercise.context_deg is not None:
        assert 0 <= exercise.context_deg[0] < exercise.context_deg[1] <= exercise.most_deg


@EACH
def test_only_amplitude_exercises_and_tests_have_no_upper_speed(exercise):
    assert (exercise.tempo.up.min_s is None) == (exercise.amplitude or exercise.test)


def test_rising_and_standing_need_clearance():
    assert exercise_named("sit-to-stand").needs_clearance("seated")
    assert exercise_named("arm-abduction").needs_clearance("standing")
    assert not exercise_named("arm-abduction").needs_clearance("seated")


def test_standing_exercises_for_the_legs_ask_for_a_support():
    for exercise in LIBRARY:
        if exercise.limb == "leg" and exercise.postures == ("standing",):
            assert exercise.supported or exercise.id == "walk"
            assert exercise.needs_clearance("standing")


def test_each_spar_recording_has_its_exercise():
    assert [spar_exercise(code).id for code in SPAR] == list(SPAR.values())
    assert spar_exercise("abd").number == 2
    with pytest.raises(ConfigurationError, match="PEN, ABD"):
        spar_exercise("XYZ")


def test_a_wrong_name_gets_the_nearest():
    with pytest.raises(ConfigurationError, match="did you mean 'knee-extension'"):
        exercise_named("knee-extention")


@EACH
def test_a_common_mistake_is_told_as_a_fact_and_not_as_an_order(exercise):
    told = exercise.mistake
    assert told.it.startswith("Spesso ")
    assert " often " in told.en
    assert not {"non", "not", "don't", "keep"} & set(told.en.lower().split())
    assert "Non " not in told.it
