"""What the frame says to a person, in Italian and English.

Praise names the deed; nothing blames. A test holds every text of every game against
`FORBIDDEN`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from therapy.wording import Language

__all__ = ["FORBIDDEN", "FRAME", "blaming", "said"]

FRAME: Final[dict[str, dict[str, str]]] = {
    "pain": {"it": "Ho dolore", "en": "I have pain"},
    "unwell": {"it": "Non mi sento bene", "en": "I feel unwell"},
    "pause": {"it": "Pausa", "en": "Pause"},
    "paused": {
        "it": "Pausa. Prema lo spazio per continuare, quando vuole.",
        "en": "Paused. Press space to go on, whenever you like.",
    },
    "silent": {
        "it": "Il sensore tace: il gioco aspetta e tiene tutto quello che ha fatto.",
        "en": "The sensor is silent: the game waits, and keeps all you did.",
    },
    "late": {
        "it": "Il segnale del sensore arriva in ritardo: il gioco aspetta che si riprenda.",
        "en": "The sensor's signal comes late: the game waits until it has caught up.",
    },
    "waiting": {"it": "In attesa del sensore", "en": "Waiting for the sensor"},
    "calibrating": {
        "it": "Troviamo il Suo movimento di oggi: lo faccia piano, tre volte",
        "en": "Finding your movement of today: do it slowly, three times",
    },
    "rest": {
        "it": "Riposi. Si riparte tra {seconds} s.",
        "en": "Rest. We go on in {seconds} s.",
    },
    "how_much": {"it": "Quanto dolore sente, da 0 a 10?", "en": "How much pain, from 0 to 10?"},
    "none": {"it": "nessuno", "en": "none"},
    "worst": {"it": "il peggiore", "en": "the worst"},
    "told.good": {"it": "Bene: ampio e con calma", "en": "Well done: full and unhurried"},
    "told.further": {"it": "Ancora un po' più su", "en": "A little further up"},
    "told.stay": {"it": "Resti un momento in alto", "en": "Stay up for a moment"},
    "told.lower": {"it": "Scenda ancora un po'", "en": "A little lower"},
    "told.upright": {"it": "Tronco fermo", "en": "Keep the trunk still"},
    "told.enough": {"it": "Basta così", "en": "That is far enough"},
    "eased": {"it": "Rendiamo il gioco più facile.", "en": "The game gets easier now."},
    "pain_ends": {
        "it": "Ci fermiamo qui. Il fisioterapista lo saprà.",
        "en": "We stop here. Your physiotherapist will know.",
    },
    "unwell_told": {
        "it": "La seduta è finita ed è annotato che non si sente bene.",
        "en": "The session has ended, and it is noted that you feel unwell.",
    },
    "summons_nobody": {
        "it": "Questo schermo non chiama nessuno: chi serve, va chiamato al telefono.",
        "en": "This screen calls nobody: whoever is needed has to be called by telephone.",
    },
    "done": {"it": "Fatto", "en": "Done"},
    "praise": {
        "it": "Ripetizioni ampie e con calma: {full} su {trials}",
        "en": "Full and unhurried repetitions: {full} of {trials}",
    },
    "praise_some": {
        "it": "Ripetizioni fatte: {trials}",
        "en": "Repetitions done: {trials}",
    },
    "repetition": {"it": "ripetizione {number} di {dose}", "en": "repetition {number} of {dose}"},
    "points": {"it": "{score} punti", "en": "{score} points"},
    "keys": {
        "it": "Senza sensore: freccia su e freccia giù, oppure il mouse",
        "en": "Without a sensor: up and down arrow keys, or the mouse",
    },
    "heart": {"it": "{rate}/min", "en": "{rate}/min"},
    "retest": {"it": "Va più in là?", "en": "Further today?"},
    "close": {"it": "Prema Invio, o qui, per chiudere", "en": "Press Enter, or here, to close"},
}

FORBIDDEN: Final[dict[str, tuple[str, ...]]] = {
    "it": (
        "colpa", "fallit", "sbagliat", "errore", "pigr", "peccato", "male!", "pessim", "debole",
        "perso", "persa", "perderai", "delus", "vergogn", "dovevi",
        "avresti dovuto", "ultima possibilità",
        "peggio di", "meglio di altri", "scarso", "insufficiente",
    ),
    "en": (
        "fault", "fail", "wrong", "error", "lazy", "shame", "bad", "poor", "weak", "lost", "lose",
        "disappoint", "guilt", "should have", "must ", "last chance", "worse than",
        "better than others",
        "too slow", "insufficient", "hurry", "don't miss", "missed",
    ),
}  # fmt: skip
"""Beginnings of words that blame, threaten or compare; none may stand in a text."""


def said(
    texts: Mapping[str, Mapping[str, str]], key: str, language: Language, **values: object
) -> str:
    """A text in a language, its places filled."""
    return texts[key][language].format(**values)


def blaming(text: str, language: str) -> str | None:
    """The first word that blames, threatens or compares; None in a kind text."""
    words = f" {text.lower()} "
    for beginning in FORBIDDEN[language]:
        if re.search(rf"(?<!\w){re.escape(beginning)}", words):
            return beginning
    return None
