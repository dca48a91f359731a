"""Raccolto as the frame finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.engine.game import Game
from games.rules.control import Invitation
from games.rules.reach import ReachStage

from .colours import ROLES
from .rules import RaccoltoState, start, step

if TYPE_CHECKING:
    from games.engine.game import GameScreen
    from games.look import Look

__all__ = ["GAME"]


def _screen(look: Look) -> GameScreen:
    from .screen import RaccoltoScreen  # noqa: PLC0415 - rules run without pygame

    return RaccoltoScreen(look)


def _invites(state: RaccoltoState) -> Invitation:
    back = state.reach.stage is ReachStage.BACK
    return Invitation(0.0 if back else state.asked.demand(state.control))


GAME = Game(
    name="raccolto",
    start=start,
    step=step,
    invites=_invites,
    screen=_screen,
    texts={
        "title": {"it": "Raccolto", "en": "Raccolto"},
        "goal": {
            "it": "Raggiunga il frutto, tenga, poi lo posi nel cesto.",
            "en": "Reach the fruit, hold, then put it in the basket.",
        },
        "out": {"it": "Raggiunga il frutto", "en": "Reach for the fruit"},
        "hold": {"it": "Tenga, respirando", "en": "Hold, and breathe"},
        "back": {"it": "Lo posi piano nel cesto", "en": "Lay it gently in the basket"},
        "slower": {"it": "Più piano: c'è tempo", "en": "Slower: there is time"},
    },
    sounds={
        "touched": "pluck",
        "picked": "chime",
        "stays": "breeze",
        "slower": "low",
        "full": "soft",
    },
    roles=ROLES,
    portrait="picked",
)
