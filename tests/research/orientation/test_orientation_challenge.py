import json

import numpy as np
import pytest
from scipy.io import savemat
from typer.testing import CliRunner

from research.challenges.challenge import select_entries
from research.orientation.orientation_challenge import CHALLENGE, kept_samples
from research.orientation.orientation_trial import orientation_error_deg, read_trial
from ripresa.cli.challenges import challenge_cli
from telemetry.errors import ConfigurationError

RATE_HZ = 200.0


def swing(path, *, seconds=8.0, name="01_undisturbed_swing"):
    """A sensor that swings about its east axis by 40 degrees, with its exact truth."""
    t = np.arange(0, seconds, 1 / RATE_HZ)
    angle = np.deg2rad(40) * np.sin(2 * np.pi * 0.3 * t)
    rate = np.deg2rad(40) * 2 * np.pi * 0.3 * np.cos(2 * np.pi * 0.3 * t)
    zero = np.zeros_like(t)
    up = np.column_stack([zero, np.sin(angle), np.cos(angle)])
    north = np.column_stack([zero, np.cos(angle), -np.sin(angle)])
    reference = np.column_stack([np.cos(angle / 2), np.sin(angle / 2), zero, zero])
    reference[5] = np.nan
    savemat(
        path / f"{name}.mat",
        {
            "imu_gyr": np.column_stack([rate, zero, zero]),
            "imu_acc": 9.81 * up,
            "imu_mag": 22 * north - 40 * up,
            "opt_quat": reference,
            "movement": (t > 1).astype(float),
            "sampling_rate": RATE_HZ,
        },
    )


def test_the_error_is_split_into_total_and_inclination():
    half = np.deg2rad(30) / 2
    truth = np.array([[1.0, 0, 0, 0]])
    tilted = np.array([[np.cos(half), np.sin(half), 0, 0]])
    turned = np.array([[np.cos(half), 0, 0, np.sin(half)]])
    total, inclination = orientation_error_deg(tilted, truth, np.array([True]))
    assert (total[0], inclination[0]) == pytest.approx((30, 30))
    total, inclination = orientation_error_deg(turned, truth, np.array([True]))
    assert (total[0], inclination[0]) == pytest.approx((30, 0), abs=1e-6)


def test_what_does_not_move_or_has_no_reference_is_not_scored():
    q = np.tile([1.0, 0, 0, 0], (3, 1))
    reference = q.copy()
    reference[1] = np.nan
    total, _ = orientation_error_deg(q, reference, np.array([True, True, False]))
    assert np.isnan(total).tolist() == [False, True, True]


def test_our_path_is_never_worse_than_bare_vqf_by_over_a_percent_and_json_has_its_form(tmp_path):
    swing(tmp_path)
    out = tmp_path / "o.json"
    arguments = ["run", "orientation", "--data", str(tmp_path), "--json", str(out)]
    chosen = ["--entry", "ripresa", "--entry", "vqf-bare"]
    result = CliRunner().invoke(challenge_cli.app, [*arguments, *chosen])
    assert result.exit_code == 0, result.output
    entries = json.loads(out.read_text())["entries"]
    keys = {
        "online_9d_total_deg",
        "offline_9d_total_deg",
        "online_6d_inclination_deg",
        "offline_6d_inclination_deg",
    }
    for entry in entries.values():
        assert set(entry["mean"]) == keys
        assert set(entry["trials"]) == {"01_undisturbed_swing"}
    for key in keys:
        ours, bare = (entries[n]["mean"][key] for n in ("ripresa", "vqf-bare"))
        assert ours <= 1.01 * bare + 1e-6
        assert bare < 3
    assert out.with_suffix(".html").exists()


def test_a_file_that_is_no_trial_is_named_and_the_others_are_scored(tmp_path):
    swing(tmp_path, seconds=3.0)
    (tmp_path / "broken.mat").write_bytes(b"no trial")
    with pytest.raises(ConfigurationError, match="broken"):
        read_trial(tmp_path / "broken.mat")
    entries = select_entries(CHALLENGE.entries(), ["vqf-bare"])
    report = CHALLENGE.run(entries, str(tmp_path))
    assert list(report.body["entries"]["vqf-bare"]["trials"]) == ["01_undisturbed_swing"]
    assert any("broken" in note for note in report.notes)


def test_lost_packets_are_whole_repeatable_and_never_the_first():
    kept = kept_samples(1000, 0.3, seed=4)
    assert np.array_equal(kept, kept_samples(1000, 0.3, seed=4))
    assert kept[:10].all()
    per_packet = kept.reshape(-1, 10)
    assert (per_packet.all(axis=1) | ~per_packet.any(axis=1)).all()
    assert 0.6 < kept.mean() < 0.8


def test_packet_loss_is_scored_with_a_band_that_is_wider_where_more_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(CHALLENGE, "loss_seeds", range(2))
    swing(tmp_path, seconds=20.0)
    report = CHALLENGE.run(select_entries(CHALLENGE.entries(), ["ripresa"]), str(tmp_path))
    few, many = (report.body["entries"]["ripresa"]["packet_loss"][r] for r in ("1 %", "5 %"))
    assert few["mean_inclination_deg"] <= many["mean_inclination_deg"]
    assert few["band_deg"] < many["band_deg"]
    assert many["covered_percent"] > 80
    assert many["recorded_inclination_deg"] < many["mean_inclination_deg"]
    named = [f for f in report.figures if "lost" in f.name]
    assert all("lost at random" in f.population for f in named)
