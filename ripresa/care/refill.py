"""Fills the database from a clinic's journal: what was recorded, and the figures of today."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ingest.influx.admin import has_bucket
from ingest.influx.minutes import MINUTES
from ingest.influx.server import InfluxWriter
from ripresa.platform.configuration import Folder

from .clinic_store import TIME_ZONE, ClinicStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.influx.followers import FollowerStatus
    from ingest.influx.points import Difference
    from ingest.influx.server import InfluxSettings
    from telemetry.clock import Clock

__all__ = ["refill", "verify_clinic"]


def refill(
    root: Path,
    settings: InfluxSettings,
    clock: Clock,
    *,
    from_start: bool = True,
    time_zone: str = TIME_ZONE,
    progress: Callable[[FollowerStatus], None] | None = None,
) -> int:
    """Write what the database lacks; returns how many points.

    The archive's motion comes back, too; nothing of a restricted patient does.

    Args:
        root: the clinic's state.
        settings: the database.
        clock: says which day it is.
        from_start: from the journal's first record, whatever is there.
        time_zone: of the clinic.
        progress: told after each block.

    Raises:
        StoreBusy, StoreError: the database or the journal is not to be used now.
    """
    with (
        InfluxWriter(settings) as writer,
        ClinicStore(Folder(root), clock, time_zone) as store,
    ):
        followers = store.followers(writer, settings)
        if not has_bucket(writer, settings.minutes_bucket):
            followers = tuple(f for f in followers if f.status().name != MINUTES)
        for follower in followers:
            if from_start:
                follower.rewind()
            asyncio.run(follower.catch_up(progress))
        figures = store.figures(store.care(), writer, settings).step()
        return figures + sum(follower.status().points for follower in followers)


def verify_clinic(
    root: Path, settings: InfluxSettings, clock: Clock, time_zone: str = TIME_ZONE
) -> list[Difference]:
    """Where journal and database differ: records, and the figures that are drawn from them.

    Raises:
        StoreBusy, StoreError: the database or the journal cannot be read now.
    """
    with (
        InfluxWriter(settings) as writer,
        ClinicStore(Folder(root), clock, time_zone) as store,
    ):
        return store.differences(writer, settings)
