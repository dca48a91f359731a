"""What the session's screens say beside therapy's own words."""

from __future__ import annotations

from typing import Final

__all__ = ["SESSION"]

SESSION: Final[dict[str, dict[str, str]]] = {
    "yes": {"it": "Sì", "en": "Yes"},
    "no": {"it": "No", "en": "No"},
    "skip": {"it": "Salta", "en": "Skip"},
    "begin": {"it": "Cominciamo", "en": "Begin"},
    "five_minutes": {"it": "Cinque minuti", "en": "Five minutes"},
    "done": {"it": "Fatto", "en": "Done"},
    "later": {"it": "Oggi no", "en": "Not today"},
    "cannot": {"it": "Non ci riesco", "en": "I can't do it"},
    "close": {"it": "Chiudi", "en": "Close"},
    "tired": {"it": "Basta per ora", "en": "Enough for now"},
    "attention": {"it": "Attenzione", "en": "Watch for"},
    "today": {"it": "Oggi", "en": "Today"},
    "again": {"it": "Ripetiamo", "en": "Once more"},
    "leave_out": {"it": "Avanti senza", "en": "Go on without"},
    "stop_alignment": {"it": "Non riesco", "en": "I can't do this"},
    "go_on": {"it": "Avanti", "en": "Go on"},
    "finding": {
        "it": "Tre volte, piano, fin dove va bene oggi",
        "en": "Three times, slowly, as far as feels fine today",
    },
    "assessing": {
        "it": "Tre volte, piano: serve a misurare, senza gioco",
        "en": "Three times, slowly: to measure, without a game",
    },
    "ready_to_assess": {
        "it": "Ora tre movimenti di misura",
        "en": "Now three movements to measure",
    },
    "by_keys": {
        "it": "Giocato con i tasti: conta come riferito da Lei, senza misura",
        "en": "Played by keys: it counts as told by you, nothing was measured",
    },
    "waiting": {"it": "Un momento", "en": "One moment"},
    "effort": {
        "it": "Quanto è faticoso, da 0 a 10?",
        "en": "How hard is it, from 0 to 10?",
    },
    "anonymous": {
        "it": "Senza nome: da 1, per niente, a 5, molto",
        "en": "Without a name: from 1, not at all, to 5, very much",
    },
    "why.pain": {"it": "Dolore", "en": "Pain"},
    "why.tired": {"it": "Stanchezza", "en": "Tiredness"},
    "why.time": {"it": "Tempo", "en": "Time"},
    "why.other": {"it": "Altro", "en": "Something else"},
    "scale.low": {"it": "niente", "en": "none"},
    "scale.high": {"it": "il massimo", "en": "the most"},
}
