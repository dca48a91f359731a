"""Which sessions a cohort has: those of journals, archives and exports, each session once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ingest.journal.archive_folder import holds_sessions
from research.cohorts.analysed_session import analysed_name
from ripresa.recordings.agreed_use import not_to_use
from ripresa.recordings.session_source import SessionSource, session_source
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from telemetry.seams import SessionSummary

__all__ = ["CohortPlace", "CohortSession", "cohort_places"]

DEEP: Final = 3
"""Folders below a named one in which a place is looked for."""
_JOURNAL: Final = "journal.sqlite"


@dataclass(frozen=True, slots=True)
class CohortSession:
    """One session, and where it is read."""

    summary: SessionSummary
    source: SessionSource

    @property
    def name(self) -> str:
        """Names it among all."""
        told = self.summary
        return analysed_name(told.patient, told.session, told.home)


@dataclass(frozen=True, slots=True)
class CohortPlace:
    """One place with the sessions that no place before it has.

    Attributes:
        source: where it is.
        sessions: of patients whose data may be used.
        unused: patients who restrict the use of theirs, or let no research have them, as any of
            the places tells: nothing of them is read.
    """

    source: SessionSource
    sessions: tuple[CohortSession, ...]
    unused: frozenset[str]


def cohort_places(folders: Sequence[Path]) -> list[CohortPlace]:
    """The places that some folders hold, in their order.

    Args:
        folders: each a journal, an archive, an export, or a folder with such in it.

    Raises:
        ConfigurationError: one of them holds no sessions.
        StoreError: a journal cannot be read.
    """
    known: set[str] = set()
    found = []
    for folder in folders:
        sources = list(_sources(folder.expanduser(), DEEP))
        if not sources:
            raise ConfigurationError(
                f"{folder} holds neither {_JOURNAL} nor sessions/*.json: name a journal, an "
                "archive, what `ripresa patient export` wrote, or a folder with such in it"
            )
        for source in sources:
            place = _place(source, known)
            known |= {session.name for session in place.sessions}
            found.append(place)
    # What one place tells of a person holds for every copy: an export tells of no consent.
    unused = frozenset(patient for place in found for patient in place.unused)
    return [_without(place, unused) for place in found]


def _without(place: CohortPlace, unused: frozenset[str]) -> CohortPlace:
    left = tuple(one for one in place.sessions if one.summary.patient not in unused)
    return replace(place, sessions=left, unused=unused)


def _sources(folder: Path, deep: int) -> Iterator[SessionSource]:
    if folder.is_file() or (folder / _JOURNAL).is_file() or holds_sessions(folder):
        yield session_source(folder)
    elif folder.is_dir() and deep:
        for below in sorted(path for path in folder.iterdir() if path.is_dir()):
            yield from _sources(below, deep - 1)


def _place(source: SessionSource, known: set[str]) -> CohortPlace:
    with source.reading() as reader:
        unused = not_to_use(source, reader) or frozenset()
        every = [CohortSession(summary, source) for summary in reader.sessions()]
    sessions = tuple(
        one for one in every if one.name not in known and one.summary.patient not in unused
    )
    return CohortPlace(source, sessions, unused)
