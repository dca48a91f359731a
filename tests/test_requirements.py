"""What the rooms import is declared, and each side of Ripresa runs with its own part alone."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from ripresa.platform.extras import extra_of, how_to_install

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ROOMS = {path.parent.name for path in ROOT.glob("*/__init__.py")}
EXTRAS = PROJECT["optional-dependencies"]


def named(requirements):
    return {re.split(r"[\[<>=!~; ]", line)[0].lower().replace("_", "-") for line in requirements}


def imported_by(room):
    """Libraries that a room imports, as distributions, each with one file that does."""
    known = packages_distributions()
    found = {}
    for path in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for root in (
                {name.partition(".")[0] for name in names} - sys.stdlib_module_names - ROOMS
            ):
                for distribution in known.get(root, [root]):
                    found[_name(distribution)] = path.relative_to(ROOT)
    return found


def _name(distribution):
    name = distribution.lower().replace("_", "-")
    return "pydantic" if name == "pydantic-core" else name


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_what_a_room_imports_is_declared(room):
    declared = named(PROJECT["dependencies"]).union(*(named(lines) for lines in EXTRAS.values()))
    assert not {name: file for name, file in imported_by(room).items() if name not in declared}


@pytest.mark.parametrize("room", ["telemetry", "therapy", "analytics"])
def test_what_all_sides_share_needs_no_extra(room):
    wanted = imported_by(room).keys() - {"pyyaml"}  # writes asyncapi.yaml, which ships
    assert wanted <= named(PROJECT["dependencies"])


def test_a_home_brings_neither_the_archives_nor_the_laboratorys_libraries():
    locked = (ROOT / "requirements" / "home.txt").read_text(encoding="utf-8")
    names = named(line for line in locked.splitlines() if re.match(r"[a-z]", line))
    assert len(names) > 20
    assert not names & {"pyarrow", "scipy", "matplotlib", "seglearn", "bumble", "fastapi"}


def test_a_missing_library_is_told_by_the_part_that_brings_it():
    assert extra_of("pyarrow.parquet") == "clinic"
    assert extra_of("pygame") == "home"
    assert "pip install 'ripresa[research]'" in how_to_install("imufusion")
    assert how_to_install("numpy") is None
    assert how_to_install("a_typing_error") is None


def test_the_command_line_says_what_to_install_instead_of_a_fault():
    hidden = "import sys; sys.modules['scipy'] = None;"
    run = "sys.argv = ['ripresa', 'challenge', 'list']; from ripresa.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hidden + run], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "ripresa[research]" in done.stderr
