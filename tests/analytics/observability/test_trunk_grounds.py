"""A trunk's lean is told only where both sensors surely are on one person."""

import numpy as np
import pytest

from analytics.observability.doubt import DoubtKind
from analytics.observability.trunk_grounds import UNPROVEN
from research.session_cases.published import analysed
from research.session_cases.session_case import SensorStream, recorded
from research.session_cases.simulated_session import LEAD_S, TAIL_S, Person, simulate_item

RATE_HZ = 60.0


def abductions(trunk=None, *, seed=0, repetitions=8):
    """The item of somebody whose trunk's sensor reads `trunk`, or the own one."""
    made = simulate_item("hip-abduction", Person(rate_hz=RATE_HZ, repetitions=repetitions), seed)
    own = made.readings["sternum"]
    seen = own if trunk is None else np.resize(trunk, own.shape)
    streams = [
        SensorStream("thigh-right", RATE_HZ, made.readings["thigh"]),
        SensorStream("sternum", RATE_HZ, seen),
    ]
    to_s = made.motion.seconds - TAIL_S / 2
    return analysed(recorded("hip-abduction", "standing", streams, LEAD_S, to_s)).items[0]


def leans(item):
    return [m.value for m in item.measures if m.name == "lean"]


def another(exercise, seed):
    return simulate_item(exercise, Person(rate_hz=RATE_HZ), seed).readings["sternum"]


@pytest.mark.parametrize("seed", [3, 4, 6])
def test_the_lean_of_who_raises_the_leg_is_told(seed):
    item = abductions(seed=seed)
    assert leans(item)
    assert not item.doubts


@pytest.mark.parametrize("seed", [0, 2, 4])
@pytest.mark.parametrize("exercise", ["hip-abduction", "balance"])
def test_the_lean_of_somebody_beside_is_not(exercise, seed):
    item = abductions(another(exercise, seed + 1000), seed=seed)
    assert not leans(item)
    (doubt,) = item.doubts
    assert (doubt.kind, doubt.en) == (DoubtKind.NOT_FOLLOWING, UNPROVEN.en)
    # The leg's own range does not rest on the trunk's sensor.
    assert item.range_of_motion is not None
