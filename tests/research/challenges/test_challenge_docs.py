"""What the documentation says of the challenges, held against the code."""

from pathlib import Path

from research.challenges.challenge import ENTRY_POINT_GROUP, Entry, Section
from research.simulation.hinge_simulator import NoiseRanges, SoftTissue
from ripresa.challenges.catalogue import CHALLENGES, load_challenge
from ripresa.cli.challenges.challenge_cli import app
from therapy.exercises.library import EXERCISES

DOCS = Path(__file__).parents[3] / "docs"


def test_every_challenge_and_command_is_described():
    text = (DOCS / "challenges.md").read_text()
    for name in CHALLENGES:
        assert f"challenge run {name}" in text
    for command in app.registered_commands:
        assert f"challenge {command.name}" in text
    assert ENTRY_POINT_GROUP in text
    for section in Section:
        assert section.value.lower() in text.lower().replace("\n", " ")


def test_the_entry_in_the_documentation_is_an_entry():
    text = (DOCS / "challenges.md").read_text()
    code = text.split("```python")[1].split("```")[0]
    made = {}
    exec(code, made)  # noqa: S102 - our own documentation
    assert isinstance(made["ENTRY"], Entry)
    assert made["ENTRY"].challenge in CHALLENGES


def test_the_simulators_ranges_are_those_written_down():
    text = (DOCS / "challenges.md").read_text().replace("\n", " ")
    noise, tissue = NoiseRanges(), SoftTissue()
    for said in (
        f"bias ±{noise.gyr_bias_deg_s}°/s",
        f"{noise.gyr_drift_deg_s}°/s after a second",
        f"noise {noise.gyr_noise_deg_s}°/s",
        f"accelerometer bias {noise.acc_bias_m_s2} m/s²",
        f"twist {tissue.twist_deg:.0f}°",
        f"tilt {tissue.tilt_deg:.0f}°",
        f"wobble {tissue.wobble_deg}°",
    ):
        assert said in text, said


def test_every_challenge_has_our_own_entry_first():
    # What ships of games and wearables bears its own name.
    ours = dict.fromkeys(CHALLENGES, "ripresa") | {"games": "onda", "wearables": "movella-dot"}
    for name in CHALLENGES:
        assert load_challenge(name).entries()[0].name == ours[name]


def test_each_numbered_exercise_has_its_convention():
    text = (DOCS / "conventions.md").read_text()
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    named = {int(n) for cell in cells for n in cell.split(",") if n.strip().isdigit()}
    assert named == {e.number for e in EXERCISES.values() if e.number is not None}
