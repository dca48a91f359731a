"""What a player is told while a game goes on: by word, sign and sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from games.audio.level_guide import Guide
from games.audio.sound import FEEDBACK
from games.ui.texts import FRAME, said

if TYPE_CHECKING:
    from games.look import Look

    from .devices import Devices
    from .game import Game

__all__ = ["Telling"]

CUE_SHOWN_NS = 2_500_000_000


class Telling:
    """The one message that stands now, and what was said of it.

    Args:
        game: whose words for going out, back and slower are used.
        look: language, and whether the game is played by ear alone.
        devices: sounds, voice, and the pace at which a message passes.
    """

    def __init__(self, game: Game, look: Look, devices: Devices) -> None:
        self._game, self._look = game, look
        self._sounds, self._voice, self._pace = devices.sounds, devices.voice, devices.pace
        self._guide, self._said = Guide(), ""
        self._cue: tuple[str, int] = ("", 0)
        self._sign = ""

    def eased(self) -> None:
        """Pain was amber: from here on it is easier."""
        self._cue = (said(FRAME, "eased", self._look.language), self._pace.now_ns())
        self._sign = ""

    def feedback(self, message: str) -> None:
        """What the player is told of a repetition."""
        own = "slower" if message == "slower" else None
        texts, key = (self._game.texts, own) if own else (FRAME, f"told.{message}")
        self._cue = (said(texts, key, self._look.language), self._pace.now_ns())
        self._sign = message
        self._sounds.play(FEEDBACK[message])

    def cue(self, now_ns: int, state: Any) -> str:
        """The message that stands, or the game's own line: for most whether to go out or back."""
        text, since_ns = self._cue
        if text and now_ns - since_ns < CUE_SHOWN_NS * self._pace.speed:
            return text
        if self._game.line is not None:
            return self._text(self._game.line(state).shown)
        return self._text("out" if self._game.invites(state).level > 0 else "back")

    def says(self, cue: str, state: Any) -> tuple[str, bool]:
        """What is spoken while a cue stands, and whether it is where there is a picture, too."""
        if self._game.line is None or not cue or cue == self._cue[0]:
            return cue, bool(cue) and cue == self._cue[0]
        line = self._game.line(state)
        keys = line.by_ear if self._look.audio_only else line.spoken
        return " ".join(f"{self._text(key)}." for key in keys), True

    def sign(self, cue: str) -> str:
        """The sign that belongs to the words which are shown; empty: none."""
        return self._sign if cue and cue == self._cue[0] else ""

    def say(self, name: str, text: str, *, urgent: bool) -> None:
        """Speak when something new is to be told; with a picture to look at only what is urgent."""
        if text and name != self._said and (self._look.audio_only or urgent):
            self._voice.say(text)
        self._said = name

    def guide(self, position: float, invited: float) -> None:
        """Steps to be heard; in the audio-only mode they are the way to play."""
        self._guide, sound = self._guide.moved(position, invited)
        if sound is not None and self._look.audio_only:
            self._sounds.play(sound)

    def _text(self, key: str) -> str:
        return said(self._game.texts, key, self._look.language)
