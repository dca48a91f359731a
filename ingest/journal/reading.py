"""Reads a journal, from this process or another, while it is written."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from telemetry.errors import StoreError
from telemetry.messages.codec import decode_item
from telemetry.messages.events import SessionEvent, decode_event
from telemetry.messages.motion import StreamOpened
from telemetry.messages.record import Record, RecordKind
from telemetry.messages.results import Result, decode_result
from telemetry.seams import SessionSummary

from .schema import connect, store_errors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from telemetry.messages.motion import StreamItem

__all__ = ["UPLINK", "Arrival", "JournalReader", "KnownHome", "StoredCount"]

UPLINK: Final = "uplink"
"""Name of the cursor by which a home's journal is carried to the clinic."""

_PAGE = 256


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record with its place in the order in which this file got them."""

    seq: int
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHome:
    """A home whose records are in this journal; site and patient None for the journal's own."""

    home: str
    site: str | None
    patient: str | None
    committed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCount:
    """How much of a kind is stored."""

    records: int
    samples: int
    body_bytes: int


class JournalReader:
    """Read access to one journal; a `SessionReader`.

    Each thread has its own connection. Every read is a short transaction of its own, so that
    no reader keeps the write-ahead log from being folded in.

    Raises:
        StoreError: no journal there, or it cannot be read.
    """

    def __init__(self, path: Path, *, busy_timeout_s: float = 5.0) -> None:
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        if not path.is_file():
            raise StoreError(f"no journal at {path}: check the folder, or record something first")
        rows = self.rows("SELECT value FROM meta WHERE name = 'home'")
        self.home: str = rows[0][0]
        """The journal's own ULID."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for db in self._open:
            db.close()
        self._open.clear()
        self._local = threading.local()

    def sessions(self, *, patient: str | None = None) -> list[SessionSummary]:
        """All sessions, oldest first."""
        rows = self.rows(
            "SELECT session, patient, day, opened_ns, closed_ns, reason FROM session "
            "WHERE ? IS NULL OR patient = ? ORDER BY opened_ns, session",
            (patient, patient),
        )
        return [_summary(row) for row in rows]

    def session(self, session: str) -> SessionSummary | None:
        """One session's line of that list; None where it is unknown."""
        rows = self.rows(
            "SELECT session, patient, day, opened_ns, closed_ns, reason FROM session "
            "WHERE session = ?",
            (session,),
        )
        return _summary(rows[0]) if rows else None

    def events(self, session: str) -> list[SessionEvent]:
        """A session's events in order; empty where the session is unknown."""
        return [decode_event(body) for body in self._bodies(session, RecordKind.EVENT)]

    def results(self, session: str) -> list[Result]:
        """A session's results in the order in which they were written."""
        return [decode_result(body) for body in self._bodies(session, RecordKind.RESULT)]

    def streams(self, session: str) -> list[str]:
        """The streams of a session, oldest first."""
        rows = self.rows(
            "SELECT stream FROM record WHERE session = ? AND stream IS NOT NULL "
            "GROUP BY stream ORDER BY min(seq)",
            (session,),
        )
        return [row[0] for row in rows]

    def stream_items(self, stream: str, *, after: int = 0) -> Iterator[StreamItem]:
        """A stream's items in order, as the wire gave them; those after a position if given."""
        while True:
            rows = self.rows(
                "SELECT position, body FROM record WHERE stream = ? AND position > ? "
                "ORDER BY position LIMIT ?",
                (stream, after, _PAGE),
            )
            for position, body in rows:
                after = position
                yield decode_item(body)
            if len(rows) < _PAGE:
                return

    def stream_opened(self, stream: str) -> StreamOpened | None:
        """How a stream began; None where that is not stored."""
        rows = self.rows(
            "SELECT body FROM record WHERE stream = ? AND kind = 'stream' ORDER BY position",
            (stream,),
        )
        items = (decode_item(body) for (body,) in rows)
        return next((item for item in items if isinstance(item, StreamOpened)), None)

    def homes(self) -> list[KnownHome]:
        """All homes, in the order in which they came."""
        rows = self.rows("SELECT ulid, site, patient, committed FROM home ORDER BY id")
        return [
            KnownHome(home=ulid, site=site, patient=patient, committed=committed)
            for ulid, site, patient, committed in rows
        ]

    def committed(self, home: str | None = None) -> int:
        """The highest position of a home (default: the own) up to which nothing is missing."""
        rows = self.rows("SELECT committed FROM home WHERE ulid = ?", (home or self.home,))
        return int(rows[0][0]) if rows else 0

    def records(
        self, after: int, *, home: str | None = None, limit: int = 256, max_bytes: int = 1 << 20
    ) -> list[Record]:
        """A home's records that follow position `after`: at most `limit`, about `max_bytes`."""
        sql = (
            "SELECT h.ulid, r.position, r.t_ns, r.kind, r.body, r.session, r.stream "
            "FROM record r JOIN home h ON h.id = r.home "
            "WHERE h.ulid = ? AND r.position > ? ORDER BY r.position LIMIT ?"
        )
        found: list[Record] = []
        size = 0
        for row in self._iterate(sql, (home or self.home, after, limit)):
            size += len(row[4])
            if found and size > max_bytes:
                break
            found.append(_record(row))
        return found

    def arrivals(
        self,
        after: int,
        *,
        kinds: Collection[RecordKind] = tuple(RecordKind),
        limit: int = 256,
        max_bytes: int = 8 << 20,
    ) -> list[Arrival]:
        """Records of the given kinds that arrived after `after`, in the order of arrival."""
        sql = (
            "SELECT r.seq, h.ulid, r.position, r.t_ns, r.kind, r.body, r.session, r.stream "
            "FROM record r JOIN home h ON h.id = r.home "
            "WHERE r.seq > ? AND r.kind IN (SELECT value FROM json_each(?)) "
            "ORDER BY r.seq LIMIT ?"
        )
        found: list[Arrival] = []
        size = 0
        for seq, *row in self._iterate(sql, (after, json.dumps(list(kinds)), limit)):
            size += len(row[4])
            if found and size > max_bytes:
                break
            found.append(Arrival(seq, _record(row)))
        return found

    def last_seq(self) -> int:
        """The place of the newest arrival; 0 in an empty journal."""
        rows = self.rows("SELECT coalesce(max(seq), 0) FROM record")
        return int(rows[0][0])

    def cursor(self, name: str) -> int:
        """Where a follower stands; 0 where it never was."""
        rows = self.rows("SELECT seq FROM cursor WHERE name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    def patient_of(self, home: str) -> tuple[str, str] | None:
        """Site and pseudonym of a home; None where it is unknown or this journal's own."""
        rows = self.rows("SELECT site, patient FROM home WHERE ulid = ?", (home,))
        return (rows[0][0], rows[0][1]) if rows and rows[0][1] is not None else None

    def site_of(self, patient: str) -> str | None:
        """The site of a patient's newest home; None where the patient is unknown."""
        rows = self.rows(
            "SELECT site FROM home WHERE patient = ? ORDER BY id DESC LIMIT 1", (patient,)
        )
        return rows[0][0] if rows else None

    def archived_to(self, stream: str) -> int:
        """The position up to which a stream lies in the archive; 0 where it does not."""
        rows = self.rows("SELECT position FROM archived WHERE stream = ?", (stream,))
        return int(rows[0][0]) if rows else 0

    def last_position(self, stream: str) -> int:
        """The position of a stream's newest record; 0 where it has none."""
        rows = self.rows("SELECT max(position) FROM record WHERE stream = ?", (stream,))
        return int(rows[0][0] or 0)

    def motion_by_stream(self) -> list[tuple[str, str, int, int, int]]:
        """Of each stream with raw motion: stream, home, samples, first and last record's time."""
        return self.rows(
            "SELECT r.stream, h.ulid, sum(r.samples), min(r.t_ns), max(r.t_ns) FROM record r "
            "JOIN home h ON h.id = r.home WHERE r.kind = 'motion' GROUP BY r.stream, h.ulid"
        )

    def set_aside_by_stream(self, follower: str) -> list[tuple[str, int]]:
        """Of each stream: how many lines a follower has set aside."""
        return self.rows(
            "SELECT r.stream, sum(a.lines) FROM set_aside a JOIN record r ON r.seq = a.seq "
            "WHERE a.follower = ? AND r.stream IS NOT NULL GROUP BY r.stream",
            (follower,),
        )

    def counts(
        self, *, session: str | None = None, stream: str | None = None, after: int = 0
    ) -> dict[RecordKind, StoredCount]:
        """Records, samples and bytes by kind: of all arrivals after `after`, or a part of them."""
        rows = self.rows(
            "SELECT kind, count(*), sum(samples), sum(length(body)) FROM record "
            "WHERE (?1 IS NULL OR session = ?1) AND (?2 IS NULL OR stream = ?2) AND seq > ?3 "
            "GROUP BY kind",
            (session, stream, after),
        )
        return {
            RecordKind(kind): StoredCount(records=records, samples=samples, body_bytes=size)
            for kind, records, samples, size in rows
        }

    def _bodies(self, session: str, kind: RecordKind) -> list[bytes]:
        # A clinic's own records about a home's session, such as a later analysis, come last.
        rows = self.rows(
            "SELECT r.body FROM record r JOIN home h ON h.id = r.home "
            "WHERE r.session = ? AND r.kind = ? ORDER BY h.ulid = ?, r.home, r.position",
            (session, str(kind), self.home),
        )
        return [row[0] for row in rows]

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        """What a query on the journal's tables answers.

        Raises:
            StoreBusy, StoreError: the file cannot be read now.
        """
        with store_errors(self.path):
            return self._reader().execute(sql, parameters).fetchall()

    def _iterate(self, sql: str, parameters: tuple[Any, ...]) -> Iterator[Any]:
        with store_errors(self.path):
            cursor = self._reader().execute(sql, parameters)
            try:
                yield from cursor
            finally:
                cursor.close()

    def _reader(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = connect(self.path, busy_timeout_s=self._busy_timeout_s, read_only=True)
            self._local.db = db
            self._open.append(db)
        return db


def _summary(row: Any) -> SessionSummary:
    session, patient, day, opened_ns, closed_ns, reason = row
    return SessionSummary(
        session=session,
        patient=patient,
        day=day,
        opened_ns=opened_ns,
        closed_ns=closed_ns,
        reason=reason,
    )


def _record(row: Any) -> Record:
    home, position, t_ns, kind, body, session, stream = row
    return Record(
        home=home,
        position=position,
        t_ns=t_ns,
        kind=RecordKind(kind),
        body=body,
        session=session,
        stream=stream,
    )
