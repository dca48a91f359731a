"""Puts one examined record in its place, and into the lists that are drawn from records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.errors import StoreError
from telemetry.messages.around.care_body import CareBody
from telemetry.messages.events import SessionClosed, SessionOpened
from telemetry.messages.record import RecordKind
from telemetry.messages.results import AdherenceResult

if TYPE_CHECKING:
    import sqlite3

    from telemetry.messages.record import NewRecord, Record

    from .record_bodies import Examined

__all__ = ["insert_record", "note_care", "note_session", "subject_of"]


def insert_record(
    db: sqlite3.Connection,
    home: int,
    position: int,
    record: NewRecord | Record,
    body: Examined,
    *,
    subject: int | None = None,
) -> int:
    """Put one examined record in its place, and note what it says about its session.

    Args:
        db: within a write transaction.
        home: row of the home that wrote it.
        position: its number there.
        record: what came.
        body: what `examine` found in it.
        subject: row of the home that it is about; None: the one that wrote it.

    Returns:
        Its place in the order of arrival.
    """
    seq = db.execute(
        "INSERT INTO record (home, subject, position, t_ns, kind, session, stream, first_index,"
        " samples, held, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            home,
            home if subject is None else subject,
            position,
            record.t_ns,
            str(record.kind),
            record.session,
            record.stream,
            body.first_index,
            body.samples,
            int(body.held),
            record.body,
        ),
    ).lastrowid
    note_session(db, home, body.content)
    return int(seq or 0)


def note_care(db: sqlite3.Connection, seq: int, content: object) -> None:
    """Put a record of the journal's own box into the index of what it keeps of its patients."""
    match content:
        case AdherenceResult(session=None, patient=patient, day=key):
            pass
        case CareBody(patient=patient):
            key = str(seq)
        case _:
            return
    db.execute("INSERT OR REPLACE INTO care VALUES (?, ?, ?, ?)", (seq, patient, content.type, key))


def note_session(db: sqlite3.Connection, home: int, event: object) -> None:
    """Keep the list of sessions in step with an event; anything else changes nothing."""
    match event:
        case SessionOpened():
            db.execute(
                "INSERT OR IGNORE INTO session (session, home, site, patient, day, opened_ns) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (event.session, home, event.site, event.patient, event.day, event.t_ns),
            )
        case SessionClosed():
            db.execute(
                "UPDATE session SET closed_ns = ?, reason = ? WHERE session = ? AND home = ?",
                (event.t_ns, str(event.reason), event.session, home),
            )


def subject_of(db: sqlite3.Connection, own: int, record: NewRecord) -> int:
    """Row of the home that a record of the box's own is about.

    Raises:
        StoreError: it names a home that is not known here.
    """
    if record.subject is not None:
        row = db.execute("SELECT id FROM home WHERE ulid = ?", (record.subject,)).fetchone()
        if row is None:
            raise StoreError(f"home {record.subject} is not known here; nothing was stored")
        return int(row[0])
    if record.session is None or record.kind is not RecordKind.RESULT:
        return own
    # A result of a session that a home has sent here is about that home.
    row = db.execute(
        "SELECT home FROM session WHERE session = ? ORDER BY home <> ?, home", (record.session, own)
    ).fetchone()
    return own if row is None else int(row[0])
