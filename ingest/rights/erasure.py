"""Erasing a patient, and proving it.

In the journal: records, sessions, dead letters, lines set aside, what the clinic found, all in
one transaction with the tombstones that keep late uploads out and the audit entry; then VACUUM,
so that no freed page holds anything. Then archive, exports and plans, then the database. What
cannot be reached from here, and is said in docs/clinic.md: back-ups and a disk's own remnants.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ingest.influx.admin import delete_patient, patient_series
from telemetry.errors import StoreBusy, StoreError

from .audit import AuditKey, note

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ingest.influx.server import InfluxSettings, InfluxWriter
    from ingest.journal.journal import Journal

__all__ = ["Erased", "compact", "erase_from_database", "erase_home", "erase_patient", "traces"]

CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went."""

    records: int
    sessions: int
    files: int
    needles: tuple[bytes, ...]
    """Every name that stood for the patient: nothing may contain one of them any more."""


def erase_patient(
    journal: Journal,
    key: AuditKey,
    patient: str,
    *,
    folders: Sequence[Path],
    actor: str,
    ground: str,
    now_ns: int,
) -> Erased:
    """Erase a patient from the clinic's journal and folders. Erasing twice is harmless.

    Args:
        journal: the clinic's.
        key: of tombstones and audit.
        patient: the pseudonym.
        folders: archive, exports, plans: whatever in them is named after the patient goes.
        actor: who does it.
        ground: why, without naming the patient.
        now_ns: the clock's time.

    Raises:
        StoreBusy, StoreError: locked or not writable; run it again.
    """
    with journal.writing() as db:
        names = _names(db, patient)
        records, sessions = _delete(db, key, patient, now_ns)
        note(db, key, t_ns=now_ns, actor=actor, action="erase", patient=patient, detail=ground)
    compact(journal)
    files = sum(_remove(folder, patient) for folder in folders)
    needles = tuple(name.encode() for name in (patient, *names))
    return Erased(records=records, sessions=sessions, files=files, needles=needles)


def erase_from_database(
    writer: InfluxWriter, settings: InfluxSettings, patient: str, *, tries: int = 5
) -> None:
    """Delete a patient from InfluxDB until a query finds nothing.

    A follower may have had a block in its hands when the journal was erased, so what comes back
    is deleted again.

    Raises:
        StoreBusy: the database refuses, or still finds something.
    """
    for attempt in range(tries):
        delete_patient(writer, settings, patient)
        time.sleep(attempt and 1.0)
        if patient_series(writer, settings, patient) == 0:
            return
    raise StoreBusy("InfluxDB still finds points of the patient: run the command again")


def compact(journal: Journal, *, patience_s: float = 20.0) -> None:
    """Write the journal anew without what was deleted, and empty its write-ahead log.

    Raises:
        StoreBusy: another program reads or writes it all the time; run it again.
    """
    deadline = time.monotonic() + patience_s
    with journal.exclusive() as db:
        db.execute("VACUUM")
        while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > deadline:
                raise StoreBusy(
                    f"journal {journal.path} is read all the time: its log could not be emptied; "
                    "run the command again"
                )
            time.sleep(0.1)


def erase_home(folder: Path) -> int:
    """Delete all of a home's files; returns how many. Close its journal first.

    Raises:
        StoreError: a file cannot be deleted.
    """
    files = [path for path in folder.rglob("*") if path.is_file()]
    try:
        for path in folder.iterdir() if folder.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError as e:
        raise StoreError(f"{folder} could not be erased ({e}): delete it by hand") from e
    return len(files)


def traces(roots: Iterable[Path], needles: Sequence[bytes]) -> list[Path]:
    """Files under `roots` whose name or bytes contain one of `needles`: the proof is none."""
    overlap = max(map(len, needles), default=1) - 1
    return [
        path
        for root in roots
        for path in sorted(root.rglob("*"))
        if any(needle in path.name.encode() for needle in needles)
        or (path.is_file() and _contains(path, needles, overlap))
    ]


