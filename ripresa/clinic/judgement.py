"""The clinic's judgement: adherence and alerts after each session, and at the end of each day."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics.monitoring.adherence import day_adherence
from analytics.monitoring.alerts import updated
from analytics.monitoring.patient_record import SessionRecord, history_of, picture_of
from analytics.monitoring.rules import evidence_of
from ripresa.home.history import counting_result
from telemetry.errors import RipresaError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analytics.monitoring.alerts import Alert
    from telemetry.clock import Clock
    from telemetry.seams import SessionReader

    from .care_journal import JournalCareRecord

__all__ = ["Judgement"]

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
MOST_DAYS = 60
"""How far back days are made up for after the clinic was off."""


class Judgement:
    """Judges days and keeps alerts; `run` as a task until cancelled.

    A day is judged when it is over in the clinic's time zone, and again when a session of it
    arrives late. A day of which the home has told nothing is unknown, not missed.

    Args:
        reader: the clinic's journal.
        care: takes judged days and alerts.
        patients: whoever has a plan.
        heard_ns: when a patient's home was last heard of besides its sessions; None: never.
        clock: says which day it is.
    """

    def __init__(
        self,
        reader: SessionReader,
        care: JournalCareRecord,
        patients: Callable[[], Sequence[str]],
        heard_ns: Callable[[str], int | None],
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._care = care
        self._patients = patients
        self._heard_ns = heard_ns
        self._clock = clock
        self._zone = ZoneInfo(care.hours.time_zone)
        self._seen: dict[str, tuple[date, int]] = {}

    async def run(self) -> None:
        """Look every few seconds for what is new."""
        while True:
            await asyncio.to_thread(self.look)
            await self._clock.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Judge whoever has a new day or a newly closed session; one failure stops no other."""
        today = self._today()
        for patient in self._patients():
            closed = [s for s in self._reader.sessions(patient=patient) if s.closed_ns is not None]
            state = (today, len(closed))
            if self._seen.get(patient) == state:
                continue
            try:
                self.judge(patient, today)
            except RipresaError as e:
                log.warning("a patient could not be judged: %s", e)
                continue
            self._seen[patient] = state

    def judge(self, patient: str, today: date) -> list[Alert]:
        """Judge a patient's finished days and today's evidence; returns what alerts changed."""
        plans = self._care.plans(patient)
        if not plans:
            return []
        records = self._records(patient)
        first = max(min(p.valid_from for p in plans), self._known_since(records, today))
        unheard = self._unheard(patient, first, today)
        history = history_of(plans, records, unheard=unheard)
        day = first
        while day < today:
            judged = day_adherence(plans, history, day, today=today)
            if judged is not None:
                self._care.keep_day(judged)
            day += timedelta(days=1)
        picture = picture_of(plans, records, today, history=history)
        if picture is None:
            return []
        alerts = updated(
            self._care.alerts(patient), evidence_of(picture), patient=patient, day=today
        )
        return self._care.keep_alerts(patient, alerts)

    def _records(self, patient: str) -> list[SessionRecord]:
        return [
            SessionRecord(
                self._reader.events(summary.session, home=summary.home),
                counting_result(self._reader, summary.session, home=summary.home),
            )
            for summary in self._reader.sessions(patient=patient)
        ]

    def _known_since(self, records: Sequence[SessionRecord], today: date) -> date:
        """The first day that is judged: a patient's first session, within the last weeks."""
        opened = [date.fromisoformat(r.opened.day) for r in records if r.opened is not None]
        earliest = today - timedelta(days=MOST_DAYS)
        return max(earliest, min(opened, default=today))

    def _unheard(self, patient: str, first: date, today: date) -> list[date]:
        """Days after the home was last heard of."""
        closed = [s.closed_ns for s in self._reader.sessions(patient=patient) if s.closed_ns]
        heard_ns = max([self._heard_ns(patient) or 0, *closed])
        last = datetime.fromtimestamp(heard_ns / 1e9, self._zone).date()
        span = (today - first).days
        days = (first + timedelta(days=i) for i in range(span))
        return [day for day in days if day > last]

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.now_ns() / 1e9, self._zone).date()
