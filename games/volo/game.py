"""Volo as the frame finds it."""

from __future__ import annotations

from games.engine.game import Game, drawn_by

from .colours import ROLES, roles_in
from .rules import start, step

__all__ = ["GAME"]

GAME = Game(
    name="volo",
    start=start,
    step=step,
    invites=lambda state: state.invites,
    screen=drawn_by("games.volo.screen", "VoloScreen"),
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
    sounds={"ring": "chime", "under": "breeze", "full": "soft"},
    roles=ROLES,
    portrait="ring",
    roles_in=roles_in,
)
