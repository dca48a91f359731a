"""Raccolto as the frame finds it."""

from __future__ import annotations

from games.engine.game import Game, drawn_by

from .colours import ROLES, roles_in
from .rules import start, step

__all__ = ["GAME"]

GAME = Game(
    name="raccolto",
    start=start,
    step=step,
    invites=lambda state: state.invites,
    screen=drawn_by("games.raccolto.screen", "RaccoltoScreen"),
    texts={
        "title": {"it": "Raccolto", "en": "Raccolto"},
        "goal": {
            "it": "Raggiunga il frutto, resti lì, poi lo posi nel cesto.",
            "en": "Reach the fruit, stay there, then put it in the basket.",
        },
        "out": {"it": "Raggiunga il frutto", "en": "Reach for the fruit"},
        "hold": {"it": "Resti così, respirando", "en": "Stay there, and breathe"},
        "back": {"it": "Lo posi piano nel cesto", "en": "Lay it gently in the basket"},
        "slower": {"it": "Più piano: c'è tempo", "en": "Slower: there is time"},
    },
    sounds={
        "touched": "pluck",
        "picked": "chime",
        "stays": "breeze",
        "full": "soft",
    },
    roles=ROLES,
    portrait="picked",
    roles_in=roles_in,
)
