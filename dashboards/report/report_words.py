"""What a printed report says, in both languages."""

from __future__ import annotations

from typing import Final

from therapy.wording import Wording

__all__ = ["DAY_SIGNS", "TEXTS"]

TEXTS: Final = {
    "watermark": Wording(
        "Software di ricerca, non un dispositivo medico",
        "Research software, not a medical device",
    ),
    "title": Wording("Riepilogo di quattro settimane", "Summary of four weeks"),
    "printed": Wording("Stampato il {day}", "Printed on {day}"),
    "span": Wording("dal {first} al {last}", "from {first} to {last}"),
    "state_enrolled": Wording("iscritto, nessun piano inviato", "enrolled, no plan sent"),
    "state_plan sent": Wording("piano inviato, non ancora ricevuto", "plan sent, not taken yet"),
    "state_plan refused": Wording("piano rifiutato dalla casa", "plan refused by the home"),
    "state_plan taken": Wording("piano ricevuto, nessuna seduta", "plan taken, no session yet"),
    "state_started": Wording("in terapia", "in therapy"),
    "state_silent": Wording("nessuna notizia dalla casa", "nothing heard from the home"),
    "state_paused": Wording("in pausa", "paused"),
    "state_discharged": Wording("dimesso", "discharged"),
    "plan": Wording("Piano, versione {n}", "Plan, version {n}"),
    "no_plan": Wording("Nessun piano in vigore", "No plan in force"),
    "signed": Wording("firmato: {by}", "signed: {by}"),
    "validated": Wording(
        "Che cosa è verificato: conteggi ed escursioni su registrazioni di adulti sani; angoli "
        "delle articolazioni su simulazioni e una persona sana. Su nessun paziente.",
        "What was checked on whom: counts and ranges on recordings of healthy adults; angles of "
        "joints on simulations and one healthy adult. On no patient.",
    ),
    "goal": Wording("Obiettivo", "Goal"),
    "precautions": Wording("Attenzioni", "Precautions"),
    "limits": Wording(
        "una serie finisce da dolore {pain} o fatica {effort}; in piedi: {standing}",
        "a set ends from pain {pain} or effort {effort}; standing: {standing}",
    ),
    "cleared": Wording("autorizzato", "cleared"),
    "fall_locked": Wording(
        "trattenuto dal {day}, dopo una caduta o una domanda senza risposta",
        "kept back since {day}, after a fall or a question without an answer",
    ),
    "not_cleared": Wording("non autorizzato", "not cleared"),
    "review": Wording("verifica della cura: {day}", "treatment looked at again: {day}"),
    "review_due": Wording("da fare", "due"),
    "breath": Wording("una serie finisce da affanno {n}", "a set ends from breathlessness {n}"),
    "zero_forbidden": Wording(
        "la posizione neutra non vale come zero (spasticità o contrattura)",
        "no neutral pose serves as zero (spasticity or contracture)",
    ),
    "at_most": Wording("al più {deg}°", "at most {deg}°"),
    "stop_questions": Wording("domande di arresto", "stop questions"),
    "days": Wording("Giorni", "Days"),
    "adherence": Wording("Aderenza", "Adherence"),
    "parts": Wording(
        "sedute {sessions}, dose {dose}, escursione {range}, qualità {quality}",
        "sessions {sessions}, dose {dose}, range {range}, quality {quality}",
    ),
    "unknown": Wording("non nota", "unknown"),
    "since": Wording("Dall’ultimo contatto", "Since the last contact"),
    "contact": Wording(
        "Ultimo contatto: {day}, {action} ({by}).", "Last contact: {day}, {action} ({by})."
    ),
    "no_contact": Wording("Nessun contatto annotato.", "No contact noted."),
    "shown_from": Wording("Qui dal {day}.", "Shown here from {day}."),
    "action_called": Wording("telefonata", "called"),
    "action_visit": Wording("visita", "visit"),
    "nothing": Wording(
        "nelle sedute nessun arresto, nessuna caduta, nessuna medicina cambiata",
        "in the sessions no stop, no fall, no changed medicine",
    ),
    "ranges": Wording(
        "Escursione, solo ripetizioni di valutazione", "Range, assessment repetitions only"
    ),
    "last_peak": Wording("{day}: {deg}°", "{day}: {deg}°"),
    "change": Wording(
        "da {before}° a {now}°, errore {error}°: {beyond}",
        "from {before}° to {now}°, error {error}°: {beyond}",
    ),
    "several_cores": Wording(
        "calcolata da più versioni del programma ({versions}): la differenza può venirne",
        "computed by several versions of the program ({versions}): that may make a difference",
    ),
    "beyond": Wording("oltre l’errore", "beyond the error"),
    "within": Wording("entro l’errore", "within the error"),
    "few": Wording("troppe poche valutazioni per un confronto", "too few assessments to compare"),
    "target": Wording("obiettivo {deg}°", "target {deg}°"),
    "other_side": Wording(
        "l’altro lato, che il piano dice sano: {deg}° il {day}",
        "the other side, which the plan calls well: {deg}° on {day}",
    ),
    "excursion_only": Wording(
        "senza zero noto: l’ampiezza, non la posizione",
        "no known zero: the size of movements, not the position",
    ),
    "posture_seated": Wording("seduti", "seated"),
    "posture_standing": Wording("in piedi", "standing"),
    "posture_supine": Wording("supini", "lying"),
    "level_gravity": Wording("per gravità", "by gravity"),
    "level_stored": Wording("valore della clinica", "the clinic’s value"),
    "level_functional": Wording("con movimenti guidati", "by guided movements"),
    "level_none": Wording("senza calibrazione", "without a calibration"),
    "tests": Wording("Prove funzionali", "Function tests"),
    "test_counted": Wording(
        "contate {n}: se le braccia aiutano il risultato è 0",
        "{n} counted: where the arms help the result is 0",
    ),
    "arms_crossed": Wording("braccia incrociate", "arms crossed"),
    "arms_hanging": Wording("un braccio pendeva", "one arm hung down"),
    "arms_used": Wording("le braccia hanno aiutato", "the arms helped"),
    "arms_unknown": Wording("braccia: non detto", "arms: not told"),
    "seat_43": Wording("sedile circa 43 cm", "seat about 43 cm"),
    "seat_lower": Wording("sedile più basso di 43 cm", "seat lower than 43 cm"),
    "seat_higher": Wording("sedile più alto di 43 cm", "seat higher than 43 cm"),
    "exercises": Wording("Esercizi", "Exercises"),
    "exercise": Wording("esercizio", "exercise"),
    "done_asked": Wording("fatte / previste", "done / asked"),
    "correct": Wording("corrette", "correct"),
    "incorrect": Wording("con rilievi", "with remarks"),
    "not_judged": Wording("non giudicate", "not judged"),
    "reported": Wording("{n} riferite", "{n} self-reported"),
    "attempts": Wording("tentativi", "attempts"),
    "stopped": Wording("interrotto per", "stopped by"),
    "pain": Wording("Dolore (0-10)", "Pain (0-10)"),
    "pain_line": Wording(
        "prima, al più {before}; dopo, al più {after}; sedute finite per dolore: {ended}",
        "before, at most {before}; after, at most {after}; sessions ended by pain: {ended}",
    ),
    "alerts": Wording("Avvisi", "Alerts"),
    "open_since": Wording("dal {day}", "since {day}"),
    "from_to": Wording("dal {day}, finito il {closed}", "from {day}, over on {closed}"),
    "seen": Wording("visto: {by}, {day}", "seen: {by}, {day}"),
    "not_seen": Wording("nessuno l’ha visto", "nobody has seen it"),
    "more_since": Wording(
        "poi è arrivato altro, che nessuno ha visto", "more has come, which nobody has seen"
    ),
    "left": Wording("sinistra", "left"),
    "right": Wording("destra", "right"),
    "repetitions": Wording("", ""),
    "minutes": Wording(" min", " min"),
    "holds": Wording(" tenute", " holds"),
    "unwell": Wording("non si sentiva bene", "felt unwell"),
    "fall": Wording("caduta riferita", "a fall was told"),
    "fall unanswered": Wording(
        "movimento simile a una caduta, domanda senza risposta",
        "movement like a fall, question not answered",
    ),
    "stop question": Wording("sì a una domanda di arresto", "yes to a stop question"),
    "pain stop": Wording("finita per dolore", "ended by pain"),
    "pain not settled": Wording("il dolore in più non era passato", "extra pain had not settled"),
    "medicine": Wording("medicina cambiata", "medicine changed"),
    "reason_done": Wording("completato", "done"),
    "reason_pain": Wording("dolore", "pain"),
    "reason_tired": Wording("stanchezza", "tired"),
    "reason_unwell": Wording("non si sentiva bene", "unwell"),
    "reason_time": Wording("tempo", "time"),
    "reason_lost sensor": Wording("sensore perso", "lost sensor"),
    "reason_interrupted": Wording("interrotta", "interrupted"),
    "reason_other": Wording("altro", "other"),
    "more": Wording("e altri {n}", "and {n} more"),
    "signs": Wording(
        "% = dose; ✕ saltato; ? nulla si sa; – giustificato; ■ fermato da una regola; "
        "✎ riferito, non misurato; · nulla di previsto",
        "% = dose; ✕ missed; ? nothing known; – excused; ■ stopped by a rule; "
        "✎ self-reported, not measured; · nothing asked",
    ),
}
DAY_SIGNS: Final = {
    "missed": "✕",
    "unknown": "?",
    "excused": "–",
    "stopped by rule": "■",
    "self-reported": "✎",
    "nothing asked": "·",
    "to come": "",
}
