"""A trouble on a screen of its own, in large letters and spoken, not on a terminal only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.engine.devices import devices_for
from games.engine.pace import ClockPace
from games.inputs.keys import KeysSource

from .desk import PageDesk
from .page import Choice, Leave, Page
from .session_texts import SESSION

if TYPE_CHECKING:
    from games.look import Look
    from telemetry.clock import Clock
    from therapy.wording import Wording

__all__ = ["show_trouble", "trouble_page"]


def trouble_page(words: Wording, look: Look, line: str = "") -> Page:
    """The page: what is wrong for the person, and in small the line for whoever set it up."""
    text = words.text(look.language)
    close = Choice(SESSION["close"][look.language], Leave())
    lines = (line,) if line else ()
    return Page(SESSION["not_now"][look.language], text, choices=(close,), spoken=text, lines=lines)


def show_trouble(
    words: Wording, look: Look, clock: Clock, *, line: str = "", headless: bool = False
) -> None:
    """Show it until it is closed; headless nothing is shown.

    Raises:
        ConfigurationError: there is no display.
    """
    if headless:
        return
    over: list[bool] = []
    pace = ClockPace(clock)
    with devices_for(look, pace, KeysSource(), title="Ripresa") as devices:
        desk = PageDesk(
            devices.window,
            look,
            chosen=lambda _: over.append(True),
            request=lambda _: None,
            closed=lambda: over.append(True),
            say=devices.voice.say,
            now_ns=pace.now_ns(),
        )
        page = trouble_page(words, look, line)
        while not over:
            now_ns = pace.now_ns()
            desk.show(page, now_ns, None)
            desk.draw(now_ns, None)
            devices.window.show()
            pace.wait(lambda: False)
