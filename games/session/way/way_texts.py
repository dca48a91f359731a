"""What the pages of the way say."""

from __future__ import annotations

from typing import Final

__all__ = ["WAY"]

WAY: Final[dict[str, dict[str, str]]] = {
    "title": {"it": "La via delle stagioni", "en": "The way of the seasons"},
    "way": {"it": "La via", "en": "The way"},
    "stage": {"it": "Tappa {week} di 12", "en": "Stage {week} of 12"},
    "home": {"it": "Verso casa", "en": "On the way home"},
    "stops": {"it": "Giorni percorsi: {stops}", "en": "Days walked: {stops}"},
    "plants": {"it": "Piante in giardino: {plants}", "en": "Plants in the garden: {plants}"},
    "go_on": {"it": "Avanti", "en": "Go on"},
    "close": {"it": "Chiudo", "en": "Close"},
    "plant": {"it": "Pianta", "en": "Plant"},
    "game": {"it": "Gioco", "en": "Game"},
    "which_plant": {
        "it": "Quale pianta per oggi?",
        "en": "Which plant for today?",
    },
    "which_game": {"it": "Quale gioco per oggi?", "en": "Which game for today?"},
    "viewpoint": {
        "it": "Da qui si vede la strada fatta.",
        "en": "From here one sees the way that was walked.",
    },
}
