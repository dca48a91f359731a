"""From a session at the clinic to the plan: the calibrations that homes may use again."""

import pytest
from typer.testing import CliRunner

from ripresa.cli.main import app

pytestmark = pytest.mark.slow


def test_the_clinic_sees_in_a_plan_what_it_measured_and_what_changed(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))

    def run(*arguments):
        told = CliRunner().invoke(app, ["plan", *arguments])
        assert told.exit_code == 0, told.output
        return told.output

    file = tmp_path / "plan.toml"
    file.write_text(PLAN_TOML, "utf-8")
    run("import", str(file))
    file.write_text(PLAN_TOML.replace("version = 1", "version = 2") + STORED_TOML, "utf-8")
    run("import", str(file))
    shown = run("show", "p-1")
    assert "right elbow: 25° in the neutral pose" in shown
    assert "stored calibration: forearm-right against upper-arm-right, zero 0.25 rad" in shown
    told = run("diff", "p-1", "1", "2")
    assert "neutral_angles.right elbow: new: 25.0" in told
    assert "calibrations.upper-arm-right+forearm-right" in told


PLAN_TOML = """
patient = "p-1"
version = 1
valid_from = 2023-01-01
calibration = "stored"
neutral_pose = false

[[items]]
id = "bend"
exercise = "elbow-bend"
side = "right"
"""
STORED_TOML = """
[[neutral_angles]]
joint = "elbow"
side = "right"
angle_deg = 25

[[calibrations]]
proximal = "upper-arm-right"
distal = "forearm-right"
proximal_axis = [0, 0, 1]
distal_axis = [0, 0, 1]
zero_rad = 0.25
"""
