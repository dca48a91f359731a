"""Speaks prompts where a speech program is installed; elsewhere it is silent.

It tries `espeak-ng` and `espeak`, then macOS's `say`; each prompt is a short-lived process, so
a slow voice never holds a frame, and a new prompt takes the place of one still being spoken.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from therapy.wording import Language

__all__ = ["Voice", "command_for"]

PROGRAMS = ("espeak-ng", "espeak", "say")
WORDS_A_MINUTE = "140"
LOUDEST = 200
"""espeak's amplitude; 100 is its usual one."""
SAY_VOICES = {"it": "Alice", "en": "Samantha"}


def command_for(program: str, text: str, language: Language, volume: float = 0.5) -> list[str]:
    """What to run to say `text`; the text is an argument of its own, never read by a shell."""
    if program.endswith("say"):
        return [program, "-v", SAY_VOICES[language], "-r", WORDS_A_MINUTE, text]
    amplitude = str(round(LOUDEST * volume))
    return [program, "-v", language, "-s", WORDS_A_MINUTE, "-a", amplitude, "--", text]


class Voice:
    """Says one prompt at a time.

    Args:
        language: of the voice.
        on: False never speaks.
        volume: 0 to 1, where the program has one.

    Attributes:
        muted: all is off.
    """

    def __init__(self, language: Language, *, on: bool = True, volume: float = 0.5) -> None:
        self._language, self._volume = language, volume
        self.muted = False
        self._on = on
        found = (shutil.which(name) for name in PROGRAMS)
        self._program = next((path for path in found if path), None) if on else None
        self._speaking: subprocess.Popen[bytes] | None = None
        self.said: list[str] = []

    @property
    def at_hand(self) -> bool:
        """Whether anything will be heard."""
        return self._program is not None

    @property
    def speaking(self) -> bool:
        """Whether a prompt is being spoken."""
        return self._speaking is not None and self._speaking.poll() is None

    @property
    def missing(self) -> bool:
        """Whether it was to speak and there is nothing to speak with."""
        return self._on and self._program is None

    def say(self, text: str) -> None:
        """Begin to say `text`; returns at once."""
        self.said.append(text)
        if self._program is None or self.muted:
            return
        self.close()
        try:
            self._speaking = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
                command_for(self._program, text, self._language, self._volume),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._program = None

    def close(self) -> None:
        """Stop speaking."""
        if self._speaking is not None and self._speaking.poll() is None:
            self._speaking.terminate()
            self._speaking.wait()
        self._speaking = None
