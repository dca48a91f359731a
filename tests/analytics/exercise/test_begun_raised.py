"""A recording may begin with the limb raised: what was not seen of the first way up is not told."""

from __future__ import annotations

import pytest

from research.session_cases.published import analysed
from research.session_cases.simulated_session import Person, simulate_item
from research.simulation.exercise_motion import EXERCISE_MOTIONS, do_set
from research.simulation.worn_sensor import Skin

REPETITIONS = 5


def begun_raised(exercise, seed, repetitions=REPETITIONS):
    """The result of an item that begins at the peak: a way down, then a set."""
    moves = EXERCISE_MOTIONS[exercise].moves
    raised = {channel: high for channel, (_, high) in moves.items()}
    lowered = {channel: low for channel, (low, _) in moves.items()}

    def script(motion, what):
        motion.still(1.0)
        motion.stroke(what.down_s, **lowered)
        motion.still(0.8)
        do_set(motion, what, repetitions)

    who = Person(skin=Skin(0.8), repetitions=repetitions)
    found = simulate_item(
        exercise, who, seed, script=script, before=lambda pose: {**pose, **raised}
    )
    return analysed(found.case(exercise, "raised").recording).items[0]


@pytest.mark.parametrize("exercise", ["abduction", "shank"])
def test_a_repetition_whose_way_up_was_cut_tells_no_range_and_no_peak(exercise):
    item = begun_raised(exercise, 50)
    first, *whole = item.repetitions
    assert (first.range_deg, first.range_low_deg, first.peak_deg) == (None, None, None)
    assert "unfinished" in first.flags
    assert len(whole) == REPETITIONS
    assert all(r.range_deg > 60 for r in whole)
    assert item.range_of_motion.p10_deg > 60
    assert item.count_low <= REPETITIONS <= item.count_high


@pytest.mark.parametrize("exercise", ["elbow", "knee"])
def test_a_joint_that_begins_bent_and_moves_once_may_have_moved_once(exercise):
    """Without a calibration the way down passes for the first way up, and the end cuts another."""
    item = begun_raised(exercise, 50, repetitions=1)
    assert item.count_low <= 1 <= item.count_high
