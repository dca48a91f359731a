"""A sensor that lies far askew on its limb is told by how the limb swings, and no angle is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy.spatial.transform import Rotation

from analytics import offline
from analytics.observability.doubt import REASONS, DoubtKind
from arm_motion import exercise, observe, one_batch, raises, whole_stream
from builders import SESSION
from telemetry.messages.results import DoubtNote

ASKEW = DoubtNote(
    kind=DoubtKind.ASKEW, it=REASONS[DoubtKind.ASKEW].it, en=REASONS[DoubtKind.ASKEW].en
)


def askew(turned_deg, about, *, from_hanging=True, rest_deg=10.0):
    """Raises from hanging, seen by a sensor that is turned so far about one of its own axes."""
    turn = Rotation.from_euler(about, turned_deg, degrees=True)

    def observed(started, streams, known):
        seen = observe(started, streams, known)
        axis = tuple(turn.apply(seen.axis).tolist())
        return replace(seen, axis=axis, from_hanging=from_hanging)

    batch = one_batch(raises(6, rest_deg=rest_deg, top_deg=rest_deg + 100))
    streams = [whole_stream(batch)]
    result = offline.run(SESSION, exercise(len(batch)), streams, observed, plan_version=1)
    return result.items[0]


@pytest.mark.parametrize("about", ["y", "z"])
@pytest.mark.parametrize("turned_deg", [-60, 60])
def test_a_sensor_60_degrees_askew_gives_no_angle_and_says_so(turned_deg, about):
    item = askew(turned_deg, about)
    assert (item.range_of_motion, item.active_peak) == (None, None)
    assert ASKEW in item.doubts
    assert len(item.repetitions) == 6


@pytest.mark.parametrize("turned_deg", [(27, 50), (-27, 50), (25, 55)])
def test_an_elevation_that_sinks_before_it_rises_is_none_of_a_hanging_limb(turned_deg):
    item = askew(turned_deg, "zy")
    assert (item.range_of_motion, item.active_peak) == (None, None)
    assert ASKEW in item.doubts


@pytest.mark.parametrize("about", ["y", "z"])
@pytest.mark.parametrize("turned_deg", [-12, 0, 12])
def test_a_sensor_as_askew_as_straps_let_it_be_is_not_doubted(turned_deg, about):
    item = askew(turned_deg, about)
    assert ASKEW not in item.doubts
    low, high = item.range_of_motion.band_low_deg, item.range_of_motion.band_high_deg
    assert low <= 100 <= high


def test_an_exercise_that_does_not_begin_hanging_may_begin_anywhere():
    assert ASKEW not in askew(0, "y", from_hanging=False, rest_deg=70.0).doubts
    assert ASKEW in askew(0, "y", from_hanging=True, rest_deg=70.0).doubts
