"""Cuts a part of a clinic in two, so that there may be twice as many: loses and doubles nothing.

Steps, each of which may be killed and is done again by the next run:

1. `copying`: who goes where is decided, and noted with a finger print of the journal. The second
   half becomes a copy of all that the table of stores has both halves share or part.
2. `parting`: the second loses what stays, then the first what goes. The first's transaction
   commits only where its journal is still what was copied, and the second has every row of it
   that would be taken out. Up to there the cut can be undone.
3. `closing`: freed pages go, each half is told which part it is, and the marks go.

As long as a mark lies in a folder no clinic starts there.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from typing import TYPE_CHECKING

from ingest.journal.journal import Journal
from ingest.rights.erasure import compact
from ingest.rights.journal_halves import finger_print
from ripresa.platform.configuration import Folder
from ripresa.platform.folder_lock import folder_lock
from ripresa.region.cut_mark import MARK, CutMark
from ripresa.region.held_partition import held_partition, say_partition
from telemetry.errors import ConfigurationError, StoreError
from telemetry.files import make_private_folder

from .copying import copy_stores, emptied, key_at_hand
from .parting import has_parted, open_journal, part_both
from .who_leaves import who_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from telemetry.clock import Clock

__all__ = ["cut_in_two", "undo_cut"]


def cut_in_two(
    folder: Folder,
    into: Path,
    clock: Clock,
    *,
    site: str | None = None,
    after: Callable[[str], None] = lambda _: None,
) -> CutMark:
    """Cut the part of a clinic in a folder; or go on where it was interrupted.

    Args:
        folder: of the part; no clinic runs there.
        into: an empty folder, or none yet, on this machine: of the new part.
        clock: stamps.
        site: of patients of whom nothing tells one.
        after: told of each step that is done.

    Returns:
        What was cut.

    Raises:
        ConfigurationError: it cannot be cut, or a clinic runs there; nothing was.
        StoreError: a file cannot be read or written; run it again.
    """
    second = Folder(into.expanduser().resolve())
    with _both_held(folder, second):
        mark = CutMark.read(folder) or _begun(folder, second)
        if mark.second != str(second.root):
            raise ConfigurationError(f"it is being cut into {mark.second}: name that folder")
        after("begun")
        if mark.step == "copying":
            mark = _copied(mark, folder, second, site, after)
        if mark.step == "parting":
            if not _belongs(second, mark):
                raise StoreError(
                    f"{second.root} has not the copy any more: run it with --undo, and again"
                )
            part_both(mark, folder, second, clock.now_ns(), after)
            mark = mark.model_copy(update={"step": "closing"})
            mark.write(folder)
            after("parted")
        _closed(mark, folder, second, after)
    return mark


def undo_cut(folder: Folder, into: Path) -> None:
    """Leave a part as it was before a cut that did not come to its end.

    Raises:
        ConfigurationError: none was begun, or it can only go on.
        StoreError: a file cannot be deleted; run it again.
    """
    second = Folder(into.expanduser().resolve())
    with _both_held(folder, second):
        mark = CutMark.read(folder)
        if mark is None or mark.second != str(second.root):
            raise ConfigurationError(f"{folder.root} is not being cut into {second.root}")
        if mark.step == "closing" or _is_parted(folder, mark):
            raise ConfigurationError(
                "each half has lost what is the other's: run it to its end without --undo"
            )
        # Should this be interrupted, then whoever goes on copies anew.
        mark.model_copy(update={"step": "copying"}).write(folder)
        if _belongs(second, mark):
            emptied(second)
            CutMark.take_away(second)
        CutMark.take_away(folder)


@contextlib.contextmanager
def _both_held(folder: Folder, second: Folder) -> Iterator[None]:
    if second.root.is_relative_to(folder.root) or folder.root.is_relative_to(second.root):
        raise ConfigurationError(f"{second.root} and {folder.root} lie in each other")
    if second.root.exists() and CutMark.read(second) is None:
        there = [path for path in second.root.rglob("*") if path.is_file() and not _of_no_cut(path)]
        mark = CutMark.read(folder)
        # Its mark is the first thing that lies there and the last that goes.
        if there and not (mark is not None and mark.step == "closing"):
            raise ConfigurationError(f"{second.root} is not empty: name a folder that is")
    with folder_lock(folder.clinic, "clinic"), folder_lock(second.clinic, "clinic"):
        yield


def _of_no_cut(path: Path) -> bool:
    """A lock, or what is left of a mark that was being written when somebody killed the cut."""
    return path.name == "lock" or path.name.startswith(f".{MARK}.")


def _begun(folder: Folder, second: Folder) -> CutMark:
    held = held_partition(folder)
    if held is None or not folder.clinic_journal.is_file():
        raise ConfigurationError(f"no clinic has run in {folder.root}: there is nothing to cut")
    held.halves()
    key_at_hand(folder)
    size = sum(path.stat().st_size for path in folder.root.rglob("*") if path.is_file())
    make_private_folder(second.root)
    # A copy, and a journal at a time that is written anew.
    if (free := shutil.disk_usage(second.root).free) < 2 * size:
        raise ConfigurationError(
            f"{second.root} has {free >> 20} MB free, and the cut takes up to {2 * size >> 20} MB"
        )
    mark = CutMark(
        cut=secrets.token_hex(8),
        part=str(held),
        first=str(folder.root.resolve()),
        second=str(second.root),
    )
    mark.write(folder)
    return mark


def _copied(
    mark: CutMark,
    folder: Folder,
    second: Folder,
    site: str | None,
    after: Callable[[str], None],
) -> CutMark:
    _, half = mark.halves
    with open_journal(folder) as db:
        if db.execute("SELECT count(*) FROM erasure").fetchone()[0]:
            CutMark.take_away(folder)
            raise ConfigurationError(
                "an erasure is not finished: start the clinic until it is, then cut"
            )
        printed = finger_print(db)
        try:
            leaving = who_leaves(db, folder, half, site)
        except ConfigurationError:
            CutMark.take_away(folder)
            raise
    mark = mark.model_copy(update={"journal": printed, "leaving": tuple(sorted(leaving))})
    mark.write(second)
    after("second marked")
    copy_stores(folder, second, after)
    mark = mark.model_copy(update={"step": "parting"})
    mark.write(folder)
    after("copied")
    return mark


def _closed(mark: CutMark, folder: Folder, second: Folder, after: Callable[[str], None]) -> None:
    for half, place in zip(mark.halves, (folder, second), strict=True):
        # One that has no mark any more has been let go, and may have run since.
        if CutMark.read(place) is None:
            continue
        with contextlib.closing(Journal(place.clinic_journal)) as journal:
            compact(journal)
        say_partition(place, half)
        after(f"{half} is one")
    CutMark.take_away(second)
    after("second is free")
    CutMark.take_away(folder)


def _is_parted(folder: Folder, mark: CutMark) -> bool:
    with open_journal(folder) as db:
        return has_parted(db, mark)


def _belongs(second: Folder, mark: CutMark) -> bool:
    theirs = CutMark.read(second)
    return theirs is not None and theirs.cut == mark.cut
