"""What sensors can see: the table, and silence about everything else."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therapy.exercises.exercise import POSTURES
from therapy.exercises.library import EXERCISES, LIBRARY
from therapy.exercises.observable import (
    TABLE,
    Observable,
    Quantity,
    Unobservable,
    observable_of,
    site_of,
)

SITES = ("upper-arm", "forearm", "wrist", "hand", "sternum", "thigh", "shank", "foot")
placements = st.sets(st.sampled_from(SITES)).map(lambda s: {f"{site}-left" for site in s})


@pytest.mark.parametrize("exercise", ["arm-abduction", "forward-arm-raise"])
def test_a_watch_at_the_wrist_tells_forearm_elevation_with_a_straight_elbow(exercise):
    seen = observable_of(exercise, "standing", ["wrist-right"])
    assert seen.what.en == "forearm elevation, elbow straight"
    assert seen.placements == ("wrist-right",)


@given(
    exercise=st.sampled_from(sorted(EXERCISES)),
    posture=st.sampled_from(POSTURES),
    worn=placements,
    elbow_deg=st.floats(60, 74),
)
def test_with_a_bent_elbow_nothing_is_reported_as_shoulder_range(
    exercise, posture, worn, elbow_deg
):
    seen = observable_of(exercise, posture, worn, elbow_deg=elbow_deg)
    if isinstance(seen, Observable):
        assert seen.row.elbow is None
        assert "shoulder" not in seen.what.en
        if exercise in ("arm-abduction", "forward-arm-raise", "external-rotation"):
            assert seen.row.sites[0] == "upper-arm"


@given(
    exercise=st.sampled_from(sorted(EXERCISES)),
    posture=st.sampled_from([*POSTURES, "kneeling"]),
    worn=placements,
)
def test_what_the_table_does_not_list_is_not_observable(exercise, posture, worn):
    seen = observable_of(exercise, posture, worn)
    listed = [
        row
        for row in TABLE
        if row.exercise == exercise
        and posture in row.postures
        and {f"{site}-left" for site in row.sites} <= worn
    ]
    assert isinstance(seen, Observable) == bool(listed)
    if isinstance(seen, Unobservable):
        assert seen.reason.it
        assert seen.reason.en


@given(
    exercise=st.sampled_from(sorted(EXERCISES)),
    posture=st.sampled_from(POSTURES),
    worn=placements,
    more=placements,
)
def test_another_sensor_never_takes_an_observable_away(exercise, posture, worn, more):
    if isinstance(observable_of(exercise, posture, worn), Observable):
        assert isinstance(observable_of(exercise, posture, worn | more), Observable)


def test_every_library_exercise_starts_with_one_sensor():
    for exercise in LIBRARY:
        assert (
            any(
                isinstance(observable_of(exercise.id, posture, [site]), Observable)
                for posture, site in itertools.product(exercise.postures, exercise.sites)
            )
            or exercise.id == "heel-slide"
        )


@pytest.mark.parametrize("code", ["pendulum", "internal-rotation", "trapezius-extension"])
def test_what_can_only_be_counted_says_why(code):
    seen = observable_of(code, EXERCISES[code].postures[0], ["wrist-right"])
    assert isinstance(seen, Unobservable)


def test_rotation_about_the_vertical_is_counted_seated_and_seen_lying():
    seated = observable_of("external-rotation", "seated", ["forearm-right"])
    assert "heading" in seated.reason.en
    lying = observable_of("external-rotation", "supine", ["forearm-right"])
    assert lying.quantity is Quantity.ROTATION


def test_two_sensors_see_the_joint():
    one = observable_of("knee-extension", "seated", ["shank-left"])
    two = observable_of("knee-extension", "seated", ["shank-left", "thigh-left"])
    assert (one.quantity, two.quantity) == (Quantity.ELEVATION, Quantity.FLEXION)
    assert two.placements == ("shank-left", "thigh-left")


def test_without_a_gyroscope_no_angle_is_reported():
    seen = observable_of("arm-abduction", "seated", ["upper-arm-left"], gyroscopes=False)
    assert "gyroscope" in seen.reason.en


def test_rising_has_no_angle_for_an_outcome():
    assert not observable_of("sit-to-stand", "seated", ["thigh-left"]).in_degrees


def test_a_placement_loses_its_side():
    assert [site_of(p) for p in ("upper-arm-left", "wrist-right", "sternum")] == [
        "upper-arm",
        "wrist",
        "sternum",
    ]
