"""Fills the database from a clinic's journal: what was recorded, and the figures of today."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ingest.influx.admin import has_bucket, verify, with_stored_retention
from ingest.influx.followers import influx_followers
from ingest.influx.minutes import minutes_follower
from ingest.influx.points import compared, stored
from ingest.influx.server import InfluxWriter
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from ripresa.care.care_journal import JournalCareRecord, fold_journal
from ripresa.care.figure_follower import FigureFollower
from ripresa.care.figure_points import MEASUREMENTS, figure_points
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.influx.followers import FollowerStatus
    from ingest.influx.points import Difference
    from ingest.influx.server import InfluxSettings
    from telemetry.clock import Clock

__all__ = ["refill", "verify_clinic"]

TIME_ZONE = "Europe/Rome"


def refill(
    root: Path,
    settings: InfluxSettings,
    clock: Clock,
    *,
    from_start: bool = True,
    progress: Callable[[FollowerStatus], None] | None = None,
) -> int:
    """Write what the database lacks; returns how many points.

    Args:
        root: the clinic's state.
        settings: the database.
        clock: says which day it is.
        from_start: from the journal's first record, whatever is there.
        progress: told after each block.

    Raises:
        StoreBusy, StoreError: the database or the journal is not to be used now.
    """
    folder = Folder(root)
    plans = PlanFolder(folder.plans)
    with (
        InfluxWriter(settings) as writer,
        Journal.open(folder.clinic_journal, clock) as journal,
    ):
        care = JournalCareRecord(journal, plans.version, clock)
        settings = with_stored_retention(writer, settings)
        followers = [*influx_followers(journal, writer, settings, clock, doses=plans)]
        if has_bucket(writer, settings.minutes_bucket):
            followers.append(minutes_follower(journal, writer, settings, clock))
        for follower in followers:
            if from_start:
                follower.rewind()
            asyncio.run(follower.catch_up(progress))
        figures = FigureFollower(care, writer, settings.therapy_bucket, clock).step()
        return figures + sum(follower.status().points for follower in followers)


def verify_clinic(
    root: Path, settings: InfluxSettings, clock: Clock, time_zone: str = TIME_ZONE
) -> list[Difference]:
    """Where journal and database differ: records, and the figures that are drawn from them.

    Raises:
        StoreBusy, StoreError: the database or the journal cannot be read now.
    """
    folder = Folder(root)
    plans = PlanFolder(folder.plans)
    with (
        InfluxWriter(settings) as writer,
        JournalReader(folder.clinic_journal) as journal,
    ):
        settings = with_stored_retention(writer, settings)
        found = verify(journal, writer, settings, doses=plans, now_ns=clock.now_ns())
        fold = fold_journal(journal, plans.version, clock.now_ns())
        zone = ZoneInfo(time_zone)
        points = [p for f in fold.all_figures() for p in figure_points(f, zone)]
        wanted = {point.key: point.written for point in points}
        return found + compared(wanted, stored(writer, settings.therapy_bucket, MEASUREMENTS))
