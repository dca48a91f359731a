"""Keeps the database's figures as the clinic's are, whatever comes, late or corrected."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ingest.influx.answers import LinesRefused
from ingest.influx.followers import FollowerStatus
from ingest.influx.points import PointTable
from ripresa.care.figure_points import MEASUREMENTS, figure_points
from telemetry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.monitoring.figures import PatientFigures
    from ingest.influx.points import Point
    from ingest.influx.server import InfluxWriter
    from ripresa.care.care_journal import JournalCareRecord
    from telemetry.clock import Clock

__all__ = ["FigureFollower"]

log = logging.getLogger(__name__)

NAME = "influx:figures"
EVERY_S = 5.0
LONGEST_PAUSE_S = 60.0


class FigureFollower:
    """Writes figures that have changed; `run` as a task until cancelled.

    What a patient has no more, and whoever is not there any more, is taken away.

    Args:
        care: the figures.
        writer: the database.
        bucket: for what was found.
        clock: paces.
    """

    def __init__(
        self, care: JournalCareRecord, writer: InfluxWriter, bucket: str, clock: Clock
    ) -> None:
        self._care = care
        self._table = PointTable(writer, bucket, MEASUREMENTS)
        self._clock = clock
        self._zone = ZoneInfo(care.hours.time_zone)
        self._written: dict[str, PatientFigures] = {}
        self._refused: set[str] = set()
        self._error: StoreError | None = None
        self._through = self._points = 0

    async def run(self) -> None:
        """Follow until cancelled; a database that is away costs time only."""
        pause_s = EVERY_S
        while True:
            try:
                await asyncio.to_thread(self.step)
                self._error, pause_s = None, EVERY_S
            except StoreError as e:
                self._error = e
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            await self._clock.sleep(pause_s)

    def status(self) -> FollowerStatus:
        """How far it is: up to which record of the journal all figures are written."""
        return FollowerStatus(
            name=NAME,
            cursor=self._through,
            last=max(self._through, self._care.last_seq()),
            points=self._points,
            set_aside=len(self._refused),
            trouble=None if self._error is None else str(self._error),
            error=self._error,
        )

    def step(self) -> int:
        """Write what has changed; returns how many points.

        A patient whose figures the database refuses keeps no other from being written.

        Raises:
            StoreBusy: the database does not answer; the rest is written the next time.
        """
        count = 0
        everybody, through = self._care.figures_through()
        there = {figures.patient: figures for figures in everybody}
        gone = self._written.keys() - there.keys()
        changed = {p: f for p, f in there.items() if self._written.get(p) is not f}
        for patient, figures in changed.items():
            count += self._replace(patient, figure_points(figures, self._zone))
            self._written[patient] = figures
            if self._care.barred(patient):  # erased or restricted while it was written
                self._table.replace(patient, ())
        for patient in gone:
            count += self._replace(patient, ())
            del self._written[patient]
        self._points += count
        self._through = through
        return count

    def _replace(self, patient: str, points: Iterable[Point]) -> int:
        try:
            count = self._table.replace(patient, points)
        except LinesRefused as e:
            if not self._refused:
                log.warning("%s: the database refuses figures: %s", NAME, e)
            self._refused.add(patient)
            count = 0
        else:
            self._refused.discard(patient)
        return count
