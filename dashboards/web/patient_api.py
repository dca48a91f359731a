"""The JSON of a patient's page, and the one thing that a page may write: who saw an alert.

Of a patient's sessions no more is read than the page shows, however many years there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from analytics.monitoring.alert import AlertKind
from analytics.monitoring.figures import PatientFigures
from analytics.monitoring.fold import Fold
from analytics.monitoring.worklist import WorkLine, worklist
from dashboards.access.entrance import Allowed, Asking
from dashboards.access.principal import Action
from dashboards.access.refused import Refused, no_patient, refused_by
from dashboards.views.care_record import CareRecord, recorded_facts
from dashboards.views.patient_view import TREND_DAYS, PatientView, first_shown, patient_view
from dashboards.views.trend_view import TrendSession
from telemetry.clock import Clock
from telemetry.errors import ConfigurationError
from telemetry.identity import Pseudonym
from telemetry.messages.care import AlertSeen
from telemetry.messages.motion import StreamOpened
from telemetry.seams import SessionIndex, SessionSummary
from therapy.exercises.library import EXERCISES
from therapy.plan.plan import Plan
from therapy.wording import Wording

__all__ = ["Patients", "SeenAlert", "patient_routes"]

LINKED: Final = 400
"""The newest sessions of a patient, to which days and alerts lead."""
LONGEST_SNOOZE: Final = timedelta(days=92)
TOO_LONG: Final = Wording(
    "fino al {until} nessuno vedrebbe avvisi così: dia al più tardi {latest}",
    "until {until} nobody would see such alerts: give {latest} at the latest",
)


class SeenAlert(BaseModel):
    """Somebody looked at an alert: which one, who, what was done.

    `by` counts only where nobody signs in: else it is the name that the session has.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: AlertKind
    opened: date
    digest: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    by: str | None = Field(default=None, min_length=1, max_length=60)
    action: Literal["called", "visit", "plan changed", "watching", "no action", "other"]
    note: str = Field(default="", max_length=500)
    snooze_until: date | None = None


