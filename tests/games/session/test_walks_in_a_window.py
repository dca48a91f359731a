"""A whole session in a real window, to the last card, by each way of pressing."""

import os
from pathlib import Path

import pytest

from needs import need_program
from walker import Walker

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(300)]

WALKED = Path(__file__).parents[2] / "support" / "walked_session.py"


@pytest.mark.parametrize(
    ("by", "language", "scale"),
    [
        ("two keys", "it", 1.0),
        ("one key", "it", 2.0),
        ("one key", "en", 1.0),
        ("mouse", "it", 1.0),
        ("mouse", "en", 2.0),
        ("keys", "en", 1.0),
    ],
)
def test_a_session_is_walked_to_its_last_card(display, by, language, scale, tmp_path):
    need_program("xdotool")
    walker = Walker(display, by, [WALKED, language, scale, tmp_path], env=os.environ)
    try:
        end = walker.walk()
    finally:
        walker.end()
    assert end == {"done": 4.0, "closed": "done"}
    assert len(walker.titles) >= 8
