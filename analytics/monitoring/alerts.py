"""Alerts as episodes: one at a time of each kind, explained, acknowledged, with hysteresis.

A rule (`analytics.monitoring.rules`) says of each kind whether its evidence is there (`raised`),
gone (`cleared`), or between the two (`held`). From that and the alerts so far `updated` makes
the next ones:

1. Raised with no open alert of the kind: a new one opens, unless the kind is snoozed.
2. Raised or held with one open: it stays the same alert. Until somebody acknowledges it its
   explanation follows the evidence; from then on it stays as it was read.
3. Where the evidence is an event (unwell, a fall), one that is newer than what was read opens
   a new alert, whatever was acknowledged or snoozed.
4. Where the evidence is graver than what was read (few active days have become none), a new
   alert opens too, unless the kind is snoozed: else whoever is always below the goal could stop
   unseen. Once the evidence is less grave again, the next time is told anew.
5. Cleared: it closes by itself.

An acknowledgement names the action taken, and may snooze the kind until a day. Alerts open at
any time but are looked at in the clinic's monitored hours only, and say so.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from telemetry.errors import ConfigurationError
from telemetry.identity import Pseudonym
from therapy.plan.schedule import WEEKDAYS
from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Acknowledgement",
    "Action",
    "Alert",
    "AlertKind",
    "Evidence",
    "MonitoredHours",
    "acknowledged",
    "needing_a_look",
    "updated",
]

AlertKind: TypeAlias = Literal[
    "unwell", "fall", "pain", "few days", "range", "speed", "overdose", "data"
]
Action: TypeAlias = Literal["called", "visit", "plan changed", "watching", "no action", "other"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(_Frozen):
    """What one rule found on one day.

    Attributes:
        kind: of the rule.
        state: there, between, or gone.
        it, en: what was recorded, in words that describe.
        figures: the numbers it rests on.
        event_ns: when the newest event happened, for kinds that tell of events.
        grave: it is the worse of the kind's two forms at the moment.
    """

    kind: AlertKind
    state: Literal["raised", "held", "cleared"]
    it: str = ""
    en: str = ""
    figures: dict[str, float] = {}
    event_ns: int | None = None
    grave: bool = False


class Acknowledgement(_Frozen):
    """Somebody looked at an alert.

    Attributes:
        by: pseudonym or role of who did.
        action: what was done.
        snooze_until: no new alert of the kind opens before this day.
    """

    by: str = Field(min_length=1, max_length=60)
    day: date
    action: Action
    note: str = Field(default="", max_length=500)
    snooze_until: date | None = None


class Alert(_Frozen):
    """One episode of one kind for one patient; known by patient, kind and number."""

    patient: Pseudonym
    kind: AlertKind
    number: int = Field(ge=1)
    opened: date
    it: str
    en: str
    figures: dict[str, float] = {}
    event_ns: int | None = None
    grave: bool = False
    closed: date | None = None
    acknowledgement: Acknowledgement | None = None

    @property
    def text(self) -> Wording:
        """The explanation as it was when the alert opened."""
        return Wording(self.it, self.en)

    @property
    def open(self) -> bool:
        """Whether the episode goes on."""
        return self.closed is None


class MonitoredHours(_Frozen):
    """When somebody looks at alerts; the rest of the time nobody does, and pages say so."""

    weekdays: tuple[str, ...] = WEEKDAYS[:5]
    from_hour: int = Field(default=8, ge=0, le=23)
    to_hour: int = Field(default=18, ge=1, le=24)
    time_zone: str = "Europe/Rome"

    def text(self) -> Wording:
        """What to show beside every list of alerts."""
        days_it = ", ".join(_DAYS_IT[d] for d in self.weekdays)
        hours = f"{self.from_hour}-{self.to_hour}"
        return Wording(
            f"Gli avvisi sono letti {days_it}, ore {hours}. In altri momenti nessuno li vede.",
            f"Alerts are read {', '.join(self.weekdays)}, {hours} h. At other times nobody is "
            "looking.",
        )

    def next_look(self, at: datetime) -> datetime:
        """The first monitored moment from `at` on.

        Raises:
            ConfigurationError: no hour of the week is monitored.
        """
        local = at.astimezone(ZoneInfo(self.time_zone))
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            start = datetime.combine(day, time(self.from_hour), local.tzinfo)
            over = datetime.combine(day, time(), local.tzinfo) + timedelta(hours=self.to_hour)
            if WEEKDAYS[day.weekday()] in self.weekdays and start < over and local < over:
                return max(start, local)
        raise ConfigurationError("monitored hours are empty: name a weekday, and from < to")


def updated(
    alerts: Sequence[Alert], evidence: Iterable[Evidence], *, patient: str, day: date
) -> tuple[Alert, ...]:
    """One patient's alerts after the evidence of one day."""
    current = list(alerts)
    for found in evidence:
        place = _open_place(current, found.kind)
        if found.state == "cleared" and place is not None:
            current[place] = current[place].model_copy(update={"closed": day})
        elif place is not None and not found.grave:
            current[place] = current[place].model_copy(update={"grave": False})
        if found.state != "raised":
            continue
        if place is None:
            if _is_news(current, found) or not _snoozed(current, found.kind, day):
                current.append(_opened(current, found, patient, day))
        elif current[place].acknowledgement is None:
            current[place] = current[place].model_copy(update=_read_off(found))
        elif _is_news(current, found) or (
            found.grave and not current[place].grave and not _snoozed(current, found.kind, day)
        ):
            current[place] = current[place].model_copy(update={"closed": day})
            current.append(_opened(current, found, patient, day))
    return tuple(current)


