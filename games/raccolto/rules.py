"""Raccolto's rules: reach a fruit, hold while it comes loose, put it down in the basket.

Each repetition is one fruit, held for as long as prescribed and never beyond the cap. A golden
fruit is the ornament.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from games.rules.progress import Cue
from games.rules.reach import ReachStage
from games.rules.reach_game import ReachGame

if TYPE_CHECKING:
    from games.rules.control import Input
    from games.rules.progress import GameEvent
    from games.rules.setting import Setting

__all__ = ["RaccoltoState", "start", "step"]

EASE_S = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class RaccoltoState(ReachGame):
    """All there is to Raccolto at one instant.

    Attributes:
        height: where the picker is drawn, eased from the control's position.
        picked: fruits in the basket.
        golden: which of them are golden, by their number.
        changed_tick: when the last fruit was put down or left, for drawing.
        put_down: whether the last one lies in the basket.
    """

    height: float = 0.0
    picked: int = 0
    golden: frozenset[int] = frozenset()
    changed_tick: int = -10_000
    put_down: bool = False

    @property
    def carries(self) -> bool:
        """Whether a fruit is in the picker."""
        return self.reach.stage is ReachStage.BACK and self.reach.held_long(self.asked)


def start(setting: Setting) -> RaccoltoState:
    """Before the first sample."""
    return RaccoltoState.begun(setting)


def step(state: RaccoltoState, given: Input) -> tuple[RaccoltoState, tuple[GameEvent, ...]]:
    """One fixed step."""
    lower = 0.08 * random.Random(f"raccolto {state.setting.seed} {state.asked.number}").random()
    turn = state.turn(given, lower=lower)
    events, moved = turn.events, turn.of(state)
    at_ns = moved.control.t_ns
    carried = state.reach.held_long(state.asked)
    if turn.turned:
        events = (Cue("picked" if carried else "stays", at_ns), *events)
    if state.reach.held_ns == 0 and moved.reach.held_ns > 0:
        events = (Cue("touched", at_ns), *events)
    if turn.outcome is not None:
        golden = state.golden | ({state.picked} if turn.outcome.ornament else frozenset())
        moved = replace(
            moved,
            picked=state.picked + carried,
            golden=golden,
            changed_tick=state.tick,
            put_down=carried,
        )
    return replace(moved, height=moved.eased_towards(state.height, EASE_S)), events
