"""One demo, kept, for all who look at what it left."""

import asyncio
from types import SimpleNamespace

import pytest

from ripresa.demo.demo import DemoOptions, run_demo


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """A folder with a whole session in it, and the demo's summary."""
    folder = tmp_path_factory.mktemp("kept") / "demo"
    options = DemoOptions(recording="spar:2:ABD:0", speed=8, headless=True, keep=folder, game=None)
    summary = asyncio.run(run_demo(options))
    return SimpleNamespace(
        folder=folder,
        summary=summary,
        session=summary.session,
        home=folder / "home" / "journal.sqlite",
        clinic=folder / "clinic" / "journal.sqlite",
    )
