"""The JSON of a patient's page, and the one thing that a page may write: who saw an alert."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field

from analytics.monitoring.alert import AlertKind
from analytics.monitoring.figures import PatientFigures, PatientState
from analytics.monitoring.fold import Fold
from analytics.monitoring.worklist import WorkLine, worklist
from dashboards.access.entrance import Allowed, Asking
from dashboards.access.principal import Action
from dashboards.views.care_record import CareRecord, recorded_facts
from dashboards.views.patient_view import PatientView, patient_view
from dashboards.views.trend_view import TrendSession
from dashboards.views.words import Words, words
from telemetry.clock import Clock
from telemetry.errors import ConfigurationError
from telemetry.identity import Pseudonym
from telemetry.messages.care import AlertSeen
from telemetry.messages.motion import StreamOpened
from telemetry.seams import SessionReader, SessionSummary
from therapy.plan.plan import Plan

__all__ = ["PatientLine", "PatientList", "Patients", "SeenAlert", "patient_routes"]

TREND_DAYS = 182
"""How far back sessions are read for a patient's page."""


class PatientLine(BaseModel):
    """One line of the worklist; `waiting` are the kinds of alerts nobody looked at.

    `since` is the day from which on the gravest of them, or waiting for the first session, lasts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    patient: str
    sessions: int
    last_day: str | None
    waiting: tuple[str, ...]
    state: PatientState
    since: str | None
    why: Words | None
    heard_ms: float | None
    plan_missing: bool


class PatientList(BaseModel):
    """All patients, those whose alerts are gravest first; then those not seen the longest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patients: tuple[PatientLine, ...]
    alerts_read: Words | None


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

    reader: SessionReader
    plan: Callable[[str, int], Plan | None]
    care: CareRecord | None
    clock: Clock

    def listed(self, sees: Callable[[str], bool]) -> PatientList:
        """Everybody whom somebody sees, who needs a look first."""
        care = self.care
        lines = worklist(self._folded().all_figures()) if care is None else care.worklist()
        seen = (line for line in lines if sees(line.patient))
        return PatientList(
            patients=tuple(_line(line, with_alerts=care is not None) for line in seen),
            alerts_read=None if care is None else words(care.hours.text()),
        )

    def view(self, patient: str) -> PatientView | None:
        """One patient; None where nothing is known of them."""
        care = self.care
        figures = self._folded(patient).figures(patient) if care is None else care.figures(patient)
        if figures is None:
            return None
        sessions = [_recorded(self.reader, summary) for summary in self._counting(figures)]
        return patient_view(figures, sessions, hours=None if care is None else care.hours)

    def _counting(self, figures: PatientFigures) -> list[SessionSummary]:
        """The sessions of a patient that count, by their days."""
        since = (figures.today - timedelta(days=TREND_DAYS)).isoformat()
        aside = {(told.home, told.session) for told in figures.set_aside}
        found = [
            s
            for s in self.reader.sessions(patient=figures.patient)
            if s.day >= since and aside.isdisjoint({("", s.session), (s.home or "", s.session)})
        ]
        return sorted(found, key=lambda s: (s.day, s.opened_ns))

    def see(self, care: CareRecord, patient: str, seen: SeenAlert, by: str) -> None:
        """Write down who looked at an alert.

        Raises:
            ConfigurationError: there is no such alert.
        """
        figures = care.figures(patient)
        if figures is None:
            raise ConfigurationError(f"no patient {patient} here")
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
        fold = Fold(self.plan)
        for fact in recorded_facts(self.reader, patient):
            fold.take(fact)
        fold.look(self.clock.now_ns())
        return fold


def _line(line: WorkLine, *, with_alerts: bool) -> PatientLine:
    waiting = line.waiting if with_alerts else ()
    return PatientLine(
        patient=line.patient,
        sessions=line.sessions,
        last_day=None if line.last_day is None else line.last_day.isoformat(),
        waiting=tuple(dict.fromkeys(a.kind for a in waiting)),
        state=line.state,
        since=None if line.since is None else line.since.isoformat(),
        why=words(waiting[0].text) if waiting else None,
        heard_ms=None if line.heard_ns is None else line.heard_ns / 1e6,
        plan_missing=line.plan_missing,
    )


def patient_routes(patients: Patients) -> APIRouter:
    """The routes under `/api/patients`."""
    router = APIRouter(prefix="/api/patients")

    def shown(patient: str) -> PatientView:
        view = patients.view(patient)
        if view is None:
            raise HTTPException(404, f"no patient {patient} in this journal")
        return view

    @router.get("")
    def listed(
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_WORKLIST))],
    ) -> PatientList:
        """Everybody, who needs a look first."""
        return patients.listed(asking.sees)

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
        by = asking.principal.name or alert.by
        if by is None:
            raise HTTPException(422, "say who saw it")
        if patients.care is None:
            raise HTTPException(409, "nobody keeps alerts here")
        try:
            patients.see(patients.care, patient, alert, by)
        except ConfigurationError as e:
            raise HTTPException(404, str(e)) from e
        return shown(patient)

    return router


def _recorded(reader: SessionReader, summary: SessionSummary) -> TrendSession:
    events = reader.events(summary.session, home=summary.home)
    results = reader.results(summary.session, home=summary.home)
    bare = TrendSession(summary=summary, events=events, results=results)
    opened, result = bare.opened, bare.result
    if opened is None or result is None or len(opened.wearables) < 2:
        return bare
    placements = {}
    for stream in {item.stream for item in result.items if item.assessment}:
        first = next(iter(reader.stream_items(stream, home=summary.home)), None)
        if isinstance(first, StreamOpened):
            placements[stream] = first.placement
    return TrendSession(summary=summary, events=events, results=results, placements=placements)
