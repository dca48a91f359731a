"""Falls are suspected from simulated falls, and exercises and everyday movements raise nothing."""

import json
import os
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.falls.detector import FallDetector
from analytics.falls.rule import fall_rule
from analytics.falls.watch import FallWatch
from edge.virtual.recordings import SPAR_RATE_HZ, _spar
from edge.wearables.wearable import STANDARD_GRAVITY_M_S2
from fall_motion import SimulatedFall, as_batch, claps, plop, table, tremor, worn
from telemetry.messages.motion import StreamEnded, StreamGap

IMPACTS_G = {
    "sternum": (2.5, 7.0),
    "upper-arm-left": (3.0, 8.0),
    "wrist-left": (3.5, 10.0),
    "hand-right": (3.5, 10.0),
    "thigh-left": (3.5, 8.0),
    "shank-right": (3.5, 8.0),
    "foot-left": (3.5, 8.0),
}


def suspicions(acc, placement="sternum", *, rate_hz=60.0, **more):
    detector = FallDetector(worn(placement, rate_hz=rate_hz, **more))
    return detector.push(as_batch(acc, rate_hz=rate_hz))


def cut(batch, cuts):
    edges = [0, *sorted({c for c in cuts if 0 < c < len(batch)}), len(batch)]
    return [batch.cut(a, b) for a, b in pairwise(edges)]


@pytest.mark.parametrize("rate_hz", [25.0, 60.0, 104.0])
@pytest.mark.parametrize("placement", IMPACTS_G)
def test_simulated_falls_are_suspected_once_each(placement, rate_hz):
    rng = np.random.default_rng(1)
    found = []
    for seed in range(60):
        fall = SimulatedFall.drawn(rng, impact_g=IMPACTS_G[placement])
        found.append(len(suspicions(fall.sensed(rate_hz, seed=seed), placement, rate_hz=rate_hz)))
    assert max(found) == 1
    assert np.mean(found) >= 0.95


@pytest.mark.parametrize(
    ("movement", "placement"),
    [
        (movement, placement)
        for movement in (table, claps, tremor, plop)
        for placement in IMPACTS_G
        # A trunk does not turn as a limb does in sitting down: see the next test.
        if (movement, placement) != (plop, "sternum")
    ],
)
def test_everyday_movements_raise_nothing(movement, placement):
    for seed in range(5):
        assert suspicions(movement(seed=seed), placement) == []


def test_a_trunk_that_drops_onto_a_chair_stays_upright():
    assert suspicions(plop(turn_deg=25, drop_m=0.15), "sternum") == []


@pytest.mark.parametrize("amplitude_g", [0.3, 0.8, 1.5, 3.0])
def test_a_tremor_of_any_strength_is_no_fall(amplitude_g):
    for placement in IMPACTS_G:
        assert suspicions(tremor(amplitude_g=amplitude_g), placement) == []


@pytest.mark.skipif(
    find_spec("seglearn") is None and "CI" not in os.environ,
    reason="the package seglearn, which holds the recordings, is not installed",
)
def test_no_recorded_exercise_is_taken_for_a_fall():
    recordings = _spar()["X"]
    assert len(recordings) == 140
    for values in recordings:
        acc = np.asarray(values)[:, :3] * STANDARD_GRAVITY_M_S2
        assert suspicions(acc, "wrist-right", rate_hz=SPAR_RATE_HZ) == []


@pytest.mark.parametrize(
    "less",
    [
        {"impact_g": 1.5},
        {"least_g": 0.75},
        {"falling_s": 0.08},
        {"turn_deg": 20.0},
        {"moving_s": 20.0},
    ],
)
def test_without_one_of_its_phases_it_is_no_fall(less):
    assert len(suspicions(SimulatedFall().sensed())) == 1
    assert suspicions(replace(SimulatedFall(), **less).sensed()) == []


def test_a_suspicion_says_what_it_rests_on():
    fall = SimulatedFall(turn_deg=90, impact_g=5)
    (found,) = suspicions(fall.sensed())
    assert 240 <= found.impact_index <= 240 + 60
    assert found.found_index - found.impact_index <= 60 * (1 + 1 + 2.5)
    assert found.impact_g > 2
    assert 2 < found.speed_m_s < 4.5
    assert 85 < found.turn_deg < 95


@settings(deadline=None, max_examples=40)
@given(cuts=st.lists(st.integers(1, 700), max_size=12), seed=st.integers(0, 5))
def test_any_cutting_and_a_restart_give_the_same_suspicions(cuts, seed):
    acc = np.concatenate([SimulatedFall().sensed(seed=seed), claps(seed=seed)])
    acc[100] = np.nan
    whole = FallDetector(worn()).push(as_batch(acc))
    detector, found = FallDetector(worn()), []
    for part in cut(as_batch(acc), cuts):
        found += detector.push(part)
        kept = json.loads(json.dumps(detector.state()))
        detector = FallDetector.restore(worn(), kept)
    assert len(whole) == 1
    assert found == whole


def test_repeated_samples_and_other_streams_change_nothing():
    batch = as_batch(SimulatedFall().sensed())
    detector = FallDetector(worn())
    found = [s for part in cut(batch, [250, 270, 300]) for _ in "ab" for s in detector.push(part)]
    assert len(found) == 1
    assert FallWatch().take(batch) == []


def test_an_impact_at_full_scale_counts_and_values_that_are_none_do_not():
    acc = np.clip(SimulatedFall(impact_g=9).sensed(), -19.6, 19.6)
    assert suspicions(acc, "wrist-left", acc_range_m_s2=39.2) == []
    assert len(suspicions(acc, "wrist-left", acc_range_m_s2=19.6)) == 1
    still = np.tile([9.8, 0.0, 0.0], (600, 1))
    still[::7] = [np.nan, np.inf, -np.inf]
    assert suspicions(still) == []


def test_a_short_gap_is_passed_over_and_a_long_one_forgets_the_fall():
    batch = as_batch(SimulatedFall().sensed())

    def without(start, stop):
        detector = FallDetector(worn())
        first = detector.push(batch.cut(0, start))
        detector.gap(StreamGap(stream=batch.stream, first_index=start, count=None, reason="x"))
        return first + detector.push(batch.cut(stop, len(batch)))

    detector = FallDetector(worn())
    short = detector.push(batch.cut(0, 250)) + detector.push(batch.cut(256, len(batch)))
    assert len(short) == 1
    assert without(250, 256) == []
    assert len(without(290, 310)) == 1


def test_a_place_that_is_not_listed_takes_the_wrists_rule():
    assert fall_rule("ankle-left") == fall_rule("wrist-right") == fall_rule("wrist")


def test_one_fall_felt_by_two_streams_is_one_notice_and_the_next_one_another():
    watch = FallWatch()
    streams = {"A": "sternum", "B": "wrist-left"}
    notices = []
    for stream, placement in streams.items():
        watch.take(worn(placement, stream=stream))
    two = np.concatenate([SimulatedFall().sensed(after_s=40), SimulatedFall().sensed(seed=1)])
    parts = {s: cut(as_batch(two, stream=s), range(60, len(two), 60)) for s in streams}
    for pair in zip(*parts.values(), strict=True):
        for part in pair:
            notices += watch.take(part)
    assert len(notices) == 2
    assert notices[0].placement in streams.values()
    impact_s = (notices[0].t_ns - as_batch(two).t0_ns) / 1e9
    assert 4.3 < impact_s < 4.7
    watch.take(StreamEnded(stream="A", next_index=len(two), reason="stopped"))
    assert watch.take(as_batch(two, stream="A")) == []
