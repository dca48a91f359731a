"""Erasing a patient, and proving it.

First the journal: records, sessions, dead letters, lines set aside, what the clinic found, in one
transaction with the tombstones that keep late uploads out, the audit entry and a note of what is
still to do. Then each step by itself: VACUUM, so that no freed page holds anything, files, and
what the caller adds, such as broker and database. A step may be done twice; one that fails stops
no other and is tried again by the next run and by each start of the clinic. The note goes last.
What cannot be reached from here, and is said in docs/clinic.md: back-ups and a disk's remnants.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ingest.influx.admin import delete_patient, patient_series
from ingest.stores.table import EraseStep, names_of
from telemetry.errors import RipresaError, StoreBusy, StoreError, StoreFull

from .audit import AuditKey, note

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from ingest.influx.server import InfluxSettings, InfluxWriter
    from ingest.journal.journal import Journal
    from ingest.journal.reading import JournalReader

__all__ = [
    "Erased",
    "carry_out",
    "compact",
    "erase_from_database",
    "erase_from_journal",
    "erase_home",
    "files_of",
    "pending_erasures",
    "remove_files",
    "steps_here",
    "traces",
]

CHUNK: Final = 1 << 20
_SITES: Final = "SELECT DISTINCT site FROM home WHERE patient = ? AND site IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went."""

    records: int
    sessions: int
    files: int
    needles: tuple[bytes, ...]
    """Every name that stood for the patient: nothing may contain one of them any more."""


def erase_from_journal(
    journal: Journal,
    key: AuditKey,
    patient: str,
    *,
    folders: Sequence[Path],
    actor: str,
    ground: str,
    now_ns: int,
) -> Erased:
    """Erase a patient from the clinic's journal, and note that the rest is to be done.

    Args:
        journal: the clinic's.
        key: of tombstones and audit.
        patient: the pseudonym.
        folders: archive, exports, plans: how many files of theirs are the patient's is told.
        actor: who does it.
        ground: why, without naming the patient.
        now_ns: the clock's time.

    Raises:
        StoreBusy, StoreError: locked or not writable; nothing was erased, run it again.
    """
    try:
        with journal.writing() as db:
            names = _names(db, patient)
            sites = [row[0] for row in db.execute(_SITES, (patient,))]
            records, sessions = _delete(db, key, patient, now_ns)
            note(db, key, t_ns=now_ns, actor=actor, action="erase", patient=patient, detail=ground)
            state = json.dumps({"done": [], "sites": sites})
            db.execute("INSERT OR IGNORE INTO erasure VALUES (?, ?)", (patient, state))
    except StoreFull as e:
        raise StoreFull(
            f"no room for journal {journal.path}: nothing was erased; free space on its disk and "
            "run the command again"
        ) from e
    files = sum(_count_of(folder, patient) for folder in folders)
    needles = tuple(name.encode() for name in (patient, *names))
    return Erased(records=records, sessions=sessions, files=files, needles=needles)


def carry_out(
    journal: Journal, patient: str, steps: Mapping[str, Callable[[], None]]
) -> dict[str, str]:
    """Do what is still to do of an erasure; returns which steps failed, and why.

    Args:
        journal: the clinic's, from which the patient is erased.
        patient: the pseudonym.
        steps: by name, in order; each may be done again without harm.
    """
    failed: dict[str, str] = {}
    for name, step in steps.items():
        if name in _done(journal, patient):
            continue
        try:
            step()
            _note_done(journal, patient, name)
        except Exception as e:  # noqa: BLE001 - whatever it is, it stops no other step
            failed[name] = str(e) if isinstance(e, RipresaError) else f"{type(e).__name__}: {e}"
    if not failed:
        try:
            with journal.writing() as db:
                db.execute("DELETE FROM erasure WHERE patient = ?", (patient,))
            with journal.exclusive() as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except RipresaError as e:
            failed["the note of it"] = str(e)
    return failed


def pending_erasures(journal: JournalReader) -> dict[str, list[str]]:
    """Patients whose erasure is not finished, each with the sites of its homes."""
    rows = journal.rows("SELECT patient, state FROM erasure ORDER BY patient")
    return {patient: json.loads(state)["sites"] for patient, state in rows}


def steps_here(journal: Journal, patient: str, folders: Sequence[Path]) -> dict[str, Any]:
    """The steps that need nothing but the clinic's own folder."""

    def files() -> None:
        for folder in folders:
            remove_files(folder, patient)

    return {EraseStep.REWRITTEN: lambda: compact(journal), EraseStep.FILES: files}


