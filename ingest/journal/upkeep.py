"""Is a journal whole; a copy of it while it is written."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from telemetry.errors import StoreError

from .reading import JournalReader
from .schema import connect, store_errors

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["back_up", "check"]


def check(path: Path, *, quick: bool = False) -> list[str]:
    """What is wrong with a journal, a line each; empty where it is whole.

    Looks at SQLite's own structure (`quick`: without the indices) and at ours: every home's
    positions run from 1 to `committed` without hole, in records or dead letters, or passed over.

    Raises:
        StoreError: no journal there, or it cannot be opened at all.
    """
    with JournalReader(path):
        pass
    with store_errors(path):
        db = connect(path, busy_timeout_s=5, read_only=True)
        try:
            pragma = "quick_check" if quick else "integrity_check"
            found = [str(row[0]) for row in db.execute(f"PRAGMA {pragma}")]
            problems = [] if found == ["ok"] else [f"SQLite: {line}" for line in found]
            rows = db.execute(
                "SELECT h.ulid, h.committed, count(p.position) + coalesce("
                " (SELECT sum(s.last - s.first + 1) FROM skipped s WHERE s.home = h.id), 0) "
                "FROM home h LEFT JOIN ("
                " SELECT home, position FROM record UNION"
                " SELECT h2.id, d.position FROM dead_letter d JOIN home h2 ON h2.ulid = d.home"
                " UNION SELECT h3.id, f.position FROM forgone f JOIN home h3 ON h3.ulid = f.home"
                ") p ON p.home = h.id AND p.position <= h.committed GROUP BY h.id"
            ).fetchall()
        finally:
            db.close()
    problems += [
        f"home {home}: {committed - count} of {committed} positions are missing"
        for home, committed, count in rows
        if count != committed
    ]
    return problems


def back_up(path: Path, target: Path) -> int:
    """Copy a journal to `target` while it is read and written; returns the copy's size.

    The copy is one consistent moment, compact, checked, and on the disk when this returns.
    Writers never wait for it.

    Raises:
        StoreError: `target` is there already, or cannot be written.
    """
    if target.exists():
        raise StoreError(f"{target} is there already: give a new name, back-ups are not replaced")
    scratch = target.with_name(f".{target.name}.part")
    scratch.unlink(missing_ok=True)
    with JournalReader(path):
        pass
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = connect(path, busy_timeout_s=5, read_only=True)
        try:
            with store_errors(target):
                db.execute("VACUUM INTO ?", (str(scratch),))
        finally:
            db.close()
        scratch.chmod(0o600)
        whole = sqlite3.connect(scratch)
        try:
            answer = whole.execute("PRAGMA quick_check").fetchone()[0]
        finally:
            whole.close()
        if answer != "ok":
            raise StoreError(f"the copy {target} is not whole ({answer}): check the disk")
        handle = os.open(scratch, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        scratch.replace(target)
    except OSError as e:
        raise StoreError(f"{target} cannot be written ({e}): check the disk") from e
    finally:
        scratch.unlink(missing_ok=True)
    return target.stat().st_size
