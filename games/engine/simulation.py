"""From samples to fixed steps: the one place where time enters a game.

The game's time is the samples' time. A step runs when a sample of its end or later is there,
so that every sample is applied in the step that its own instant falls into, however the
samples were cut into packets and whenever frames were drawn. Same samples, same states.

A silence of more than 300 ms takes no game time at all: the step under way is set forth when
the sensor speaks again. Between the newest sample and now, `shown` looks ahead with the last
sample held; what it finds is drawn and thrown away, never scored.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from games.rules.control import SILENCE_NS, ControlSample, Input, Signal, is_usable

if TYPE_CHECKING:
    from games.rules.progress import GameEvent
    from games.rules.setting import Setting

    from .game import Game

__all__ = ["Simulation"]

LOOK_AHEAD_NS = 100_000_000


class Simulation:
    """A game on its way.

    Attributes:
        state: after all complete steps.
        events: all that happened, in order.
        silences: how many silences there were.
        late, unusable: samples left out because they came behind their time or were no numbers.
    """

    def __init__(self, game: Game, setting: Setting) -> None:
        self._step = game.step
        self.state: Any = game.start(setting)
        self.events: list[GameEvent] = []
        self.silences = 0
        self.late = 0
        self.unusable = 0
        self.steps = 0
        self._step_ns = setting.step_ns
        self._end_ns: int | None = None
        self._last_ns = 0
        self._pending: list[ControlSample] = []
        self._signals: list[Signal] = []
        self._counted: int | None = None

    @property
    def newest_ns(self) -> int:
        """Instant of the newest sample applied or waiting; 0 before the first."""
        return self._last_ns

    def signal(self, signal: Signal) -> None:
        """Tell the rules something with the next step."""
        self._signals.append(signal)

    def count(self, counted: int) -> None:
        """Tell the rules how many repetitions the session has counted: its count is the dose."""
        self._counted = counted

    def feed(self, sample: ControlSample) -> list[GameEvent]:
        """Apply one sample; gives what happened in the steps that it completes."""
        if not is_usable(sample):
            self.unusable += 1
            return []
        if self._end_ns is None:
            self._end_ns = sample.t_ns + self._step_ns
        elif sample.t_ns <= self._last_ns:
            self.late += 1
            return []
        elif sample.t_ns - self._last_ns > SILENCE_NS:
            self.silences += 1
            self._end_ns = sample.t_ns + self._step_ns
        happened: list[GameEvent] = []
        while sample.t_ns >= self._end_ns:
            happened += self._run_step()
            self._end_ns += self._step_ns
        self._pending.append(sample)
        self._last_ns = sample.t_ns
        return happened

    def shown(self, now_ns: int) -> Any:
        """The state as it will be at `now_ns` if the control stays: for drawing only."""
        if self._end_ns is None:
            return self.state
        ahead_ns = min(now_ns, self._last_ns + LOOK_AHEAD_NS) - self._end_ns
        state, _ = self._step(self.state, Input(tuple(self._pending), counted=self._counted))
        for _ in range(ahead_ns // self._step_ns if ahead_ns > 0 else 0):
            state, _ = self._step(state, Input())
        return state

    def digest(self) -> str:
        """SHA-256 over the state and all that happened: equal for equal play."""
        return hashlib.sha256(repr((self.state, self.events)).encode()).hexdigest()

    def _run_step(self) -> tuple[GameEvent, ...]:
        given = Input(tuple(self._pending), tuple(self._signals), self._counted)
        self._pending.clear()
        self._signals.clear()
        self.state, happened = self._step(self.state, given)
        self.steps += 1
        self.events += happened
        return happened
