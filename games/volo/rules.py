"""Volo's rules: raise the control to lift the swallow through a ring, lower it to glide home.

Each repetition is one high ring and one low one. The wind follows the player: a ring comes as
near as the way to it is done, so that nobody is ever late. Petals are the ornament.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from games.rules.progress import Cue, GamePhase
from games.rules.reach_game import ReachGame

if TYPE_CHECKING:
    from games.rules.control import Input
    from games.rules.endings import Ending
    from games.rules.progress import GameEvent
    from games.rules.reach import Asked
    from games.rules.setting import Setting

__all__ = ["Passed", "VoloState", "start", "step"]

FAR = 10.0
"""Metres at which a new ring waits; one metre is drawn as about 60 pixels."""
GLIDE_M_S = 2.2
GUST_M_S = 13.0
EASE_S = 0.07


@dataclass(frozen=True, slots=True)
class Passed:
    """The ring just left behind, drifting out of the picture."""

    gap: float
    share: float
    half: float
    low: bool
    ending: Ending | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoloState(ReachGame):
    """All there is to Volo at one instant.

    Attributes:
        altitude: where the flyer is drawn, eased from the control's position.
        distance: metres flown, for the scenery.
        wind: metres per second now.
        gap: metres to the ring ahead.
    """

    altitude: float = 0.0
    distance: float = 0.0
    wind: float = GLIDE_M_S
    gap: float = FAR
    passed: Passed | None = None


def start(setting: Setting) -> VoloState:
    """Before the first sample."""
    return VoloState.begun(setting)


def step(state: VoloState, given: Input) -> tuple[VoloState, tuple[GameEvent, ...]]:
    """One fixed step: apply the samples by their order, then let the world move."""
    lower = 0.06 * random.Random(f"volo {state.setting.seed} {state.asked.number}").random()
    turn = state.turn(given, lower=lower)
    events, asked, moved = turn.events, state.asked, turn.of(state)
    if state.progress.phase is GamePhase.REST and moved.progress.phase is GamePhase.PLAY:
        moved = replace(moved, gap=FAR)
    if turn.turned:
        long = state.reach.held_long(asked)
        events = (Cue("ring" if long else "under", moved.control.t_ns), *events)
        moved = _left_behind(moved, asked, low=False, ending=None)
    if turn.outcome is not None:
        moved = _left_behind(moved, asked, low=True, ending=turn.outcome.ending)
    return _drifted(moved), events


def _left_behind(state: VoloState, asked: Asked, *, low: bool, ending: Ending | None) -> VoloState:
    passed = Passed(state.gap, asked.share, asked.half, low=low, ending=ending)
    return replace(state, gap=FAR, passed=passed)


def _drifted(state: VoloState) -> VoloState:
    """Move the world: the ring ahead follows the way done, the one behind drifts out."""
    dt_s = state.setting.dt_s
    wanted = FAR * (1.0 - state.reach.progress(state.control, state.asked))
    nearer = min(max(state.gap - wanted, 0.0), GUST_M_S * dt_s)
    wind = GLIDE_M_S + nearer / dt_s * 0.5
    wind = state.wind + (wind - state.wind) * min(1.0, dt_s / 0.25)
    passed = state.passed
    if passed is not None:
        gap = passed.gap - max(8.0, wind) * dt_s
        passed = replace(passed, gap=gap) if gap > -FAR else None
    return replace(
        state,
        altitude=state.eased_towards(state.altitude, EASE_S),
        distance=state.distance + wind * dt_s,
        wind=wind,
        gap=state.gap - nearer,
        passed=passed,
    )
