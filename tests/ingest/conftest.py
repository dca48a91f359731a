"""What the tests of the record path share."""

from pathlib import Path

import pytest


@pytest.fixture
def tests_folder():
    """Where a child process finds the builders."""
    return Path(__file__).parent.parent
