"""Onda's rules: rise and sink with a slow wave, in its time and without jerks.

The wave starts when the player does, rises, stays and falls in the prescribed tempo. What
counts is the share of the ride that the boat is near the water, and that the motion is one
rise and one fall. Harder means a higher wave (never above the ceiling), a narrower band around
it, and a wave that waits less for whoever lags. Trembling does not count: the low-passed
motion is judged.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from games.rules.progress import (
    POINTS,
    Cue,
    Ending,
    GameEvent,
    GamePhase,
    GameProgress,
    TrialOutcome,
)
from games.rules.smoothed_control import SmoothedControl

if TYPE_CHECKING:
    from games.rules.control import Input
    from games.rules.setting import Setting

__all__ = ["OndaState", "Ride", "Wave", "start", "step", "wave_for"]

LEAVE = 0.12
REST = 0.20
NEAR_ENOUGH = 0.72
"""Share of a ride that must lie within the band."""
MOST_PATH = 1.45
"""Way travelled, in units of one rise and one fall, above which a ride is uneven."""
PATIENCE_S = 5.0
EASE_S = 0.05


@dataclass(frozen=True, slots=True)
class Wave:
    """What a trial asks for; heights and band in shares of the ceiling."""

    number: int
    share: float
    band: float
    up_s: float
    hold_s: float
    down_s: float
    waits: float

    @property
    def duration_s(self) -> float:
        """From rest to rest."""
        return self.up_s + self.hold_s + self.down_s

    def height(self, at_s: float) -> float:
        """Height of the water, as a share of the ceiling, `at_s` into the wave."""
        if at_s <= 0 or at_s >= self.duration_s:
            return 0.0
        if at_s < self.up_s:
            return self.share * (0.5 - 0.5 * math.cos(math.pi * at_s / self.up_s))
        left_s = at_s - self.up_s - self.hold_s
        if left_s <= 0:
            return self.share
        return self.share * (0.5 + 0.5 * math.cos(math.pi * left_s / self.down_s))

    def joined_at_s(self, height: float) -> float:
        """How far into the rise the water is as high as the player already is."""
        share = min(1.0, max(0.0, height / self.share)) if self.share > 0 else 0.0
        return self.up_s * math.acos(1 - 2 * share) / math.pi


@dataclass(frozen=True, slots=True)
class Ride:
    """One repetition on its way.

    Attributes:
        on: whether the wave is running.
        at_s: how far into the wave.
        elapsed_s, near_s: time since its start, and of that near the water.
        path: way of the low-passed motion.
        peak: highest position.
    """

    on: bool = False
    at_s: float = 0.0
    elapsed_s: float = 0.0
    near_s: float = 0.0
    path: float = 0.0
    smooth_peak: float = 0.0
    peak: float = 0.0
    t_from_ns: int = 0
    hasty: bool = False
    compensated: bool = False


@dataclass(frozen=True, slots=True)
class OndaState:
    """All there is to Onda at one instant.

    Attributes:
        height: where the boat is drawn, eased from the control's position.
        drift_s: time for the far water and the stars.
    """

    setting: Setting
    progress: GameProgress
    wave: Wave
    control: SmoothedControl = field(default_factory=SmoothedControl)
    ride: Ride = field(default_factory=Ride)
    tick: int = 0
    height: float = 0.0
    drift_s: float = 0.0
    rested: bool = True
    last: Ending | None = None
    last_tick: int = -10_000

    @property
    def near(self) -> bool:
        """Whether the boat is within the band around the water."""
        water = self.wave.height(self.ride.at_s) if self.ride.on else 0.0
        return abs(self.control.position - water * self.control.ceiling) <= (
            self.wave.band * self.control.ceiling
        )


def start(setting: Setting) -> OndaState:
    """Before the first sample."""
    progress = GameProgress.start(setting)
    return OndaState(setting, progress, wave_for(setting, progress))


def wave_for(setting: Setting, progress: GameProgress) -> Wave:
    """The next wave, from the difficulty and the game's own randomness."""
    number, level = progress.trials + 1, progress.level
    rng = random.Random(f"onda {setting.seed} {number}")
    lower = 0.06 * rng.random()
    return Wave(
        number=number,
        share=min(1.0, max(0.5, 0.66 + 0.34 * level - lower)),
        band=0.30 - 0.20 * level,
        up_s=max(0.8, setting.up_s),
        hold_s=min(max(0.3, setting.hold_s), setting.hold_cap_s),
        down_s=max(0.8, setting.down_s),
        waits=0.75 * (1 - level),
    )


