"""The file that holds users, their sessions and the API tokens: SQLite, its owner's only.

It names members of staff and no patient. Passwords are there as argon2 hashes, session ids and
tokens as SHA-256 of 256 random bits: who reads the file cannot come in with what it holds.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

from ingest.journal.schema import connect, store_errors, transaction
from telemetry.errors import StoreError, StoreVersion
from telemetry.files import make_private_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["ACCESS_TABLES", "AccessStore"]

APPLICATION_ID: Final = 0x52495041  # "RIPA"
VERSION: Final = 1
WHAT: Final = "the users' file"
PATIENCE_S: Final = 5.0

ACCESS_TABLES: Final = (
    # Roles and sites as words in order. Who signs in at a provider is known by issuer and subject.
    """CREATE TABLE account (
        name TEXT PRIMARY KEY,
        password TEXT,
        issuer TEXT,
        subject TEXT,
        roles TEXT NOT NULL,
        sites TEXT NOT NULL,
        made_ns INTEGER NOT NULL,
        disabled_ns INTEGER,
        UNIQUE (issuer, subject)
    ) WITHOUT ROWID""",
    """CREATE TABLE sign_in (
        hash BLOB PRIMARY KEY,
        name TEXT NOT NULL REFERENCES account (name),
        began_ns INTEGER NOT NULL,
        used_ns INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE api_token (
        name TEXT PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        scope TEXT NOT NULL,
        sites TEXT NOT NULL,
        made_ns INTEGER NOT NULL,
        ends_ns INTEGER NOT NULL,
        revoked_ns INTEGER
    ) WITHOUT ROWID""",
)


class AccessStore:
    """One clinic's file, made where there is none; a context manager. Any thread may use it.

    The running clinic and the command line have it open at once: what one writes, the other reads
    with its next question.

    Raises:
        StoreBusy, StoreError: it cannot be opened, or is another program's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with store_errors(path, WHAT):
            try:
                make_private_folder(path.parent)
            except OSError as e:
                raise StoreError(f"no folder for {path} ({e}): check its rights") from e
            self._db = connect(path, busy_timeout_s=PATIENCE_S)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a question finds.

        Raises:
            StoreBusy, StoreError: it cannot be read.
        """
        with self._lock, store_errors(self.path, WHAT):
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, all or nothing.

        Raises:
            StoreBusy, StoreError: it cannot be written; nothing was.
        """
        with self._lock, store_errors(self.path, WHAT), transaction(self._db):
            yield self._db

    def _prepare(self) -> None:
        with transaction(self._db):
            if self._db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None:
                for table in ACCESS_TABLES:
                    self._db.execute(table)
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {VERSION}")
                return
            if self._db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreError(f"{self.path} does not hold Ripresa's users: move it away")
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
            if found != VERSION:
                raise StoreVersion(
                    f"{self.path} is of version {found}, this program reads {VERSION}"
                )
