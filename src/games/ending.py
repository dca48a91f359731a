"""The last card of a game: what was done, named; and what an ending for pain or unease says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .mode import Mode
from .overlay import card
from .texts import FRAME, said

if TYPE_CHECKING:
    from .canvas import Canvas
    from .look import Language
    from .progress import Progress

__all__ = ["draw_ending", "ending_words"]

TITLES = {Mode.UNWELL: "unwell_told", Mode.STOPPED: "pain_ends"}


def ending_words(mode: Mode, language: Language) -> str:
    """What the last card says first; it is spoken, too."""
    return said(FRAME, TITLES.get(mode, "done"), language)


def draw_ending(
    canvas: Canvas,
    mode: Mode,
    progress: Progress,
    language: Language,
    *,
    measured: bool,
    lingers: bool,
) -> None:
    """Draw the last card.

    Args:
        canvas: to draw on.
        mode: how the game ended.
        progress: what was done.
        language: of the words.
        measured: whether a sensor saw it: without one nothing is said of how it was done.
        lingers: whether the card stays until a key closes it.
    """
    some = said(FRAME, "praise_some", language, trials=progress.trials)
    if mode is Mode.UNWELL:
        lines = [said(FRAME, "summons_nobody", language)]
    elif mode is Mode.STOPPED:
        lines = [some]
    else:
        full = said(FRAME, "praise", language, full=progress.full, trials=progress.trials)
        points = said(FRAME, "points", language, score=progress.score)
        lines = [full if progress.full and measured else some, points]
    foot = said(FRAME, "close", language) if lingers else ""
    card(canvas, ending_words(mode, language), lines, foot=foot)
