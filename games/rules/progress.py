"""What a game has come to: trials, score, sets, rests, and the difficulty that follows.

Success has two layers. The *exercise* is complete where the repetition was the prescribed one, and
brings points; the *ornament* beside it, a finer thing that may be missed in silence, is what the
difficulty is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from .control import Signal
from .endings import Ending
from .feedback import Coach
from .staircase import Staircase

if TYPE_CHECKING:
    from .setting import Setting

__all__ = ["POINTS", "Cue", "Ending", "GameEvent", "GamePhase", "GameProgress", "TrialOutcome"]

POINTS = 10
"""For one repetition done as asked; there is nothing more to gain."""


class GamePhase(Enum):
    """Where a game is."""

    PLAY = "play"
    REST = "rest"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """One trial, traceable to the samples that made it.

    Attributes:
        number: counts from 1.
        ending: how it ended; only `FULL` brings points.
        points: what it brought.
        demand: the level asked for, in the control's unit.
        peak: the level reached, bounded by the ceiling.
        ceiling: the lower of target and limit at its end.
        level: the difficulty it was played at.
        t_from_ns, t_to_ns: instants of the first and last sample that it rests on.
        ornament: the finer thing succeeded, too.
        calm: it took about as long as prescribed, or longer; None: no speed is prescribed.
    """

    number: int
    ending: Ending
    points: int
    demand: float
    peak: float
    ceiling: float
    level: float
    t_from_ns: int
    t_to_ns: int
    ornament: bool = False
    calm: bool | None = True

    @property
    def success(self) -> bool:
        """Whether it was the prescribed repetition."""
        return self.ending is Ending.FULL

    @property
    def flagged(self) -> bool:
        """Whether something forbids that the next one be harder."""
        return self.ending in (Ending.TOO_FAST, Ending.COMPENSATED, Ending.TOO_FAR)


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to hear or see at once; it changes nothing."""

    name: str
    t_ns: int


GameEvent = TrialOutcome | Cue


@dataclass(frozen=True, slots=True)
class GameProgress:
    """Score, dose and difficulty.

    Attributes:
        full: repetitions that were complete.
        ornaments: of these, those whose ornament succeeded.
        eased: pain was amber: less of the range is enough.
        played_ns: time played, without rests and silences.
        rest_ns: what is left of the rest.
    """

    staircase: Staircase
    score: int = 0
    trials: int = 0
    full: int = 0
    ornaments: int = 0
    eased: bool = False
    coach: Coach = field(default_factory=Coach)
    phase: GamePhase = GamePhase.PLAY
    played_ns: int = 0
    rest_ns: int = 0

    @classmethod
    def start(cls, setting: Setting) -> GameProgress:
        """Nothing done yet."""
        staircase = Staircase(setting.level, setting.success, setting.step_harder, setting.steady)
        return cls(staircase)

    @property
    def level(self) -> float:
        """The difficulty now."""
        return self.staircase.level

    def signalled(self, signals: tuple[Signal, ...]) -> GameProgress:
        """After signals from the session."""
        if not signals:
            return self
        staircase = self.staircase
        for signal in signals:
            staircase = staircase.signalled(signal)
        eased = self.eased or Signal.EASE in signals
        return replace(self, staircase=staircase, eased=eased)

    def ticked(self, setting: Setting) -> GameProgress:
        """One fixed step later: rests run out, the cap on play comes nearer."""
        phase, played_ns, rest_ns = self.phase, self.played_ns, 0
        if phase is GamePhase.DONE:
            return self
        if phase is GamePhase.REST:
            rest_ns = max(0, self.rest_ns - setting.step_ns)
            phase = GamePhase.REST if rest_ns else GamePhase.PLAY
        else:
            played_ns += setting.step_ns
            if played_ns >= setting.cap_s * 1e9:
                phase = GamePhase.DONE
        return replace(self, phase=phase, played_ns=played_ns, rest_ns=rest_ns)

    def corrected(self) -> GameProgress:
        """The repetition under way was corrected."""
        return replace(self, coach=self.coach.corrected())

    def after(
        self, outcome: TrialOutcome, setting: Setting
    ) -> tuple[GameProgress, tuple[GameEvent, ...]]:
        """One trial later; the outcome, and what the player is told of it."""
        trials = self.trials + 1
        phase, rest_ns = GamePhase.PLAY, 0
        if trials >= setting.dose:
            phase = GamePhase.DONE
        elif trials % setting.repetitions == 0 and setting.rest_s > 0:
            phase, rest_ns = GamePhase.REST, round(setting.rest_s * 1e9)
        coach, message = self.coach.after(outcome.ending, calm=outcome.calm)
        told = () if message is None else (Cue(message, outcome.t_to_ns),)
        after = replace(
            self,
            staircase=self.staircase.after(success=outcome.ornament, flagged=outcome.flagged),
            score=self.score + outcome.points,
            trials=trials,
            full=self.full + outcome.success,
            ornaments=self.ornaments + outcome.ornament,
            coach=coach,
            phase=phase,
            rest_ns=rest_ns,
        )
        return after, (outcome, *told)