def step(state: OndaState, given: Input) -> tuple[OndaState, tuple[GameEvent, ...]]:
    """One fixed step."""
    progress = state.progress.signalled(given.signals).ticked(state.setting)
    control, path = state.control, 0.0
    for sample in given.samples:
        moved = control.moved(sample)
        path += abs(moved.second - control.second) if control.t_ns else 0.0
        control = moved
    if progress.phase is not GamePhase.PLAY or control.ceiling <= 0:
        return _settled(state, control, Ride(), progress), ()
    if not state.ride.on:
        return _waiting(state, control, progress)
    ride = _ridden(state, control, path)
    events: tuple[GameEvent, ...] = ()
    if ride.hasty and not state.ride.hasty:
        events = (Cue("slower", control.t_ns),)
    if state.ride.at_s < state.wave.up_s <= ride.at_s:
        events = (*events, Cue("crest", control.t_ns))
    if not _over(state, ride, control):
        return _settled(state, control, ride, progress), events
    outcome = _judged(state, ride, control)
    progress = progress.after(outcome, state.setting)
    state = replace(
        state,
        wave=wave_for(state.setting, progress),
        rested=control.position < REST * control.ceiling,
        last=outcome.ending,
        last_tick=state.tick,
    )
    return _settled(state, control, Ride(), progress), (*events, outcome)


def _waiting(
    state: OndaState, control: SmoothedControl, progress: GameProgress
) -> tuple[OndaState, tuple[GameEvent, ...]]:
    """At rest before a wave: it comes when the player begins to rise."""
    low = control.position < LEAVE * control.ceiling
    if not state.rested or low:
        return _settled(replace(state, rested=state.rested or low), control, Ride(), progress), ()
    at_s = state.wave.joined_at_s(control.position / control.ceiling)
    ride = Ride(on=True, at_s=at_s, t_from_ns=control.t_ns, peak=control.position)
    return _settled(state, control, ride, progress), (Cue("lift", control.t_ns),)


def _ridden(state: OndaState, control: SmoothedControl, path: float) -> Ride:
    """The ride one step later; the wave slows for a player who lags."""
    ride, wave, dt_s = state.ride, state.wave, state.setting.dt_s
    water = wave.height(ride.at_s) * control.ceiling
    rising = ride.at_s < wave.up_s + wave.hold_s
    lag = (water - control.position) if rising else (control.position - water)
    behind = min(1.0, max(0.0, lag / (wave.band * control.ceiling)))
    pace = 1.0 - wave.waits * behind
    near = abs(control.position - water) <= wave.band * control.ceiling
    min_phase_s = None if state.setting.reward_amplitude else state.setting.min_phase_s
    return Ride(
        on=True,
        at_s=ride.at_s + pace * dt_s,
        elapsed_s=ride.elapsed_s + dt_s,
        near_s=ride.near_s + (dt_s if near else 0.0),
        path=ride.path + path,
        smooth_peak=max(ride.smooth_peak, control.second),
        peak=max(ride.peak, control.position),
        t_from_ns=ride.t_from_ns,
        hasty=ride.hasty or control.is_hasty(min_phase_s),
        compensated=ride.compensated or control.compensating,
    )


def _over(state: OndaState, ride: Ride, control: SmoothedControl) -> bool:
    past_s = ride.at_s - state.wave.duration_s
    fell_back = ride.elapsed_s > 1.0 and control.position < 0.5 * LEAVE * control.ceiling
    down = control.position < REST * control.ceiling
    return (
        (past_s >= 0 and down)
        or past_s > PATIENCE_S
        or (fell_back and past_s > -1.0)
        or (fell_back and ride.peak < 0.5 * state.wave.share * control.ceiling)
    )


def _judged(state: OndaState, ride: Ride, control: SmoothedControl) -> TrialOutcome:
    wave = state.wave
    demand = wave.share * control.ceiling
    near = ride.near_s >= NEAR_ENOUGH * max(ride.elapsed_s, 1e-9)
    one_swing = ride.path <= MOST_PATH * 2 * max(ride.smooth_peak, 1e-9)
    if ride.peak < demand - wave.band * control.ceiling:
        ending = Ending.SHORT
    elif ride.hasty:
        ending = Ending.TOO_FAST
    elif ride.compensated:
        ending = Ending.COMPENSATED
    else:
        ending = Ending.FULL if near and one_swing else Ending.UNEVEN
    return TrialOutcome(
        number=wave.number,
        ending=ending,
        points=POINTS if ending is Ending.FULL else 0,
        demand=demand,
        peak=min(ride.peak, control.ceiling),
        ceiling=control.ceiling,
        level=state.progress.level,
        t_from_ns=ride.t_from_ns,
        t_to_ns=control.t_ns,
    )


def _settled(
    state: OndaState, control: SmoothedControl, ride: Ride, progress: GameProgress
) -> OndaState:
    ease = min(1.0, state.setting.dt_s / EASE_S)
    return replace(
        state,
        progress=progress,
        control=control,
        ride=ride,
        tick=state.tick + 1,
        height=state.height + (control.position - state.height) * ease,
        drift_s=state.drift_s + state.setting.dt_s,
    )
