"""Wrong placements are told from right ones, and an entry never sees which is which."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from research.challenges.challenge import ChallengeEntry
from research.joint_angle.joint_case import JointCase, write_case
from research.joint_angle.joint_session import MISPLACED, misplaced, session_of
from research.refusals import refusal_challenge
from research.refusals.refusal_challenge import CHALLENGE
from research.refusals.refusal_entries import always_answers
from research.session_cases.published import Published
from research.session_cases.right_placements import people
from research.session_cases.session_case import SessionRecording
from research.session_cases.wrong_placements import wrong
from research.simulation.hinge_simulator import SCENARIOS, simulate
from ripresa.cli.challenges import challenge_cli
from telemetry.errors import ConfigurationError, NotObservable

pytestmark = pytest.mark.slow

SHORT = replace(SCENARIOS["no-rest"], seconds=15.0)


@pytest.fixture
def folder(tmp_path):
    for seed in range(2):
        write_case(tmp_path / f"hinge-{seed}.npz", simulate(SHORT, seed))
    return tmp_path


def joint(seed=0):
    r = simulate(SHORT, seed)
    return JointCase(f"hinge-{seed}", r.rate_hz, r.proximal, r.distal, r.reference_deg)


def entry(solve, name="mine"):
    return ChallengeEntry(name, "refusals", solve)


def test_an_entry_gets_the_recording_alone_and_each_case_as_it_was_and_made_wrong(folder):
    got = []

    def solve(recording):
        got.append(recording)
        return Published(None, None, None, 0, reason="no")

    report = CHALLENGE.run([entry(solve)], str(folder))
    assert all(type(r) is SessionRecording for r in got)
    assert len(got) == 2 * (1 + len(MISPLACED))
    assert report.body["mean"]["right_refused_percent"] == 100
    assert report.body["mean"]["wrong_outside_unrefused"] == 0


def test_an_entry_that_counts_its_calls_learns_nothing_of_which_case_is_wrong(folder):
    for seed in range(2, 5):
        write_case(folder / f"hinge-{seed}.npz", simulate(SHORT, seed))
    right, calls = 5, []

    def counting(_):
        # It knows how many are right, and answers those that come first.
        calls.append(1)
        if len(calls) <= right:
            return Published(90.0, 0.0, 180.0, 5, spans=((100, 200, 300),))
        return Published(None, None, None, 0, reason="no")

    report = CHALLENGE.run([entry(counting)], str(folder))
    assert report.body["mean"]["right_refused_percent"] >= 60
    names = list(report.body["entries"]["mine"]["cases"])
    assert names[:right] == sorted(names[:right]), "the report keeps the cases' own order"


def test_a_confident_wrong_figure_counts_and_a_band_that_holds_the_truth_does_not(folder):
    def narrow(_):
        return Published(10.0, 9.0, 11.0, 5, spans=((100, 200, 300),))

    def wide(_):
        return Published(90.0, 0.0, 180.0, 5, spans=((100, 200, 300),))

    report = CHALLENGE.run([entry(narrow, "narrow"), entry(wide, "wide")], str(folder))
    means = {name: body["mean"] for name, body in report.body["entries"].items()}
    assert means["narrow"]["wrong_outside_unrefused"] == 2 * len(MISPLACED)
    assert means["wide"]["wrong_outside_unrefused"] == 0
    assert means["wide"]["right_range_coverage_percent"] == 100


def test_an_entry_that_fails_on_a_case_refuses_it_and_is_told(folder):
    def failing(_):
        raise NotObservable("nothing to see")

    report = CHALLENGE.run([entry(failing)], str(folder))
    assert report.body["mean"]["right_refused_percent"] == 100
    assert any("nothing to see" in note for note in report.notes)


@pytest.mark.parametrize("kind", MISPLACED)
def test_a_misplaced_sensor_differs_and_the_truth_stays(kind):
    right = joint()
    made = misplaced(right, kind, joint(1), 3)
    same = np.array_equal(made.proximal, right.proximal) and np.array_equal(
        made.distal, right.distal
    )
    assert not same
    assert made.reference_deg is right.reference_deg
    assert made.proximal.shape == right.proximal.shape


def test_an_unknown_kind_of_misplacement_is_refused():
    with pytest.raises(ValueError, match="on the table"):
        misplaced(joint(), "in the pocket", joint(1), 0)


def test_one_who_always_answers_answers():
    shown = always_answers(session_of(joint()).recording)
    assert not shown.refused
    assert shown.low_deg < shown.range_deg < shown.high_deg


def test_the_command_scores_a_folder_of_joints(folder, tmp_path):
    out = tmp_path / "out" / "r.json"
    arguments = ["run", "refusals", "--data", str(folder), "--json", str(out)]
    result = CliRunner().invoke(challenge_cli.app, [*arguments, "--entry", "ripresa"])
    assert result.exit_code == 0, result.output
    read = json.loads(out.read_text())
    assert set(read["mean"]) == {
        "wrong_outside_unrefused",
        "wrong_outside_unrefused_percent",
        "wrong_refused_percent",
        "right_refused_percent",
        "right_range_coverage_percent",
        "right_range_half_width_deg",
    }
    assert read["kinds"]["on the table"]["cases"] == 2
    assert "not measured here" in out.with_suffix(".html").read_text()


def test_the_simulated_set_has_right_and_wrong_sessions(monkeypatch):
    monkeypatch.setattr(refusal_challenge, "people", lambda seeds: people(seeds)[:2])
    monkeypatch.setattr(refusal_challenge, "wrong", lambda seeds: wrong(seeds)[:3])
    report = CHALLENGE.run([entry(always_answers, "always")], "simulated")
    assert [c["right"] for c in report.body["entries"]["always"]["cases"].values()] == (
        [True] * 2 + [False] * 3
    )


def test_simulated_people_have_no_subjects_and_an_empty_folder_says_what_to_give(tmp_path):
    with pytest.raises(ConfigurationError, match="subjects"):
        CHALLENGE.run(CHALLENGE.entries(), "simulated", subjects=[1])
    with pytest.raises(ConfigurationError, match="the name simulated"):
        CHALLENGE.run(CHALLENGE.entries(), str(tmp_path))
