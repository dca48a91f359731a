"""Reads a journal, from this process or another, while it is written."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from telemetry.errors import AmbiguousName, StoreError
from telemetry.messages.codec import decode_item
from telemetry.messages.events import SessionEvent, decode_event
from telemetry.messages.motion import StreamOpened
from telemetry.messages.record import Record, RecordKind
from telemetry.messages.results import Result, decode_result
from telemetry.seams import SessionSummary

from .schema import check_version, connect, store_errors
from .session_days import DAY_CORRECTED, with_corrected_days

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from telemetry.messages.motion import StreamItem

__all__ = ["UPLINK", "Arrival", "JournalReader", "KnownHome", "StoredCount"]

UPLINK: Final = "uplink"
"""Name of the cursor by which a home's journal is carried to the clinic."""

_PAGE = 256
_SESSIONS = (
    "SELECT s.session, s.patient, s.day, s.opened_ns, s.closed_ns, s.reason, h.ulid "
    "FROM session s JOIN home h ON h.id = s.home"
)


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
    sent_as: str
    """The ULID that it sends as; another than `home` where that was taken already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCount:
    """How much of a kind is stored."""

    records: int
    samples: int
    body_bytes: int


class JournalReader:
    """Read access to one journal; a `SessionIndex`.

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
        with store_errors(path):
            check_version(self._reader(), path)
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
            f"{_SESSIONS} WHERE ? IS NULL OR s.patient = ? ORDER BY s.opened_ns, s.session, s.home",
            (patient, patient),
        )
        return self._on_their_days([_summary(row) for row in rows], patient)

    def newest_sessions(
        self, *, limit: int, patient: str | None = None, before: tuple[str, str] | None = None
    ) -> list[SessionSummary]:
        """The newest sessions by their names, which begin with the time; the newest first.

        Args:
            limit: how many at most.
            patient: whose; None: everybody's.
            before: session and home of the last one that is known already.
        """
        session, home = before or (None, "")
        theirs = "" if patient is None else "s.patient = ?3 AND "
        later = "true" if session is None else "s.session <= ?1 AND (s.session, h.ulid) < (?1, ?2)"
        rows = self.rows(
            f"{_SESSIONS} WHERE {theirs}{later} ORDER BY s.session DESC, h.ulid DESC LIMIT ?4",
            (session, home, patient, limit),
        )
        return self._on_their_days([_summary(row) for row in rows], patient)

    def session(self, session: str, *, home: str | None = None) -> SessionSummary | None:
        """One session's line of that list; None where it is unknown.

        Raises:
            AmbiguousName: nobody says whose, and several homes have one.
        """
        rows = self.rows(
            f"{_SESSIONS} WHERE s.session = ?1 AND (?2 IS NULL OR h.ulid = ?2) ORDER BY s.home",
            (session, home),
        )
        if len(rows) > 1:
            raise AmbiguousName("session", session, tuple(self.homes_of(session)))
        found = [_summary(row) for row in rows]
        return self._on_their_days(found, found[0].patient)[0] if found else None

    def homes_of(self, session: str) -> list[str]:
        """The homes that have a session of that name, in the order in which they came."""
        rows = self.rows(
            "SELECT h.ulid FROM session s JOIN home h ON h.id = s.home WHERE s.session = ? "
            "ORDER BY h.id",
            (session,),
        )
        return [row[0] for row in rows]

    def events(self, session: str, *, home: str | None = None) -> list[SessionEvent]:
        """A session's events in order; empty where the session is unknown."""
        return [decode_event(body) for body in self._bodies(session, RecordKind.EVENT, home)]

    def results(self, session: str, *, home: str | None = None) -> list[Result]:
        """A session's results in the order in which they were written."""
        return [decode_result(body) for body in self._bodies(session, RecordKind.RESULT, home)]

    def streams(self, session: str, *, home: str | None = None) -> list[str]:
        """The streams of a session, oldest first."""
        rows = self.rows(
            "SELECT stream FROM record WHERE session = ? AND subject = ? AND stream IS NOT NULL "
            "GROUP BY stream ORDER BY min(seq)",
            (session, self._subject("session", session, home)),
        )
        return [row[0] for row in rows]

    def stream_items(
        self, stream: str, *, after: int = 0, home: str | None = None
    ) -> Iterator[StreamItem]:
        """A stream's items in order, as the wire gave them; those after a position if given."""
        subject = self._subject("stream", stream, home)
        while True:
            rows = self.rows(
                "SELECT position, body FROM record WHERE stream = ? AND subject = ? "
                "AND position > ? AND held < 2 ORDER BY position LIMIT ?",
                (stream, subject, after, _PAGE),
            )
            for position, body in rows:
                after = position
                yield decode_item(body)
            if len(rows) < _PAGE:
                return

    def stream_opened(self, stream: str, *, home: str | None = None) -> StreamOpened | None:
        """How a stream began; None where that is not stored."""
        rows = self.rows(
            "SELECT body FROM record WHERE stream = ? AND subject = ? AND kind = 'stream' "
            "AND held < 2 ORDER BY position",
            (stream, self._subject("stream", stream, home)),
        )
        items = (decode_item(body) for (body,) in rows)
        return next((item for item in items if isinstance(item, StreamOpened)), None)

    def homes(self) -> list[KnownHome]:
        """All homes, in the order in which they came."""
        rows = self.rows("SELECT ulid, site, patient, committed, sent_as FROM home ORDER BY id")
        return [
            KnownHome(home=ulid, site=site, patient=patient, committed=committed, sent_as=sent_as)
            for ulid, site, patient, committed, sent_as in rows
        ]

    def home_of(self, patient: str, sent_as: str) -> str | None:
        """What the home is called here that sends as this ULID for this patient."""
        rows = self.rows(
            "SELECT ulid FROM home WHERE patient = ? AND sent_as = ?", (patient, sent_as)
        )
        return rows[0][0] if rows else None

    def committed(self, home: str | None = None) -> int:
        """The highest position of a home (default: the own) up to which nothing is missing."""
        rows = self.rows("SELECT committed FROM home WHERE ulid = ?", (home or self.home,))
        return int(rows[0][0]) if rows else 0

    def records(
        self, after: int, *, home: str | None = None, limit: int = 256, max_bytes: int = 1 << 20
    ) -> list[Record]:
        """A home's records that follow position `after`: at most `limit`, about `max_bytes`."""
        sql = (
            "SELECT h.ulid, r.position, r.t_ns, r.kind, r.body, r.session, r.stream, "
            "nullif(s.ulid, h.ulid) "
            "FROM record r JOIN home h ON h.id = r.home JOIN home s ON s.id = r.subject "
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
            "SELECT r.seq, h.ulid, r.position, r.t_ns, r.kind, r.body, r.session, r.stream, "
            "nullif(s.ulid, h.ulid) "
            "FROM record r JOIN home h ON h.id = r.home JOIN home s ON s.id = r.subject "
            "WHERE r.seq > ? AND r.held < 2 AND r.kind IN (SELECT value FROM json_each(?)) "
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

    def told(self, after: int, *, limit: int = 1000) -> list[Arrival]:
        """Events, results and care records that arrived after `after`, in order of arrival."""
        sql = (
            "SELECT r.seq, h.ulid, r.position, r.t_ns, r.kind, r.body, r.session, r.stream, "
            "nullif(s.ulid, h.ulid) "
            "FROM record r INDEXED BY record_told JOIN home h ON h.id = r.home "
            "JOIN home s ON s.id = r.subject WHERE r.seq > ? AND r.held < 2 "
            "AND r.kind IN ('event', 'result', 'care') ORDER BY r.seq LIMIT ?"
        )
        return [Arrival(seq, _record(row)) for seq, *row in self._iterate(sql, (after, limit))]

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

    def archived_to(self, stream: str, *, home: str | None = None) -> int:
        """The position up to which a stream lies in the archive; 0 where it does not."""
        rows = self.rows(
            "SELECT position FROM archived WHERE stream = ? AND home = ?",
            (stream, self._subject("stream", stream, home)),
        )
        return int(rows[0][0]) if rows else 0

    def last_position(self, stream: str, *, home: str | None = None) -> int:
        """The position of a stream's newest record; 0 where it has none."""
        rows = self.rows(
            "SELECT max(position) FROM record WHERE stream = ? AND subject = ?",
            (stream, self._subject("stream", stream, home)),
        )
        return int(rows[0][0] or 0)

    def care_records(self, type_: str, patient: str | None = None) -> list[bytes]:
        """Bodies of one type that this journal's own box wrote of its patients outside sessions.

        Of those with one key, such as a day, the newest; in the order in which they were written.
        """
        rows = self.rows(
            "SELECT r.body FROM record r WHERE r.held < 2 AND r.seq IN ("
            " SELECT max(seq) FROM care WHERE type = ?1 AND (?2 IS NULL OR patient = ?2)"
            " GROUP BY patient, key) ORDER BY r.seq",
            (type_, patient),
        )
        return [row[0] for row in rows]

    def care_of(self, patient: str) -> list[bytes]:
        """Bodies of what this journal's own box did or heard of a patient, oldest first."""
        rows = self.rows(
            "SELECT r.body FROM care c JOIN record r ON r.seq = c.seq "
            "WHERE c.patient = ? AND r.kind = 'care' ORDER BY r.seq",
            (patient,),
        )
        return [row[0] for row in rows]

    def held(self) -> int:
        """How many records were written by a newer program and are not read whole."""
        return int(self.rows("SELECT count(*) FROM record WHERE held > 0")[0][0])

    def motion_by_stream(self) -> list[tuple[str, str, int, int, int]]:
        """Of each stream with motion: stream, home, samples, first and last record's time.

        What has moved to the archive counts as what is still here.
        """
        return self.rows(
            "SELECT r.stream, h.ulid, coalesce(a.samples, 0) + coalesce(sum(r.samples) "
            "FILTER (WHERE r.position > coalesce(a.position, 0)), 0), min(r.t_ns), max(r.t_ns) "
            "FROM record r JOIN home h ON h.id = r.home "
            "LEFT JOIN archived a ON a.stream = r.stream AND a.home = r.home "
            "WHERE r.kind = 'motion' OR (r.kind = 'dropped' AND a.position >= r.position) "
            "GROUP BY r.stream, r.home"
        )

    def set_aside_by_stream(self, follower: str) -> list[tuple[str, str, int]]:
        """Of each stream and its home: how many lines a follower has set aside."""
        return self.rows(
            "SELECT r.stream, h.ulid, sum(a.lines) FROM set_aside a "
            "JOIN record r ON r.seq = a.seq JOIN home h ON h.id = r.home "
            "WHERE a.follower = ? AND r.stream IS NOT NULL GROUP BY r.stream, r.home",
            (follower,),
        )

    def cared_for(self) -> list[str]:
        """Patients of whom this journal's own box wrote something."""
        return [row[0] for row in self.rows("SELECT DISTINCT patient FROM care ORDER BY patient")]

    def counts(
        self,
        *,
        session: str | None = None,
        stream: str | None = None,
        after: int = 0,
        home: str | None = None,
    ) -> dict[RecordKind, StoredCount]:
        """Records, samples and bytes by kind: of all arrivals after `after`, or a part of them."""
        rows = self.rows(
            "SELECT kind, count(*), sum(samples), sum(length(body)) FROM record "
            "WHERE (?1 IS NULL OR session = ?1) AND (?2 IS NULL OR stream = ?2) AND seq > ?3 "
            "AND (?4 IS NULL OR subject = (SELECT id FROM home WHERE ulid = ?4)) GROUP BY kind",
            (session, stream, after, home),
        )
        return {
            RecordKind(kind): StoredCount(records=records, samples=samples, body_bytes=size)
            for kind, records, samples, size in rows
        }

    def _on_their_days(
        self, summaries: list[SessionSummary], patient: str | None
    ) -> list[SessionSummary]:
        rows = self.rows(
            "SELECT r.body FROM care c JOIN record r ON r.seq = c.seq WHERE c.type = ?1 "
            "AND (?2 IS NULL OR c.patient = ?2) AND r.held < 2 ORDER BY r.seq",
            (DAY_CORRECTED, patient),
        )
        return with_corrected_days(summaries, [row[0] for row in rows])

    def _bodies(self, session: str, kind: RecordKind, home: str | None) -> list[bytes]:
        # A clinic's own records about a home's session, such as a later analysis, come last.
        rows = self.rows(
            "SELECT r.body FROM record r WHERE r.session = ? AND r.subject = ? AND r.kind = ? "
            "AND r.held < 2 ORDER BY r.home <> r.subject, r.home, r.position",
            (session, self._subject("session", session, home), str(kind)),
        )
        return [row[0] for row in rows]

    def _subject(self, what: Literal["session", "stream"], name: str, home: str | None) -> int:
        """Row of the home that is meant; -1 where it is unknown.

        Raises:
            AmbiguousName: nobody says whose, and several have given that name.
        """
        if home is not None:
            rows = self.rows("SELECT id FROM home WHERE ulid = ?", (home,))
            return int(rows[0][0]) if rows else -1
        of = f"FROM record WHERE {what} = ?"
        # Each by itself is one step in the index; both in one query would read all of them.
        least = self.rows(f"SELECT min(subject) {of}", (name,))[0][0]
        most = self.rows(f"SELECT max(subject) {of}", (name,))[0][0]
        if least != most:
            ids = {row[0] for row in self.rows(f"SELECT DISTINCT subject {of}", (name,))}
            homes = self.rows("SELECT id, ulid FROM home ORDER BY id")
            raise AmbiguousName(what, name, tuple(ulid for id_, ulid in homes if id_ in ids))
        return -1 if least is None else int(least)

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
    session, patient, day, opened_ns, closed_ns, reason, home = row
    return SessionSummary(
        session=session,
        patient=patient,
        day=day,
        opened_ns=opened_ns,
        closed_ns=closed_ns,
        reason=reason,
        home=home,
    )


def _record(row: Any) -> Record:
    home, position, t_ns, kind, body, session, stream, subject = row
    return Record(
        home=home,
        position=position,
        t_ns=t_ns,
        kind=RecordKind(kind),
        body=body,
        session=session,
        stream=stream,
        subject=subject,
    )
