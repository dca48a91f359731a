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
    "progress": {"it": "I miei progressi", "en": "My progress"},
    "to_map": {"it": "Alla via", "en": "To the way"},
    "page_of": {"it": "{n} di {of}", "en": "{n} of {of}"},
    "days": {"it": "Giorni con una seduta: {n}", "en": "Days with a session: {n}"},
    "repetitions": {"it": "Ripetizioni contate: {n}", "en": "Repetitions counted: {n}"},
    "attempts": {"it": "Tentativi: {n}", "en": "Attempts: {n}"},
    "reported": {"it": "Ripetizioni con i tasti: {n}", "en": "Repetitions by keys: {n}"},
    "uncounted": {
        "it": "Sedute non ancora contate: {n}",
        "en": "Sessions not counted yet: {n}",
    },
    "postcard": {"it": "Cartolina", "en": "Postcard"},
    "postcard_from": {"it": "Cartolina da {sender}", "en": "A postcard from {sender}"},
    "hide": {"it": "Non mostrare più", "en": "Show no more"},
    "pain": {"it": "Dolore all'inizio", "en": "Pain at the start"},
    "pains": {
        "it": "Ultime sedute, da 0 a 10: {pains}",
        "en": "Last sessions, 0 to 10: {pains}",
    },
    "goal": {"it": "Il mio obiettivo", "en": "My goal"},
    "rated": {"it": "{day}: {n} su 10", "en": "{day}: {n} of 10"},
    "rated_near": {
        "it": "Quanto vicino, il {day}: {n} su 10",
        "en": "How near, on {day}: {n} of 10",
    },
    "rate": {"it": "Quanto è vicino", "en": "How near it is"},
    "how_near": {
        "it": "Quanto si sente vicino all'obiettivo?",
        "en": "How near do you feel to your goal?",
    },
    "not_at_all": {"it": "per niente", "en": "not at all"},
    "wholly": {"it": "ci sono", "en": "I am there"},
    "view": {"it": "Punto panoramico", "en": "Viewpoint"},
    "view_after": {
        "it": "Punto panoramico, dopo {week} settimane",
        "en": "Viewpoint, after {week} weeks",
    },
    "so_far": {
        "it": "Giorni con una seduta: {days}. Ripetizioni contate: {repetitions}",
        "en": "Days with a session: {days}. Repetitions counted: {repetitions}",
    },
    "viewpoint": {
        "it": "Da qui si vede la strada fatta.",
        "en": "From here one sees the way that was walked.",
    },
}
