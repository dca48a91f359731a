"""Counting is scored on what was done, and on what must not change it."""

from __future__ import annotations

import os
from importlib.util import find_spec

import numpy as np
import pytest

from arm_motion import raises, sensed
from research.challenges.challenge import silent
from research.challenges.entry_guard import FaultRows
from research.challenges.running import ProgressMeter
from research.repetitions.counted_session import counted_session
from research.repetitions.everyday_cases import EVERYDAY, everyday_cases
from research.repetitions.everyday_scoring import score_sessions
from research.repetitions.metamorphic_cases import metamorphic_cases
from research.repetitions.repetition_cases import (
    RepetitionCase,
    SensorRecording,
    joined,
    read_folder,
    read_spar,
    with_idle,
)
from research.repetitions.repetition_challenge import CHALLENGE, SessionCountingEntry, matched
from research.repetitions.repetition_entries import ripresa_core
from research.session_cases.published import Published
from telemetry.errors import ConfigurationError

pytestmark = pytest.mark.slow

RATE_HZ = 25.0

needs_spar = pytest.mark.skipif(
    find_spec("seglearn") is None and "CI" not in os.environ,
    reason="the SPAR recordings come with the extra 'demo'",
)


def arm(n, **more):
    """`n` raises at 25 Hz, and where each begins and ends."""
    elevation = raises(n, **more)[::2]
    acc, gyr = sensed(elevation, 30.0, noise=0.02)
    return SensorRecording(acc, gyr)


def folder_of(path, *, n=4, labelled=True):
    """A folder in UCI's layout: the arm at u2, a sensor at rest at u1."""
    moving = arm(n)
    rng = np.random.default_rng(1)
    still = np.tile([0, 0, 9.81, 0, 0, 0, 0, 0, 0], (len(moving), 1))
    still = still + rng.normal(0, 0.01, still.shape)
    values = np.concatenate((moving.acc, moving.gyr, np.zeros_like(moving.acc)), axis=1)
    arrays = {"e1_u1": still.astype(np.float32), "e1_u2": values.astype(np.float32)}
    if labelled:
        each = (len(moving) - 30) / n
        starts = 30 + each * np.arange(n)
        arrays["e1_times"] = np.stack((np.ones(n), starts, starts + each - 30), axis=1)
    np.savez(path / "s1.npz", **arrays)
    return str(path)


def test_the_core_finds_the_moving_sensor_and_its_repetitions(tmp_path):
    report = CHALLENGE.run(CHALLENGE.entries()[:1], folder_of(tmp_path))
    assert report.body["mean"] == {
        "count_mae": 0,
        "within_one_percent": 100,
        "within_two_percent": 100,
        "missed_percent": 0,
        "false_percent": 0,
    }
    assert report.body["recordings"][0] == {
        "name": "s1-e1",
        "truth": 4,
        "counted": 4,
        "missed": 0,
        "false": 0,
    }


def test_without_labels_thirty_were_done(tmp_path):
    report = CHALLENGE.run(CHALLENGE.entries()[:1], folder_of(tmp_path, labelled=False))
    assert report.body["mean"]["count_mae"] == 26
    assert "missed_percent" not in report.body["mean"]


def test_a_match_shares_half_of_what_was_marked_and_is_used_once():
    marked = [(0, 10), (20, 30)]
    assert matched([(0, 5), (20, 30)], marked).missed == 0
    assert matched([(0, 4), (20, 30)], marked).missed == 1
    twice = matched([(0, 10), (0, 10)], marked)
    assert (twice.missed, twice.false) == (1, 1)
    assert matched([], marked).missed == 2
    assert matched([(0, 10)], []).false == 1


@pytest.mark.parametrize("share", [0.1, 0.2, 0.37, 0.5, 0.8])
def test_keeping_still_changes_no_count(share):
    sensor = arm(4)
    at = int(share * len(sensor))
    longer = with_idle(sensor, RATE_HZ, at, 6.0, seed=1)
    assert len(longer) == len(sensor) + 150
    assert len(ripresa_core({"wrist-right": longer}, RATE_HZ, None)) == 4


def test_two_recordings_joined_give_the_sum():
    both = joined(arm(3), arm(4, top_deg=120.0), RATE_HZ, seed=1)
    for exercise in (None, "arm-abduction"):
        assert len(ripresa_core({"wrist-right": both}, RATE_HZ, exercise)) == 7


