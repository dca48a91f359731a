"""The command line answers, and the documentation names only what is there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ripresa.bench.measurements import BENCHES
from ripresa.cli.lazy import lazy_commands
from ripresa.cli.main import app, main
from telemetry.errors import TransportError

ROOT = Path(__file__).parents[3]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> set[str]:
    own = {c.name or c.callback.__name__ for c in app.registered_commands}
    return own | set(lazy_commands)


def test_help_lists_every_command():
    told = CliRunner().invoke(app, ["--help"]).output
    assert all(re.search(rf"^  {name} ", told, re.MULTILINE) for name in commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_help(name):
    told = CliRunner().invoke(app, [name, "--help"])
    assert told.exit_code == 0, told.output
    assert "Usage:" in told.output


@pytest.mark.parametrize("group", ["", *sorted(lazy_commands)])
def test_help_cuts_no_summary_and_looks_alike_everywhere(group):
    told = CliRunner().invoke(app, [*group.split(), "--help"], terminal_width=80).output
    listed = told.partition("Commands:")[2]
    assert listed
    assert "..." not in listed
    one = re.search(r"^  ([a-z][a-z-]*) ", listed, re.MULTILINE).group(1)
    assert "╭" not in CliRunner().invoke(app, [*group.split(), one, "--help"]).output


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from ripresa.cli.main import app; "
        "CliRunner().invoke(app, ['--help']); print(sorted(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(re.findall(r"'([\w.]+)'", told.stdout))
    heavy = {"numpy", "scipy", "bleak", "bumble", "pygame", "fastapi", "pyarrow", "matplotlib"}
    assert not loaded & (heavy | {"pydantic", "paho", "rich.table", "influxdb_client"})


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_documents_name_only_commands_that_exist(path):
    named = re.findall(r"`ripresa ([a-z][a-z-]*)", path.read_text(encoding="utf-8"))
    assert set(named) <= commands(), path


def test_the_index_of_decisions_names_each_by_its_title():
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for path in sorted(folder.glob("0*.md")):
        number, title = (
            path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        )
        assert f"{number}. [{title}]({path.name})" in index


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[\w-]*)?\)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_an_error_is_one_line_and_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ripresa", "demo", "--recording", "spar:99:ABD:0"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert told.startswith("ripresa: no recording spar:99:ABD:0")
    assert len(told.strip().splitlines()) == 1


def test_a_fault_of_ours_is_a_line_and_a_file_not_a_traceback(monkeypatch, capsys):
    def broken(_folder):
        raise ZeroDivisionError("inside")

    monkeypatch.setitem(BENCHES, "broken", ("nothing", broken))
    monkeypatch.setattr(sys, "argv", ["ripresa", "bench", "broken"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 70
    assert "Traceback" not in told
    file = Path(told.split()[-1])
    assert "ZeroDivisionError: inside" in file.read_text()
    file.unlink()


def test_bench_lists_what_it_can_measure():
    told = CliRunner().invoke(app, ["bench"]).output
    assert all(name in told for name in BENCHES)


def test_a_bench_that_is_not_there_is_named(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ripresa", "bench", "nothing"])
    with pytest.raises(SystemExit):
        main()
    assert "there are chain, clinic" in capsys.readouterr().err


def test_figures_are_written_as_flat_json(monkeypatch, tmp_path):
    monkeypatch.setitem(BENCHES, "two", ("twice", lambda _folder: {"a": 1.0, "b.c": 2.0}))
    file = tmp_path / "out.json"
    told = CliRunner().invoke(app, ["bench", "two", "--json", str(file)])
    assert told.exit_code == 0
    figures = json.loads(file.read_text())
    machine = {name: figures.pop(name) for name in list(figures) if name.startswith("machine.")}
    assert figures == {"a": 1.0, "b.c": 2.0}
    assert machine["machine.cores"] >= 1
    assert min(machine["machine.load_before"], machine["machine.load_after"]) >= 0


@pytest.mark.parametrize("asked", [["--plots"], ["--json"]])
def test_a_measurement_that_can_be_drawn_is_drawn_where_asked_for(tmp_path, monkeypatch, asked):
    figures = {
        f"success_rate.{game}.{player}": 0.75
        for game in ("volo", "onda")
        for player in ("strong", "weak", "tired", "trembling", "in_pain", "forgetful")
    }
    monkeypatch.setitem(BENCHES, "players", ("players", lambda _: figures))
    place = tmp_path / "here"
    named = place if asked == ["--plots"] else tmp_path / "figures.json"
    told = CliRunner().invoke(app, ["bench", "players", *asked, str(named)])
    assert told.exit_code == 0, told.output
    drawn = (place if asked == ["--plots"] else tmp_path) / "players.png"
    assert drawn.read_bytes().startswith(b"\x89PNG")


def test_a_game_that_finds_no_home_offers_keys(monkeypatch):
    def nobody(*_, **__):
        raise TransportError("no MQTT broker at 127.0.0.1:1 (no answer)")

    monkeypatch.setattr("games.engine.play.play_over_mqtt", nobody)
    told = CliRunner().invoke(app, ["play", "volo", "--input", "wearable", "--headless"])
    assert isinstance(told.exception, TransportError)
    assert "--input keys" in str(told.exception)
