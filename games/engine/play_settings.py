"""What one play of a game is set to, and when it ends by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from games.look import Look
from games.rules.setting import Setting
from therapy.plan.limits import Limits

if TYPE_CHECKING:
    from games.rules.mode import Reaches

    from .game import Game

__all__ = ["PlaySettings", "Stopping"]


@dataclass(frozen=True, slots=True)
class Stopping:
    """When a loop ends by itself.

    Attributes:
        after_s: at the latest, on the game's clock; None: no such end.
        lingers: whether the last card stays until it is closed, as in a window.
        with_source: whether the source's end is the game's; a session has more to come.
        portrayed: whether a frame is kept that shows the game well.
    """

    after_s: float | None = None
    lingers: bool = False
    with_source: bool = True
    portrayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySettings:
    """The settings of one play.

    Attributes:
        game: what is played.
        setting: dose, tempo and limits of the game.
        look: language, text size, side.
        limits: the patient's.
        pain_at_check_in: what was told there; None: nothing.
        stopping: when it ends by itself.
        reaches: who will read what is told here.
        measured: an angle may be shown.
    """

    game: Game
    setting: Setting = field(default_factory=Setting)
    look: Look = field(default_factory=Look)
    limits: Limits = field(default_factory=Limits)
    pain_at_check_in: int | None = None
    stopping: Stopping = field(default_factory=Stopping)
    reaches: Reaches = "nobody"
    measured: bool = True
