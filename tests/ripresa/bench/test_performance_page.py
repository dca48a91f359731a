"""Each command and each figure that the page on performance names is one that is measured."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from ripresa.bench.measurements import BENCHES
from ripresa.bench.peers.peer_bench import PEERS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and "`" in line.split("|")[2]
]
MEASURED_IN = ("edge/rehearsal", "games/testing", "ingest/faults", "research", "ripresa/bench")


@cache
def written() -> tuple[re.Pattern[str], ...]:
    """Every text of the measuring modules: what stands in braces there stands for anything."""
    found = set()
    for place in MEASURED_IN:
        for path in (ROOT / place).rglob("*bench*.py" if place == "research" else "*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(re.escape(node.value))
                elif isinstance(node, ast.JoinedStr):
                    parts = (
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.]+"
                        for part in node.values
                    )
                    found.add("".join(parts))
    # A text that is nothing but a blank to fill in would take every name.
    return tuple(re.compile(text) for text in found if re.search(r"[a-z]{2}", text))


def is_measured(name: str) -> bool:
    return any(pattern.fullmatch(name) for pattern in written())


def test_the_page_has_every_figure():
    assert len(ROWS) >= 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_a_row_names_a_command_and_figures_that_there_are(row):
    _, figures, command, *_ = row
    (words,) = re.findall(r"`bench ([\w -]+)`", command)
    name, *peer = words.split()
    assert name in BENCHES
    assert not peer or (name == "peers" and peer[0] in PEERS)
    names = re.findall(r"`([^`]+)`", figures)
    assert names
    assert [n for n in names if not is_measured(n)] == []


def test_a_figure_that_nobody_measures_is_found():
    assert not is_measured("clinic_50_homes_pss_mb")
    assert not is_measured("offline_ratio_to_pqf")


def test_a_row_says_what_was_asked_and_whether_it_was_reached():
    for what, *_, asked, state in ROWS:
        assert asked, what
        assert state in {"reached", "not reached", "for comparison"}, what
