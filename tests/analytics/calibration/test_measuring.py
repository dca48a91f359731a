"""What a calibration's motion tells, without a session around it."""

import numpy as np
import pytest

from aligning import PAIR, RATE_HZ, elbow, grid_of, still, worn_arm
from analytics.calibration.finding import WORDS, CalibrationFinding
from analytics.calibration.measuring import evaluate, movements
from analytics.calibration.motion import OnOneGrid
from therapy.session.alignment import Alignment

pytestmark = pytest.mark.slow


def test_a_watch_at_the_wrist_gives_no_axis_by_gravity_and_says_so():
    arm = still(worn_arm()["calibration"])
    watch = Alignment("wrist-right", "upper-arm-right", "elbow")
    outcome = evaluate(elbow(), watch, "gravity", grid_of(arm))
    assert outcome.passed
    assert outcome.hinge is None
    assert outcome.note == WORDS[CalibrationFinding.AXIS_FROM_MOVEMENT]


def three_and_three(sensors):
    """The first three of the five bends and of the five raises."""
    whole = grid_of(sensors)

    def first(which, count):
        for n in range(500, len(whole.sensors[0][0]), 20):
            part = tuple((acc[:n], gyr[:n]) for acc, gyr in whole.sensors)
            if movements(OnOneGrid(part, RATE_HZ, 0.0))[which] == count:
                return n + 60
        raise AssertionError(f"not {count}")

    bends, raises, raises_from = first(0, 3), first(1, 3), 2600
    return {
        p: np.concatenate([s[:bends], s[raises_from : max(raises, raises_from)]])
        for p, s in sensors.items()
    }


@pytest.mark.parametrize("seed", range(6))
def test_three_bends_and_three_raises_are_enough(seed):
    arm = three_and_three(worn_arm(seed=seed)["calibration"])
    found = evaluate(elbow(), PAIR, "functional", grid_of(arm))
    assert found.passed, found.note
    across = (1, 0, 0)
    assert abs(np.dot(found.hinge.proximal_axis, across)) < np.sin(np.deg2rad(15))
    assert found.hinge.distal_axis[2] > np.cos(np.deg2rad(15))
