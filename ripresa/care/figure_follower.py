"""Keeps the database's figures as the clinic's are, whatever comes, late or corrected."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ingest.influx.points import PointTable
from ripresa.care.figure_points import MEASUREMENTS, figure_points
from telemetry.errors import StoreError

if TYPE_CHECKING:
    from analytics.monitoring.figures import PatientFigures
    from ingest.influx.server import InfluxWriter
    from ripresa.care.care_journal import JournalCareRecord
    from telemetry.clock import Clock

__all__ = ["FigureFollower"]

log = logging.getLogger(__name__)

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

    async def run(self) -> None:
        """Follow until cancelled; a database that is away costs time only."""
        pause_s = EVERY_S
        while True:
            try:
                await asyncio.to_thread(self.step)
                pause_s = EVERY_S
            except StoreError as e:
                log.warning("figures wait for the database: %s", e)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            await self._clock.sleep(pause_s)

    def step(self) -> int:
        """Write what has changed; returns how many points.

        Raises:
            StoreBusy: the database does not answer; the rest is written the next time.
        """
        count = 0
        there = {figures.patient: figures for figures in self._care.all_figures()}
        for patient, figures in there.items():
            if self._written.get(patient) is not figures:
                count += self._table.replace(patient, figure_points(figures, self._zone))
                self._written[patient] = figures
                if self._care.barred(patient):  # erased or restricted while it was written
                    self._table.replace(patient, ())
        for patient in self._written.keys() - there.keys():
            count += self._table.replace(patient, ())
            del self._written[patient]
        return count
