"""Onda's rules: rise and sink with a slow wave, in its time.

The wave starts when the player does, rises to today's range, stays and falls in the prescribed
tempo, and waits for whoever lags. The exercise is the repetition itself, wherever the water is;
the ornament is to have been near the water for most of the ride, within a band that narrows with
the difficulty. Trembling does not count: the low-passed motion is judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from games.rules.control import Invitation
from games.rules.progress import Cue
from games.rules.reach import ReachStage
from games.rules.reach_game import ReachGame

if TYPE_CHECKING:
    from games.rules.control import Input
    from games.rules.endings import Ending
    from games.rules.progress import GameEvent
    from games.rules.setting import Setting
    from games.rules.smoothed_control import SmoothedControl

__all__ = ["OndaState", "Ride", "Wave", "start", "step", "wave_for"]

NEAR_ENOUGH = 0.72
"""Share of a ride that must lie within the band."""
WIDEST, NARROWEST = 0.40, 0.02
"""Half the band at levels 0 and 1, in shares of the ceiling."""
WAITS = 0.6
"""How much of its pace the wave gives up for whoever lags by a whole band."""
FORESIGHT_S = 0.4
"""The water ahead is seen, so whoever rides it turns with it and not behind it."""
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
    """The wave under way.

    Attributes:
        on: whether the wave is running.
        at_s: how far into the wave.
        elapsed_s, near_s: time since its start, and of that near the water.
    """

    on: bool = False
    at_s: float = 0.0
    elapsed_s: float = 0.0
    near_s: float = 0.0

    @property
    def near(self) -> bool:
        """Whether most of it was near the water."""
        return self.on and self.near_s >= NEAR_ENOUGH * self.elapsed_s


@dataclass(frozen=True, slots=True, kw_only=True)
class OndaState(ReachGame):
    """All there is to Onda at one instant.

    Attributes:
        height: where the boat is drawn, eased from the control's position.
        drift_s: time for the far water and the stars.
        lanterns: ornaments so far: lights on the far shore.
    """

    ride: Ride = field(default_factory=Ride)
    height: float = 0.0
    drift_s: float = 0.0
    lanterns: int = 0
    last: Ending | None = None
    last_tick: int = -10_000

    @property
    def wave(self) -> Wave:
        """The wave of the trial at hand."""
        return wave_for(self.setting, self.asked.number, self.asked.share, self.progress.level)

    @property
    def near(self) -> bool:
        """Whether the boat is within the band around the water."""
        water = self.wave.height(self.ride.at_s) if self.ride.on else 0.0
        return _off(self.control, water) <= self.wave.band

    @property
    def invites(self) -> Invitation:
        """Up with the water, down with it."""
        wave, ride = self.wave, self.ride
        sinks = ride.on and ride.at_s > wave.up_s + wave.hold_s - FORESIGHT_S
        if sinks or self.reach.void or self.reach.stage is ReachStage.BACK:
            return Invitation(0.0, wave.down_s)
        return Invitation(wave.share * self.control.ceiling, wave.up_s)


def start(setting: Setting) -> OndaState:
    """Before the first sample."""
    return OndaState.begun(setting)


def wave_for(setting: Setting, number: int, share: float, level: float) -> Wave:
    """The wave of a trial, in the prescribed tempo."""
    return Wave(
        number=number,
        share=share,
        band=WIDEST * (NARROWEST / WIDEST) ** level,
        up_s=max(0.8, setting.up_s),
        hold_s=min(max(0.3, setting.hold_s), setting.hold_cap_s),
        down_s=max(0.8, setting.down_s),
    )


def step(state: OndaState, given: Input) -> tuple[OndaState, tuple[GameEvent, ...]]:
    """One fixed step."""
    turn = state.turn(given, ornament=state.ride.near)
    moved, events = turn.of(state), turn.events
    wave, at_ns = state.wave, moved.control.t_ns
    if turn.outcome is not None:
        moved = replace(
            moved,
            ride=Ride(),
            lanterns=state.lanterns + turn.outcome.ornament,
            last=turn.outcome.ending,
            last_tick=state.tick,
        )
    elif not moved.reach.counts:
        moved = replace(moved, ride=Ride())
    elif not state.ride.on:
        joined_s = wave.joined_at_s(moved.control.position / max(moved.control.ceiling, 1e-9))
        moved = replace(moved, ride=Ride(on=True, at_s=joined_s))
        events = (Cue("lift", at_ns), *events)
    else:
        ride = _ridden(state, moved.control)
        if state.ride.at_s < wave.up_s <= ride.at_s:
            events = (Cue("crest", at_ns), *events)
        moved = replace(moved, ride=ride)
    height = moved.eased_towards(state.height, EASE_S)
    return replace(moved, height=height, drift_s=state.drift_s + state.setting.dt_s), events


def _ridden(state: OndaState, control: SmoothedControl) -> Ride:
    """The ride one step later; the wave slows for a player who lags."""
    ride, wave, dt_s = state.ride, state.wave, state.setting.dt_s
    water = wave.height(ride.at_s)
    at = control.position / max(control.ceiling, 1e-9)
    lag = water - at if ride.at_s < wave.up_s + wave.hold_s else at - water
    behind = min(1.0, max(0.0, lag / max(wave.band, 0.1)))
    return Ride(
        on=True,
        at_s=ride.at_s + (1.0 - WAITS * behind) * dt_s,
        elapsed_s=ride.elapsed_s + dt_s,
        near_s=ride.near_s + (dt_s if _off(control, water) <= wave.band else 0.0),
    )


def _off(control: SmoothedControl, water: float) -> float:
    """How far the low-passed motion is from the water, in shares of the ceiling."""
    at = min(max(control.first, 0.0), control.ceiling) / max(control.ceiling, 1e-9)
    return abs(at - water)
