"""The durable, numbered log of one box: a home's own, or a clinic's of many homes.

One SQLite file, one schema for both. A record is known by (home, position); `home` is the
ULID that the journal got when its file was made, positions count from 1 without holes. What
`append` has returned for is on the disk: SQLite in WAL mode with `synchronous=FULL` survives
`kill -9` and a power cut. Several processes may append to one file, others read it meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from telemetry.errors import DecodeError, StoreError
from telemetry.files import make_private_folder
from telemetry.identity import new_ulid

from .held import reread_held
from .insertion import insert_record, note_care, subject_of
from .reading import JournalReader
from .record_bodies import Examined, examine
from .schema import connect, migrate, store_errors, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from telemetry.clock import Clock
    from telemetry.messages.record import NewRecord

__all__ = ["Journal"]

_T = TypeVar("_T")


class Journal(JournalReader):
    """Append and read; a `Recorder` and a `SessionReader`.

    Make one with `Journal.open`. It is a context manager; `close` may be called instead.

    Args:
        path: an existing journal of this version.
        busy_timeout_s: how long to wait for another process's transaction.
    """

    def __init__(self, path: Path, *, busy_timeout_s: float = 5.0) -> None:
        super().__init__(path, busy_timeout_s=busy_timeout_s)
        self._lock = threading.Lock()
        with store_errors(path):
            self._db = connect(path, busy_timeout_s=busy_timeout_s)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._callbacks: list[Callable[[], None]] = []

    @classmethod
    def open(cls, path: Path, clock: Clock, *, busy_timeout_s: float = 5.0) -> Journal:
        """Open the journal at `path`; make it, with a new home, where there is none.

        Raises:
            StoreBusy: locked by another program, or the disk is full.
            StoreError: not a journal, one of a newer version, damaged, or not writable.
        """
        with store_errors(path):
            try:
                make_private_folder(path.parent)
            except OSError as e:
                raise StoreError(f"no folder for journal {path} ({e}): check its rights") from e
            db = connect(path, busy_timeout_s=busy_timeout_s)
            try:
                migrate(db, path)
                with transaction(db):
                    if db.execute("SELECT 1 FROM meta WHERE name = 'home'").fetchone() is None:
                        home = new_ulid(clock)
                        db.execute("INSERT INTO meta VALUES ('home', ?)", (home,))
                        db.execute("INSERT INTO home (ulid, sent_as) VALUES (?, ?)", (home, home))
                    reread_held(db)
            finally:
                db.close()
        return cls(path, busy_timeout_s=busy_timeout_s)

    def close(self) -> None:
        """Finish what is being written and close the file."""
        self._writer.shutdown(wait=True)
        self._db.close()
        super().close()

    async def append(self, records: Sequence[NewRecord]) -> int:
        """Store all of `records`, in order, on the journal's own thread.

        Durable when it returns. A cancelled call may have stored them or not, never a part.

        Returns:
            The position of the last one.

        Raises:
            StoreBusy: locked or full at the moment; nothing of them was stored.
            StoreError: a record's body is not what its kind says, or the file is unusable;
                nothing of them was stored.
        """
        return await self.on_writer(lambda: self.append_now(records))

    def append_now(self, records: Sequence[NewRecord]) -> int:
        """`append` for callers without an event loop.

        Raises:
            StoreBusy, StoreError: as `append`.
        """
        examined = [_examined(record, i) for i, record in enumerate(records)]
        with self.writing() as db:
            home, position = db.execute(
                "SELECT id, committed FROM home WHERE ulid = ?", (self.home,)
            ).fetchone()
            for record, content in zip(records, examined, strict=True):
                position += 1
                subject = subject_of(db, home, record)
                seq = insert_record(db, home, position, record, content, subject=subject)
                note_care(db, seq, content.content)
            db.execute("UPDATE home SET committed = ? WHERE id = ?", (position, home))
        for callback in self._callbacks:
            callback()
        return int(position)

    def on_append(self, callback: Callable[[], None]) -> None:
        """Call back, on the writing thread, after each append by this object.

        Appends of other processes are not seen here: followers also look by themselves.
        """
        self._callbacks.append(callback)

    def move_cursor(self, name: str, seq: int) -> None:
        """Say that the follower `name` is done with everything up to and with `seq`.

        Raises:
            StoreBusy, StoreError: as `append`; the cursor has not moved.
        """
        with self.writing() as db:
            db.execute(
                "INSERT INTO cursor VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
                (name, seq),
            )

    async def on_writer(self, work: Callable[[], _T]) -> _T:
        """Do `work` on the journal's thread, after what was asked before."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction on the file, all or nothing.

        Raises:
            StoreBusy, StoreError: as `append`.
        """
        with self._lock, store_errors(self.path), transaction(self._db):
            yield self._db

    @contextmanager
    def exclusive(self) -> Iterator[sqlite3.Connection]:
        """The writing connection outside a transaction, for what SQLite does only there.

        Raises:
            StoreBusy, StoreError: as `append`.
        """
        with self._lock, store_errors(self.path):
            yield self._db


def _examined(record: NewRecord, i: int) -> Examined:
    try:
        return examine(record)
    except DecodeError as e:
        raise StoreError(f"record {i} of the append: {e}; nothing was stored") from e
