"""Tells the person who at the clinic sees the session now, and when nobody does any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .session_texts import SESSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.look import Look

__all__ = ["WatchTelling"]

OVER_NS: Final = 10_000_000_000
"""For so long it stands on the screen that nobody watches any more."""


class WatchTelling:
    """A line for every screen, and a word when it changes.

    Args:
        look: language.
        watched_by: the roles of those who watch at this moment.
        say: speaks a line.
    """

    def __init__(
        self, look: Look, watched_by: Callable[[], tuple[str, ...]], say: Callable[[str], None]
    ) -> None:
        self._look, self._watched_by, self._say = look, watched_by, say
        self._watchers: tuple[str, ...] = ()
        self._over_ns: int | None = None

    def line(self, now_ns: int) -> str:
        """What stands on the screen; empty where nobody watches."""
        watchers = self._watched_by()
        if watchers != self._watchers:
            self._over_ns = None if watchers else now_ns
            self._watchers = watchers
            self._say(self._words())
        if not watchers and (self._over_ns is None or now_ns - self._over_ns > OVER_NS):
            return ""
        return self._words()

    def _words(self) -> str:
        language = self._look.language
        if not self._watchers:
            return SESSION["watched_over"][language]
        names = [SESSION[f"watcher.{watcher}"][language] for watcher in self._watchers]
        return SESSION["watched"][language].format(who=", ".join(names))