@dataclass(frozen=True, slots=True)
class Patients:
    """Where patients' pages come from; `create_app` says what each is."""

    reader: SessionIndex
    plan: Callable[[str, int], Plan | None]
    care: CareRecord | None
    clock: Clock
    edits_plans: bool = False

    def lines(self) -> Sequence[WorkLine]:
        """Everybody who is treated, who needs a look first."""
        if self.care is not None:
            return self.care.worklist()
        lines = worklist(self._folded().all_figures())
        # Where nobody keeps alerts nothing waits for a look.
        return [line for line in lines if line.state != "discharged"]

    def view(self, patient: str) -> PatientView | None:
        """One patient; None where nothing is known of them."""
        figures = self.figures(patient)
        if figures is None:
            return None
        summaries = self._counting(figures)
        first = first_shown(figures.today).isoformat()
        return patient_view(
            figures,
            [self._recorded(s) for s in summaries if s.day >= first],
            hours=None if self.care is None else self.care.hours,
            summaries=summaries,
            tests=[self._results(s) for s in summaries] if _tested(figures) else (),
            edits_plans=self.edits_plans,
        )

    def figures(self, patient: str) -> PatientFigures | None:
        """A patient's figures; None where there are none."""
        if self.care is not None:
            return self.care.figures(patient)
        return self._folded(patient).figures(patient)

    def zone_on(self, patient: str, day: str) -> str | None:
        """The time zone of a patient's day: the plan's, else the clinic's; None: nobody knows."""
        if self.care is None:
            return None
        figures = self.care.figures(patient)
        zone = None if figures is None else figures.zone_on(date.fromisoformat(day))
        return zone or self.care.hours.time_zone

    def agreed(self, patient: str) -> bool | None:
        """Whether a patient agreed to be watched live, as the clinic was told; None: not told.

        Whoever lets no raw motion be taken is not watched either.
        """
        figures = self.figures(patient)
        if figures is None:
            return None
        motion = figures.around.agreed("motion")
        return motion if motion is False else figures.around.agreed("live view")

    def _counting(self, figures: PatientFigures) -> list[SessionSummary]:
        """The sessions of a patient's last months that count, by their days."""
        since = (figures.today - timedelta(days=TREND_DAYS)).isoformat()
        aside = {(told.home, told.session) for told in figures.set_aside}
        newest = self.reader.newest_sessions(patient=figures.patient, limit=LINKED)
        found = [
            s
            for s in newest
            if s.day >= since and aside.isdisjoint({("", s.session), (s.home or "", s.session)})
        ]
        return sorted(found, key=lambda s: (s.day, s.opened_ns))

    def _recorded(self, summary: SessionSummary) -> TrendSession:
        events = self.reader.events(summary.session, home=summary.home)
        results = self.reader.results(summary.session, home=summary.home)
        return TrendSession(summary=summary, events=events, results=results)

    def _results(self, summary: SessionSummary) -> TrendSession:
        """A session's results, and of one with a field test its answers as well."""
        results = self.reader.results(summary.session, home=summary.home)
        found = TrendSession(summary=summary, events=(), results=results)
        items = found.result.items if found.result else ()
        tested = any((known := EXERCISES.get(i.exercise)) and known.test for i in items)
        return self._recorded(summary) if tested else found

    def see(self, care: CareRecord, patient: str, seen: SeenAlert, by: str) -> None:
        """Write down who looked at an alert.

        Raises:
            ConfigurationError: there is no such alert.
            Refused: nothing is known of the patient, or the kind would be quiet for too long.
        """
        figures = care.figures(patient)
        if figures is None:
            raise no_patient(patient)
        latest = figures.today + LONGEST_SNOOZE
        if seen.snooze_until is not None and seen.snooze_until > latest:
            # A slip in the year would silence the kind for ever, and no page would say so.
            raise Refused(422, TOO_LONG.filled(until=seen.snooze_until, latest=latest))
        care.acknowledge(
            AlertSeen(
                patient=patient,
                t_ns=self.clock.now_ns(),
                kind=seen.kind,
                opened=seen.opened,
                digest=seen.digest,
                by=by,
                day=figures.today,
                action=seen.action,
                note=seen.note,
                snooze_until=seen.snooze_until,
            )
        )

    def _folded(self, patient: str | None = None) -> Fold:
        """The figures of recorded sessions alone, where no clinic keeps more."""
        fold = Fold(self.plan, self._placement)
        for fact in recorded_facts(self.reader, patient):
            fold.take(fact)
        fold.look(self.clock.now_ns())
        return fold

    def _placement(self, stream: str, home: str) -> str | None:
        first = next(iter(self.reader.stream_items(stream, home=home or None)), None)
        return first.placement if isinstance(first, StreamOpened) else None


def _tested(figures: PatientFigures) -> bool:
    """Whether any version of the plan asks for a field test."""
    return any(item.known.test for v in figures.versions for item in v.plan.items)


def patient_routes(patients: Patients) -> APIRouter:
    """The routes under `/api/patients/PSEUDONYM`."""
    router = APIRouter(prefix="/api/patients")

    def shown(patient: str) -> PatientView:
        view = patients.view(patient)
        if view is None:
            raise no_patient(patient)
        return view

    @router.get("/{patient}", dependencies=[Depends(Allowed(Action.SEE_PATIENT))])
    def one(patient: Annotated[Pseudonym, Path()]) -> PatientView:
        """One patient."""
        return shown(patient)

    @router.post("/{patient}/seen")
    def seen(
        patient: Annotated[Pseudonym, Path()],
        alert: SeenAlert,
        asking: Annotated[Asking, Depends(Allowed(Action.ACKNOWLEDGE))],
    ) -> PatientView:
        """Write down who looked at an alert; answers with the patient as they are then."""
        by = asking.principal.name or (alert.by or "").strip()
        if not by:
            raise Refused(422, Wording("dica chi l'ha visto", "say who saw it"))
        if patients.care is None:
            raise Refused(409, Wording("qui nessuno tiene gli avvisi", "nobody keeps alerts here"))
        try:
            patients.see(patients.care, patient, alert, by)
        except ConfigurationError as e:
            raise refused_by(404, e) from e
        return shown(patient)

    return router
