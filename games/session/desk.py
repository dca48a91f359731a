"""One page at a time, and everything that can be pressed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from games.ui.canvas import Canvas
from games.ui.digits import DIGITS, Digits
from games.ui.hud import Hud
from games.ui.menu import Menu
from games.ui.pain_scale import PainScale
from telemetry.messages.requests import GoBack, ReportPain, ReportUnwell

from .own_pages import confirm_page, leave_page
from .page import Page, Stay
from .page_screen import PageScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.engine.window import Window
    from games.look import Look
    from telemetry.messages.requests import Request

    from .page import Choice

__all__ = ["PageDesk"]

FORWARD = (pygame.K_RIGHT, pygame.K_DOWN, pygame.K_TAB, pygame.K_SPACE)
BACKWARD = (pygame.K_LEFT, pygame.K_UP)
TAKE = (pygame.K_RETURN, pygame.K_KP_ENTER)
RETURN = (pygame.K_b, pygame.K_BACKSPACE)
PRESSES = {pygame.K_u: "unwell", pygame.K_p: "pain"}


class PageDesk:
    """Shows pages and hears the person: keys and digits, mouse, or scanning; pain always.

    What lies over a page, to confirm a choice made by motion or to leave, is a page itself.

    Args:
        window, look: to draw with.
        chosen: told which choice was taken.
        request: for pain and unwell, which no page owns.
        closed: told when the window is closed.
        say: speaks a page when it opens.
        mute: turns all that is heard off, or on again.
        now_ns: present instant.
    """

    def __init__(
        self,
        window: Window,
        look: Look,
        *,
        chosen: Callable[[Choice], None],
        request: Callable[[Request], None],
        closed: Callable[[], None],
        say: Callable[[str], None],
        mute: Callable[[], object] = lambda: None,
        now_ns: int,
    ) -> None:
        self._window, self._look = window, look
        self._canvas = Canvas(window.picture, look.text_scale)
        self._chosen, self._closed = chosen, closed
        self._request, self._say, self._mute = request, say, mute
        self._screen, self._hud = PageScreen(look), Hud(look)
        self._page, self._menu, self._since_ns = Page(""), Menu(0), now_ns
        self._over: Page | None = None
        self._digits = Digits(9)
        self._scale: PainScale | None = None

    def show(self, page: Page, now_ns: int, control: float | None) -> None:
        """Take over the page of this frame, and what was pressed since the last one.

        Args:
            page: of this frame.
            now_ns: present instant.
            control: of an arm that is not asked to move now; looked at with scanning only.
        """
        if page != self._page:
            self._turn_to(page, now_ns)
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                self._closed()
            elif event.type == pygame.KEYDOWN:
                self._key(event.key, now_ns)
            elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
                self._click(self._window.to_picture(event.pos), now_ns)
        self._wait(now_ns, control)

    @property
    def top(self) -> Page:
        """The page that is seen: the one of this frame, or what lies over it."""
        return self._page if self._over is None else self._over

    @property
    def covered(self) -> bool:
        """Whether something lies over the page: the scale of pain, or what asks before leaving."""
        return self._over is not None or self._scale is not None

    def shown_s(self, now_ns: int) -> float:
        """For how long the page has been open."""
        return (now_ns - self._since_ns) * 1e-9

    def draw(self, now_ns: int, ghost: float | None) -> None:
        """Draw the page; `ghost` moves a pale figure: the person's own way, or a take."""
        seconds = self.shown_s(now_ns)
        self._screen.draw(self._canvas, self.top, self._menu, seconds, ghost)

    def draw_buttons(self, heart_bpm: int | None) -> None:
        """Pause, pain and unwell over any page, the heart rate, and the scale of pain."""
        beyond = None if self._menu.focus is None else self._menu.focus - len(self.top.choices)
        self._hud.draw_buttons(self._canvas, focus=beyond)
        self._hud.draw_heart(self._canvas, heart_bpm)
        if self._scale is not None:
            self._scale.draw(self._canvas, self._look)

    def draw_watched(self, line: str) -> None:
        """Who sees the session now; empty: nobody."""
        self._hud.draw_watched(self._canvas, line)

    def _wait(self, now_ns: int, control: float | None) -> None:
        """What comes by waiting: the second digit, and with scanning what a movement takes."""
        if self._scale is not None:
            self._tell_pain(self._scale.waited(now_ns), now_ns)
            if self._look.scanning and self._scale is not None:
                self._tell_pain(self._scale.scanned(now_ns, control), now_ns)
            return
        self._digits, number = self._digits.waited(now_ns)
        self._answer(number, now_ns)
        if self._look.scanning:
            self._menu, taken = self._menu.scanned(now_ns, control)
            self._take(taken, now_ns, by_motion=True)

    def _turn_to(self, page: Page, now_ns: int) -> None:
        if page.spoken and page.spoken != self._page.spoken:
            self._say(page.spoken)
        asked = (page.title, [c.text for c in page.choices])
        if asked != (self._page.title, [c.text for c in self._page.choices]):
            self._over, self._since_ns = None, now_ns
            self._page = page
            self._open(now_ns)
        self._page = page

    def _open(self, now_ns: int) -> None:
        """A fresh menu for the page that is seen; where it asks, nothing is in focus."""
        top = self.top
        count = len(top.choices)
        entries = count + len(self._hud.buttons) if self._look.scanning and count else count
        # Neither is what ends a measurement under way: Enter by mistake must end nothing.
        focus = None if top.clinical or top.of or not count else 0
        self._menu = Menu.opened(entries, now_ns, focus=focus)
        numbers = [int(c.text) for c in top.choices if c.small]
        self._digits = Digits(max(numbers, default=9))

    def _lay_over(self, page: Page | None, now_ns: int) -> None:
        self._over = page
        self._open(now_ns)
        if page is not None:
            self._say(page.spoken)

    def _key(self, key: int, now_ns: int) -> None:
        if key == pygame.K_F11:
            self._window.toggle_full_screen()
        elif self._scale is not None and key != pygame.K_u:
            self._tell_pain(self._scale.key(key, now_ns), now_ns)
        elif key in DIGITS or (key in TAKE and self._digits.one_ns is not None):
            if not self._menu.may_choose(now_ns):
                return  # It would wait, and answer once the page listens.
            self._digits, number = self._digits.typed(key, now_ns)
            self._answer(number, now_ns)
        elif key in TAKE or (self._look.scanning and key == pygame.K_SPACE):
            if self.shown_s(now_ns) >= self.top.guard_s:
                self._take(self._menu.focus, now_ns)
        elif key in FORWARD or key in BACKWARD:
            self._menu = self._menu.moved(1 if key in FORWARD else -1, now_ns)
        else:
            self._press_key(key, now_ns)

    def _press_key(self, key: int, now_ns: int) -> None:
        if key == pygame.K_ESCAPE:
            self._press("pause", now_ns)
        elif key in RETURN:
            self._take_where(lambda c: isinstance(c.asks, GoBack), now_ns)
        elif key == pygame.K_m:
            self._mute()
        elif key == pygame.K_s:
            self._take_where(lambda c: c.skips, now_ns)
        else:
            self._press(PRESSES.get(key), now_ns)

    def _click(self, at: tuple[float, float], now_ns: int) -> None:
        if self._scale is not None:
            self._tell_pain(self._scale.click(at, now_ns), now_ns)
            if self._hud.pressed(at) == "unwell":
                self._press("unwell", now_ns)
            return
        self._press(self._hud.pressed(at), now_ns)
        for n, button in enumerate(self._screen.buttons(self.top)):
            if button.place.collidepoint(at):
                self._take(n, now_ns)
                return

    def _press(self, name: str | None, now_ns: int) -> None:
        if name == "unwell":
            self._scale = None
            self._request(ReportUnwell())
        elif name == "pain" and self._scale is None:
            self._scale = PainScale(now_ns)
            self._digits = Digits(self._digits.most)
        elif name == "pause" and not self._page.last:
            leaving = self._over is None
            self._lay_over(leave_page(self._look.language) if leaving else None, now_ns)

    def _answer(self, number: int | None, now_ns: int) -> None:
        """A number answers: itself on a scale, else the choice that bears it."""
        if number is None:
            return
        small = any(c.small for c in self.top.choices)
        if small:
            self._take_where(lambda c: c.small and c.text == str(number), now_ns)
        else:
            numbered = [n for n, c in enumerate(self.top.choices) if not c.quiet]
            if 1 <= number <= len(numbered) and self.shown_s(now_ns) >= self.top.guard_s:
                self._take(numbered[number - 1], now_ns)

    def _take_where(self, fits: Callable[[Choice], bool], now_ns: int) -> None:
        found = (n for n, c in enumerate(self.top.choices) if fits(c))
        self._take(next(found, None), now_ns)

    def _take(self, number: int | None, now_ns: int, *, by_motion: bool = False) -> None:
        if number is None or not self._menu.may_choose(now_ns):
            return
        top = self.top
        if number >= len(top.choices):
            self._press(self._hud.buttons[number - len(top.choices)].name, now_ns)
            return
        choice = top.choices[number]
        if by_motion and top.clinical and self._over is None:
            self._lay_over(confirm_page(choice, self._look.language), now_ns)
            return
        self._over = None
        self._open(now_ns)
        if not isinstance(choice.asks, Stay):
            self._chosen(choice)

    def _tell_pain(self, pain: int | str | None, now_ns: int) -> None:
        if isinstance(pain, int):
            self._request(ReportPain(pain=pain))
        if pain is not None:
            # A second press by a trembling hand is no answer to what lay below.
            self._scale = None
            self._open(now_ns)
