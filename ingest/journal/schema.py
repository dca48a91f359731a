"""The journal's tables, their versions, and SQLite's complaints in our words.

`PRAGMA user_version` is the tables' version, `application_id` tells a journal from any other
SQLite file. A journal of another version is led here by `UPGRADES`, or refused by name.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from telemetry.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreVersion
from telemetry.files import give_to_folders_owner

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "APPLICATION_ID",
    "TABLES",
    "UPGRADES",
    "VERSION",
    "check_version",
    "connect",
    "migrate",
    "store_errors",
    "transaction",
]

APPLICATION_ID: Final = 0x52495052  # "RIPR"

VERSION: Final = 6
"""Of the tables below. Versions 1 to 3 hold events under names that are no longer used."""

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every home whose records are here, this journal's own among them. A home is known by the
-- patient of its topic and the ULID that it sends as (`sent_as`); two patients may send as one.
-- Here it is called `ulid`: the same, where that was free.
-- `committed` is the highest position up to which nothing is missing.
CREATE TABLE home (
    id INTEGER PRIMARY KEY,
    ulid TEXT NOT NULL UNIQUE,
    sent_as TEXT NOT NULL,
    site TEXT,
    patient TEXT,
    committed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (sent_as, site, patient)
);
CREATE INDEX home_by_patient ON home (patient);

-- `seq` is the order of arrival in this file; followers' cursors count in it.
-- `subject` is the home that the record is about: the one that wrote it, or, of what a clinic
-- writes about a home's session, that home.
-- `held`: 0 read whole; 1 read but for fields of a newer version; 2 of a newer version, not read.
CREATE TABLE record (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    home INTEGER NOT NULL REFERENCES home (id),
    subject INTEGER NOT NULL REFERENCES home (id),
    position INTEGER NOT NULL,
    t_ns INTEGER NOT NULL,
    kind TEXT NOT NULL,
    session TEXT,
    stream TEXT,
    first_index INTEGER,
    samples INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL,
    UNIQUE (home, position)
);
CREATE INDEX record_by_session ON record (session, subject, kind, home, position)
    WHERE session IS NOT NULL;
CREATE INDEX record_by_stream ON record (stream, subject, position) WHERE stream IS NOT NULL;
CREATE INDEX record_raw ON record (seq) WHERE kind = 'motion';
CREATE INDEX record_held ON record (seq) WHERE held > 0;
-- All that figures are made of, in the order of arrival and without the motion between.
CREATE INDEX record_told ON record (seq) WHERE kind IN ('event', 'result', 'care');

-- Drawn from the events, so that a list of sessions reads no bodies. Two homes may give one
-- name to a session each: it is known by both.
CREATE TABLE session (
    session TEXT NOT NULL,
    home INTEGER NOT NULL REFERENCES home (id),
    site TEXT NOT NULL,
    patient TEXT NOT NULL,
    day TEXT NOT NULL,
    opened_ns INTEGER NOT NULL,
    closed_ns INTEGER,
    reason TEXT,
    PRIMARY KEY (session, home)
) WITHOUT ROWID;
CREATE INDEX session_by_patient ON session (patient, opened_ns);

-- Whom this journal's own records outside sessions are about, and what of: of those with one
-- `key` the newest counts. So a patient's judged days and alerts are found without reading all.
CREATE TABLE care (
    seq INTEGER PRIMARY KEY,
    patient TEXT NOT NULL,
    type TEXT NOT NULL,
    key TEXT NOT NULL
);
CREATE INDEX care_by_patient ON care (patient, type, key, seq);
CREATE INDEX care_by_type ON care (type, patient, key, seq);

CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;

-- What could not be stored, with the reason. `home` and `position` are NULL where the
-- payload could not even be read. `patient` is the topic's, `names` whom else the content names.
CREATE TABLE dead_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    t_ns INTEGER NOT NULL,
    topic TEXT NOT NULL,
    site TEXT,
    patient TEXT,
    names TEXT,
    home TEXT,
    position INTEGER,
    reason TEXT NOT NULL,
    payload BLOB NOT NULL,
    digest BLOB NOT NULL,
    UNIQUE (digest, topic)
);
CREATE INDEX dead_letter_by_home ON dead_letter (home, position);
CREATE INDEX dead_letter_by_patient ON dead_letter (patient);

-- Positions whose dead letter was not kept, because too many are: what stood there is gone.
CREATE TABLE forgone (
    home TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (home, position)
) WITHOUT ROWID;

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

-- Streams that lie in the archive, up to and with this position of their home.
CREATE TABLE archived (
    stream TEXT NOT NULL,
    home INTEGER NOT NULL REFERENCES home (id),
    patient TEXT NOT NULL,
    position INTEGER NOT NULL,
    t_ns INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (stream, home)
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

-- Positions that were passed over for good, because the patient had withdrawn.
CREATE TABLE skipped (
    home INTEGER NOT NULL REFERENCES home (id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (home, first)
) WITHOUT ROWID;

-- Erasures that are not done yet: each names its patient until its last step, and goes then.
CREATE TABLE erasure (
    patient TEXT PRIMARY KEY,
    state TEXT NOT NULL
) WITHOUT ROWID;
"""

