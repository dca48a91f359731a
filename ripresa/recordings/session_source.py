"""Where recorded sessions are read from: a journal with its archive, an archive, or an export."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ingest.journal.archive import ArchiveReader
from ingest.journal.archive_folder import ArchiveFolder, holds_sessions
from ripresa.platform.configuration import journal_at_hand
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AnyReader", "SessionSource", "session_source"]

AnyReader: TypeAlias = ArchiveReader | ArchiveFolder
_JOURNAL = "journal.sqlite"


@dataclass(frozen=True, slots=True)
class SessionSource:
    """A place that holds recorded sessions.

    Attributes:
        path: a journal's file, or a folder of Parquet and JSON.
        plans: the folder of plans that belongs to it.
        archive: where a journal's older motion lies; None: the place itself is a folder.
    """

    path: Path
    plans: Path
    archive: Path | None

    @contextmanager
    def reading(self) -> Iterator[AnyReader]:
        """A reader of all that is kept there.

        Raises:
            StoreError: it cannot be read.
        """
        if self.archive is None:
            yield ArchiveFolder(self.path)
        else:
            with ArchiveReader(self.path, self.archive) as reader:
                yield reader


def session_source(
    place: Path | str | None = None,
    *,
    plans: Path | str | None = None,
    archive: Path | str | None = None,
) -> SessionSource:
    """Find out what a place is.

    Args:
        place: a journal, a folder with one in it, an archive, a patient's folder in one, or a
            patient's export; None: this machine's journal.
        plans: the folder of plans; None: where it lies beside such a place.
        archive: where a journal's older motion lies; None: beside the journal.

    Raises:
        ConfigurationError: nothing of that kind is there; says what was looked for.
    """
    path = None if place is None else Path(place).expanduser()
    if path is not None and path.is_dir():
        if not (path / _JOURNAL).is_file():
            return _folder(path, plans)
        path /= _JOURNAL
    path = journal_at_hand(path)
    own = path.parent.parent / "plans"
    return SessionSource(
        path,
        own if plans is None else Path(plans),
        path.parent / "archive" if archive is None else Path(archive),
    )


def _folder(path: Path, plans: Path | str | None) -> SessionSource:
    if not holds_sessions(path):
        raise ConfigurationError(
            f"{path} holds neither {_JOURNAL} nor sessions/*.json: name a journal, an archive or "
            "what `ripresa patient export` wrote"
        )
    # An export has them within, an archive beside the clinic's folder, a patient's part above.
    own = (path / "plans", path.parent.parent / "plans", path.parent.parent.parent / "plans")
    found = next((folder for folder in own if folder.is_dir()), own[0])
    return SessionSource(path, found if plans is None else Path(plans), None)
