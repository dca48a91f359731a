"""The parting of two copies of one clinic: each loses what is the other's."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Final

from ingest.journal.schema import connect, store_errors, transaction
from ingest.rights.audit import AuditKey, note
from ingest.rights.erasure import files_of, remove_files
from ingest.rights.journal_halves import finger_print, leave_half
from ingest.stores.table import STORES, CutStep
from telemetry.errors import StoreError

from .copying import key_at_hand, place_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ripresa.platform.configuration import Folder
    from ripresa.region.cut_mark import CutMark

__all__ = ["has_parted", "open_journal", "part_both"]

ACTOR: Final = "region cut"


def part_both(
    mark: CutMark, folder: Folder, second: Folder, now_ns: int, after: Callable[[str], None]
) -> None:
    """Take out of each half what is the other's: of the second first, which is the copy.

    Args:
        mark: of the cut.
        folder: the first half.
        second: the other.
        now_ns: the clock's time.
        after: told of each step.

    Raises:
        StoreError: something was written meanwhile, would be lost, or cannot be written.
    """
    leaving = frozenset(mark.leaving)
    _part_journal(mark, second, lambda p: p not in leaving, now_ns, whole=None)
    after("second's journal")
    staying = {
        name
        for place in _parted_places(second)
        for path in place.iterdir()
        if (name := path.name.split(".")[0].split("@")[0]) and name not in leaving
    }
    for patient in sorted(staying):
        for place in _parted_places(second):
            remove_files(place, patient)
    after("second's files")
    _look_at_files(folder, second, leaving)
    _part_journal(mark, folder, lambda p: p in leaving, now_ns, whole=second)
    after("first's journal")
    for patient in sorted(leaving):
        for place in _parted_places(folder):
            remove_files(place, patient)
    for store in STORES:
        if store.cut is CutStep.ANEW and (derived := place_of(store, folder)) is not None:
            _dropped(derived)
    after("first's files")


def _part_journal(
    mark: CutMark,
    folder: Folder,
    leaves: Callable[[str], bool],
    now_ns: int,
    *,
    whole: Folder | None,
) -> None:
    """Take out of a half's journal what is the other's, once.

    Args:
        mark: of the cut.
        folder: the half.
        leaves: whether somebody is the other half's.
        now_ns: the clock's time.
        whole: the other half, where that has been done already.
    """
    first, half = whole is not None, str(mark.halves[whole is None])
    key = AuditKey.at(key_at_hand(folder))
    with open_journal(folder) as db, store_errors(folder.clinic_journal):
        if whole is not None:
            db.execute("ATTACH ? AS other", (str(whole.clinic_journal),))
        with transaction(db):
            if has_parted(db, mark):
                return
            if finger_print(db) != mark.journal:
                raise StoreError(
                    f"{folder.clinic_journal} was written to since it was copied: run it with "
                    "--undo, and again"
                )
            leave_half(db, leaves, first=first, other="other" if first else None)
            note(db, key, t_ns=now_ns, actor=ACTOR, action="cut", patient=None, detail=half)
            db.execute("INSERT OR REPLACE INTO meta VALUES ('cut', ?)", (mark.cut,))


@contextlib.contextmanager
def open_journal(folder: Folder) -> Iterator[sqlite3.Connection]:
    """A half's journal, open for writing."""
    with store_errors(folder.clinic_journal):
        db = connect(folder.clinic_journal, busy_timeout_s=5)
    try:
        yield db
    finally:
        db.close()


def has_parted(db: sqlite3.Connection, mark: CutMark) -> bool:
    """Whether a half's journal has lost what is the other's."""
    return db.execute("SELECT value FROM meta WHERE name = 'cut'").fetchall() == [(mark.cut,)]


def _dropped(derived: Path) -> None:
    try:
        shutil.rmtree(derived)
    except OSError as e:
        raise StoreError(f"{derived} cannot be deleted ({e})") from e


def _parted_places(folder: Folder) -> list[Path]:
    """The folders in which what is a patient's is named after them."""
    return [
        place
        for store in STORES
        if store.cut is CutStep.PARTED
        and (place := place_of(store, folder)) is not None
        and place.is_dir()
    ]


def _look_at_files(folder: Folder, second: Folder, leaving: frozenset[str]) -> None:
    """Hold the second to each file that the first is about to lose."""
    for place in _parted_places(folder):
        for patient in leaving:
            for path in files_of(place, patient):
                each = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
                for file in each:
                    twin = second.root / file.relative_to(folder.root)
                    if not twin.is_file() or twin.stat().st_size != file.stat().st_size:
                        raise StoreError(
                            f"{file} was written since it was copied: run it with --undo, and again"
                        )