def test_an_entry_that_loses_its_repetitions_in_made_cases_is_scored_all_the_same():
    sensor = arm(6)
    case = RepetitionCase("arm", RATE_HZ, {"wrist-right": sensor}, None, 6)
    whole = len(sensor)

    def fickle(sensors, _rate_hz, _exercise):
        n = len(next(iter(sensors.values())))
        return [(k * n // 6, (k + 1) * n // 6 - 1) for k in range(6)] if n == whole else []

    made = list(metamorphic_cases(case, fickle, seed=0))
    assert [m.expected for m in made] == [0, 0, 0, 0]


def test_metamorphic_cases_of_clean_raises_are_counted_exactly():
    case = RepetitionCase("arm", RATE_HZ, {"wrist-right": arm(6)}, None, 6)
    made = list(metamorphic_cases(case, ripresa_core, seed=0))
    assert [m.expected for m in made] == [4, 4, 4, 8]
    assert [len(ripresa_core(m.sensors, m.rate_hz, None)) for m in made] == [4, 4, 4, 8]


def test_everyday_movement_is_spliced_in_at_rest_and_leaves_the_recording_whole():
    sensor = arm(4)
    at = len(sensor) // 2
    made = {
        c.activity: c.sensors["wrist-right"]
        for c in everyday_cases({"wrist-right": sensor}, RATE_HZ, at, seed=1)
    }
    assert set(made) == set(EVERYDAY)
    walked = made["walking"]
    assert np.array_equal(walked.acc[:at], sensor.acc[:at])
    assert np.array_equal(walked.acc[at - len(sensor) :], sensor.acc[at:])
    assert len(walked) > len(sensor) + 25 * RATE_HZ
    assert np.array_equal(made["positioning"].gyr[-len(sensor) :], sensor.gyr)


def test_sessions_are_scored_with_and_without_everyday_movement_and_by_their_interval():
    case = RepetitionCase("arm", RATE_HZ, {"wrist-right": arm(8)}, "arm-abduction", 8)
    entry = SessionCountingEntry(
        "x",
        "repetitions",
        ripresa_core,
        count=lambda *_: Published(None, None, None, 8, count_low=8, count_high=9),
    )
    body = {"mean": {}}
    score_sessions(entry, [case], body, ProgressMeter(silent, 1), FaultRows([]))
    assert body["mean"] == {
        "everyday_count_error": 0,
        "everyday_within_one_percent": 100,
        "session_count_error": 0,
        "count_interval_width_mean": 1,
        "count_interval_coverage_percent": 100,
    }
    assert [row["activity"] for row in body["everyday"]] == [None, *EVERYDAY]


def test_a_recording_is_counted_as_a_session():
    shown = counted_session({"wrist-right": arm(5)}, RATE_HZ, "arm-abduction")
    assert shown.count == 5


@needs_spar
def test_spar_is_read_by_subject_with_the_exercise_it_shows():
    cases = list(read_spar([2]))
    assert len(cases) == 14
    assert {c.truth for c in cases} == {20}
    assert {c.exercise for c in cases if "ABD" in c.name} == {"arm-abduction"}


def test_an_empty_folder_is_refused_with_what_to_give(tmp_path):
    with pytest.raises(ConfigurationError, match="or the name spar"):
        CHALLENGE.run(CHALLENGE.entries(), str(tmp_path))


def test_a_file_of_another_layout_is_refused_by_name(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(ConfigurationError, match=r"other\.npz holds no arrays"):
        read_folder(tmp_path, None)


def test_without_a_gyroscope_repetitions_are_counted_in_the_acceleration():
    moving = arm(8, up_s=1.0, down_s=1.0, hold_s=0.0, pause_s=0.5)
    felt = SensorRecording(moving.acc, np.zeros_like(moving.gyr))
    assert len(ripresa_core({"wrist-right": felt}, RATE_HZ, "arm-abduction")) == 8


@needs_spar
def test_spar_without_its_gyroscope_is_scored_apart():
    report = CHALLENGE.run(CHALLENGE.entries()[:1], "spar-acceleration", subjects=[3])
    assert "angular rates withheld" in report.population
    assert report.body["mean"]["within_one_percent"] > 85
    assert "metamorphic" not in report.body
