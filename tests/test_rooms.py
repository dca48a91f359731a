"""The rooms are stacked: imports go down the list, never up, never sideways."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"
FLOORS = [
    {"ripresa"},
    {"games", "dashboards", "research"},
    {"edge", "analytics", "ingest"},
    {"therapy"},
    {"telemetry"},
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(SRC.rglob("*.py"))


def rooms_imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names} & FLOOR.keys()


def test_every_room_of_the_design_exists():
    assert {p.name for p in SRC.iterdir() if p.is_dir() and "." not in p.name} == FLOOR.keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_imports_go_down(path):
    room = path.relative_to(SRC).parts[0]
    wrong = {
        other for other in rooms_imported(path) if other != room and FLOOR[other] <= FLOOR[room]
    }
    assert not wrong, f"{room} must not import {sorted(wrong)}"
