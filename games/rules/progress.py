"""What a game has come to: trials, score, sets, rests, and the difficulty that follows.

Success has two layers. The *exercise* is complete where the repetition was the prescribed one, and
brings points; the *ornament* beside it, a finer thing that may be missed in silence, is what the
difficulty is about.

What is done of the dose is counted by one: by the session where there is one, so that no screen
tells another number than the record, else by the game, a trial a repetition. A movement too small
to be a repetition is an attempt: it is told of, and uses nothing up.
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

__all__ = [
    "MOST_MOVEMENTS",
    "POINTS",
    "Cue",
    "Ending",
    "GameEvent",
    "GamePhase",
    "GameProgress",
    "TrialOutcome",
]

POINTS = 10
"""For one repetition done as asked; there is nothing more to gain."""
MOST_MOVEMENTS = 2
"""Times the dose: after so many movements a game ends, whatever was counted of them."""


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
        attempts: movements too small to be a repetition.
        counted: repetitions of the exercise as its session counts them; None: no session does.
        sets: of the exercise, whose rest is over or has begun.
        full: repetitions that were complete.
        ornaments: of these, those whose ornament succeeded.
        eased: pain was amber: less of the range is enough.
        played_ns: time played, without rests and silences.
        rest_ns: what is left of the rest.
    """

    staircase: Staircase
    score: int = 0
    trials: int = 0
    attempts: int = 0
    counted: int | None = None
    sets: int = 0
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
        return cls(staircase, sets=setting.before // setting.repetitions)

    @property
    def level(self) -> float:
        """The difficulty now."""
        return self.staircase.level

    def done(self, setting: Setting) -> int:
        """Of the game's dose."""
        return self.trials if self.counted is None else self.counted - setting.before

    def complete(self, setting: Setting) -> tuple[int, int]:
        """Complete repetitions and all of the game: no more than the session has counted in it."""
        trials = max(0, min(self.trials, self.done(setting)))
        return min(self.full, trials), trials

    def told(self, counted: int | None) -> GameProgress:
        """After what the session has counted."""
        return self if counted is None else replace(self, counted=counted)

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
        coach, message = self.coach.after(outcome.ending, calm=outcome.calm)
        told = () if message is None else (Cue(message, outcome.t_to_ns),)
        after = replace(
            self,
            staircase=self.staircase.after(success=outcome.ornament, flagged=outcome.flagged),
            score=self.score + outcome.points,
            trials=self.trials + 1,
            full=self.full + outcome.success,
            ornaments=self.ornaments + outcome.ornament,
            coach=coach,
        )
        return after.between(setting), (outcome, *told)

    def attempted(self, t_ns: int, setting: Setting) -> tuple[GameProgress, tuple[GameEvent, ...]]:
        """One attempt later; what the player is told of it."""
        coach, message = self.coach.after(Ending.SHORT)
        told = () if message is None else (Cue(message, t_ns),)
        return replace(self, attempts=self.attempts + 1, coach=coach).between(setting), told

    def between(self, setting: Setting) -> GameProgress:
        """Between two repetitions: a rest where a set is over, the end where the dose is."""
        if self.phase is not GamePhase.PLAY:
            return self
        done, most = self.done(setting), MOST_MOVEMENTS * setting.dose
        if done >= setting.dose or self.trials + self.attempts >= most:
            return replace(self, phase=GamePhase.DONE)
        sets = (setting.before + done) // setting.repetitions
        if sets <= self.sets:
            return self
        rests = setting.sets > 1 and setting.rest_s > 0
        phase = GamePhase.REST if rests else GamePhase.PLAY
        rest_ns = round(setting.rest_s * 1e9) if rests else 0
        return replace(self, sets=sets, phase=phase, rest_ns=rest_ns)
