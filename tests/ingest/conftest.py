"""What the tests of the record path share."""

from pathlib import Path

import pytest

from influxd import Influxd
from ingest.journal.journal import Journal
from telemetry.clock import ManualClock


@pytest.fixture
def tests_folder():
    """Where a child process finds the builders."""
    return Path(__file__).parents[1] / "support"


@pytest.fixture
def home(tmp_path):
    """A home's journal."""
    with Journal.open(tmp_path / "home.db", ManualClock()) as journal:
        yield journal


@pytest.fixture
def clinic(tmp_path):
    """A clinic's journal."""
    with Journal.open(tmp_path / "clinic.db", ManualClock()) as journal:
        yield journal


@pytest.fixture(scope="session")
def influxd(tmp_path_factory):
    """InfluxDB 1.8 for the whole run; each test takes buckets of its own."""
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.kill()
