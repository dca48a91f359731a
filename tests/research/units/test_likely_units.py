"""A recording's own samples tell in which units it is; a challenge scores no other ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from arm_motion import raises, sensed
from research.challenges.challenge import select_entries
from research.joint_angle.joint_case import read_case, write_case
from research.orientation.orientation_challenge import CHALLENGE
from research.repetitions.repetition_cases import read_folder
from research.simulation.hinge_simulator import SCENARIOS, simulate, single_repetitions
from research.units.likely_units import (
    ACCELERATION_UNITS,
    RATE_UNITS,
    require_si,
    weighed,
)
from telemetry.errors import ConfigurationError

RATE_HZ = 60.0


def arm():
    return sensed(raises(3), RATE_HZ, noise=0.02)


@pytest.mark.parametrize("unit", [u for u in ACCELERATION_UNITS if u != "m/s2"])
def test_another_unit_of_acceleration_is_refused_and_named(unit):
    acc, gyr = arm()
    require_si(acc, gyr, RATE_HZ, where="right.csv")
    with pytest.raises(ConfigurationError, match=f"wrong.csv: .* likely {unit}, multiply by"):
        require_si(acc / ACCELERATION_UNITS[unit], gyr, RATE_HZ, where="wrong.csv")


@pytest.mark.parametrize("unit", ["deg/s", "mdeg/s"])
def test_another_unit_of_the_gyroscope_is_refused_and_named(unit):
    acc, gyr = arm()
    with pytest.raises(ConfigurationError, match=f"likely {unit}, multiply by"):
        require_si(acc, gyr / RATE_UNITS[unit], RATE_HZ, where="wrong.csv")


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s != "ten-minutes"])
def test_every_simulated_joint_is_in_si_and_is_told_where_it_is_not(scenario):
    for recording in single_repetitions(simulate(SCENARIOS[scenario], 3)):
        for sensor in (recording.proximal, recording.distal):
            found = weighed(sensor[:, :3], sensor[:, 3:], recording.rate_hz)
            assert found.acc_unit == "m/s2"
            assert found.rate_unit in {"rad/s", None}
            degrees = weighed(sensor[:, :3], np.degrees(sensor[:, 3:]), recording.rate_hz)
            assert degrees.rate_unit in {"deg/s", None}


def test_gravity_that_was_taken_away_is_said():
    acc, gyr = arm()
    with pytest.raises(ConfigurationError, match="gravity was taken away"):
        require_si(acc - 9.81 * acc / np.linalg.norm(acc, axis=1)[:, None], gyr, 50, where="x")


def test_what_is_too_short_or_lies_still_tells_nothing_of_the_gyroscope():
    still = np.tile([0.0, 0.0, 9.81], (400, 1))
    assert weighed(still, np.zeros_like(still), 50).rate_unit is None
    assert weighed(still[:3], np.zeros((3, 3)), 50).acc_unit is None
    assert weighed(still, None, 50).acc_unit == "m/s2"


def trial(folder, name, *, acc=1.0, gyr=1.0, rate_hz=200.0):
    """A sensor that swings by 40° about its east axis, in the layout of an orientation trial."""
    t = np.arange(0, 8, 1 / rate_hz)
    angle = np.radians(40) * np.sin(2 * np.pi * 0.3 * t)
    zero = np.zeros_like(t)
    up = np.column_stack([zero, np.sin(angle), np.cos(angle)])
    rate = np.gradient(angle) * rate_hz
    savemat(
        folder / f"{name}.mat",
        {
            "imu_gyr": gyr * np.column_stack([rate, zero, zero]),
            "imu_acc": acc * 9.81 * up,
            "imu_mag": 22 * up,
            "opt_quat": np.column_stack([np.cos(angle / 2), np.sin(angle / 2), zero, zero]),
            "movement": (t > 1).astype(float),
            "sampling_rate": rate_hz,
        },
    )


def test_an_orientation_trial_in_other_units_is_no_score_and_the_others_are_scored(tmp_path):
    trial(tmp_path, "mine_right")
    trial(tmp_path, "mine_wrong", acc=1 / 9.80665, gyr=180 / np.pi)
    (entry,) = select_entries(CHALLENGE.entries(), ["vqf-bare"])
    report = CHALLENGE.run([entry], str(tmp_path))
    assert list(report.body["entries"]["vqf-bare"]["trials"]) == ["mine_right"]
    assert any("mine_wrong" in note and "likely g" in note for note in report.notes)


def test_only_broads_trials_are_called_broad(tmp_path):
    trial(tmp_path, "mine_right")
    (entry,) = select_entries(CHALLENGE.entries(), ["vqf-bare"])
    report = CHALLENGE.run([entry], str(tmp_path))
    assert "BROAD" not in report.population
    assert all("BROAD" not in figure.population for figure in report.figures)


@pytest.mark.parametrize("sensor", ["proximal", "distal"])
def test_a_joint_case_in_other_units_is_refused_by_sensor(tmp_path, sensor):
    recording = next(single_repetitions(simulate(SCENARIOS["hinge-horizontal"], 1)))
    write_case(tmp_path / "case.npz", recording)
    with np.load(tmp_path / "case.npz") as raw:
        arrays = {name: raw[name] for name in raw.files}
    arrays[sensor][:, :3] /= 9.80665
    np.savez(tmp_path / "case.npz", **arrays)
    with pytest.raises(ConfigurationError, match=rf"case\.npz, {sensor}: .*likely g"):
        read_case(tmp_path / "case.npz")


def test_recordings_of_repetitions_in_other_units_are_left_out_and_named(tmp_path):
    acc, gyr = arm()
    for name, scale in (("s1", 1.0), ("s2", 1000 / 9.80665)):
        values = np.concatenate((scale * acc, gyr, np.zeros_like(acc)), axis=1)
        np.savez(tmp_path / f"{name}.npz", e1_u1=values)
    cases, notes = read_folder(tmp_path, None)
    assert [case.name for case in cases] == ["s1-e1"]
    assert len(notes) == 1
    assert "s2.npz, e1_u1" in notes[0]
    assert "likely mg" in notes[0]
