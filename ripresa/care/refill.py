"""Fills the database from a clinic's journal: what was recorded, and the figures of today."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ingest.influx.admin import has_bucket, patients_in
from ingest.influx.minutes import MINUTES
from ingest.influx.rebuild import rebuild_buckets
from ingest.influx.server import InfluxWriter
from ripresa.platform.configuration import Folder
from ripresa.platform.folder_lock import folder_lock
from telemetry.errors import ConfigurationError

from .clinic_store import ANGLE_DAYS, TIME_ZONE, ClinicStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.influx.followers import FollowerStatus
    from ingest.influx.points import Difference
    from ingest.influx.server import InfluxSettings
    from telemetry.clock import Clock

__all__ = ["rebuild", "refill", "verify_clinic"]


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
        return _fill(store, writer, settings, from_start=from_start, progress=progress)


def rebuild(
    root: Path,
    settings: InfluxSettings,
    clock: Clock,
    *,
    time_zone: str = TIME_ZONE,
    progress: Callable[[FollowerStatus], None] | None = None,
) -> int:
    """Make the database's buckets anew from the journal; returns how many points were written.

    Afterwards no file of the database holds a name that was erased. The clinic must not run: what
    it wrote meanwhile would go into buckets that are dropped.

    Args:
        root: the clinic's state.
        settings: the database; its token may make and delete buckets.
        clock: says which day it is.
        time_zone: of the clinic.
        progress: told after each block.

    Raises:
        ConfigurationError: the clinic runs on this folder, or other parts write these buckets.
        StoreBusy, StoreError: the database or the journal is not to be used now; the old buckets
            are there still.
    """
    folder = Folder(root)
    with (
        folder_lock(folder.clinic, "clinic"),
        InfluxWriter(settings) as writer,
        ClinicStore(folder, clock, time_zone) as store,
    ):
        _hold_to_own_buckets(store, writer, settings)
        return rebuild_buckets(
            writer,
            settings,
            fill=lambda named: _fill(store, writer, named, progress=progress),
            differences=lambda named: store.differences(writer, named),
        )


def _hold_to_own_buckets(
    store: ClinicStore, writer: InfluxWriter, settings: InfluxSettings
) -> None:
    """Drop no bucket in which another part of the clinic has what this one cannot write again.

    Raises:
        ConfigurationError: one has.
    """
    there = {
        patient
        for bucket in settings.buckets
        if has_bucket(writer, bucket)
        for patient in patients_in(writer, bucket)
    }
    others = store.other_parts()
    if theirs := sum(others.have(patient) for patient in there):
        raise ConfigurationError(
            f"{theirs} patients of other parts stand in these buckets, and would be gone: give "
            "each part buckets of its own (RIPRESA_INFLUX_*_BUCKET, then `ripresa influx "
            "catch-up --refill`), then rebuild; nothing was dropped"
        )


def _fill(
    store: ClinicStore,
    writer: InfluxWriter,
    settings: InfluxSettings,
    *,
    from_start: bool = True,
    progress: Callable[[FollowerStatus], None] | None = None,
) -> int:
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
    root: Path,
    settings: InfluxSettings,
    clock: Clock,
    time_zone: str = TIME_ZONE,
    *,
    angle_days: float = ANGLE_DAYS,
) -> list[Difference]:
    """Where journal and database differ: records, and the figures that are drawn from them.

    Args:
        root: the clinic's state.
        settings: the database.
        clock: says which day it is.
        time_zone: of the clinic.
        angle_days: of how many days back the sessions' curves are compared.

    Raises:
        StoreBusy, StoreError: the database or the journal cannot be read now.
    """
    with (
        InfluxWriter(settings) as writer,
        ClinicStore(Folder(root), clock, time_zone) as store,
    ):
        return store.differences(writer, settings, angle_days=angle_days)
