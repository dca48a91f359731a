"""Where no calibration passed, play is counted, and no screen shows or looks for an angle."""

from dataclasses import replace

import pygame
import pytest

from games.ui.hud import Hud
from session_stage import Stage
from session_stage import seated_raise as plan
from therapy.session.screens import AlignSensor, screen_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]


class Angled:
    """A source that tells an angle with each sample, as a sensor does that sees one."""

    ended = False

    def __init__(self, source):
        self.source = source

    @property
    def waiting(self):
        return self.source.waiting

    def poll(self, now_ns, invited):
        return [replace(a, angle_deg=42.0) for a in self.source.poll(now_ns, invited)]

    def counted(self):
        return self.source.counted()


def played(monkeypatch, *, passes):
    """The kinds of screen, the words of the pages and the angles of the frames of a session."""
    angles, words = set(), set()
    monkeypatch.setattr(Hud, "draw", lambda _hud, *given, **_: angles.add(given[4]))
    stage = Stage(plan())
    stage.view._source = Angled(stage.view._source)
    try:
        for n in range(3000):
            if stage.screens.finished or stage.view.state.stage.value == "check-out":
                break
            kind = stage.frame()
            page = stage.screens.page
            if not stage.screens.in_game:
                words |= {page.title, page.text, *page.lines}
            if n % 7 == 6 and not stage.moves(kind):
                aligning = isinstance(screen_of(stage.view.state), AlignSensor)
                fails = aligning and not passes and len(page.choices) > 1
                stage.press(pygame.K_2 if fails else pygame.K_RETURN)
    finally:
        stage.window.close()
    return stage.seen, words, angles, stage.types()


def test_at_level_none_no_angle_is_shown_and_nothing_is_measured(monkeypatch):
    seen, words, angles, events = played(monkeypatch, passes=False)
    assert "Play" in seen
    assert not {"FindRange", "ReadyToAssess", "Assess"} & set(seen)
    assert angles == {None}
    assert "assessment.started" not in events
    assert not [w for w in words if "°" in w or "misura" in w.replace("senza misurare", "")]


def test_at_a_level_that_passed_the_angle_is_shown(monkeypatch):
    seen, _, angles, events = played(monkeypatch, passes=True)
    assert {"FindRange", "Assess", "Play"} <= set(seen)
    assert 42.0 in angles
    assert "assessment.started" in events