def _names(db: sqlite3.Connection, patient: str) -> list[str]:
    """ULIDs of the patient's homes, sessions and streams."""
    rows = db.execute(
        "SELECT ulid FROM home WHERE patient = ?1 UNION "
        "SELECT session FROM session WHERE patient = ?1 UNION "
        "SELECT stream FROM archived WHERE patient = ?1 UNION "
        "SELECT r.stream FROM record r JOIN home h ON h.id = r.subject "
        "WHERE h.patient = ?1 AND r.stream IS NOT NULL",
        (patient,),
    )
    return [row[0] for row in rows]


def _delete(db: sqlite3.Connection, key: AuditKey, patient: str, now_ns: int) -> tuple[int, int]:
    """Delete by identity: what the patient's homes wrote, what is about them or the patient.

    What another home calls by the same name stays; the clinic's own positions that go are
    passed over, so that its numbers still run without a hole.
    """
    homes = db.execute("SELECT id, ulid FROM home WHERE patient = ?", (patient,)).fetchall()
    stones = [("patient", patient), *(("home", ulid) for _, ulid in homes)]
    db.executemany(
        "INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?)",
        [(kind, key.hash(kind, name), now_ns) for kind, name in stones],
    )
    db.execute(
        "CREATE TEMP TABLE gone AS "
        "SELECT seq FROM record WHERE subject IN (SELECT id FROM home WHERE patient = ?1) UNION "
        "SELECT seq FROM record WHERE home IN (SELECT id FROM home WHERE patient = ?1) UNION "
        "SELECT seq FROM care WHERE patient = ?1",
        (patient,),
    )
    db.execute(
        "INSERT OR IGNORE INTO skipped SELECT r.home, r.position, r.position FROM record r "
        "JOIN home h ON h.id = r.home WHERE r.seq IN (SELECT seq FROM gone) "
        "AND h.patient IS NOT ?",
        (patient,),
    )
    db.execute("DELETE FROM set_aside WHERE seq IN (SELECT seq FROM gone)")
    db.execute("DELETE FROM care WHERE seq IN (SELECT seq FROM gone)")
    records = db.execute("DELETE FROM record WHERE seq IN (SELECT seq FROM gone)").rowcount
    db.execute("DROP TABLE gone")
    db.execute(
        "INSERT OR IGNORE INTO skipped SELECT h.id, d.position, d.position FROM dead_letter d "
        "JOIN home h ON h.ulid = d.home WHERE (d.patient = ?1 OR d.names = ?1) "
        "AND h.patient IS NOT ?1 AND d.position <= h.committed AND NOT EXISTS "
        "(SELECT 1 FROM record r WHERE r.home = h.id AND r.position = d.position)",
        (patient,),
    )
    db.execute(
        "DELETE FROM dead_letter WHERE patient = ?1 OR names = ?1 "
        "OR home IN (SELECT ulid FROM home WHERE patient = ?1)",
        (patient,),
    )
    sessions = db.execute(
        "DELETE FROM session WHERE home IN (SELECT id FROM home WHERE patient = ?1) "
        "OR patient = ?1",
        (patient,),
    ).rowcount
    db.execute("DELETE FROM archived WHERE patient = ?", (patient,))
    db.execute("DELETE FROM consent WHERE patient = ?", (patient,))
    mine = "(SELECT id FROM home WHERE patient = ?)"
    db.execute(f"DELETE FROM skipped WHERE home IN {mine}", (patient,))  # noqa: S608
    db.execute(
        "DELETE FROM forgone WHERE home IN (SELECT ulid FROM home WHERE patient = ?)", (patient,)
    )
    db.execute("DELETE FROM home WHERE patient = ?", (patient,))
    return records, sessions


def _remove(folder: Path, patient: str) -> int:
    """Delete what is named `patient`, `patient.*` or `patient-*` in a folder."""
    count = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name == patient or path.name.startswith((f"{patient}.", f"{patient}@")):
            count += sum(f.is_file() for f in path.rglob("*")) if path.is_dir() else 1
            try:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            except OSError as e:
                raise StoreError(f"{path} could not be erased ({e}): delete it by hand") from e
    return count


def _contains(path: Path, needles: Sequence[bytes], overlap: int) -> bool:
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(CHUNK):
            data = tail + chunk
            if any(needle in data for needle in needles):
                return True
            tail = data[-overlap:] if overlap else b""
    return False
