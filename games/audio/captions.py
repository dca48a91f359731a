"""What was spoken, as a line to read for as long as reading it takes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from .speech import Voice

__all__ = ["Captions"]

LEAST_NS: Final = 3_000_000_000
A_WORD_NS: Final = 450_000_000
"""Slow readers take some 130 words a minute."""


class Captions:
    """The newest that a voice was given to say since this was made; muted or absent, too.

    Args:
        voice: whose words.
        on: False writes nothing.
        speed: of the clock, times real time.
    """

    def __init__(self, voice: Voice, *, on: bool, speed: float = 1.0) -> None:
        self._voice, self._on, self._speed = voice, on, speed
        self._read = len(voice.said)
        self._line, self._until_ns = "", 0

    def line(self, now_ns: int, written: Collection[str]) -> str:
        """What is to be read now; empty: nothing, or it is `written` elsewhere on the screen."""
        said = self._voice.said
        if len(said) != self._read:
            self._read, self._line = len(said), said[-1]
            lasts_ns = max(LEAST_NS, A_WORD_NS * len(self._line.split()))
            self._until_ns = now_ns + round(lasts_ns * self._speed)
        # What is spoken ends in a full stop that a line on the screen does without.
        elsewhere = self._line.rstrip(".") in {line.rstrip(".") for line in written}
        return self._line if self._on and now_ns < self._until_ns and not elsewhere else ""
