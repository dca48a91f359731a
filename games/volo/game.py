"""Volo as the frame finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.engine.game import Game
from games.rules.control import Invitation
from games.rules.reach import ReachStage

from .colours import ROLES
from .rules import VoloState, start, step

if TYPE_CHECKING:
    from games.engine.game import GameScreen
    from games.look import Look

__all__ = ["GAME"]


def _screen(look: Look) -> GameScreen:
    from .screen import VoloScreen  # noqa: PLC0415 - rules run without pygame

    return VoloScreen(look)


def _invites(state: VoloState) -> Invitation:
    back = state.reach.stage is ReachStage.BACK
    return Invitation(0.0 if back else state.asked.demand(state.control))


GAME = Game(
    name="volo",
    start=start,
    step=step,
    invites=_invites,
    screen=_screen,
    texts={
        "title": {"it": "Volo", "en": "Volo"},
        "goal": {
            "it": "Salga fino all'anello, poi plani giù.",
            "en": "Rise to the ring, then glide down.",
        },
        "out": {"it": "Salga con calma", "en": "Rise gently"},
        "hold": {"it": "Resti così", "en": "Stay there"},
        "back": {"it": "Plani giù, piano", "en": "Glide down, slowly"},
        "slower": {"it": "Più piano: c'è tempo", "en": "Slower: there is time"},
    },
    sounds={"ring": "chime", "under": "breeze", "slower": "low", "full": "soft"},
    roles=ROLES,
    portrait="ring",
)
