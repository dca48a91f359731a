"""A game that breaks the rules on purpose: whoever judges games must find it the worst."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from games.rules.progress import TrialOutcome

if TYPE_CHECKING:
    from games.engine.game import Game

__all__ = ["unsafe"]

TOO_FAR = 1.3
"""Times what the game asks for itself."""


def unsafe(game: Game) -> Game:
    """The same game asking for more than it may, and paying for whatever comes."""

    def step(state: Any, given: Any) -> tuple[Any, tuple[Any, ...]]:
        after, events = game.step(state, given)
        told = tuple(
            replace(e, demand=e.demand * TOO_FAR, points=10) if isinstance(e, TrialOutcome) else e
            for e in events
        )
        return after, told

    def invites(state: Any) -> Any:
        own = game.invites(state)
        return replace(own, level=own.level * TOO_FAR)

    return replace(game, name="pushing", step=step, invites=invites)
