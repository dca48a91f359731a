"""One page at a time, and everything that can be pressed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pygame

from games.ui.canvas import Canvas
from games.ui.hud import Hud
from games.ui.menu import Menu
from games.ui.pain_scale import PainScale
from telemetry.messages.requests import ReportPain, ReportUnwell

from .page import Page
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


class PageDesk:
    """Shows pages and hears the person: two keys, mouse, or motion; pain and unwell always.

    Args:
        window, look: to draw with.
        chosen: told which choice was taken.
        request: for pain and unwell, which no page owns.
        closed: told when the window is closed.
        say: speaks a page when it opens.
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
        now_ns: int,
    ) -> None:
        self._window, self._look = window, look
        self._canvas = Canvas(window.picture, look.text_scale)
        self._chosen, self._closed = chosen, closed
        self._request, self._say = request, say
        self._screen, self._hud = PageScreen(look), Hud(look)
        self._page, self._menu, self._since_ns = Page(""), Menu(0), now_ns
        self._scale: PainScale | None = None

    def show(self, page: Page, now_ns: int, control: float | None) -> None:
        """Take over the page of this frame, and what was pressed since the last one."""
        if page != self._page:
            self._turn_to(page, now_ns)
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                self._closed()
            elif event.type == pygame.KEYDOWN:
                self._key(event.key, now_ns)
            elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
                self._click(self._window.to_picture(event.pos), now_ns)
        if self._scale is not None:
            self._tell_pain(self._scale.waited(now_ns))
            control = None
        self._menu, taken = self._menu.waited(now_ns, control)
        if taken is not None:
            self._take(taken, now_ns)

    def shown_s(self, now_ns: int) -> float:
        """For how long the page has been open."""
        return (now_ns - self._since_ns) * 1e-9

    def draw(self, now_ns: int, ghost: float | None) -> None:
        """Draw the page; `ghost` moves a pale figure: the person's own way, or a take."""
        seconds = self.shown_s(now_ns)
        self._screen.draw(self._canvas, self._page, self._menu, seconds, ghost)

    def draw_buttons(self, heart_bpm: int | None) -> None:
        """Pain and unwell over any page, the heart rate, and the scale once pain was pressed."""
        self._hud.draw_buttons(self._canvas)
        self._hud.draw_heart(self._canvas, heart_bpm)
        if self._scale is not None:
            self._scale.draw(self._canvas, self._look)

    def _turn_to(self, page: Page, now_ns: int) -> None:
        if page.spoken and page.spoken != self._page.spoken:
            self._say(page.spoken)
        if [c.text for c in page.choices] != [c.text for c in self._page.choices]:
            self._menu, self._since_ns = Menu.opened(len(page.choices), now_ns), now_ns
        self._page = page

    def _key(self, key: int, now_ns: int) -> None:
        if key == pygame.K_F11 or (key == pygame.K_ESCAPE and self._window.full_screen):
            self._window.toggle_full_screen()
        elif self._scale is not None and key != pygame.K_u:
            self._tell_pain(self._scale.key(key, now_ns))
        elif key in FORWARD:
            self._menu = self._menu.moved(1, now_ns)
        elif key in BACKWARD:
            self._menu = self._menu.moved(-1, now_ns)
        elif key in TAKE:
            if self.shown_s(now_ns) >= self._page.guard_s:
                self._take(self._menu.focus, now_ns)
        else:
            self._press({pygame.K_u: "unwell", pygame.K_p: "pain"}.get(key), now_ns)

    def _click(self, at: tuple[float, float], now_ns: int) -> None:
        self._press(self._hud.pressed(at), now_ns)
        if self._scale is not None:
            self._tell_pain(self._scale.click(at))
            return
        for n, button in enumerate(self._screen.buttons(self._page)):
            if button.place.collidepoint(at):
                self._take(n, now_ns)
                return

    def _press(self, name: Any, now_ns: int) -> None:
        if name == "unwell":
            self._scale = None
            self._request(ReportUnwell())
        elif name == "pain" and self._scale is None:
            self._scale = PainScale(now_ns)

    def _take(self, number: int, now_ns: int) -> None:
        if self._menu.may_choose(now_ns):
            choice = self._page.choices[number]
            self._menu = Menu.opened(self._menu.count, now_ns)
            self._chosen(choice)

    def _tell_pain(self, pain: int | None) -> None:
        if pain is not None:
            self._request(ReportPain(pain=pain))
            self._scale = None
