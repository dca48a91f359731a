"""Takes out of a copy of a clinic's journal what belongs to the other half of the clinic.

A clinic that is cut in two begins as one journal twice. Each row has one owner: a record the
patient whom it is about, what stands beside records the patient of their home or of their topic.
What is nobody's, such as tombstones, cursors and the audit log, stays in both; letters that nobody
can be told of stay in the first. Ownership is computed from the same rows twice, so what one half
takes out the other keeps; the second to be done looks whether it is so, before it commits.

No tombstone is written: whoever is gone from here is not erased.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from ingest.stores.table import STORES, CutStep
from telemetry.errors import DecodeError, StoreError
from telemetry.messages.care import Enrolled, decode_care

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

__all__ = ["finger_print", "leave_half", "patients_and_sites"]

_SITES: Final = (
    "SELECT patient, site FROM home WHERE patient IS NOT NULL AND site IS NOT NULL",
    "SELECT patient, site FROM session",
    "SELECT patient, site FROM dead_letter WHERE patient IS NOT NULL AND site IS NOT NULL",
)
"""Where a patient's site is told, what is surest first: their home's topic decides who hears it."""
_ENROLLED: Final = (
    "SELECT c.patient, r.body FROM care c JOIN record r ON r.seq = c.seq "
    "WHERE c.type = 'care.enrolled' ORDER BY c.seq"
)
_NAMED: Final = (
    "SELECT patient FROM home WHERE patient IS NOT NULL UNION SELECT patient FROM session "
    "UNION SELECT patient FROM care UNION SELECT patient FROM consent UNION SELECT patient FROM "
    "archived UNION SELECT patient FROM dead_letter WHERE patient IS NOT NULL"
)
_GONE: Final = """
CREATE TEMP TABLE gone AS SELECT r.seq FROM main.record r
LEFT JOIN main.care c ON c.seq = r.seq
LEFT JOIN main.home s ON s.id = r.subject
JOIN temp.leaving l ON l.patient = coalesce(c.patient, s.patient)
"""
_LEAVING: Final = "(SELECT patient FROM temp.leaving)"
_THEIRS: Final = "(SELECT id FROM main.home WHERE patient IN (SELECT patient FROM temp.leaving))"
_BY_ULID: Final = "(SELECT h.patient FROM main.home h WHERE h.ulid = {table}.home)"
_IN_GONE: Final = "seq IN (SELECT seq FROM temp.gone)"
_TAKEN: Final[Mapping[str, tuple[str, str]]] = {
    "set_aside": ("id", _IN_GONE),
    "care": ("seq", _IN_GONE),
    "record": ("seq", _IN_GONE),
    "dead_letter": (
        "id",
        f"coalesce({_BY_ULID.format(table='dead_letter')}, patient) IN {_LEAVING}",
    ),
    "session": ("session || '/' || home", f"home IN {_THEIRS}"),
    "archived": ("stream || '/' || home", f"home IN {_THEIRS}"),
    "consent": ("patient || '/' || state", f"patient IN {_LEAVING}"),
    "skipped": ("home || '/' || first", f"home IN {_THEIRS}"),
    "forgone": (
        "home || '/' || position",
        f"{_BY_ULID.format(table='forgone')} IN {_LEAVING}",
    ),
    "erasure": ("patient", "0"),
    "home": ("id", f"patient IN {_LEAVING}"),
}
"""Of each table, by what a row is known, and which are the other half's; in an order that their
references allow. An erasure that waits lets no clinic be cut."""
_NOBODYS: Final[Mapping[str, str]] = {
    "dead_letter": f"coalesce({_BY_ULID.format(table='dead_letter')}, patient) IS NULL",
    "forgone": f"{_BY_ULID.format(table='forgone')} IS NULL",
}
"""What is nobody's and stays in the first half."""


def patients_and_sites(db: sqlite3.Connection) -> dict[str, set[str]]:
    """Everybody who is named in a journal, with the sites that say to which half they belong."""
    found: dict[str, set[str]] = {patient: set() for (patient,) in db.execute(_NAMED)}
    heard, held, lettered = (db.execute(question).fetchall() for question in _SITES)
    enrolled = [
        (patient, known.site)
        for patient, body in db.execute(_ENROLLED)
        if (known := _enrolled(body)) is not None
    ]
    for told in (heard, held, list(dict(enrolled).items()), lettered):
        without = {patient for patient, sites in found.items() if not sites}
        for patient, site in told:
            if patient in without:
                found[patient].add(site)
    return found


