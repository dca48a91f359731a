"""The last words of a game: what was done, named; what an ending for pain or unease says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.rules.mode import Mode

from .texts import FRAME, said

if TYPE_CHECKING:
    from games.rules.mode import Reaches
    from games.rules.progress import GameProgress
    from games.rules.setting import Setting
    from therapy.wording import Language

__all__ = ["ending_lines"]

TITLES = {Mode.UNWELL: "unwell_told", Mode.STOPPED: "pain_ends"}


def ending_lines(
    mode: Mode,
    progress: GameProgress,
    setting: Setting,
    language: Language,
    *,
    measured: bool,
    reaches: Reaches = "nobody",
    counted: int | None = None,
    points: bool = True,
) -> list[str]:
    """A title, and what stands below it.

    Args:
        mode: how the game ended.
        progress: what was done.
        setting: of the game.
        language: of the words.
        measured: whether a sensor saw it: without one nothing is said of how it was done.
        counted: repetitions as the session counts them, before the game too; None: the game's.
        points: whether they are told.
        reaches: who will read what was told, so that nothing is promised that does not come.
    """
    title = said(FRAME, TITLES.get(mode, "done"), language)
    complete, trials = progress.complete(setting)
    done = progress.trials if counted is None else counted
    some = said(FRAME, "praise_some", language, trials=done)
    told = said(FRAME, f"told_to.{reaches}", language)
    if mode is Mode.UNWELL:
        return [title, told, said(FRAME, "summons_nobody", language)]
    if mode is Mode.STOPPED:
        return [title, told, some]
    full = said(FRAME, "praise", language, full=complete, trials=trials)
    score = said(FRAME, "points", language, score=progress.score)
    praised = [full] if complete and measured else []
    if counted is not None or not praised:
        praised = [some, *praised]
    return [title, *praised, *([score] if points else [])]
