"""The journal's tables, their versions, and SQLite's complaints in our words.

`PRAGMA user_version` counts the migrations applied, `application_id` tells a journal from any
other SQLite file. Migrations only ever append to `MIGRATIONS`.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from telemetry.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["APPLICATION_ID", "MIGRATIONS", "connect", "migrate", "store_errors", "transaction"]

APPLICATION_ID: Final = 0x52495052  # "RIPR"

MIGRATIONS: Final[Sequence[str]] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- Every home whose records are here, this journal's own among them.
    -- `committed` is the highest position up to which nothing is missing.
    CREATE TABLE home (
        id INTEGER PRIMARY KEY,
        ulid TEXT NOT NULL UNIQUE,
        site TEXT,
        patient TEXT,
        committed INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX home_by_patient ON home (patient);

    -- `seq` is the order of arrival in this file; followers' cursors count in it.
    CREATE TABLE record (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        home INTEGER NOT NULL REFERENCES home (id),
        position INTEGER NOT NULL,
        t_ns INTEGER NOT NULL,
        kind TEXT NOT NULL,
        session TEXT,
        stream TEXT,
        first_index INTEGER,
        samples INTEGER NOT NULL DEFAULT 0,
        body BLOB NOT NULL,
        UNIQUE (home, position)
    );
    CREATE INDEX record_by_session ON record (session, kind, home, position)
        WHERE session IS NOT NULL;
    CREATE INDEX record_by_stream ON record (stream, position) WHERE stream IS NOT NULL;
    CREATE INDEX record_raw ON record (seq) WHERE kind = 'motion';

    -- Drawn from the events, so that a list of sessions reads no bodies.
    CREATE TABLE session (
        session TEXT PRIMARY KEY,
        home INTEGER NOT NULL REFERENCES home (id),
        site TEXT NOT NULL,
        patient TEXT NOT NULL,
        day TEXT NOT NULL,
        opened_ns INTEGER NOT NULL,
        closed_ns INTEGER,
        reason TEXT
    ) WITHOUT ROWID;
    CREATE INDEX session_by_patient ON session (patient, opened_ns);

    CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;

    -- What could not be stored, with the reason. `home` and `position` are NULL where the
    -- payload could not even be read.
    CREATE TABLE dead_letter (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        t_ns INTEGER NOT NULL,
        topic TEXT NOT NULL,
        home TEXT,
        position INTEGER,
        reason TEXT NOT NULL,
        payload BLOB NOT NULL,
        digest BLOB NOT NULL,
        UNIQUE (digest, topic)
    );
    CREATE INDEX dead_letter_by_home ON dead_letter (home, position);

    -- Lines that a database behind a follower refused.
    CREATE TABLE set_aside (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        follower TEXT NOT NULL,
        seq INTEGER NOT NULL,
        t_ns INTEGER NOT NULL,
        lines INTEGER NOT NULL,
        reason TEXT NOT NULL,
        line BLOB NOT NULL,
        UNIQUE (follower, seq, line)
    );

    -- Keyed hashes of what was erased or must not come in: no name stands here.
    CREATE TABLE tombstone (
        kind TEXT NOT NULL,
        hash BLOB NOT NULL,
        t_ns INTEGER NOT NULL,
        PRIMARY KEY (kind, hash)
    ) WITHOUT ROWID;
    """,
    """
    -- Streams that lie in the archive, up to and with this position of their home.
    CREATE TABLE archived (
        stream TEXT PRIMARY KEY,
        patient TEXT NOT NULL,
        position INTEGER NOT NULL,
        t_ns INTEGER NOT NULL,
        samples INTEGER NOT NULL,
        size_bytes INTEGER NOT NULL
    ) WITHOUT ROWID;

    -- Patients of whom something may not be done: `withdrawn` (collect), `restricted` (use).
    CREATE TABLE consent (
        patient TEXT NOT NULL,
        state TEXT NOT NULL,
        t_ns INTEGER NOT NULL,
        PRIMARY KEY (patient, state)
    ) WITHOUT ROWID;

    -- Who did what to whose data: a chain of hashes over keyed hashes of pseudonyms.
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY,
        t_ns INTEGER NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        subject BLOB NOT NULL,
        detail TEXT NOT NULL,
        link BLOB NOT NULL
    );
    """,
    """
    -- Positions that were passed over for good, because the patient had withdrawn.
    CREATE TABLE skipped (
        home INTEGER NOT NULL REFERENCES home (id),
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (home, first)
    ) WITHOUT ROWID;
    """,
)

_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_BUSY_SNAPSHOT", "SQLITE_BUSY_RECOVERY"}
_FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"}
_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


def connect(path: Path, *, busy_timeout_s: float, read_only: bool = False) -> sqlite3.Connection:
    """Open a journal's file.

    WAL lets readers of other processes read while one writes. `synchronous=FULL` makes each
    commit wait for the disk: with NORMAL a power cut takes the last commits with it, although
    an acknowledgement may have told a home that it need not keep them. `secure_delete`
    overwrites with zeros what is deleted.
    """
    name = f"file:{_escaped(path)}?mode={'ro' if read_only else 'rwc'}"
    db = sqlite3.connect(
        name, uri=True, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
    )
    db.execute("PRAGMA foreign_keys = ON")
    if not read_only:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA journal_size_limit = 67108864")
    return db


def migrate(db: sqlite3.Connection, path: Path, migrations: Sequence[str] = MIGRATIONS) -> bool:
    """Bring the file to this version, all or nothing; True where it was new.

    Raises:
        StoreError: another program's file.
        StoreVersion: one of a newer version.
    """
    with transaction(db):
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        owner = int(db.execute("PRAGMA application_id").fetchone()[0])
        tables = int(db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
        if tables and owner != APPLICATION_ID:
            raise StoreError(f"{path} is no Ripresa journal: give another file")
        if version > len(migrations):
            raise StoreVersion(
                f"journal {path} has version {version}, this Ripresa knows {len(migrations)}: "
                "use the newer Ripresa that wrote it"
            )
        for script in migrations[version:]:
            for statement in _statements(script):
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(migrations)}")
    return not tables


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; takes the write lock at once, so that it is never lost half-way."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into one clear line of ours.

    Raises:
        StoreBusy: locked by another program.
        StoreFull: no room on the disk.
        StoreDamaged: it cannot be read as what it was.
        StoreError: unwritable, or anything else that waiting does not mend.
    """
    try:
        yield
    except sqlite3.Error as e:
        name = getattr(e, "sqlite_errorname", "") or ""
        if name in _BUSY:
            raise StoreBusy(
                f"journal {path} is locked by another program: close what holds it; "
                "nothing was stored, it will be tried again"
            ) from e
        if name in _FULL:
            raise StoreFull(
                f"no room for journal {path}: free space on its disk; "
                "nothing was stored, it will be tried again"
            ) from e
        if name in _DAMAGED:
            raise StoreDamaged(
                f"journal {path} is damaged ({e}): run `ripresa journal check`, "
                "restore the last back-up"
            ) from e
        raise StoreError(f"journal {path} cannot be used ({e}): check the folder's rights") from e


def _statements(script: str) -> Iterator[str]:
    pending = ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
