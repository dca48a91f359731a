"""What the session's screens say beside therapy's own words."""

from __future__ import annotations

from typing import Final

from therapy.wording import Wording

__all__ = ["BREATH_WORDS", "EFFORT_WORDS", "SESSION"]

EFFORT_WORDS: Final = (
    Wording("nessuna fatica", "no effort"),
    Wording("quasi nessuna", "hardly any"),
    Wording("poca", "a little"),
    Wording("leggera", "light"),
    Wording("si sente", "noticeable"),
    Wording("media", "medium"),
    Wording("abbastanza", "fairly hard"),
    Wording("molta", "hard"),
    Wording("moltissima", "very hard"),
    Wording("quasi il massimo", "almost the most"),
    Wording("il massimo", "the most possible"),
)
"""A word of our own at each number of effort."""

BREATH_WORDS: Final = (
    Wording("respiro libero", "breathing freely"),
    Wording("quasi libero", "almost freely"),
    Wording("un po' corto", "a little short"),
    Wording("corto", "short"),
    Wording("si sente", "noticeably short"),
    Wording("parlo a frasi", "talking in phrases"),
    Wording("parlo a fatica", "talking is hard"),
    Wording("molto corto", "very short"),
    Wording("cortissimo", "extremely short"),
    Wording("quasi il massimo", "almost the most"),
    Wording("il massimo", "the most possible"),
)
"""And of breathlessness."""

SESSION: Final[dict[str, dict[str, str]]] = {
    "yes": {"it": "Sì", "en": "Yes"},
    "no": {"it": "No", "en": "No"},
    "back": {"it": "Indietro", "en": "Back"},
    "leave": {"it": "Vuole smettere?", "en": "Do you want to stop?"},
    "leave_kept": {
        "it": "Quello che resta si può fare più tardi.",
        "en": "What is left can be done later.",
    },
    "stay": {"it": "Continuo", "en": "Go on"},
    "stop": {"it": "Basta per oggi", "en": "Enough for today"},
    "confirm": {"it": "Ha scelto: {answer}. Va bene?", "en": "You chose: {answer}. Is that right?"},
    "right": {"it": "Sì, va bene", "en": "Yes, that is right"},
    "other": {"it": "No, un'altra", "en": "No, another one"},
    "not_at_all": {"it": "per niente", "en": "not at all"},
    "very_much": {"it": "molto", "en": "very much"},
    "breath": {
        "it": "Quanto Le manca il respiro adesso?",
        "en": "How short of breath are you now?",
    },
    "broken_off": {
        "it": "L'ultima seduta si è interrotta. Si continua?",
        "en": "The last session broke off. Shall we go on?",
    },
    "broken_off_kept": {
        "it": "Quello che è registrato è conservato; il resto di oggi è ancora da fare.",
        "en": "What was recorded is kept; the rest of today is left to do.",
    },
    "not_now": {"it": "Adesso no", "en": "Not now"},
    "skip": {"it": "Salto la domanda", "en": "Skip this"},
    "begin": {"it": "Cominciamo", "en": "Begin"},
    "five_minutes": {"it": "Cinque minuti", "en": "Five minutes"},
    "read": {"it": "Ho letto", "en": "I have read it"},
    "done": {"it": "Fatto", "en": "Done"},
    "later": {"it": "Oggi no", "en": "Not today"},
    "cannot": {"it": "Non ci riesco", "en": "I can't do it"},
    "close": {"it": "Chiudo", "en": "Close"},
    "tired": {"it": "Basta per ora", "en": "Enough for now"},
    "attention": {"it": "Attenzione", "en": "Caution"},
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
        "it": "Giocato con i tasti: conta come riferito da Lei, senza misura.",
        "en": "Played by keys: it counts as told by you, nothing was measured.",
    },
    "clinic_silent": {
        "it": "Il centro non risponde: la seduta è conservata qui e parte da sola più tardi.",
        "en": "The clinic does not answer: the session is kept here and goes out later by itself.",
    },
    "watched": {"it": "In visione: {who}", "en": "Watching: {who}"},
    "watched_over": {"it": "Visione terminata", "en": "Nobody watches any more"},
    "watcher.physiotherapist": {"it": "fisioterapista", "en": "physiotherapist"},
    "watcher.researcher": {"it": "ricerca", "en": "research"},
    "watcher.admin": {"it": "amministrazione", "en": "administration"},
    "watcher.clinic": {"it": "il centro", "en": "the clinic"},
    "measured": {"it": "Che cosa si è misurato", "en": "What was measured"},
    "measure": {"it": "misura", "en": "measurement"},
    "repetitions": {"it": "Ripetizioni: {count}", "en": "Repetitions: {count}"},
    "each": {"it": "Ogni ripetizione", "en": "Each repetition"},
    "no_angle": {"it": "Nessun angolo: {why}", "en": "No angle: {why}"},
    "page_of": {"it": "{n} di {of}", "en": "{n} of {of}"},
    "side.left": {"it": "a sinistra", "en": "left"},
    "side.right": {"it": "a destra", "en": "right"},
    "waiting": {"it": "Un momento", "en": "One moment"},
    "effort": {
        "it": "Quanto è faticoso adesso?",
        "en": "How hard is it now?",
    },
    "survey_skip": {"it": "Salto le domande", "en": "Skip the questions"},
    "survey_why": {
        "it": "Resta sotto il Suo codice, con i dati delle sedute, e serve a migliorare Ripresa. "
        "La pagina del Suo fisioterapista non lo mostra.",
        "en": "It stays under your code, with your sessions' records, and helps to improve "
        "Ripresa. Your physiotherapist's page does not show it.",
    },
    "anonymous": {
        "it": "Senza nome: da 1, per niente, a 5, molto",
        "en": "Without a name: from 1, not at all, to 5, very much",
    },
    "arms.crossed": {"it": "Incrociate", "en": "Crossed"},
    "arms.hanging": {"it": "Una pendeva", "en": "One hung down"},
    "arms.used": {"it": "Hanno aiutato", "en": "They helped"},
    "seat.43": {"it": "Circa 43 cm", "en": "About 43 cm"},
    "seat.lower": {"it": "Più basso", "en": "Lower"},
    "seat.higher": {"it": "Più alto", "en": "Higher"},
    "barrier.time": {"it": "Tempo", "en": "Time"},
    "barrier.pain": {"it": "Dolore", "en": "Pain"},
    "barrier.tired": {"it": "Stanchezza", "en": "Tiredness"},
    "barrier.forgot": {"it": "Scordato", "en": "Forgot"},
    "barrier.other": {"it": "Altro", "en": "Something else"},
    "why.pain": {"it": "Dolore", "en": "Pain"},
    "why.tired": {"it": "Stanchezza", "en": "Tiredness"},
    "why.time": {"it": "Tempo", "en": "Time"},
    "why.other": {"it": "Altro", "en": "Something else"},
}
