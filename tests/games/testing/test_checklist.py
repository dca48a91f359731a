"""The checklist in docs/games.md names tests and pictures that are there, for every item."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "games.md"
ITEMS = 24
NAMED = re.compile(r"`((?:\w+/)?(?:contract|test_\w+))\.(test_\w+)`")
PICTURE = re.compile(r"\]\((pictures/[\w.-]+)\)")


def rows():
    """Of the two tables: what is held, and by what."""
    part = DOCUMENT.read_text(encoding="utf-8").split("## The checklist")[1].split("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [row for row in cells if row[-1] != "held by"]


@cache
def defined_in(module):
    room, _, name = module.rpartition("/")
    if name == "contract":
        file = ROOT / "games" / "testing" / "contract.py"
    else:
        (file,) = (ROOT / "tests" / (room or "games")).rglob(f"{name}.py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def test_every_item_is_there_once_and_in_order():
    numbers = [int(row[0]) for row in rows() if row[0].isdigit()]
    assert numbers == list(range(1, ITEMS + 1))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_what_an_item_names_is_there(row):
    named = NAMED.findall(row[-1])
    assert named, "an item without a test"
    for module, test in named:
        assert test in defined_in(module), f"{module} has no {test}"
    for picture in PICTURE.findall(row[-1]):
        assert (DOCUMENT.parent / picture).is_file()


def test_nothing_that_looks_like_a_test_is_named_in_another_way():
    for row in rows():
        assert len(re.findall(r"test_\w+", row[-1])) == sum(
            1 if module == "contract" else 2 for module, _ in NAMED.findall(row[-1])
        )
