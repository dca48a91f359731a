"""Documents that name the house's parts name parts that are there."""

import importlib
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
GROUPS = {"ripresa.games", "ripresa.challenges", "ripresa.wearables"}
"""Of entry points: no part of the code."""
NAMED = re.compile(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)`")


def glossary():
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return rows[2:]


def found(name):
    """What a dotted name stands for: a module, or something that one defines."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("row", glossary(), ids=lambda row: row[0])
def test_each_word_of_the_glossary_is_told_twice_and_lives_in_the_code(row):
    english, italian, meaning, code = row
    assert english
    assert italian
    assert meaning
    names = NAMED.findall(code)
    assert names
    for name in names:
        assert found(name) is not None


def test_the_glossary_is_in_order():
    words = [row[0].lower() for row in glossary()]
    assert words == sorted(words)
    assert len(words) > 30


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_what_a_page_names_in_the_code_is_there(path):
    text = path.read_text(encoding="utf-8")
    for name in NAMED.findall(text):
        if name not in GROUPS and not name.endswith(".md"):
            assert found(name) is not None, name
    for name in re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w/]+\.py)`", text):
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("room", ROOMS)
def test_the_architecture_names_every_part_of_a_room(room):
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{room}` |"))
    parts = {path.parent.name for path in (ROOT / room).glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)`", row)) - {room} == parts


def cited():
    """The tests that pages name with their file, by page."""
    pattern = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
    return [
        pytest.param(file, name, id=f"{page.stem}: {name}")
        for page in sorted((ROOT / "docs").glob("*.md"))
        for file, name in pattern.findall(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("file", "name"), cited())
def test_a_test_that_a_page_rests_on_is_there(file, name):
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"def {name}\(", text)


def test_each_hazard_has_a_test():
    text = (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8")
    rows = [
        line for line in text.splitlines() if line.startswith("| ") and "what stands" not in line
    ]
    assert len(rows) > 25
    assert [row for row in rows if "::test_" not in row] == []


def test_each_dependency_is_told_with_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *chain.from_iterable(extras)]
    packages = {re.match(r"[\w-]+", line)[0] for line in wanted} - {"ripresa"}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| .+ \| .+ \|$", text, re.MULTILINE)
    assert sorted(rows) == sorted(packages)


LINK = re.compile(r"\]\(([^)#:\s]+)(#[\w-]+)?\)")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def anchors(page):
    """What a page's headings are linked by."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda p: p.name)
def test_a_link_leads_to_a_page_and_a_heading_that_are_there(page):
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path).resolve()
        assert target.exists(), path
        if anchor and target.suffix == ".md":
            assert anchor[1:] in anchors(target), f"{path}{anchor}"


def test_the_citation_names_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {version}\n" in text
