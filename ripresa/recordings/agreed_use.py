"""Whose recorded sessions a place says may not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ingest.journal.archive import ArchiveReader
from ingest.journal.reading import JournalReader
from ingest.rights.agreements_held import not_for_research

if TYPE_CHECKING:
    from pathlib import Path

    from .session_source import AnyReader, SessionSource

__all__ = ["not_to_use"]

_JOURNAL: Final = "journal.sqlite"


def not_to_use(source: SessionSource, reader: AnyReader) -> frozenset[str] | None:
    """Patients who restrict the use of their data, or let no research have them.

    A journal tells. An archive does not, so the journal beside it is asked.

    Args:
        source: the place.
        reader: of it.

    Returns:
        Their pseudonyms; None where nobody at that place tells.

    Raises:
        StoreBusy, StoreError: a journal cannot be read.
    """
    if isinstance(reader, ArchiveReader):
        return frozenset(not_for_research(reader))
    beside = _journal_beside(source.path)
    if beside is None:
        return None
    with JournalReader(beside) as journal:
        return frozenset(not_for_research(journal))


def _journal_beside(folder: Path) -> Path | None:
    """The journal whose archive, or patient's part of one, a folder is."""
    above = folder.resolve().parents
    near = (parent / _JOURNAL for parent in above[:2])
    return next((path for path in near if path.is_file()), None)
