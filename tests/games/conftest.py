"""What the tests of the games share."""

import pytest

from game_table import Table


@pytest.fixture
def table():
    tables = []

    def make(*args, **more):
        tables.append(Table(*args, **more))
        return tables[-1]

    yield make
    for made in tables:
        made.window.close()
