"""What could not be stored: shown, and tried again once its cause is mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.journal.insertion import insert_record
from ingest.journal.record_bodies import Examined

from .intake import open_parcel, store_parcels

if TYPE_CHECKING:
    from ingest.journal.journal import Journal
    from ingest.journal.reading import JournalReader

    from .intake import Parcel

__all__ = ["KeptLetter", "dead_letters", "retry_dead_letters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A dead letter without its payload."""

    id: int
    t_ns: int
    topic: str
    home: str | None
    position: int | None
    reason: str
    size_bytes: int


def dead_letters(journal: JournalReader) -> list[KeptLetter]:
    """All dead letters, oldest first."""
    return [
        KeptLetter(
            id=number,
            t_ns=t_ns,
            topic=topic,
            home=home,
            position=position,
            reason=reason,
            size_bytes=size,
        )
        for number, t_ns, topic, home, position, reason, size in journal.rows(
            "SELECT id, t_ns, topic, home, position, reason, length(payload) "
            "FROM dead_letter ORDER BY id"
        )
    ]


def retry_dead_letters(journal: Journal, *, now_ns: int) -> int:
    """Try every dead letter again; those that can be stored now are, in their places.

    Returns:
        How many are no dead letters any more.

    Raises:
        StoreBusy, StoreError: those tried so far stay stored.
    """
    mended = 0
    for number, topic, payload in journal.rows("SELECT id, topic, payload FROM dead_letter"):
        parcel = open_parcel(topic, payload)
        contents = [content for _, content in parcel.records]
        if parcel.unreadable is not None or not all(isinstance(c, Examined) for c in contents):
            continue
        if _put_in_place(journal, parcel, number):
            mended += 1
            continue
        before = _committed(journal, parcel)
        store_parcels(journal, [parcel], now_ns=now_ns)
        if _committed(journal, parcel) > before:
            mended += 1
            with journal.writing() as db:
                db.execute("DELETE FROM dead_letter WHERE id = ?", (number,))
    return mended


def _committed(journal: Journal, parcel: Parcel) -> int:
    home = journal.home_of(parcel.patient, parcel.home)
    return 0 if home is None else journal.committed(home)


def _put_in_place(journal: Journal, parcel: Parcel, number: int) -> bool:
    """Store a record whose position was passed over; False where it is not such a one."""
    record, content = parcel.records[0]
    if not isinstance(content, Examined):
        return False
    with journal.writing() as db:
        home = db.execute(
            "SELECT id FROM home WHERE sent_as = ? AND site = ? AND patient = ? AND committed >= ?",
            (parcel.home, parcel.site, parcel.patient, record.position),
        ).fetchone()
        taken = (
            home is not None
            and db.execute(
                "SELECT 1 FROM record WHERE home = ? AND position = ?", (home[0], record.position)
            ).fetchone()
        )
        if home is None or taken:
            return False
        insert_record(db, home[0], record.position, record, content)
        db.execute("DELETE FROM dead_letter WHERE id = ?", (number,))
    return True
