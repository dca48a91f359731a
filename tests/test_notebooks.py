"""The example notebooks run, and what they show is what they give."""

from __future__ import annotations

from pathlib import Path

import pytest

from needs import need_library

pytestmark = pytest.mark.slow

NOTEBOOKS = sorted((Path(__file__).parent.parent / "docs" / "notebooks").glob("*.ipynb"))


def texts(notebook):
    """What each code cell prints; pictures are as wide as a plot is drawn, so their text counts."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
            found.append("".join(parts))
    return found


def test_there_are_some():
    assert len(NOTEBOOKS) >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_gives_what_it_shows(path, tmp_path, monkeypatch):
    need_library("ipykernel")
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path / "home"))
    shown = nbformat.read(path, as_version=4)
    nbformat.validate(shown)
    run = nbformat.read(path, as_version=4)
    for cell in run.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(run, timeout=100, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert texts(run) == texts(shown), "run `make notebooks`"
    pictures = [
        o for c in shown.cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})
    ]
    assert pictures, "a notebook draws what it tells"
