"""A line of the worklist as a page shows it: why, since when, last session, last contact, plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from analytics.monitoring.figures import PatientState
from therapy.wording import Wording

from .words import Words, percent, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from analytics.monitoring.figures import PatientFigures
    from analytics.monitoring.worklist import WorkLine
    from telemetry.messages.care import AlertSeen

__all__ = [
    "GROUPS",
    "ContactView",
    "DeliveryView",
    "Group",
    "PatientLine",
    "ReasonView",
    "contact_view",
    "delivery_view",
    "group_of",
    "last_contact",
    "list_summary",
    "patient_line",
    "patient_summary",
]

Group: TypeAlias = Literal["waiting", "not started", "silent", "paused", "in therapy"]
GROUPS: Final[tuple[Group, ...]] = ("waiting", "not started", "silent", "paused", "in therapy")
NOT_STARTED: Final = ("enrolled", "plan sent", "plan refused", "plan taken")
SPOKEN: Final = ("called", "visit")
"""What of the actions is a contact with the person."""
REASONS: Final = 3
"""As many are told of one patient; the rest are on the patient's page."""
NAMED: Final = 5
"""As many patients are named in the summary of all."""

_ALERTS: Final = {
    "unwell": Wording("non si sentiva bene", "felt unwell"),
    "fall": Wording("caduta", "fall"),
    "start": Wording("non ha iniziato", "has not started"),
    "harm": Wording("evento avverso dopo la dimissione", "adverse event after discharge"),
    "pain": Wording("dolore", "pain"),
    "medicine": Wording("medicina cambiata", "medicine changed"),
    "range": Wording("escursione", "range"),
    "few days": Wording("pochi giorni attivi", "few active days"),
    "data": Wording("nessuna notizia o dati persi", "nothing heard, or data lost"),
    "plan": Wording("piano non in vigore", "plan not in force"),
    "overdose": Wording("più del previsto", "more than asked"),
    "speed": Wording("velocità", "speed"),
    "review": Wording("verifica da fare", "review due"),
}
_REVIEW: Final = Wording(
    "La verifica della cura era prevista per il {day}.",
    "Treatment was to be looked at again on {day}.",
)
_ACTIONS: Final = {
    "called": Wording("telefonata", "call"),
    "visit": Wording("visita", "visit"),
}
ACTIVE: Final = ("done", "partly", "self-reported")
_APART: Final = {
    "stopped by rule": Wording("fermati da una regola", "stopped by a rule"),
    "excused": Wording("giustificati", "excused"),
    "unknown": Wording("non noti", "unknown"),
}
"""Days that lower no figure, so that they are told beside it."""
_DELIVERY: Final = {
    "draft": Wording("bozza", "draft"),
    "signed": Wording("firmato, non inviato", "signed, not sent"),
    "published": Wording("inviato, non ancora ricevuto", "sent, not taken yet"),
    "refused": Wording("rifiutato dalla casa", "refused by the home"),
    "taken": Wording("ricevuto", "taken"),
    "superseded": Wording("sostituito", "superseded"),
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReasonView(_Frozen):
    """Why a patient needs somebody: one alert, since when, what was recorded.

    `closed` is the first day on which its evidence was gone; None: it goes on. One that ended by
    itself still needs a look.
    """

    kind: str
    since: str
    closed: str | None
    text: Words
    grave: bool


class ContactView(_Frozen):
    """The last time that somebody of the clinic spoke with the person, as was written down."""

    day: str
    by: str
    action: str


class DeliveryView(_Frozen):
    """How far the newest version of the plan has come; `day` of its last step, where known."""

    version: int
    state: str
    day: str | None


class StandInView(_Frozen):
    """Who stands in today for whoever is away, and until when; None: until further notice."""

    to: str
    last: str | None
    taken: bool


class PatientLine(_Frozen):
    """One line of the worklist; `waiting` are the kinds of alerts nobody looked at.

    `since` is the day from which on the gravest of them, or waiting for the first session, lasts.
    `reasons` are the gravest of those alerts, then a review that is due, `reasons_more` counts the
    others; `summary` is two
    lines to copy, where somebody is needed. `heard_ms` is when the home was last heard of,
    `contact` when somebody last spoke with the person.
    """

    patient: str
    group: Group
    sessions: int
    last_day: str | None
    waiting: tuple[str, ...]
    reasons: tuple[ReasonView, ...]
    reasons_more: int
    state: PatientState
    since: str | None
    why: Words | None
    contact: ContactView | None
    delivery: DeliveryView | None
    heard_ms: float | None
    plan_missing: bool
    summary: Words | None
    stand_in: StandInView | None


def group_of(line: WorkLine, *, with_alerts: bool) -> Group:
    """To which part of the list a patient belongs."""
    if with_alerts and (line.waiting or line.review_due is not None):
        return "waiting"
    if line.state in NOT_STARTED:
        return "not started"
    if line.state in ("silent", "paused"):
        return "silent" if line.state == "silent" else "paused"
    return "in therapy"


def patient_line(line: WorkLine, *, with_alerts: bool) -> PatientLine:
    """One patient's line; without a clinic that keeps alerts there are none."""
    waiting = line.waiting if with_alerts else ()
    reasons = [
        ReasonView(
            kind=a.kind,
            since=a.opened.isoformat(),
            closed=None if a.closed is None else a.closed.isoformat(),
            text=words(a.text),
            grave=a.grave,
        )
        for a in waiting
    ]
    if with_alerts and line.review_due is not None:
        reasons.append(_review(line.review_due))
    return PatientLine(
        patient=line.patient,
        group=group_of(line, with_alerts=with_alerts),
        sessions=line.sessions,
        last_day=None if line.last_day is None else line.last_day.isoformat(),
        waiting=tuple(dict.fromkeys(a.kind for a in waiting)),
        reasons=tuple(reasons[:REASONS]),
        reasons_more=max(0, len(reasons) - REASONS),
        state=line.state,
        since=None if line.since is None else line.since.isoformat(),
        why=reasons[0].text if reasons else None,
        contact=contact_view(last_contact(line.figures)),
        delivery=delivery_view(line.figures),
        heard_ms=None if line.heard_ns is None else line.heard_ns / 1e6,
        plan_missing=line.plan_missing,
        summary=patient_summary(line.figures) if reasons else None,
        stand_in=_stand_in(line),
    )


def _review(due: date) -> ReasonView:
    day = due.isoformat()
    return ReasonView(
        kind="review", since=day, closed=None, text=words(_REVIEW.filled(day=day)), grave=False
    )


def _stand_in(line: WorkLine) -> StandInView | None:
    found = line.stand_in
    if found is None:
        return None
    return StandInView(
        to=found.handed.to,
        last=None if found.handed.last is None else found.handed.last.isoformat(),
        taken=found.taken is not None,
    )


def last_contact(figures: PatientFigures) -> AlertSeen | None:
    """The newest word of somebody who called the person, or saw them, whatever became of why."""
    spoken = (look for look in figures.looks if look.action in SPOKEN)
    return max(spoken, key=lambda s: (s.t_ns, s.by, s.action, s.note), default=None)


def contact_view(seen: AlertSeen | None) -> ContactView | None:
    """That word for a page."""
    if seen is None:
        return None
    return ContactView(day=seen.day.isoformat(), by=seen.by, action=seen.action)


def delivery_view(figures: PatientFigures) -> DeliveryView | None:
    """How far the newest version has come that is more than a draft; None: there is none."""
    sent = [v for v in figures.versions if v.state != "draft"]
    if not sent:
        return None
    newest = max(sent, key=lambda v: v.plan.version)
    day = newest.refused or newest.taken or newest.published
    return DeliveryView(
        version=newest.plan.version,
        state=newest.state,
        day=None if day is None else day.isoformat(),
    )


def patient_summary(figures: PatientFigures) -> Words:
    """Two lines on a patient, for the clinic's own record: what was recorded, and who acts on it.

    Four weeks up to today, as the calendar shows them.
    """
    return Words(it="\n".join(_two_lines(figures, 0)), en="\n".join(_two_lines(figures, 1)))


def _two_lines(figures: PatientFigures, language: int) -> tuple[str, str]:
    def say(it: str, en: str) -> str:
        return (it, en)[language]

    def told(wording: Wording) -> str:
        return (wording.it, wording.en)[language]

    period, recent = figures.period, figures.recent_days
    done = sum(period.days.get(state, 0) for state in ACTIVE)
    planned = done + period.days.get("missed", 0)
    days = say(f"giorni attivi {done} su {planned}", f"active days {done} of {planned} planned")
    apart = [f"{n} {told(name)}" for state, name in _APART.items() if (n := period.days.get(state))]
    if apart:
        days += f" ({say('a parte', 'apart')} {', '.join(apart)})"
    dose = say("dose non nota", "dose unknown")
    if period.dose is not None:
        dose = f"dose {percent(period.dose)} %"
    first = recent[0].day if recent else figures.today.isoformat()
    pains = [
        s.pain_after
        for s in figures.sessions
        if s.pain_after is not None and first <= s.day.isoformat()
    ]
    pain = say("nessuna risposta sul dolore", "no answer about pain")
    if pains:
        most = max(pains)
        pain = say(f"dolore dopo, al più {most} su 10", f"pain after, at most {most} of 10")
    last = figures.last_session
    session = say("nessuna seduta", "no session")
    if last is not None:
        session = say(f"ultima seduta {last}", f"last session {last}")
    named = [f"{told(_ALERTS[a.kind])} ({a.opened})" for a in figures.waiting]
    if figures.review_due is not None:
        named.append(f"{told(_ALERTS['review'])} ({figures.review_due})")
    reasons = ", ".join(named)
    look = say("Da vedere: ", "To look at: ") + (reasons or say("nulla", "nothing"))
    plan = delivery_view(figures)
    delivery = say("nessun piano", "no plan")
    if plan is not None:
        state = told(_DELIVERY[plan.state])
        delivery = say(f"piano {plan.version} {state}", f"plan {plan.version} {state}")
    contact = last_contact(figures)
    spoke = say("nessun contatto annotato", "no contact noted")
    if contact is not None:
        how = f"{contact.day}, {told(_ACTIONS[contact.action])}, {contact.by}"
        spoke = say(f"ultimo contatto {how}", f"last contact {how}")
    head = say(f"{figures.patient}, dal {first}", f"{figures.patient}, from {first}")
    return f"{head}: {days}, {dose}; {pain}; {session}.", f"{look}; {delivery}; {spoke}."


def list_summary(lines: Sequence[PatientLine], today: str) -> Words:
    """Two lines on all patients: how many need somebody and who first; how the others do."""
    return Words(it="\n".join(_of_all(lines, today, 0)), en="\n".join(_of_all(lines, today, 1)))


def _of_all(lines: Sequence[PatientLine], today: str, language: int) -> tuple[str, str]:
    waiting = [line for line in lines if line.reasons]
    named = (f"{line.patient} ({_told(line, language)}, {line.since})" for line in waiting[:NAMED])
    first = ", ".join(named) + (", …" if len(waiting) > NAMED else "")
    counts = _counts(lines)
    others = (counts["in therapy"], counts["not started"], counts["silent"], counts["paused"])
    if language == 0:
        look = f"{today}: {len(lines)} pazienti, da vedere {len(waiting)}"
        rest = "Gli altri: {} in terapia, {} non hanno iniziato, {} senza notizie, {} in pausa."
    else:
        look = f"{today}: {len(lines)} patients, {len(waiting)} to look at"
        rest = "The others: {} in therapy, {} not started, {} silent, {} paused."
    return f"{look}: {first}." if first else f"{look}.", rest.format(*others)


def _told(line: PatientLine, language: int) -> str:
    kind = _ALERTS[line.reasons[0].kind]
    return (kind.it, kind.en)[language]


def _counts(lines: Iterable[PatientLine]) -> dict[Group, int]:
    found = dict.fromkeys(GROUPS, 0)
    for line in lines:
        found[line.group] += 1
    return found
