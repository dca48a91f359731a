"""Volo's rules: raise the control to lift the swallow through a ring, lower it to glide home.

Each repetition is one high ring and one low one. The wind follows the player: a ring comes as
near as the way to it is done, so that nobody is ever late. Harder means a higher ring (never
above the ceiling), a narrower one, and a longer stay inside.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from games.rules.progress import Cue, Ending, GameEvent, GamePhase, GameProgress
from games.rules.reach import Asked, Reach, ReachStage
from games.rules.smoothed_control import SmoothedControl

if TYPE_CHECKING:
    from games.rules.control import Input
    from games.rules.setting import Setting

__all__ = ["Passed", "VoloState", "start", "step"]

FAR = 10.0
"""Metres at which a new ring waits; one metre is drawn as about 60 pixels."""
GLIDE_M_S = 2.2
GUST_M_S = 13.0
EASE_S = 0.07
SHORTEST_HOLD_S = 0.15


@dataclass(frozen=True, slots=True)
class Passed:
    """The ring just left behind, drifting out of the picture."""

    gap: float
    share: float
    half: float
    low: bool
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class VoloState:
    """All there is to Volo at one instant.

    Attributes:
        altitude: where the flyer is drawn, eased from the control's position.
        distance: metres flown, for the scenery.
        wind: metres per second now.
        gap: metres to the ring ahead.
    """

    setting: Setting
    progress: GameProgress
    asked: Asked
    control: SmoothedControl = field(default_factory=SmoothedControl)
    reach: Reach = field(default_factory=Reach)
    tick: int = 0
    altitude: float = 0.0
    distance: float = 0.0
    wind: float = GLIDE_M_S
    gap: float = FAR
    passed: Passed | None = None


def start(setting: Setting) -> VoloState:
    """Before the first sample."""
    progress = GameProgress.start(setting)
    return VoloState(setting, progress, asked_for(setting, progress))


def asked_for(setting: Setting, progress: GameProgress) -> Asked:
    """The ring of the next trial, from the difficulty and the game's own randomness."""
    number = progress.trials + 1
    level = progress.level
    lower = 0.06 * random.Random(f"volo {setting.seed} {number}").random()
    share = 0.62 + 0.38 * level - lower
    hold_s = (0.2 + 0.5 * level) * min(1.0, setting.hold_s)
    return Asked(
        number=number,
        share=min(1.0, max(0.5, share)),
        half=0.20 - 0.16 * level,
        hold_s=min(max(hold_s, SHORTEST_HOLD_S), setting.hold_cap_s),
        min_phase_s=None if setting.reward_amplitude else setting.min_phase_s,
    )


def step(state: VoloState, given: Input) -> tuple[VoloState, tuple[GameEvent, ...]]:
    """One fixed step: apply the samples by their order, then let the world move."""
    progress = state.progress.signalled(given.signals).ticked(state.setting)
    control, reach = state.control, state.reach
    for sample in given.samples:
        control = control.moved(sample)
    if progress.phase is not GamePhase.PLAY or control.t_ns == 0:
        return _drifted(state, control, Reach(), progress), ()
    if state.progress.phase is GamePhase.REST:
        state = replace(state, gap=FAR, asked=asked_for(state.setting, progress))
    was = reach
    reach = reach.moved(control, state.asked, state.setting.step_ns)
    events: tuple[GameEvent, ...] = ()
    if reach.hasty and not was.hasty:
        events = (Cue("slower", control.t_ns),)
    if was.stage is ReachStage.OUT and reach.stage is ReachStage.BACK:
        events = (*events, Cue("ring" if reach.reached else "under", control.t_ns))
        state = _left_behind(state, low=False, ending=None if reach.reached else Ending.SHORT)
    if reach.ended(control, state.asked):
        outcome = reach.outcome(control, state.asked, progress.level)
        progress = progress.after(outcome, state.setting)
        state = _left_behind(state, low=True, ending=outcome.ending)
        state = replace(state, asked=asked_for(state.setting, progress))
        return _drifted(state, control, Reach(), progress), (*events, outcome)
    return _drifted(state, control, reach, progress), events


def _left_behind(state: VoloState, *, low: bool, ending: Ending | None) -> VoloState:
    asked = state.asked
    passed = Passed(state.gap, asked.share, asked.half, low=low, ending=ending)
    return replace(state, gap=FAR, passed=passed)


def _drifted(
    state: VoloState, control: SmoothedControl, reach: Reach, progress: GameProgress
) -> VoloState:
    """Move the world: the ring ahead follows the way done, the one behind drifts out."""
    dt_s = state.setting.dt_s
    wanted = FAR * (1.0 - reach.progress(control, state.asked))
    nearer = min(max(state.gap - wanted, 0.0), GUST_M_S * dt_s)
    wind = GLIDE_M_S + nearer / dt_s * 0.5
    wind = state.wind + (wind - state.wind) * min(1.0, dt_s / 0.25)
    passed = state.passed
    if passed is not None:
        gap = passed.gap - max(8.0, wind) * dt_s
        passed = replace(passed, gap=gap) if gap > -FAR else None
    ease = min(1.0, dt_s / EASE_S)
    return replace(
        state,
        progress=progress,
        control=control,
        reach=reach,
        tick=state.tick + 1,
        altitude=state.altitude + (control.position - state.altitude) * ease,
        distance=state.distance + wind * dt_s,
        wind=wind,
        gap=state.gap - nearer,
        passed=passed,
    )