def acknowledged(
    alerts: Sequence[Alert], kind: AlertKind, number: int, acknowledgement: Acknowledgement
) -> tuple[Alert, ...]:
    """The alerts with one of them acknowledged.

    Raises:
        ConfigurationError: there is none of that kind and number.
    """
    if not any(a.kind == kind and a.number == number for a in alerts):
        raise ConfigurationError(f"no alert {kind!r} number {number}: read the list again")
    return tuple(
        a.model_copy(update={"acknowledgement": acknowledgement})
        if a.kind == kind and a.number == number
        else a
        for a in alerts
    )


def needing_a_look(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Alerts that nobody acknowledged, the gravest kind first, then the oldest.

    A closed one still needs a look: that it ended by itself says nothing of why.
    """
    waiting = [a for a in alerts if a.acknowledgement is None]
    return tuple(sorted(waiting, key=lambda a: (_GRAVITY.index(a.kind), a.opened, a.patient)))


def _opened(alerts: Sequence[Alert], found: Evidence, patient: str, day: date) -> Alert:
    number = 1 + sum(a.kind == found.kind for a in alerts)
    fields = {"patient": patient, "kind": found.kind, "number": number, "opened": day}
    return Alert.model_validate(fields | _read_off(found))


def _read_off(found: Evidence) -> dict[str, object]:
    return found.model_dump(include={"it", "en", "figures", "event_ns", "grave"})


def _is_news(alerts: Sequence[Alert], found: Evidence) -> bool:
    known = [a.event_ns for a in alerts if a.kind == found.kind and a.event_ns is not None]
    return found.event_ns is not None and found.event_ns > max(known, default=-1)


def _open_place(alerts: Sequence[Alert], kind: AlertKind) -> int | None:
    return next((i for i, a in enumerate(alerts) if a.kind == kind and a.open), None)


def _snoozed(alerts: Sequence[Alert], kind: AlertKind, day: date) -> bool:
    told = [a.acknowledgement for a in alerts if a.kind == kind and a.acknowledgement is not None]
    return any(t.snooze_until is not None and day < t.snooze_until for t in told)


_GRAVITY: tuple[AlertKind, ...] = (
    "unwell",
    "fall",
    "pain",
    "range",
    "few days",
    "overdose",
    "speed",
    "data",
)
_DAYS_IT = dict(zip(WEEKDAYS, ("lun", "mar", "mer", "gio", "ven", "sab", "dom"), strict=True))
