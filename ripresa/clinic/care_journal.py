"""What the clinic keeps of its patients beside their sessions, in its own journal."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING

from analytics.monitoring.alerts import Acknowledgement, Alert, MonitoredHours, acknowledged
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import AdherenceResult, AlertNote, decode_result, encode_result

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analytics.monitoring.alerts import AlertKind
    from ingest.journal.journal import Journal
    from ripresa.session.plan_folder import PlanFolder
    from telemetry.clock import Clock
    from therapy.plan.plan import Plan

__all__ = ["JournalCareRecord"]


class JournalCareRecord:
    """A `CareRecord` over the clinic's journal; may be used from several threads.

    Judged days and alerts are the clinic's own records. A later one about the same day or
    alert counts; what was erased from the journal is forgotten at the next reading.

    Args:
        journal: the clinic's.
        plans: every version of every plan.
        clock: stamps what is written.
        hours: when somebody looks at alerts.
    """

    def __init__(
        self,
        journal: Journal,
        plans: PlanFolder,
        clock: Clock,
        hours: MonitoredHours | None = None,
    ) -> None:
        self._journal = journal
        self._plans = plans
        self._clock = clock
        self._lock = threading.Lock()
        self.hours = hours or MonitoredHours()

    def plans(self, patient: str) -> Sequence[Plan]:
        """All versions of a patient's plan."""
        return self._plans.versions(patient)

    def days(self, patient: str) -> Sequence[AdherenceResult]:
        """Days as they were judged, oldest first."""
        return sorted(self._days(patient), key=lambda judged: judged.day)

    def alerts(self, patient: str | None = None) -> Sequence[Alert]:
        """Alerts in the order in which they opened."""
        bodies = self._journal.care_records("alert.note", patient)
        found = [_alert(note) for b in bodies if isinstance(note := decode_result(b), AlertNote)]
        return sorted(found, key=lambda a: (a.opened, a.patient, a.kind, a.number))

    def acknowledge(
        self, patient: str, kind: AlertKind, number: int, acknowledgement: Acknowledgement
    ) -> None:
        """Write down who looked at an alert and what was done.

        Raises:
            ConfigurationError: there is none of that kind and number.
            StoreBusy: try again later; nothing was written.
        """
        with self._lock:
            before = self.alerts(patient)
            after = acknowledged(before, kind, number, acknowledgement)
            self._write(_note(a) for a in after if a not in before)

    def keep_day(self, judged: AdherenceResult) -> None:
        """Keep a judged day, unless the same is kept already.

        Raises:
            StoreBusy: try again later; nothing was written.
        """
        with self._lock:
            if judged not in self.days(judged.patient):
                self._write([judged])

    def keep_alerts(self, patient: str, alerts: Sequence[Alert]) -> list[Alert]:
        """Keep what is new or changed of a patient's alerts; returns that.

        Raises:
            StoreBusy: try again later; nothing was written.
        """
        with self._lock:
            known = self.alerts(patient)
            changed = [alert for alert in alerts if alert not in known]
            self._write(_note(alert) for alert in changed)
            return changed

    def _write(self, results: Iterable[AdherenceResult | AlertNote]) -> None:
        now_ns = self._clock.now_ns()
        records = [
            NewRecord(t_ns=now_ns, kind=RecordKind.RESULT, body=encode_result(result))
            for result in results
        ]
        if records:
            self._journal.append_now(records)

    def _days(self, patient: str) -> list[AdherenceResult]:
        bodies = self._journal.care_records("adherence.result", patient)
        return [day for b in bodies if isinstance(day := decode_result(b), AdherenceResult)]


def _note(alert: Alert) -> AlertNote:
    seen = alert.acknowledgement
    return AlertNote(
        patient=alert.patient,
        kind=alert.kind,
        number=alert.number,
        opened=alert.opened.isoformat(),
        it=alert.it,
        en=alert.en,
        figures=alert.figures,
        event_ns=alert.event_ns,
        grave=alert.grave,
        closed=None if alert.closed is None else alert.closed.isoformat(),
        acknowledgement=None if seen is None else seen.model_dump(mode="json"),
    )


def _alert(note: AlertNote) -> Alert:
    seen = note.acknowledgement
    body = note.model_dump(exclude={"type", "session", "acknowledgement", "opened", "closed"})
    return Alert(
        **body,
        opened=date.fromisoformat(note.opened),
        closed=None if note.closed is None else date.fromisoformat(note.closed),
        acknowledgement=None if seen is None else Acknowledgement.model_validate(seen),
    )
