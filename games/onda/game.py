"""Onda as the frame finds it."""

from __future__ import annotations

from games.engine.game import Game, drawn_by

from .colours import ROLES, roles_in
from .rules import start, step

__all__ = ["GAME"]

GAME = Game(
    name="onda",
    start=start,
    step=step,
    invites=lambda state: state.invites,
    screen=drawn_by("games.onda.screen", "OndaScreen"),
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
    sounds={"lift": "wave", "crest": "pluck", "full": "chime"},
    roles=ROLES,
    portrait="crest",
    roles_in=roles_in,
)
