"""Raccolto's rules: reach a fruit, hold while it comes loose, put it down in the basket.

Each repetition is one fruit. Harder means a higher fruit (never above the ceiling) and a
longer hold, up to the prescribed one and never beyond the cap.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from games.rules.progress import Cue, GameEvent, GamePhase, GameProgress
from games.rules.reach import Asked, Reach, ReachStage
from games.rules.smoothed_control import SmoothedControl

if TYPE_CHECKING:
    from games.rules.control import Input
    from games.rules.setting import Setting

__all__ = ["RaccoltoState", "asked_for", "start", "step"]

EASE_S = 0.06
SHORTEST_HOLD_S = 0.4


@dataclass(frozen=True, slots=True)
class RaccoltoState:
    """All there is to Raccolto at one instant.

    Attributes:
        height: where the picker is drawn, eased from the control's position.
        picked: fruits in the basket.
        changed_tick: when the last fruit was put down or left, for drawing.
        put_down: whether the last one lies in the basket.
    """

    setting: Setting
    progress: GameProgress
    asked: Asked
    control: SmoothedControl = field(default_factory=SmoothedControl)
    reach: Reach = field(default_factory=Reach)
    tick: int = 0
    height: float = 0.0
    picked: int = 0
    changed_tick: int = -10_000
    put_down: bool = False

    @property
    def carries(self) -> bool:
        """Whether a fruit is in the picker."""
        return self.reach.stage is ReachStage.BACK and self.reach.reached


def start(setting: Setting) -> RaccoltoState:
    """Before the first sample."""
    progress = GameProgress.start(setting)
    return RaccoltoState(setting, progress, asked_for(setting, progress))


def asked_for(setting: Setting, progress: GameProgress) -> Asked:
    """The next fruit, from the difficulty and the game's own randomness."""
    number, level = progress.trials + 1, progress.level
    lower = 0.08 * random.Random(f"raccolto {setting.seed} {number}").random()
    hold_s = setting.hold_s * (0.4 + 0.6 * level)
    return Asked(
        number=number,
        share=min(1.0, max(0.5, 0.66 + 0.34 * level - lower)),
        half=0.16 - 0.12 * level,
        hold_s=min(max(hold_s, SHORTEST_HOLD_S), setting.hold_cap_s),
        min_phase_s=None if setting.reward_amplitude else setting.min_phase_s,
    )


def step(state: RaccoltoState, given: Input) -> tuple[RaccoltoState, tuple[GameEvent, ...]]:
    """One fixed step."""
    progress = state.progress.signalled(given.signals).ticked(state.setting)
    control = state.control
    for sample in given.samples:
        control = control.moved(sample)
    if progress.phase is not GamePhase.PLAY or control.t_ns == 0:
        return _settled(state, control, Reach(), progress), ()
    was, reach = state.reach, state.reach.moved(control, state.asked, state.setting.step_ns)
    events: tuple[GameEvent, ...] = ()
    if reach.hasty and not was.hasty:
        events = (Cue("slower", control.t_ns),)
    if was.held_ns == 0 and reach.held_ns > 0:
        events = (*events, Cue("touched", control.t_ns))
    if was.stage is ReachStage.OUT and reach.stage is ReachStage.BACK:
        events = (*events, Cue("picked" if reach.reached else "stays", control.t_ns))
    if not reach.ended(control, state.asked):
        return _settled(state, control, reach, progress), events
    outcome = reach.outcome(control, state.asked, progress.level)
    progress = progress.after(outcome, state.setting)
    state = replace(
        state,
        asked=asked_for(state.setting, progress),
        picked=state.picked + reach.reached,
        changed_tick=state.tick,
        put_down=reach.reached,
    )
    return _settled(state, control, Reach(), progress), (*events, outcome)


def _settled(
    state: RaccoltoState, control: SmoothedControl, reach: Reach, progress: GameProgress
) -> RaccoltoState:
    ease = min(1.0, state.setting.dt_s / EASE_S)
    return replace(
        state,
        progress=progress,
        control=control,
        reach=reach,
        tick=state.tick + 1,
        height=state.height + (control.position - state.height) * ease,
    )
