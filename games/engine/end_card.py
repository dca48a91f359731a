"""The card that ends a game: what was done, in words; and until when it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.rules.mode import Mode
from games.ui.ending import ending_lines
from games.ui.overlay import card
from games.ui.texts import FRAME, said

if TYPE_CHECKING:
    from games.audio.speech import Voice
    from games.rules.progress import GameProgress
    from games.ui.canvas import Canvas

    from .play_settings import PlaySettings

__all__ = ["EndCard"]

SHOWN_NS = 4_000_000_000
CALM_NS = 1_000_000_000


class EndCard:
    """Shut until the game ends.

    Args:
        settings: how the game is looked at, and who reads what is told.
        voice: speaks it as it opens.

    Attributes:
        counted: repetitions as the session counts them; None: no session does.
    """

    def __init__(self, settings: PlaySettings, voice: Voice) -> None:
        self.counted: int | None = None
        self._look, self._reaches, self._voice = settings.look, settings.reaches, voice
        self._setting = settings.setting
        self._lingers = settings.stopping.lingers
        self._mode, self._since_ns = Mode.PLAY, 0

    @property
    def open(self) -> bool:
        """Whether it is shown."""
        return self._mode is not Mode.PLAY

    def show(self, mode: Mode, progress: GameProgress, now_ns: int, *, measured: bool) -> None:
        """Open it, and speak it; `mode` says how the game ended."""
        self._mode, self._since_ns = mode, now_ns
        lines = self._lines(progress, measured=measured)
        self._voice.say(" ".join(f"{line.rstrip('.')}." for line in lines))

    def draw(self, canvas: Canvas, progress: GameProgress, *, measured: bool) -> None:
        """In large letters over the game."""
        title, *lines = self._lines(progress, measured=measured)
        foot = said(FRAME, "close", self._look.language) if self._lingers else ""
        card(canvas, title, lines, foot=foot)

    def may_close(self, now_ns: int) -> bool:
        """Whether it may be taken away: not by a press that was meant for the game."""
        return self.open and self._lingers and now_ns - self._since_ns > CALM_NS

    def is_over(self, now_ns: int) -> bool:
        """Whether it goes away by itself now."""
        return self.open and not self._lingers and now_ns - self._since_ns > SHOWN_NS

    def _lines(self, progress: GameProgress, *, measured: bool) -> list[str]:
        return ending_lines(
            self._mode,
            progress,
            self._setting,
            self._look.language,
            measured=measured,
            reaches=self._reaches,
            counted=self.counted,
            points=self._look.shows_points,
        )