def leave_half(
    db: sqlite3.Connection,
    leaves: Callable[[str], bool],
    *,
    first: bool,
    other: str | None = None,
) -> dict[str, int]:
    """Take out, within a write transaction, all that is the other half's; returns how many rows.

    The clinic's own positions that go are passed over, so that its numbers run without a hole.

    Args:
        db: of the half.
        leaves: whether somebody is the other half's.
        first: whether what is nobody's and not for both stays here.
        other: the other half, attached under this name, which has been done already.

    Raises:
        StoreError: the other half lacks a row that would be taken out here, or has one that stays.
    """
    journal = {s.name for s in STORES if s.step == "journal" and s.cut is CutStep.PARTED}
    if left := journal ^ _TAKEN.keys():
        raise StoreError(f"nobody knows how to part {', '.join(sorted(left))}: nothing was cut")
    for name in ("gone", "leaving"):
        db.execute(f"DROP TABLE IF EXISTS temp.{name}")
    db.execute("CREATE TEMP TABLE leaving (patient TEXT PRIMARY KEY)")
    going = [(patient,) for patient in patients_and_sites(db) if leaves(patient)]
    db.executemany("INSERT INTO temp.leaving VALUES (?)", going)
    db.execute(_GONE)
    if other is not None:
        _look_at_both(db, other)
    db.execute(
        "INSERT OR IGNORE INTO skipped SELECT r.home, r.position, r.position FROM record r "  # noqa: S608 - ours
        f"WHERE r.{_IN_GONE} AND r.home NOT IN {_THEIRS}"
    )
    taken = {}
    for table, (_, where) in _TAKEN.items():
        more = f" OR {_NOBODYS[table]}" if table in _NOBODYS and not first else ""
        taken[table] = db.execute(f"DELETE FROM {table} WHERE {where}{more}").rowcount  # noqa: S608
    return taken


def _look_at_both(db: sqlite3.Connection, other: str) -> None:
    for table, (key, where) in _TAKEN.items():
        if table == "skipped":
            continue  # differs: each half passes over what it took out
        theirs = f"SELECT {key} FROM {other}.{table}"  # noqa: S608 - ours
        lost = f"SELECT {key} FROM main.{table} WHERE {where} EXCEPT {theirs}"  # noqa: S608
        if count := db.execute(f"SELECT count(*) FROM ({lost})").fetchone()[0]:  # noqa: S608
            raise StoreError(f"{count} rows of {table} would be in neither half: nothing was cut")
    both = (
        f"SELECT count(*) FROM main.record r JOIN {other}.record o ON o.seq = r.seq "  # noqa: S608
        "LEFT JOIN main.care c ON c.seq = r.seq JOIN main.home s ON s.id = r.subject "
        "WHERE r.seq NOT IN (SELECT seq FROM temp.gone) "
        "AND coalesce(c.patient, s.patient) IS NOT NULL"
    )
    if count := db.execute(both).fetchone()[0]:
        raise StoreError(f"{count} records would be in both halves: nothing was cut")


def finger_print(db: sqlite3.Connection) -> str:
    """Of what a journal holds: another one once anything was written or taken out."""
    found = [
        db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - ours
        for table in (*_TAKEN, "tombstone", "audit", "cursor")
    ]
    for newest in (
        "SELECT seq FROM sqlite_sequence WHERE name = 'record'",
        "SELECT sum(committed) FROM home",
        "SELECT max(t_ns) FROM consent",
        "SELECT hex(link) FROM audit ORDER BY number DESC LIMIT 1",
    ):
        row = db.execute(newest).fetchone()
        found.append(None if row is None else row[0])
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def _enrolled(body: bytes) -> Enrolled | None:
    try:
        record = decode_care(body)
    except DecodeError:
        return None
    return record if isinstance(record, Enrolled) else None
