"""Alerts as episodes, derived from each day's evidence: one at a time of each kind.

A rule says of each kind and day whether its evidence is there (`raised`), gone (`cleared`), or
between the two (`held`). `episodes` makes alerts of all days, whatever the order in which they
came to be known:

1. Where the evidence is an event (unwell, a fall, harm, a changed medicine), each day with one is
   an alert of its own; it is over when the rule no longer tells of that day.
2. Else an alert runs from the first raised day to the first cleared one after it. Its words and
   figures are those of the newest evidence in it, never those that it once opened with. Where it
   is over they say up to when they held: "the last 7 days" are not those before today.
3. Where the evidence becomes graver (few active days have become none), the graver alert takes
   the lesser one's place.

An alert is known by patient, kind and the first day of its evidence. That somebody saw it, and
what was done, is history and changes no alert: `AlertSeen` records are laid beside it. An alert
whose days moved, because something came late, stays seen if the day that was seen lies in it. An
alert of events needs another look once it tells of one that nobody had before them: the same
evening's fall is not seen because the morning's was. A
snooze lets no other alert of the kind need a look before its day, events apart.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telemetry.messages.care import AlertSeen

__all__ = [
    "EVENT_KINDS",
    "GRAVITY",
    "Alert",
    "AlertKind",
    "Evidence",
    "episodes",
    "event_name",
    "needing_a_look",
]

AlertKind: TypeAlias = Literal[
    "unwell",
    "fall",
    "start",
    "harm",
    "pain",
    "medicine",
    "range",
    "few days",
    "data",
    "plan",
    "overdose",
    "speed",
]
EVENT_KINDS: Final[frozenset[AlertKind]] = frozenset({"unwell", "fall", "harm", "medicine"})
GRAVITY: Final[tuple[AlertKind, ...]] = (
    "unwell",
    "fall",
    "start",
    "harm",
    "pain",
    "medicine",
    "range",
    "few days",
    "data",
    "plan",
    "overdose",
    "speed",
)
"""The gravest first."""
UP_TO: Final = Wording("Fino al {day}: {said}", "Up to {day}: {said}")
"""Of evidence that is not there any more."""
TOLD: Final = " told"
"""Ends the name of an event that somebody told, and that was not only suspected."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one rule found on one day.

    Attributes:
        kind: of the rule.
        state: there, between, or gone.
        it, en: what was recorded, in words that describe.
        figures: the numbers it rests on.
        event_days: the days of the events it tells of, for kinds that tell of events.
        events: these, each with its day, as `event_name` calls them.
        grave: it is the worse of the kind's two forms.
    """

    kind: AlertKind
    state: Literal["raised", "held", "cleared"]
    it: str = ""
    en: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    event_days: tuple[date, ...] = ()
    events: tuple[tuple[date, str], ...] = ()
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode of one kind for one patient.

    Attributes:
        opened: the first day of its evidence.
        it, en, figures: its evidence now, or when it was last there.
        grave: it is the worse of its kind's two forms.
        closed: the first day on which the evidence was gone; None: it goes on.
        replaced: a graver alert took its place, so it needs no look of its own.
        seen: who looked, when, what was done; None where nobody has.
        events: names of the events it tells of.
        more: some of these nobody had before them who has looked.
        quiet_until: no look is needed before, as was decided at an earlier alert of the kind.
    """

    patient: str
    kind: AlertKind
    opened: date
    it: str
    en: str
    figures: Mapping[str, float] = field(default_factory=dict)
    grave: bool = False
    closed: date | None = None
    replaced: bool = False
    seen: AlertSeen | None = None
    quiet_until: date | None = None
    events: tuple[str, ...] = ()
    more: bool = False

    @property
    def text(self) -> Wording:
        """What was recorded, by the evidence now."""
        return Wording(self.it, self.en)

    @property
    def open(self) -> bool:
        """Whether the episode goes on."""
        return self.closed is None

    @property
    def digest(self) -> str:
        """Of the evidence: what was on the page when somebody saw it."""
        # Figures of an event count those of other days, too: what happened on its own tells it.
        told = list(self.events) or dict(self.figures)
        said = [self.kind, self.opened.isoformat(), told, self.grave]
        body = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()[:16]


def episodes(
    patient: str,
    evidence: Iterable[tuple[date, Evidence]],
    seen: Sequence[AlertSeen] = (),
    *,
    today: date,
) -> tuple[Alert, ...]:
    """A patient's alerts, in the order in which they opened.

    Args:
        patient: the pseudonym.
        evidence: of all kinds, by day; a kind and day without any is cleared.
        seen: who looked at what, in any order.
        today: the last day that was judged.
    """
    by_kind: dict[AlertKind, list[tuple[date, Evidence]]] = {}
    for day, found in evidence:
        by_kind.setdefault(found.kind, []).append((day, found))
    alerts = [
        alert
        for kind, days in by_kind.items()
        for alert in (_events if kind in EVENT_KINDS else _runs)(patient, days, today)
    ]
    alerts = [_as_it_was(alert) for alert in alerts]
    ordered = sorted(alerts, key=lambda a: (a.opened, GRAVITY.index(a.kind), a.grave))
    return tuple(_beside(alert, seen) for alert in ordered)


