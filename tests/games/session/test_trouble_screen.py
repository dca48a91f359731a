"""A trouble is told on the screen, in large letters, and its card can be taken away."""

import pygame
import pytest

from games.look import Look
from games.session import trouble_screen
from games.session.trouble_screen import show_trouble, trouble_page
from games.ui.texts import blaming
from ripresa.home.not_ready import NotReady, words_for
from telemetry.clock import SystemClock
from telemetry.errors import StoreError, TransportError
from therapy.session.session import SessionNotAllowed

TROUBLES = [
    *(NotReady(why, "x") for why in ("no plan", "dose done", "locked", "withdrawn", "no wearable")),
    SessionNotAllowed("x"),
    TransportError("x"),
    StoreError("x"),
]


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda e: getattr(e, "why", type(e).__name__))
def test_every_trouble_has_words_of_its_own_that_are_spoken_and_blame_nobody(trouble, language):
    page = trouble_page(words_for(trouble), Look(language=language), str(trouble))
    assert page.text == page.spoken == words_for(trouble).text(language)
    assert blaming(page.text, language) is None
    assert page.last


def test_no_two_kinds_of_trouble_share_their_words():
    words = [words_for(trouble).it for trouble in TROUBLES]
    assert len(set(words)) == len(words)


def test_the_card_stays_until_it_is_closed(monkeypatch):
    shown = []

    class Window(trouble_screen.PageDesk):
        def draw(self, now_ns, ghost):
            shown.append(now_ns)
            if self.shown_s(now_ns) > 0.7:
                pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN))
            super().draw(now_ns, ghost)

    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(trouble_screen, "PageDesk", Window)
    look = Look(voice=False, sound=0.0)
    show_trouble(words_for(TROUBLES[0]), look, SystemClock(), line="no plan")
    assert len(shown) > 10
