"""A cohort's folder: one result file a session, so that a run that was ended goes on.

    {folder}/cohort.json                              which places, and how
    {folder}/sessions/{patient}@{session}.{home}.json one row a session

A session is analysed again where its input, the core or the last run's fault says so. One that is
in no place any more, because its patient is erased or restricts the use, leaves the folder. A
clinic whose journal was read is told where the rows are, so that an erasure there reaches them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analytics.core import CORE_VERSION
from ingest.places import Places
from ingest.stores.noted import note_folder
from research.cohorts.analysed_session import read_analysed
from telemetry.errors import ConfigurationError, StoreDamaged, StoreError
from telemetry.files import write_atomically

from .cohort_places import cohort_places
from .cohort_pool import over_cluster, over_processes
from .session_analysis import AnalysisJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from research.cohorts.analysed_session import AnalysedSession

    from .cohort_places import CohortPlace

__all__ = ["CohortFolder", "CohortRun", "analyse_cohort"]

_MANIFEST: Final = "cohort.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRun:
    """What a run came to: sessions by what was done with them.

    Attributes:
        unnoted: clinics that could not be told where the rows are: an erasure there does not reach
            them before the next run.
    """

    sessions: int
    analysed: int
    unchanged: int
    faults: int
    removed: int
    restricted: int
    unnoted: int


class CohortFolder:
    """The folder that a cohort is kept in.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, folders: Sequence[Path]) -> None:
        """Note which places belong to it.

        Raises:
            ConfigurationError: something else lies in the folder.
            StoreError: it cannot be written.
        """
        if self.folder.exists() and not self._manifest.is_file() and any(self.folder.iterdir()):
            raise ConfigurationError(f"{self.folder} holds something else: give a new --out")
        places = [str(path.expanduser().resolve()) for path in folders]
        write_atomically(self._manifest, json.dumps({"version": 1, "places": places}, indent=1))

    @property
    def places(self) -> list[Path]:
        """The folders that were analysed.

        Raises:
            ConfigurationError: nothing was analysed into this folder.
        """
        try:
            return [Path(name) for name in json.loads(self._manifest.read_bytes())["places"]]
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise ConfigurationError(
                f"{self.folder} is no cohort: `ripresa cohort analyse DIR... --out {self.folder}`"
            ) from e

    def row(self, name: str) -> AnalysedSession | None:
        """A session's row; None where there is none, or none that can be read."""
        try:
            return read_analysed(self._row(name))
        except StoreDamaged:
            return None

    def rows(self) -> list[AnalysedSession]:
        """All rows, by name; one that cannot be read is analysed again by the next run."""
        return [row for name in sorted(self.names()) if (row := self.row(name)) is not None]

    def names(self) -> set[str]:
        """Of the sessions that have a row."""
        return {path.stem for path in (self.folder / "sessions").glob("*.json")}

    def keep(self, name: str, row: AnalysedSession) -> None:
        """Write a row, whole or not at all.

        Raises:
            StoreError: it cannot be written.
        """
        write_atomically(self._row(name), row.model_dump_json(indent=1))

    def remove(self, name: str) -> None:
        """Take a row out."""
        self._row(name).unlink(missing_ok=True)

    def mark(self, name: str) -> Path:
        """A file that is there while a session is analysed."""
        return self.folder / "at-work" / name

    def _row(self, name: str) -> Path:
        return self.folder / "sessions" / f"{name}.json"

    @property
    def _manifest(self) -> Path:
        return self.folder / _MANIFEST


def analyse_cohort(
    folders: Sequence[Path],
    out: CohortFolder,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    recorded: bool = False,
    progress: Callable[[int, int, AnalysedSession | None], None] | None = None,
) -> CohortRun:
    """Analyse all sessions of some places that are not analysed yet, or not as they are now.

    Args:
        folders: see `cohort_places`.
        out: keeps the rows.
        workers: processes of this machine.
        scheduler: address of a Dask scheduler, instead of them.
        recorded: take recorded results where the motion is not kept any more.
        progress: is told how many of how many are done, and the row, None for an unchanged one.

    Raises:
        ConfigurationError: a folder holds no sessions, or `out` holds something else.
        StoreError: a place cannot be read, or a row not be written.
        TransportError: no such scheduler.
    """
    if workers < 1:
        raise ConfigurationError(f"--workers {workers}: give 1 or more")
    places = cohort_places(folders)
    out.begin(folders)
    unnoted = sum(not _noted(place, out) for place in places)
    every = [
        job
        for place in places
        for job in _jobs(place, out, recorded=recorded, local=scheduler is None)
    ]
    stale = out.names() - {job.session.name for job in every}
    for name in stale:
        out.remove(name)
    rows = over_processes(every, workers) if scheduler is None else over_cluster(every, scheduler)
    done = faults = unchanged = 0
    for job, row in rows:
        done += 1
        if row is None:
            unchanged += 1
        else:
            out.keep(job.session.name, row)
            faults += row.fault is not None
        if progress is not None:
            progress(done, len(every), row)
    return CohortRun(
        sessions=len(every),
        analysed=done - unchanged - faults,
        unchanged=unchanged,
        faults=faults,
        removed=len(stale),
        restricted=len({patient for place in places for patient in place.unused}),
        unnoted=unnoted,
    )


def _noted(place: CohortPlace, out: CohortFolder) -> bool:
    """Tell the clinic whose journal it is where the rows are; whether it is told, or is none."""
    clinic = Places(place.source.path.parent.parent)
    if place.source.path.resolve() != clinic.clinic_journal.resolve():
        return True
    try:
        note_folder(clinic.cohorts, (out.folder / "sessions").resolve())
    except StoreError:
        return False
    return True


def _jobs(
    place: CohortPlace, out: CohortFolder, *, recorded: bool, local: bool
) -> Iterable[AnalysisJob]:
    for session in place.sessions:
        known = out.row(session.name)
        same = (
            known is not None
            and known.fault is None
            and known.source == "analysed"
            and known.core_version == CORE_VERSION
        )
        yield AnalysisJob(
            session=session,
            known_hash=known.input_hash if known is not None and same else None,
            recorded=recorded,
            mark=out.mark(session.name) if local else None,
        )
