"""A postcard as a value, and the words that may stand on one. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from therapy.wording import WordedError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MOST_LETTERS", "MOST_NAME", "POSTCARD", "Postcard", "plain_words"]

POSTCARD: Final = "postcard"
"""Mechanism under which a session's record tells that one was seen or hidden; never whose."""
MOST_LETTERS: Final = 200
MOST_NAME: Final = 30

_WRITTEN: Final = ((0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x52F), (0x2010, 0x2027), (0x20AC, 0x20AC))
"""What the screens' letters can draw: Latin, Greek, Cyrillic, and their punctuation."""


@dataclass(frozen=True, slots=True)
class Postcard:
    """One card as it is shown.

    Attributes:
        card: its ULID.
        sender: what the person calls whoever sent it.
        text: up to `MOST_LETTERS`.
        picture: a file that `games.postcards.picture` redrew; None: words alone.
    """

    card: str
    sender: str
    text: str
    picture: Path | None = None


def plain_words(text: str, most: int, it: str, en: str) -> str:
    """Words as they can be drawn and spoken: one line, without signs that have no letter here.

    Args:
        text: as it was written.
        most: letters at most.
        it: what it is, for whoever has to shorten it.
        en: the same in English.

    Raises:
        ConfigurationError: nothing is left, or too much.
    """
    drawn = "".join(
        c if any(low <= ord(c) <= high for low, high in _WRITTEN) else " " if c.isspace() else ""
        for c in unicodedata.normalize("NFC", text)
    )
    words = " ".join(drawn.split())
    if not 1 <= len(words) <= most:
        raise WordedError(
            f"{it}: {len(words)} lettere leggibili; ne servono da 1 a {most}",
            f"{en}: {len(words)} letters that can be read; 1 to {most} are wanted",
        )
    return words
