"""What the frame says to a person, in Italian and English.

Praise names the deed; nothing blames. A test holds every text of every game against
`FORBIDDEN`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from therapy.session.questions import PAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from therapy.wording import Language

__all__ = ["FORBIDDEN", "FRAME", "blaming", "said"]

FRAME: Final[dict[str, dict[str, str]]] = {
    "pain": {"it": "Ho dolore", "en": "I have pain"},
    "unwell": {"it": "Non mi sento bene", "en": "I feel unwell"},
    "pause": {"it": "Pausa", "en": "Pause"},
    "paused": {"it": "Pausa. Continui quando vuole.", "en": "Paused. Go on whenever you like."},
    "kept": {
        "it": "Quello che resta si può fare più tardi.",
        "en": "What is left can be done later.",
    },
    "silent": {
        "it": "Il sensore tace: il gioco aspetta e tiene tutto quello che ha fatto.",
        "en": "The sensor is silent: the game waits, and keeps all you did.",
    },
    "late": {
        "it": "Il segnale del sensore arriva in ritardo: il gioco aspetta che si riprenda.",
        "en": "The sensor's signal comes late: the game waits until it has caught up.",
    },
    "no_sound": {
        "it": "Qui non c'è audio: si gioca senza suoni.",
        "en": "No sound device here: we play without.",
    },
    "no_sound_seen": {
        "it": "Qui non c'è audio: c'è l'immagine.",
        "en": "No sound device here: there is the picture.",
    },
    "no_voice": {
        "it": "Qui non c'è una voce: legga le parole.",
        "en": "No voice here: the words are written.",
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
    "how_much": {"it": PAIN.it, "en": PAIN.en},
    "back": {"it": "Indietro", "en": "Back"},
    "again": {
        "it": "Ha scelto {answer}? Lo scelga ancora per confermare.",
        "en": "Did you choose {answer}? Choose it once more to confirm.",
    },
    "go_on": {"it": "Continuo", "en": "Go on"},
    "end_set": {"it": "Basta per ora", "en": "Enough for now"},
    "told.good": {"it": "Bene: ampio e con calma", "en": "Well done: full and unhurried"},
    "told.wide": {"it": "Bene: ampio", "en": "Well done: a full movement"},
    "told.further": {"it": "Ancora un po' più su", "en": "A little further up"},
    "told.stay": {"it": "Resti un momento in alto", "en": "Stay up for a moment"},
    "told.lower": {"it": "Scenda ancora un po'", "en": "A little lower"},
    "told.upright": {"it": "Busto fermo", "en": "Trunk still"},
    "told.enough": {"it": "Basta così", "en": "That is far enough"},
    "eased": {"it": "Rendiamo il gioco più facile.", "en": "The game gets easier now."},
    "pain_ends": {"it": "Ci fermiamo qui.", "en": "We stop here."},
    "told_to.clinic": {
        "it": "Arriva al Suo centro, dove il fisioterapista può leggerlo.",
        "en": "It goes to your clinic, where your physiotherapist can read it.",
    },
    "told_to.home": {
        "it": "Resta annotato su questo computer; nessun altro lo legge.",
        "en": "It is noted on this computer; nobody else reads it.",
    },
    "told_to.nobody": {
        "it": "Questo gioco non lo annota e non lo dice a nessuno.",
        "en": "This game notes it nowhere and tells nobody.",
    },
    "unwell_told": {
        "it": "Ci fermiamo qui, perché non si sente bene.",
        "en": "We stop here, since you feel unwell.",
    },
    "summons_nobody": {
        "it": "Questo schermo non chiama nessuno: chi serve va chiamato al telefono.",
        "en": "This screen calls nobody: whoever is needed has to be called by telephone.",
    },
    "done": {"it": "Fatto", "en": "Done"},
    "praise": {
        "it": "Complete nel gioco: {full} su {trials}",
        "en": "Complete in the game: {full} of {trials}",
    },
    "praise_some": {
        "it": "Ripetizioni fatte: {trials}",
        "en": "Repetitions done: {trials}",
    },
    "repetition": {"it": "Ripetizione {number} di {dose}", "en": "Repetition {number} of {dose}"},
    "points": {"it": "{score} punti", "en": "{score} points"},
    "keys": {
        "it": "Senza sensore: freccia su e freccia giù, oppure il mouse",
        "en": "Without a sensor: up and down arrow keys, or the mouse",
    },
    "heart": {"it": "{rate}/min", "en": "{rate}/min"},
    "retest": {"it": "Oggi va più in là?", "en": "Further today?"},
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