UPGRADES: Final[Mapping[int, str]] = {}
"""From a version to the next: what leads an older journal here. None does yet."""

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
    if not read_only:
        _only_its_owners(path)
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


def _only_its_owners(path: Path) -> None:
    """Make the file so that only its owner reads it; SQLite's other files take its mode.

    One that is there is never opened: closing it would let go of every lock that this process
    has on it.
    """
    with contextlib.suppress(FileExistsError, OSError):  # SQLite says better what is wrong
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        give_to_folders_owner(path)
    with contextlib.suppress(OSError):
        for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if each.exists() and each.stat().st_mode & 0o077:
                each.chmod(0o600)


def migrate(
    db: sqlite3.Connection,
    path: Path,
    *,
    version: int = VERSION,
    upgrades: Mapping[int, str] = UPGRADES,
) -> bool:
    """Bring the file to `version`, all or nothing; True where it was new.

    Raises:
        StoreError: another program's file.
        StoreVersion: one of a version that no upgrade leads from, or of a newer one.
    """
    with transaction(db):
        new = db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None
        found = version if new else version_of(db, path)
        if new:
            _run(db, TABLES)
        while found != version:
            if found not in upgrades:
                raise _of_another_version(path, found, version)
            _run(db, upgrades[found])
            found += 1
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {version}")
    return new


def check_version(db: sqlite3.Connection, path: Path, *, version: int = VERSION) -> None:
    """Hold a journal that is only read to the version that this program reads.

    Raises:
        StoreError: another program's file.
        StoreVersion: an older or a newer one.
    """
    found = version_of(db, path)
    if found != version:
        raise _of_another_version(path, found, version)


def version_of(db: sqlite3.Connection, path: Path) -> int:
    """The version of a journal's tables.

    Raises:
        StoreError: another program's file.
    """
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(f"{path} is no Ripresa journal: give another file")
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _of_another_version(path: Path, found: int, version: int) -> StoreVersion:
    advice = (
        "use the newer Ripresa that wrote it"
        if found > version
        else "move it away, so that a new one starts, and keep it with the Ripresa that wrote it"
    )
    return StoreVersion(
        f"journal {path} is a journal of version {found}; this program reads {version}: {advice}"
    )


def _run(db: sqlite3.Connection, script: str) -> None:
    for statement in _statements(script):
        db.execute(statement)


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
def store_errors(path: Path, what: str = "journal") -> Iterator[None]:
    """Turn SQLite's errors into one clear line of ours.

    Args:
        path: of the file.
        what: the file is.

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
                f"{what} {path} is locked by another program: close what holds it; "
                "nothing was stored, it will be tried again"
            ) from e
        if name in _FULL:
            raise StoreFull(
                f"no room for {what} {path}: free space on its disk; "
                "nothing was stored, it will be tried again"
            ) from e
        if name in _DAMAGED:
            check = "run `ripresa journal check`, " if what == "journal" else ""
            raise StoreDamaged(
                f"{what} {path} is damaged ({e}): {check}restore the last back-up"
            ) from e
        raise StoreError(f"{what} {path} cannot be used ({e}): check the folder's rights") from e


def _statements(script: str) -> Iterator[str]:
    pending = ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
