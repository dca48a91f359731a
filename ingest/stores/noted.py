"""Folders elsewhere that hold something of a clinic's patients: noted here, so that it is found."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from telemetry.errors import StoreError
from telemetry.files import write_atomically

__all__ = ["note_folder", "noted_folders"]

_ENDING: Final = ".folder"


def note_folder(notes: Path, folder: Path) -> None:
    """Note a folder, once.

    Raises:
        StoreError: the note cannot be written.
    """
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    note = notes / f"{name}{_ENDING}"
    if not note.is_file():
        write_atomically(note, str(folder))


def noted_folders(notes: Path) -> list[Path]:
    """What was noted; a note that cannot be read is an error, since erasures go by them.

    Raises:
        StoreError: a note cannot be read.
    """
    try:
        return [Path(note.read_text("utf-8")) for note in sorted(notes.glob(f"*{_ENDING}"))]
    except (OSError, UnicodeDecodeError) as e:
        raise StoreError(f"a note in {notes} cannot be read ({e}): delete it by hand") from e
