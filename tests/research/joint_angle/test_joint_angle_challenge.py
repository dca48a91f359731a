import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from research.joint_angle.joint_angle_challenge import (
    CHALLENGE,
    RANGE_SCORES,
    SCORES,
    score_case,
    score_range,
)
from research.joint_angle.joint_case import JointAngleSolution, JointCase, read_case, write_case
from research.simulation.hinge_simulator import SCENARIOS, simulate, single_repetitions
from ripresa.cli.challenges import challenge_cli
from telemetry.errors import ConfigurationError

pytestmark = pytest.mark.slow

SENSOR = np.tile([0.0, 0, 9.81, 0, 0, 0], (5, 1))
REFERENCE = np.array([10.0, 20, 30, 20, 10])


def case(**changes):
    values = {"proximal": SENSOR, "distal": SENSOR, "reference_deg": REFERENCE}
    return JointCase("case", 100.0, **{**values, **changes})


def calibrated(**changes):
    return case(calibration_proximal=SENSOR, calibration_distal=SENSOR, **changes)


def test_with_calibration_the_angle_is_scored_as_it_stands():
    scores = score_case(calibrated(), JointAngleSolution(REFERENCE + 4, np.full(5, 5.0)))
    assert scores["rmse_deg"] == pytest.approx(4)
    assert scores["rmse_offset_removed_deg"] == pytest.approx(0)
    assert scores["range_error_deg"] == pytest.approx(0)
    assert scores["coverage_percent"] == 100
    assert score_case(calibrated(), JointAngleSolution(-REFERENCE))["correlation"] == -1


def test_without_calibration_it_is_scored_up_to_the_sign_and_from_its_start():
    scores = score_case(case(), JointAngleSolution(90 - REFERENCE))
    assert scores["rmse_deg"] == pytest.approx(0)
    assert scores["correlation"] == pytest.approx(1)
    assert scores["coverage_percent"] is None


def test_a_range_a_third_too_large_is_seen():
    wide = JointAngleSolution(10 + 1.5 * (REFERENCE - 10), np.full(5, 6.0))
    scores = score_case(case(), wide)
    assert scores["range_error_deg"] == pytest.approx(10)
    assert scores["coverage_percent"] == pytest.approx(80)


def test_a_solution_of_another_length_and_a_reference_with_holes_are_dealt_with():
    with pytest.raises(ConfigurationError, match="case"):
        score_case(case(), JointAngleSolution(REFERENCE[:3]))
    holes = np.where([0, 0, 1, 0, 0], np.nan, REFERENCE)
    assert score_case(case(reference_deg=holes), JointAngleSolution(REFERENCE))["rmse_deg"] == 0


def test_the_command_scores_simulated_single_repetitions_within_the_reach(tmp_path):
    run = CliRunner()
    cases, out = tmp_path / "cases", tmp_path / "j.json"
    made = run.invoke(
        challenge_cli.app,
        ["simulate", str(cases), "--single", "--count", "1", "--scenario", "walking"],
    )
    assert made.exit_code == 0, made.output
    (cases / "broken.npz").write_bytes(b"PK no archive")
    arguments = ["run", "joint-angle", "--data", str(cases), "--json", str(out)]
    result = run.invoke(challenge_cli.app, [*arguments, "--entry", "ripresa"])
    assert result.exit_code == 0, result.output
    read = json.loads(out.read_text())
    assert set(read["mean"]) == {*SCORES, *RANGE_SCORES}
    assert list(read["cases"]) == ["walking-0000"]
    assert read["mean"]["rmse_offset_removed_deg"] <= 3
    assert read["mean"]["correlation"] >= 0.97
    assert any("broken" in note for note in read["notes"])
    assert "simulated" in read["population"]
    assert "not measured here" in out.with_suffix(".html").read_text()


def test_lost_samples_in_a_case_are_bridged_and_widen_the_band(tmp_path):
    recording = next(single_repetitions(simulate(replace(SCENARIOS["squat"], seconds=15.0), 2)))
    ours = CHALLENGE.entries()[0]
    whole = JointCase("w", 100.0, recording.proximal, recording.distal, recording.reference_deg)
    torn = recording.distal.copy()
    fastest = int(np.argmax(np.abs(np.gradient(recording.reference_deg[10:-10])))) + 10
    torn[fastest - 5 : fastest + 5] = np.nan
    path = tmp_path / "torn.npz"
    write_case(path, replace(recording, distal=torn))
    mended = ours.solve(read_case(path))
    assert np.isfinite(mended.angle_deg).all()
    assert np.abs(mended.angle_deg - ours.solve(whole).angle_deg).max() < 10
    assert mended.half_band_deg[fastest + 5] > 1.2 * ours.solve(whole).half_band_deg[fastest + 5]


def test_a_case_with_a_wrong_shape_is_named(tmp_path):
    path = tmp_path / "wrong.npz"
    np.savez(path, rate_hz=100.0, proximal=SENSOR, distal=SENSOR[:3], reference_deg=REFERENCE)
    with pytest.raises(ConfigurationError, match=r"wrong\.npz.*length"):
        read_case(path)


def test_an_empty_folder_says_how_to_get_cases(tmp_path):
    with pytest.raises(ConfigurationError, match="simulate"):
        CHALLENGE.run(CHALLENGE.entries(), str(tmp_path))


def test_an_unknown_scenario_lists_those_there_are(tmp_path):
    arguments = ["simulate", str(tmp_path), "--scenario", "juggling"]
    result = CliRunner().invoke(challenge_cli.app, arguments)
    assert result.exit_code == 1
    assert "walking" in result.output


def test_the_same_seed_gives_the_same_recording_and_the_truth_is_that_of_the_bones():
    scenario = replace(SCENARIOS["knee-extension"], seconds=12.0, contracture_deg=20.0)
    first, again = simulate(scenario, 5), simulate(scenario, 5)
    assert first.distal.tobytes() == again.distal.tobytes()
    assert first.reference_deg.min() > 15
    assert np.abs(np.linalg.norm(first.proximal[:300, :3], axis=1) - 9.81).max() < 0.6


def test_a_calibration_of_a_still_pose_alone_still_gives_the_zero():
    r = simulate(replace(SCENARIOS["soft-tissue"], seconds=15.0, contracture_deg=25.0), 4)
    case = JointCase(
        "pose",
        r.rate_hz,
        r.proximal,
        r.distal,
        r.reference_deg,
        r.calibration_proximal[:450],
        r.calibration_distal[:450],
        neutral_deg=25.0,
    )
    for entry in CHALLENGE.entries()[:2]:
        scores = score_case(case, entry.solve(case))
        assert scores["rmse_deg"] < 8
        assert scores["correlation"] > 0.97


def test_a_published_range_is_held_to_the_reference_over_the_repetitions_found():
    r = simulate(replace(SCENARIOS["hinge-horizontal"], seconds=20.0), 1)
    hinge = JointCase("h", r.rate_hz, r.proximal, r.distal, r.reference_deg)
    ours = CHALLENGE.entries()[0]
    scores = score_range(hinge, ours.publish)
    assert set(scores) == set(RANGE_SCORES)
    assert scores["range_refused_percent"] == 0
    assert scores["published_range_error_deg"] < 5
    assert scores["range_half_width_deg"] > 0
