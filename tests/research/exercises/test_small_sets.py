"""Sets hardly larger than sway, and fidgeting: the count's interval holds what was done."""

from __future__ import annotations

import numpy as np
import pytest

from research.exercises.exercise_cases import misplaced_cases
from research.session_cases.published import analysed
from research.session_cases.session_case import recorded
from research.session_cases.simulated_session import LEAD_S, TAIL_S, Person, simulate_item
from research.simulation.exercise_motion import do_set
from research.simulation.limb_motion import FINE_HZ

SPAN_DEG = {
    "elbow": 122.0,
    "knee": 80.0,
    "heel-slide": 96.0,
    "forward-raise": 123.0,
    "hip-abduction": 31.0,
    "bridge": 42.0,
}


def result_of(exercise, manner, seed, script):
    made = simulate_item(exercise, Person(manner, 60.0), seed, script=script)
    what, to_s = made.what, made.motion.seconds - TAIL_S / 2
    recording = recorded(what.exercise, what.posture, made.streams(), LEAD_S, to_s)
    return made, analysed(recording).items[0]


@pytest.mark.parametrize(
    ("exercise", "manner", "degrees", "repetitions"),
    [
        ("elbow", "usual", 7.0, 6),
        ("knee", "slow", 9.0, 7),
        ("heel-slide", "paretic", 7.5, 9),
        ("forward-raise", "irregular", 9.0, 10),
        ("hip-abduction", "slow", 7.0, 6),
        ("bridge", "usual", 7.0, 10),
        ("bridge", "paretic", 9.0, 6),
    ],
)
def test_a_set_hardly_larger_than_sway_is_within_the_interval(
    exercise, manner, degrees, repetitions
):
    shares = [degrees / SPAN_DEG[exercise]] * repetitions
    made, item = result_of(
        exercise, manner, 95, lambda body, what: do_set(body, what, repetitions, shares=shares)
    )
    assert len(made.motion.repetitions) == repetitions
    assert item.count_low <= repetitions <= item.count_high
    assert "hold" not in {m.name for m in item.measures}
    if 2 * len(item.repetitions) < repetitions:
        assert item.range_of_motion is None
        assert item.not_observable


@pytest.mark.parametrize("reach_deg", [6.0, 9.0])
@pytest.mark.parametrize("exercise", ["bridge", "hip-abduction", "knee", "heel-raise"])
def test_fidgeting_may_be_nothing_done_and_gives_no_range(exercise, reach_deg):
    def fidget(body, _what):
        at, end = dict(body.at), body.length + int(32 * FINE_HZ)
        moving = [c for c in ("hip", "knee", "ankle", "aside", "lean") if c in at]
        while body.length < end:
            to = {c: at[c] + body.rng.uniform(-reach_deg, reach_deg) for c in moving}
            body.move(body.rng.uniform(0.3, 1.0), **to)
            body.still(body.rng.uniform(0.1, 1.0))

    _, item = result_of(exercise, "paretic", 96, fidget)
    assert item.count_low == 0
    assert item.range_of_motion is None
    assert not {m.name for m in item.measures} & {"hold", "time up", "lean"}


@pytest.mark.parametrize(
    ("exercise", "degrees", "seed"),
    [("forward-raise", 13.0, 183), ("hip-abduction", 14.0, 184), ("bridge", 22.0, 185)],
)
def test_the_band_of_a_small_trembling_raise_reaches_down_to_what_was_meant(
    exercise, degrees, seed
):
    made = simulate_item(
        exercise,
        Person("trembling", 25.0),
        seed,
        script=lambda body, what: do_set(body, what, 8, shares=[degrees / SPAN_DEG[exercise]] * 8),
    )
    what, to_s = made.what, made.motion.seconds - TAIL_S / 2
    item = analysed(recorded(what.exercise, what.posture, made.streams(), LEAD_S, to_s)).items[0]
    angle, since, meant = what.truth_deg(made.motion), 0, []
    for start, stop in made.motion.repetitions:
        peak = start + int(np.argmax(angle[start:stop]))
        meant.append(angle[peak] - angle[since : peak + 1].min())
        since = peak
    told = item.range_of_motion
    assert told.band_low_deg < np.median(meant) < told.band_high_deg
    # What shakes makes a range larger only.
    assert told.median_deg - told.band_low_deg > told.band_high_deg - told.median_deg


@pytest.mark.parametrize("seed", [97, 98])
def test_a_bridge_seen_from_the_shank_has_no_range_and_one_from_the_thigh_has(seed):
    (case,) = (c for c in misplaced_cases([seed], ("bridge",)) if c.kind == "on another segment")
    seen = analysed(case.recording).items[0]
    assert seen.range_of_motion is None
    assert "may be the shank's" in seen.not_observable
    assert abs(len(seen.repetitions) - 8) <= 1
    _, right = result_of("bridge", "usual", seed, None)
    assert right.range_of_motion is not None
