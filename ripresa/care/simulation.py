"""A simulated clinic in a folder, and in the database where asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from research.virtual_clinic.clinic_files import MARK, write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from telemetry.clock import Clock

__all__ = ["SimulationWish", "write_simulation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationWish:
    """What is to be simulated; `last` None: up to yesterday."""

    folder: Path
    patients: int = 40
    weeks: int = 12
    seed: int = 1
    last: date | None = None
    influx: bool = False


def write_simulation(wish: SimulationWish, clock: Clock) -> Iterator[str]:
    """Write it; tells, line by line, what was done.

    Raises:
        ConfigurationError: the folder has enrolled homes or a simulation, or a database is asked
            for and none is configured.
        StoreError: a journal or the database refuses.
    """
    from ingest.influx.server import InfluxSettings  # noqa: PLC0415 - only where it is asked for

    settings = InfluxSettings.from_environment() if wish.influx else None
    if wish.influx and settings is None:
        raise ConfigurationError("--influx: set RIPRESA_INFLUX_URL, _ORG and _TOKEN first")
    today = datetime.fromtimestamp(clock.now_ns() / 1e9, UTC).date()
    clinic = simulate(
        patients=wish.patients,
        weeks=wish.weeks,
        seed=wish.seed,
        last=wish.last or today - timedelta(days=1),
    )
    records = write_clinic(clinic, wish.folder)
    kinds = Counter(truth.kind for truth in clinic.truths)
    span = f"from {clinic.first} to {clinic.last}"
    yield f"simulated: {wish.patients} patients {span}, {records} records"
    yield f"truth: {', '.join(f'{kind} {n}' for kind, n in sorted(kinds.items()))} ({MARK})"
    if settings is not None:
        from ripresa.care.refill import refill  # noqa: PLC0415 - only where it is asked for

        points = refill(wish.folder, settings, clock)
        yield f"database: {points} points written"
    yield f"look at it: RIPRESA_HOME={wish.folder} ripresa clinic worklist"
