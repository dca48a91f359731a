"""Onda as the frame finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.engine.game import Game
from games.rules.control import Invitation

from .colours import ROLES
from .rules import OndaState, start, step

if TYPE_CHECKING:
    from games.engine.game import GameScreen
    from games.look import Look

__all__ = ["GAME"]

FORESIGHT_S = 0.4
"""The water ahead is seen, so whoever rides it turns with it and not behind it."""


def _screen(look: Look) -> GameScreen:
    from .screen import OndaScreen  # noqa: PLC0415 - rules run without pygame

    return OndaScreen(look)


def _invites(state: OndaState) -> Invitation:
    wave, ride = state.wave, state.ride
    if not state.rested:
        return Invitation(0.0, wave.down_s)
    if ride.on and ride.at_s > wave.up_s + wave.hold_s - FORESIGHT_S:
        return Invitation(0.0, wave.down_s)
    return Invitation(wave.share * state.control.ceiling, wave.up_s)


GAME = Game(
    name="onda",
    start=start,
    step=step,
    invites=_invites,
    screen=_screen,
    texts={
        "title": {"it": "Onda", "en": "Onda"},
        "goal": {
            "it": "Salga e scenda con l'onda, senza fretta.",
            "en": "Rise and sink with the wave, unhurried.",
        },
        "out": {"it": "Salga con l'onda", "en": "Rise with the wave"},
        "hold": {"it": "Resti sulla cresta", "en": "Stay on the crest"},
        "back": {"it": "Scenda con l'onda", "en": "Sink with the wave"},
        "slower": {"it": "Più piano: l'onda aspetta", "en": "Slower: the wave waits"},
    },
    sounds={"lift": "wave", "crest": "pluck", "slower": "low", "full": "chime"},
    roles=ROLES,
    portrait="crest",
)