def _done(journal: JournalReader, patient: str) -> list[str]:
    rows = journal.rows("SELECT state FROM erasure WHERE patient = ?", (patient,))
    return list(json.loads(rows[0][0])["done"]) if rows else []


def _note_done(journal: Journal, patient: str, step: str) -> None:
    with journal.writing() as db:
        db.execute(
            "UPDATE erasure SET state = json_insert(state, '$.done[#]', ?) WHERE patient = ?",
            (step, patient),
        )


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


def traces(
    roots: Iterable[Path], needles: Sequence[bytes], others: Sequence[bytes] = ()
) -> list[Path]:
    """Files under `roots` whose name or bytes contain one of `needles`: the proof is none.

    `others` are names of others: where a needle is a part of one of them, it is not found.
    """
    longer = [o for o in others if any(n in o and n != o for n in needles)]
    overlap = max(map(len, (*needles, *longer)), default=1) - 1
    return [
        path
        for root in roots
        for path in sorted(root.rglob("*"))
        if _holds(path.name.encode(), needles, longer)
        or (path.is_file() and _contains(path, needles, longer, overlap))
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
    db.execute(
        "INSERT OR IGNORE INTO skipped SELECT h.id, d.position, d.position FROM dead_letter d "
        "JOIN home h ON h.ulid = d.home WHERE (d.patient = ?1 OR d.names = ?1) "
        "AND h.patient IS NOT ?1 AND d.position <= h.committed AND NOT EXISTS "
        "(SELECT 1 FROM record r WHERE r.home = h.id AND r.position = d.position)",
        (patient,),
    )
    if left := set(names_of(EraseStep.JOURNAL)) ^ _DELETED.keys():
        raise StoreError(f"nobody knows how to erase from {', '.join(sorted(left))}: nothing was")
    gone = {
        table: db.execute(f"DELETE FROM {table} WHERE {where}", (patient,)).rowcount  # noqa: S608
        for table, where in _DELETED.items()
    }
    db.execute("DROP TABLE gone")
    return gone["record"], gone["session"]


_MINE: Final = "(SELECT id FROM home WHERE patient = ?1)"
_MY_ULIDS: Final = "(SELECT ulid FROM home WHERE patient = ?1)"
_DELETED: Final = {
    "set_aside": "?1 = ?1 AND seq IN (SELECT seq FROM gone)",
    "care": "?1 = ?1 AND seq IN (SELECT seq FROM gone)",
    "record": "?1 = ?1 AND seq IN (SELECT seq FROM gone)",
    "dead_letter": f"patient = ?1 OR names = ?1 OR home IN {_MY_ULIDS}",
    "session": f"home IN {_MINE} OR patient = ?1",
    "archived": "patient = ?1",
    "consent": "patient = ?1",
    "skipped": f"home IN {_MINE}",
    "forgone": f"home IN {_MY_ULIDS}",
    "erasure": "patient = ?1 AND 0",  # the note of what is to be done goes with its last step
    "home": "patient = ?1",
}
"""Of each table of the journal, what is a patient's; in an order that its references allow."""


def files_of(folder: Path, patient: str) -> list[Path]:
    """What is named `patient`, `patient.*` or `patient@*` in a folder."""
    found = folder.iterdir() if folder.is_dir() else ()
    starts = (f"{patient}.", f"{patient}@")
    return [path for path in found if path.name == patient or path.name.startswith(starts)]


def _count_of(folder: Path, patient: str) -> int:
    return sum(
        sum(f.is_file() for f in path.rglob("*")) if path.is_dir() else 1
        for path in files_of(folder, patient)
    )


def remove_files(folder: Path, patient: str) -> None:
    """Delete what is named after a patient in a folder.

    Raises:
        StoreError: a file cannot be deleted.
    """
    for path in files_of(folder, patient):
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError as e:
            raise StoreError(f"{path} could not be erased ({e}): delete it by hand") from e


def _holds(data: bytes, needles: Sequence[bytes], longer: Sequence[bytes]) -> bool:
    for other in longer:
        data = data.replace(other, b"\0")
    return any(needle in data for needle in needles)


def _contains(path: Path, needles: Sequence[bytes], longer: Sequence[bytes], overlap: int) -> bool:
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(CHUNK):
            data = tail + chunk
            if _holds(data, needles, longer):
                return True
            tail = data[-overlap:] if overlap else b""
    return False
