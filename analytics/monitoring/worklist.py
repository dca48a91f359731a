"""Who needs me first, why, and since when; and when somebody looks at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from telemetry.errors import ConfigurationError
from therapy.plan.schedule import WEEKDAYS
from therapy.wording import Wording

from .alert import GRAVITY
from .day import PLAN_NOT_TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from .alert import Alert
    from .around.around import CoverState
    from .figures import PatientFigures, PatientState

__all__ = ["MonitoredHours", "WorkLine", "work_line", "worklist"]

_BEFORE_START: Final = ("enrolled", "plan sent", "plan refused", "plan taken")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One patient's line.

    Attributes:
        waiting: alerts that need a look, the gravest first.
        since: the day from which on the first of them lasts, else of the review that is due, else
            from which the state before the first session does; None where nothing waits.
        sessions: how many there are.
        last_day: of the last session.
        heard_ns: when the home was last heard of.
        review_due: the day of the review that is due.
        stand_in: who stands in today for whoever is away.
        plan_missing: today is unknown because the home has not taken the plan.
        figures: what the line is drawn from.
    """

    patient: str
    site: str | None
    state: PatientState
    waiting: tuple[Alert, ...]
    since: date | None
    sessions: int
    last_day: date | None
    heard_ns: int | None
    plan_missing: bool
    review_due: date | None = None
    stand_in: CoverState | None = None
    figures: PatientFigures = field(repr=False, compare=False)

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Where it stands among all: the smaller, the earlier."""
        if self.waiting:
            first = self.waiting[0]
            return 0, GRAVITY.index(first.kind), first.opened.isoformat(), self.patient
        if self.review_due is not None:
            return 0, len(GRAVITY), self.review_due.isoformat(), self.patient
        started = self.state not in _BEFORE_START
        return 1 + started, 0, self.last_day.isoformat() if self.last_day else "", self.patient


def worklist(figures: Iterable[PatientFigures]) -> tuple[WorkLine, ...]:
    """Everybody who is treated or must be looked at all the same, who needs a look first.

    First those with alerts, by the gravest one and then the longest; then those whose review is
    due; then those who have not started; then the others, whose last session is longest ago first.
    """
    lines = [work_line(one) for one in figures if one.on_worklist]
    return tuple(sorted(lines, key=lambda line: line.order))


def work_line(figures: PatientFigures) -> WorkLine:
    """One patient's line, discharged or not."""
    waiting = figures.waiting
    since = waiting[0].opened if waiting else figures.review_due
    if since is None and figures.state in _BEFORE_START:
        days = [d for v in figures.versions for d in (v.effective, v.published) if d is not None]
        since = min(days, default=None)
    last = max(figures.days, default=None)
    return WorkLine(
        patient=figures.patient,
        site=figures.site,
        state=figures.state,
        waiting=waiting,
        since=since,
        sessions=len(figures.sessions),
        last_day=figures.last_session,
        heard_ns=figures.heard_ns,
        plan_missing=last is not None and figures.days[last].reason == PLAN_NOT_TAKEN,
        review_due=figures.review_due,
        stand_in=figures.around.stands_in(figures.today),
        figures=figures,
    )


class MonitoredHours(BaseModel):
    """When somebody looks at alerts; the rest of the time nobody does, and pages say so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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


_DAYS_IT = dict(zip(WEEKDAYS, ("lun", "mar", "mer", "gio", "ven", "sab", "dom"), strict=True))