def needing_a_look(alerts: Iterable[Alert], today: date) -> tuple[Alert, ...]:
    """Alerts that nobody has seen, the gravest kind first, then the oldest.

    A closed one still needs a look: that it ended by itself says nothing of why.
    """
    waiting = [
        a
        for a in alerts
        if (a.seen is None or a.more)
        and not a.replaced
        and (a.quiet_until is None or a.quiet_until <= today)
    ]
    return tuple(sorted(waiting, key=lambda a: (GRAVITY.index(a.kind), a.opened, a.patient)))


def _events(patient: str, days: Sequence[tuple[date, Evidence]], today: date) -> list[Alert]:
    """An alert for each day with an event, while the rule tells of it."""
    newest: dict[date, tuple[date, Evidence]] = {}
    for day, told in days:
        for event_day in told.event_days if told.state == "raised" else ():
            newest[event_day] = day, told
    return [
        replace(
            _alert(patient, event_day, told),
            closed=None if last == today else _after(last),
            events=tuple(sorted(name for day, name in told.events if day == event_day)),
        )
        for event_day, (last, told) in newest.items()
    ]


def _runs(patient: str, days: Sequence[tuple[date, Evidence]], today: date) -> list[Alert]:
    found: list[Alert] = []
    at: Alert | None = None
    last = today
    for day, told in [*days, (_after(today), None)]:
        gap = day > _after(last)
        if at is not None and (gap or (told is not None and told.state == "cleared")):
            found.append(replace(at, closed=_after(last)))
            at = None
        if told is None:
            break
        last = day
        if told.state == "raised":
            if at is not None and told.grave and not at.grave:
                found.append(replace(at, closed=day, replaced=True))
                at = None
            opened = day if at is None else at.opened
            at = replace(_alert(patient, opened, told), grave=told.grave or bool(at and at.grave))
        elif at is not None and told.it:
            at = replace(at, it=told.it, en=told.en, figures=told.figures)
    return [*found, at] if at is not None else found


def _as_it_was(alert: Alert) -> Alert:
    """Of one that is over, the words with the last day on which they were true."""
    if alert.closed is None or not alert.it:
        return alert
    last = date.fromordinal(alert.closed.toordinal() - 1)
    words = UP_TO.filled(day=last, said=alert.text)
    return replace(alert, it=words.it, en=words.en)


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _alert(patient: str, opened: date, told: Evidence) -> Alert:
    return Alert(patient, told.kind, opened, told.it, told.en, told.figures, told.grave)


def _beside(alert: Alert, seen: Sequence[AlertSeen]) -> Alert:
    """Lay beside an alert who saw it, and until when the kind is quiet."""
    mine = [s for s in seen if s.kind == alert.kind]
    last = alert.closed
    looks = [
        s
        for s in mine
        if s.opened == alert.opened
        or (
            alert.kind not in EVENT_KINDS
            and alert.opened <= s.opened
            and (last is None or s.opened < last)
        )
    ]
    # Of several looks the last one counts; equal times are told apart by what they say.
    newest = max(looks, key=lambda s: (s.t_ns, s.by, s.action, s.note), default=None)
    if alert.kind in EVENT_KINDS:
        more = any(not _had_before_them(event, looks) for event in alert.events)
        return replace(alert, seen=newest, more=newest is not None and more)
    if newest is not None:
        return replace(alert, seen=newest)
    until = [s.snooze_until for s in mine if s.snooze_until and s.opened < alert.opened]
    quiet = max((u for u in until if alert.opened < u), default=None)
    return replace(alert, quiet_until=quiet)


def event_name(t_ns: int, *, told: bool) -> str:
    """What an event is called in a look at it.

    Args:
        t_ns: when its session opened.
        told: somebody said so; else it was only suspected.
    """
    return f"{t_ns}{TOLD if told else ''}"


def _had_before_them(event: str, looks: Sequence[AlertSeen]) -> bool:
    """Whether one of those who looked had an event before them, or what is graver of it.

    Of a look that does not say, whatever had happened by then.
    """
    t_ns = int(event.removesuffix(TOLD))
    graver = event_name(t_ns, told=True)
    return any(
        t_ns <= look.t_ns if look.events is None else not {event, graver}.isdisjoint(look.events)
        for look in looks
    )
