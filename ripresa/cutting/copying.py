"""The copy with which a cut begins: all of a clinic's folder that the table of stores says."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from ingest.journal.schema import connect, store_errors
from ingest.journal.upkeep import back_up
from ingest.stores.table import STORES, CutStep, EraseStep
from ripresa.platform.configuration import audit_key_at_hand
from ripresa.region.cut_mark import MARK
from telemetry.errors import ConfigurationError, StoreError
from telemetry.files import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.stores.table import Store
    from ripresa.platform.configuration import Folder

__all__ = ["copy_stores", "emptied", "key_at_hand", "place_of"]


def copy_stores(folder: Folder, second: Folder, after: Callable[[str], None]) -> None:
    """Copy what both halves share or part; all of it is on the disk when this returns.

    Args:
        folder: of the clinic.
        second: the new half's: what lies there but its mark goes.
        after: told of each store.

    Raises:
        StoreError: something cannot be read or written.
    """
    emptied(second)
    for store in STORES:
        place = place_of(store, folder)
        if place is None or store.cut not in (CutStep.PARTED, CutStep.BOTH):
            continue
        _copy(store.name, place, second.root / place.relative_to(folder.root))
        after(f"copied {store.name}")
    _copy("audit_key", key_at_hand(folder), second.clinic / "audit.key")
    after("copied key")
    _settle(second.root, folder.root)


def key_at_hand(folder: Folder) -> Path:
    """The key by which the log and the erased are known: neither half could do without.

    Raises:
        ConfigurationError: it is not here.
    """
    key = audit_key_at_hand(folder)
    if key is None or not key.is_file():
        raise ConfigurationError(
            "the clinic's audit key is not here: run this where docker-compose.yml lies, or name "
            "it in RIPRESA_AUDIT_KEY_FILE; nothing was cut"
        )
    return key


def place_of(store: Store, folder: Folder) -> Path | None:
    """Where a store lies in a clinic's folder; None where it is no place, or lies elsewhere."""
    if store.step is EraseStep.JOURNAL or store.name == "audit_key":
        return None  # a table, as which a folder may be called; or a file that may lie elsewhere
    place: Path | None = getattr(folder, store.name, None)
    inside = place is not None and place.is_relative_to(folder.root)
    return place if inside and place is not None and place.exists() else None


def emptied(second: Folder) -> None:
    """Empty the new half of all but its mark and its lock."""
    try:
        for path in [*second.root.iterdir(), *second.clinic.iterdir()]:
            if path == second.clinic or path.name in ("lock", MARK):
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError as e:
        raise StoreError(f"{second.root} cannot be emptied ({e})") from e


def _copy(store: str, place: Path, target: Path) -> None:
    try:
        make_private_folder(target.parent)
        if place.suffix == ".sqlite":
            if store == "clinic_journal":
                back_up(place, target)
            else:
                _copy_users(place, target)
        elif place.is_dir():
            shutil.copytree(place, target, symlinks=True)
        else:
            shutil.copy2(place, target)
    except OSError as e:
        raise StoreError(f"{place} cannot be copied to {target}: {e}") from e


def _copy_users(place: Path, target: Path) -> None:
    """Users and tokens; who is signed in here has not signed in there."""
    with store_errors(place, "users' file"):
        db = connect(place, busy_timeout_s=5, read_only=True)
        try:
            db.execute("VACUUM INTO ?", (str(target),))
        finally:
            db.close()
        target.chmod(0o600)
        db = connect(target, busy_timeout_s=5)
        try:
            db.execute("DELETE FROM sign_in")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            db.close()


def _settle(root: Path, like: Path) -> None:
    """Give all to whose the clinic's folder is, and bring it to the disk, names included."""
    try:
        owner = like.stat()
        for path in [root, *root.rglob("*")]:
            if os.geteuid() == 0:
                # The service, which is another user, must be able to write there.
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
            if path.is_symlink():
                continue
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    except OSError as e:
        raise StoreError(f"{root} cannot be brought to the disk ({e})") from e
