"""docs/write-an-entry.md, followed to the letter by somebody who has nothing else."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from research.challenges.dimensions import TOPICS
from ripresa.challenges.catalogue import CHALLENGES
from ripresa.challenges.new_entry import CHALLENGE_OF, KINDS, write_entry
from ripresa.cli.main import app
from telemetry.errors import ConfigurationError

PAGE = Path(__file__).parents[3] / "docs" / "write-an-entry.md"
TEXT = PAGE.read_text(encoding="utf-8")


def section(heading):
    return TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def commands(text):
    return [
        line
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]


def by_the_shell(line, folder):
    """One line of the page as a shell runs it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        shlex.split(line),
        cwd=folder,
        env=os.environ | {"PATH": path, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
    return done.stdout


def in_this_process(line, _folder):
    """The same, a start of the command line cheaper; a test of the page's own is left out."""
    program, *words = shlex.split(line)
    if program != "ripresa":
        return ""
    done = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    assert done.exit_code == 0, f"{line}\n{done.output}{done.exception}"
    return done.stdout


def walk(follow, folder):
    lines = [
        *commands(section("An algorithm")),
        *commands(section("The report")),
        *commands(section("A call, and how far an entry may go")),
    ]
    assert len(lines) == 9
    said = [follow(line, folder) for line in lines]
    result = json.loads((folder / "my-filter.json").read_text())
    assert result["order"] == ["ripresa", "gravity-only", "my-filter"]
    error = {name: result["entries"][name]["mean"]["rmse_deg"] for name in result["order"]}
    assert error["ripresa"] < error["my-filter"] < error["gravity-only"]
    assert "the first is better" in said[4]
    report = json.loads((folder / "report.json").read_text())
    dimensions = report["entries"]["my-filter"]["dimensions"]
    standing = {t["topic"]: t["standing"] for topics in dimensions.values() for t in topics}
    assert standing["cost"] == "declared"
    assert standing["agreement"] == "measured here"
    assert standing["effect"] == "missing"
    assert (folder / "report.html").read_text().count("data:image/png") >= 3
    assert "my-filter: passes bench" in said[-1]
    assert (folder / "outcome.html").exists()


@pytest.mark.slow
def test_who_follows_the_page_gets_from_nothing_to_an_outcome(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    walk(in_this_process, tmp_path)


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_an_outsider_who_follows_the_page_by_the_shell_gets_there_too(tmp_path):
    walk(by_the_shell, tmp_path)


def test_the_page_names_every_topic_and_kind():
    for topic in TOPICS:
        assert f"`{topic.key}`" in TEXT
    for kind in KINDS:
        assert kind in TEXT
    assert set(CHALLENGE_OF.values()) <= CHALLENGES.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_entry_names_itself_in_its_package(tmp_path, kind):
    files = write_entry("two-words", kind, tmp_path)
    assert all(file.is_file() for file in files)
    held = tomllib.loads((tmp_path / "two-words" / "pyproject.toml").read_text())
    assert held["project"]["entry-points"]["ripresa.challenges"] == {
        "two-words": "two_words.entry:ENTRY"
    }
    for file in files:
        assert "$" not in file.read_text()
        if file.suffix == ".py":
            compile(file.read_text(), str(file), "exec")


@pytest.mark.parametrize("name", ["", "Upper", "with space", "1st", "a_b", "../x", "x" * 60, "-a"])
def test_a_name_that_is_no_package_is_refused(tmp_path, name):
    with pytest.raises(ConfigurationError, match="name"):
        write_entry(name, "algorithm", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path):
    write_entry("mine", "algorithm", tmp_path)
    with pytest.raises(ConfigurationError, match="is there already"):
        write_entry("mine", "algorithm", tmp_path)
