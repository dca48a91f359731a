"""A session's pages undrawn, for tests that look at nothing."""

import pytest

from games.session.page_screen import PageScreen


@pytest.fixture
def undrawn(monkeypatch):
    """Nobody looks: drawing thousands of frames is what takes the time."""
    monkeypatch.setattr(PageScreen, "draw", lambda *_: None)
