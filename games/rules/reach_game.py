"""A game of one reach after the other: what the games at hand share, and each draws its own way.

The exercise is judged by `Reach`. The ornament is the tempo: how near a repetition's duration
comes to the prescribed one. A tolerance that halves with each quarter of the difficulty lets
whoever keeps the tempo find a level where three of four succeed, whatever their own pace is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .control import Signal
from .progress import Cue, GamePhase, GameProgress
from .reach import Asked, Reach, ReachStage, asked_of
from .smoothed_control import SmoothedControl

if TYPE_CHECKING:
    from .control import Input, Invitation
    from .progress import GameEvent, TrialOutcome
    from .setting import Setting

__all__ = ["ReachGame", "ReachTurn", "kept_tempo"]

WIDEST, NARROWEST = 1.2, 0.02
"""Tolerance of a repetition's duration, as a difference of logarithms, at levels 0 and 1."""

_G = TypeVar("_G", bound="ReachGame")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachGame:
    """What each of these games' states has; a game's own state inherits it.

    Attributes:
        asked: the trial at hand.
        tick: fixed steps so far.
    """

    setting: Setting
    progress: GameProgress
    asked: Asked
    control: SmoothedControl = field(default_factory=SmoothedControl)
    reach: Reach = field(default_factory=Reach)
    tick: int = 0

    @classmethod
    def begun(cls, setting: Setting, **own: Any) -> Self:
        """Before the first sample; `own`: what a game's state has besides."""
        progress = GameProgress.start(setting)
        asked = asked_of(setting, 1, eased=False)
        return cls(setting=setting, progress=progress, asked=asked, **own)

    @property
    def invites(self) -> Invitation:
        """Where the game invites to."""
        return self.reach.invites(self.control, self.asked)

    def eased_towards(self, shown: float, over_s: float) -> float:
        """Where something is drawn that follows the position a little later."""
        return shown + (self.control.position - shown) * min(1.0, self.setting.dt_s / over_s)

    def turn(self, given: Input, *, lower: float = 0.0, ornament: bool | None = None) -> ReachTurn:
        """One fixed step of what is shared.

        Args:
            given: the step's samples and signals.
            lower: how much lower than the ceiling the next trial is drawn.
            ornament: whether a game's own ornament succeeded; None: the tempo decides.
        """
        progress = self.progress.signalled(given.signals).told(given.counted).ticked(self.setting)
        control = self.control.after(given.samples)
        before = self.reach.stood(control) if Signal.STOOD in given.signals else self.reach
        if before.settled():
            progress = progress.between(self.setting)
        if progress.phase is GamePhase.DONE or control.t_ns == 0:
            return ReachTurn(progress, control, Reach(), self.asked)
        if progress.phase is GamePhase.REST:
            reach = before.rested(control, self.asked, self.setting.step_ns)
            return ReachTurn(progress, control, reach, self.asked)
        reach = before.moved(control, self.asked, self.setting.step_ns)
        if reach.void:
            reach = Reach(base=reach.floor) if reach.over else reach
            return ReachTurn(progress, control, reach, self.asked)
        return self._moved(progress, control, reach, lower=lower, ornament=ornament)

    def _moved(
        self,
        progress: GameProgress,
        control: SmoothedControl,
        reach: Reach,
        *,
        lower: float,
        ornament: bool | None,
    ) -> ReachTurn:
        """A step of play: a movement goes on, or it is over and was a trial or an attempt."""
        events: tuple[GameEvent, ...] = ()
        if reach.hasty and not self.reach.hasty and progress.coach.may_correct:
            progress = progress.corrected()
            events = (Cue("slower", control.t_ns),)
        too_small = reach.too_small(control)
        turned = self.reach.stage is ReachStage.OUT and reach.stage is ReachStage.BACK
        turned = turned and not too_small
        if not reach.over:
            return ReachTurn(progress, control, reach, self.asked, events, turned=turned)
        # A rise that ended this movement is the next one's beginning.
        fresh = Reach(base=reach.floor)
        if too_small:
            progress, told = progress.attempted(control.t_ns, self.setting)
            return ReachTurn(progress, control, fresh, self.asked, (*events, *told))
        if ornament is None:
            ornament = kept_tempo(reach, self.asked, progress.level)
        outcome = reach.outcome(control, self.asked, progress.level, ornament=ornament)
        progress, told = progress.after(outcome, self.setting)
        asked = asked_of(self.setting, progress.trials + 1, eased=progress.eased, lower=lower)
        return ReachTurn(progress, control, fresh, asked, (*events, *told), outcome, turned=turned)


@dataclass(frozen=True, slots=True)
class ReachTurn:
    """What one step of a reach game came to.

    Attributes:
        events: cues, and the outcome with what is told of it.
        outcome: of the repetition that this step completed; None: none.
        turned: the way back has begun.
    """

    progress: GameProgress
    control: SmoothedControl
    reach: Reach
    asked: Asked
    events: tuple[GameEvent, ...] = ()
    outcome: TrialOutcome | None = None
    turned: bool = False

    def of(self, game: _G) -> _G:
        """The game's state with what is shared brought up to date."""
        return replace(
            game,
            progress=self.progress,
            control=self.control,
            reach=self.reach,
            asked=self.asked,
            tick=game.tick + 1,
        )


def kept_tempo(reach: Reach, asked: Asked, level: float) -> bool:
    """Whether a finished repetition lasted as long as prescribed, within the level's tolerance."""
    off = abs(math.log(max(1e-3, reach.duration_ns * 1e-9) / asked.expected_s))
    tolerance: float = WIDEST * (NARROWEST / WIDEST) ** level
    return off <= tolerance
