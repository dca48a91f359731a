"""Records of a newer program: kept as they came, and read again by each start.

A body that can be read whole by now takes its place in the lists that are drawn from records,
and a place at the end of the order of arrival: whoever follows the journal meets it then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telemetry.errors import DecodeError
from telemetry.messages.record import Record, RecordKind

from .insertion import note_care, note_session
from .record_bodies import Held, examine

if TYPE_CHECKING:
    import sqlite3

__all__ = ["reread_held"]


def reread_held(db: sqlite3.Connection) -> int:
    """Look at every held record again, within a write transaction.

    Returns:
        Of how many more is read than before.
    """
    rows = db.execute(
        "SELECT r.seq, r.held, r.subject, h.ulid, h.patient IS NULL, r.position, r.t_ns, r.kind,"
        " r.body, r.session, r.stream FROM record r JOIN home h ON h.id = r.home"
        " WHERE r.held > 0 ORDER BY r.seq"
    ).fetchall()
    return sum(_reread(db, *row) for row in rows)


def _reread(  # noqa: PLR0917 - a row of the table, as it comes
    db: sqlite3.Connection, seq: int, held: int, subject: int, home: str, own: int, *row: Any
) -> bool:
    position, t_ns, kind, body, session, stream = row
    record = Record(
        home=home,
        position=position,
        t_ns=t_ns,
        kind=RecordKind(kind),
        body=body,
        session=session,
        stream=stream,
    )
    try:
        found = examine(record)
    except DecodeError:
        return False  # what an older program let in, this one need not
    if found.held >= held:
        return False
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchone()[0]
    db.execute(
        "UPDATE record SET seq = ?, held = ?, first_index = ?, samples = ? WHERE seq = ?",
        (last + 1, int(found.held), found.first_index, found.samples, seq),
    )
    db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'record'", (last + 1,))
    db.execute("DELETE FROM care WHERE seq = ?", (seq,))
    if own:
        note_care(db, last + 1, found.content)
    if held == Held.WHOLLY:
        note_session(db, subject, found.content)
    return True
