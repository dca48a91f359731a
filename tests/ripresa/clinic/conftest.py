"""What the tests of the clinic share."""

import pytest

from ingest.journal.journal import Journal
from telemetry.clock import ManualClock


@pytest.fixture
def home(tmp_path):
    """A home's journal."""
    with Journal.open(tmp_path / "home.db", ManualClock()) as journal:
        yield journal
