"""All that is shown of one patient: by pages, the API, the report, the database, the worklist."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from therapy.plan.plan import Plan, plan_in_force
from therapy.plan.schedule import week_of

from .adherence import PeriodAdherence, period_adherence
from .alert import Alert, AlertKind, needing_a_look
from .around.around import Around

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from telemetry.messages.care import AlertSeen
    from telemetry.messages.results import AdherenceResult

    from .change import Assessment, Context
    from .day import SetAside
    from .evidence import SessionFacts
    from .plan_versions import VersionView

__all__ = ["WEEKS", "PatientFigures", "PatientState"]

WEEKS = 4

PatientState: TypeAlias = Literal[
    "enrolled",
    "plan sent",
    "plan refused",
    "plan taken",
    "started",
    "silent",
    "paused",
    "discharged",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFigures:
    """All that is shown of one patient.

    Attributes:
        state: how far treatment has come.
        today: the last day looked at, in the plan's zone.
        versions: of the plan.
        plans: those in force, each from its first day on.
        days: what each day came to, those of which nothing can be said left out.
        sessions: in order.
        assessments: of ranges, by day.
        alerts: in the order in which they opened.
        first_session, last_session: days; None: there is none.
        heard, heard_ns: the day and moment at which the home was last heard of; None: never.
        set_aside: sessions on a day that cannot be, which count nowhere until it is corrected.
        looks: everything said of alerts, of those as well that late facts have taken away.
        corrected: by day and item, what the clinician says was done, in the unit of its dose.
        around: what stands around the plan.
        after_discharge: of somebody who is discharged the alerts, by kind and first day, that
            nobody can have looked at before.
    """

    patient: str
    site: str | None
    state: PatientState
    today: date
    versions: tuple[VersionView, ...]
    plans: tuple[Plan, ...]
    days: Mapping[date, AdherenceResult]
    sessions: tuple[SessionFacts, ...]
    assessments: tuple[Assessment, ...]
    alerts: tuple[Alert, ...]
    first_session: date | None
    last_session: date | None
    heard: date | None
    heard_ns: int | None
    enrolled_ns: int | None
    set_aside: tuple[SetAside, ...] = ()
    looks: tuple[AlertSeen, ...] = ()
    corrected: Mapping[date, Mapping[str, float]] = field(default_factory=dict)
    around: Around = field(default_factory=Around)
    after_discharge: frozenset[tuple[AlertKind, date]] = frozenset()

    @property
    def plan(self) -> Plan | None:
        """The version in force today."""
        return plan_in_force(self.plans, self.today)

    def target_deg(self, context: Context) -> float | None:
        """What the plan in force aims at where an assessment is of; None: nothing that compares.

        An aim is a peak in its item's posture: an excursion without a zero has none.
        """
        if self.plan is None or context.quantity == "excursion":
            return None
        found = [
            item.target_deg
            for item in self.plan.items
            if (item.exercise, item.side, item.in_posture)
            == (context.exercise, context.side, context.posture)
        ]
        return found[-1] if found else None

    def zone_on(self, day: date) -> str | None:
        """The time zone that a day's clock times are told in; None: no plan says one.

        That of the version in force on it, before any was of the first one.
        """
        found = plan_in_force(self.plans, day)
        known = [found] if found is not None else [view.plan for view in self.versions]
        return known[0].time_zone if known else None

    @property
    def recent_days(self) -> tuple[AdherenceResult, ...]:
        """Four calendar weeks up to today, as pages show them and their period sums them up."""
        first = week_of(self.today)[0] - timedelta(weeks=WEEKS - 1)
        return tuple(self.days[day] for day in sorted(self.days) if first <= day <= self.today)

    @property
    def period(self) -> PeriodAdherence:
        """Adherence over those weeks."""
        return period_adherence(self.recent_days)

    @property
    def review_due(self) -> date | None:
        """The day of the review that is due; None: none is, or treatment is over."""
        noted = self.around.episode
        if noted is None or noted.review is None or self.state == "discharged":
            return None
        return noted.review if noted.review <= self.today else None

    @property
    def waiting(self) -> tuple[Alert, ...]:
        """Alerts that need a look, the gravest first; once discharged, of what came after it."""
        found = needing_a_look(self.alerts, self.today)
        if self.state != "discharged":
            return found
        return tuple(a for a in found if (a.kind, a.opened) in self.after_discharge)

    @property
    def on_worklist(self) -> bool:
        """Whether somebody treats the patient, or must look at what came after the discharge."""
        return self.state != "discharged" or bool(self.waiting)
