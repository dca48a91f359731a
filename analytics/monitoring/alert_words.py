"""What alerts say: they describe what was recorded, and never advise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from therapy.wording import Wording

if TYPE_CHECKING:
    from .alert import AlertKind

__all__ = ["ENDED", "NOT_TAKEN", "REFUSED", "STOPPED", "UNDATED", "WORDS"]

WORDS: Final[dict[AlertKind, Wording]] = {
    "unwell": Wording(
        "Sedute degli ultimi 7 giorni in cui è stato premuto «Non mi sento bene»: {n}.",
        "Sessions of the last 7 days in which “I feel unwell” was pressed: {n}.",
    ),
    "fall": Wording(
        "Sedute degli ultimi 7 giorni con una caduta riferita: {n}; con un movimento simile a una "
        "caduta e la domanda rimasta senza risposta: {unanswered}.",
        "Sessions of the last 7 days in which a fall was told: {n}; with a movement like a fall, "
        "its question left without an answer: {unanswered}.",
    ),
    "harm": Wording(
        "Eventi avversi annotati dopo la dimissione, con il loro giorno: {events}.",
        "Adverse events written down after the discharge, with their day: {events}.",
    ),
    "pain": Wording(
        "Ultime {sessions} sedute: {ended} finite per dolore; dolore massimo alla fine {pain:.0f} "
        "su 10{changed}.",
        "Last {sessions} sessions: {ended} ended by pain; highest pain at the end {pain:.0f} of "
        "10{changed}.",
    ),
    "few days": Wording(
        "Giorni attivi negli ultimi {days} giorni noti: {active}; l'obiettivo concordato ne dà "
        "circa {expected}.",
        "Active days in the last {days} known days: {active}; the agreed goal gives about "
        "{expected}.",
    ),
    "range": Wording(
        "{exercise}, ripetizioni di misura: da {before:.0f}° a {now:.0f}°, meno {fall:.0f}°; "
        "errore {threshold:.0f}°.",
        "{exercise}, assessment repetitions: from {before:.0f}° to {now:.0f}°, {fall:.0f}° less; "
        "error {threshold:.0f}°.",
    ),
    "speed": Wording(
        "{percent:.0f} % delle ripetizioni nelle ultime {sessions} sedute più veloci del limite "
        "del piano.",
        "{percent:.0f} % of repetitions in the last {sessions} sessions were faster than the "
        "plan's limit.",
    ),
    "overdose": Wording(
        "{percent:.0f} %{counted} della dose prescritta di un esercizio negli ultimi 7 giorni.",
        "{percent:.0f} %{counted} of one exercise's prescribed dose in the last 7 days.",
    ),
    "start": Wording(
        "Nessuna seduta in {days} giorni da quando il piano è in vigore, {since}.",
        "No session in {days} days since the plan came into force, {since}.",
    ),
    "plan": Wording(
        "La versione {version} del piano è stata inviata il {since}; in casa vale ancora quella di "
        "prima.",
        "Version {version} of the plan was sent on {since}; the home still works by the one "
        "before.",
    ),
    "medicine": Wording(
        "Sedute degli ultimi 7 giorni in cui è stato riferito un cambio di medicina: {n}.",
        "Sessions of the last 7 days in which a changed medicine was told: {n}.",
    ),
    "data": Wording(
        "Nessun dato ricevuto da casa da {days} giorni.",
        "No data has come from the home for {days} days.",
    ),
}
"""By kind of alert; the placeholders are the evidence's figures."""

NOT_AGAIN: Final = Wording(
    "Nessuna seduta in {days} giorni dalla nuova presa in carico, {since}.",
    "No session in {days} days since the new enrolment, {since}.",
)
"""Of somebody who was discharged before the first session."""
NOT_TAKEN: Final = Wording(
    "Il piano è stato inviato il {since}; la casa non l'ha ancora ricevuto, da {days} giorni.",
    "The plan was sent on {since}; the home has not taken it for {days} days.",
)
REFUSED: Final = Wording(
    "La casa ha rifiutato la versione {version} del piano, inviata il {since}.",
    "The home has refused version {version} of the plan, sent on {since}.",
)
"""Of a plan that is not in force because the home does not have it."""
ENDED: Final = Wording(
    "L'ultimo giorno del piano, versione {version}, è stato il {until}; nessun'altra versione è in "
    "vigore.",
    "The last day of the plan, version {version}, was {until}; no other version is in force.",
)

STOPPED: Final = Wording(
    "Nessun giorno attivo negli ultimi {quiet} giorni noti; l'obiettivo concordato ne dà circa "
    "{expected}.",
    "No active day in the last {quiet} known days; the agreed goal gives about {expected}.",
)
"""Of few active days that have become none."""

UNDATED: Final[dict[AlertKind, Wording]] = {
    "unwell": Wording(
        "«Non mi sento bene» è stato premuto in una seduta datata {day} da un orologio sbagliato: "
        "non si sa quando.",
        "“I feel unwell” was pressed in a session dated {day} by a wrong clock: when it was is "
        "not known.",
    ),
    "fall": Wording(
        "Una caduta, riferita o rimasta senza risposta, in una seduta datata {day} da un orologio "
        "sbagliato: non si sa quando.",
        "A fall, told or left without an answer, in a session dated {day} by a wrong clock: when "
        "it was is not known.",
    ),
    "medicine": Wording(
        "Una medicina cambiata è stata riferita in una seduta datata {day} da un orologio "
        "sbagliato: non si sa quando.",
        "A changed medicine was told in a session dated {day} by a wrong clock: when it was is "
        "not known.",
    ),
}
"""Of events in sessions whose day is none, or not yet."""
