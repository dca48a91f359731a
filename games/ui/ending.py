"""The last words of a game: what was done, named; what an ending for pain or unease says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.rules.mode import Mode

from .texts import FRAME, said

if TYPE_CHECKING:
    from games.rules.mode import Reaches
    from games.rules.progress import GameProgress
    from therapy.wording import Language

__all__ = ["ending_lines"]

TITLES = {Mode.UNWELL: "unwell_told", Mode.STOPPED: "pain_ends"}


def ending_lines(
    mode: Mode,
    progress: GameProgress,
    language: Language,
    *,
    measured: bool,
    reaches: Reaches = "nobody",
) -> list[str]:
    """A title, and what stands below it.

    Args:
        mode: how the game ended.
        progress: what was done.
        language: of the words.
        measured: whether a sensor saw it: without one nothing is said of how it was done.
        reaches: who will read what was told, so that nothing is promised that does not come.
    """
    title = said(FRAME, TITLES.get(mode, "done"), language)
    some = said(FRAME, "praise_some", language, trials=progress.trials)
    told = said(FRAME, f"told_to.{reaches}", language)
    if mode is Mode.UNWELL:
        return [title, told, said(FRAME, "summons_nobody", language)]
    if mode is Mode.STOPPED:
        return [title, told, some]
    full = said(FRAME, "praise", language, full=progress.full, trials=progress.trials)
    points = said(FRAME, "points", language, score=progress.score)
    return [title, full if progress.full and measured else some, points]
