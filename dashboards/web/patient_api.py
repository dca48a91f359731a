"""The JSON of a patient's page, and the one thing that a page may write: who saw an alert."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from analytics.monitoring.alerts import Acknowledgement, Action, AlertKind, needing_a_look
from dashboards.views.care_record import CareRecord
from dashboards.views.patient_view import PatientView, patient_view
from dashboards.views.trend_view import TrendSession
from dashboards.views.words import Words, words
from telemetry.clock import Clock
from telemetry.errors import ConfigurationError
from telemetry.identity import Pseudonym
from telemetry.messages.motion import StreamOpened
from telemetry.seams import SessionReader, SessionSummary
from therapy.plan.plan import Plan

__all__ = ["PatientLine", "PatientList", "Patients", "SeenAlert", "patient_routes"]

TREND_DAYS = 182
"""How far back sessions are read for a patient's page."""

DAY_NS = 86_400_000_000_000


class PatientLine(BaseModel):
    """One line of the list of patients; `waiting` are the kinds of alerts nobody looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patient: str
    sessions: int
    last_day: str | None
    waiting: tuple[str, ...]


class PatientList(BaseModel):
    """All patients, those whose alerts are gravest first; then those not seen the longest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patients: tuple[PatientLine, ...]
    alerts_read: Words | None


class SeenAlert(BaseModel):
    """Somebody looked at an alert: which one, who, what was done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: AlertKind
    number: int = Field(ge=1)
    by: str = Field(min_length=1, max_length=60)
    action: Action
    note: str = Field(default="", max_length=500)
    snooze_until: date | None = None


@dataclass(frozen=True, slots=True)
class Patients:
    """Where patients' pages come from; `create_app` says what each is."""

    reader: SessionReader
    plan: Callable[[str, int], Plan | None]
    care: CareRecord | None
    clock: Clock

    def listed(self) -> PatientList:
        """Everybody, who needs a look first."""
        care = self.care
        alerts = () if care is None else needing_a_look(care.alerts())
        by_patient: dict[str, list[SessionSummary]] = {a.patient: [] for a in alerts}
        for summary in self.reader.sessions():
            by_patient.setdefault(summary.patient, []).append(summary)
        lines = [
            PatientLine(
                patient=patient,
                sessions=len(summaries),
                last_day=max((s.day for s in summaries), default=None),
                waiting=tuple(dict.fromkeys(a.kind for a in alerts if a.patient == patient)),
            )
            for patient, summaries in by_patient.items()
        ]
        urgent = [line for line in lines if line.waiting]
        others = sorted((x for x in lines if not x.waiting), key=lambda x: x.last_day or "")
        return PatientList(
            patients=(*urgent, *others),
            alerts_read=None if care is None else words(care.hours.text()),
        )

    def view(self, patient: str) -> PatientView | None:
        """One patient; None where nothing is known of them."""
        since_ns = self.clock.now_ns() - TREND_DAYS * DAY_NS
        summaries = [s for s in self.reader.sessions(patient=patient) if s.opened_ns >= since_ns]
        sessions = [_recorded(self.reader, summary) for summary in summaries]
        care = self.care
        alerts = () if care is None else care.alerts(patient)
        plans = self._plans(patient, sessions)
        if not sessions and not plans and not alerts:
            return None
        return patient_view(
            patient,
            sessions,
            plans,
            today=_today(plans, self.clock),
            judged=() if care is None else care.days(patient),
            alerts=alerts,
            hours=None if care is None else care.hours,
        )

    def see(self, care: CareRecord, patient: str, seen: SeenAlert) -> None:
        """Write down who looked at an alert.

        Raises:
            ConfigurationError: there is no such alert.
        """
        acknowledgement = Acknowledgement(
            by=seen.by,
            day=_today(self._plans(patient, ()), self.clock),
            action=seen.action,
            note=seen.note,
            snooze_until=seen.snooze_until,
        )
        care.acknowledge(patient, seen.kind, seen.number, acknowledgement)

    def _plans(self, patient: str, sessions: Iterable[TrendSession]) -> list[Plan]:
        if self.care is not None and (known := list(self.care.plans(patient))):
            return known
        versions = dict.fromkeys(s.opened.plan_version for s in sessions if s.opened)
        return [found for v in versions if (found := self.plan(patient, v)) is not None]


def patient_routes(patients: Patients) -> APIRouter:
    """The routes under `/api/patients`."""
    router = APIRouter(prefix="/api/patients")

    def shown(patient: str) -> PatientView:
        view = patients.view(patient)
        if view is None:
            raise HTTPException(404, f"no patient {patient} in this journal")
        return view

    @router.get("")
    def listed() -> PatientList:
        """Everybody, who needs a look first."""
        return patients.listed()

    @router.get("/{patient}")
    def one(patient: Annotated[Pseudonym, Path()]) -> PatientView:
        """One patient."""
        return shown(patient)

    @router.post("/{patient}/seen")
    def seen(
        request: Request, patient: Annotated[Pseudonym, Path()], alert: SeenAlert
    ) -> PatientView:
        """Write down who looked at an alert; answers with the patient as they are then."""
        if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
            raise HTTPException(403, "only this clinic's own page may write")
        if patients.care is None:
            raise HTTPException(409, "nobody keeps alerts here")
        try:
            patients.see(patients.care, patient, alert)
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


def _today(plans: list[Plan], clock: Clock) -> date:
    now_ns = clock.now_ns()
    if plans:
        return max(plans, key=lambda p: p.version).day_of(now_ns)
    return datetime.fromtimestamp(now_ns / 1e9, UTC).date()
