"""One browser for the pages' tests of a module."""

import pytest

from chromium import running_chromium


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with running_chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser
