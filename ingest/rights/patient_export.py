"""Everything that a clinic holds of one patient, as files that other programs read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ingest.journal.archive import ArchiveReader, write_stream
from ingest.journal.session_head import session_head
from ingest.stores.table import STORES, ExportPart
from telemetry.errors import StoreError
from telemetry.messages.events import encode_event
from telemetry.messages.results import decode_result, encode_result

from .audit import AuditKey, audit_entries, note
from .consent import Consent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.journal.journal import Journal
    from telemetry.seams import SessionSummary

__all__ = ["export_patient"]

README = """What this clinic holds under this pseudonym.

sessions/    each session's events and results, JSON
streams/     what the sensors measured, Parquet: one row a sample, m/s2 and rad/s, times in
             nanoseconds since 1970 UTC
plans/       every version of the plan, JSON
drafts/      a plan that is being written, JSON
clinic.json  adherence by day, consent, and what was done with the data

Research software, not a medical device.
"""


def export_patient(
    journal: Journal,
    key: AuditKey,
    patient: str,
    *,
    archive: Path,
    plans: Path,
    drafts: Path,
    target: Path,
    actor: str,
    now_ns: int,
) -> int:
    """Write everything about a patient into the new folder `target`; audited.

    Returns:
        How many files were written.

    Raises:
        StoreError: nothing is known of the patient, or `target` is there or not writable.
    """
    homes = [home for home in journal.homes() if home.patient == patient]
    sessions = journal.sessions(patient=patient)
    if not homes and not sessions:
        raise StoreError("nothing is known of that pseudonym: check it")
    wanted = {store.part for store in STORES if store.part is not None}
    writers: dict[ExportPart, Callable[[ArchiveReader], None]] = {
        ExportPart.SESSIONS: lambda reader: _sessions(reader, sessions, target / "sessions"),
        ExportPart.STREAMS: lambda reader: _streams(reader, patient, target / "streams"),
        ExportPart.PLANS: lambda _: _plans(plans, patient, target / "plans"),
        ExportPart.DRAFTS: lambda _: _plans(drafts, patient, target / "drafts"),
        ExportPart.CLINIC: lambda _: _write(target / "clinic.json", _clinic(journal, key, patient)),
    }
    if left := wanted - writers.keys():
        raise StoreError(f"nobody knows how to export {', '.join(sorted(left))}: nothing was")
    try:
        target.mkdir(mode=0o700, parents=True)
        with journal.writing() as db:
            note(db, key, t_ns=now_ns, actor=actor, action="export", patient=patient)
        with ArchiveReader(journal.path, archive) as reader:
            for part in sorted(wanted):
                writers[part](reader)
        (target / "README.txt").write_text(README, encoding="utf-8")
    except (OSError, ValueError) as e:
        raise StoreError(f"{target} cannot be written ({e}): give a new folder") from e
    return sum(path.is_file() for path in target.rglob("*"))


def _sessions(reader: ArchiveReader, sessions: list[SessionSummary], folder: Path) -> None:
    for summary in sessions:
        session, home = summary.session, summary.home
        body = {
            **session_head(summary),
            "session": session,
            "home": home,
            "day": summary.day,
            "streams": reader.streams(session, home=home),
            "events": [json.loads(encode_event(e)) for e in reader.events(session, home=home)],
            "results": [json.loads(encode_result(r)) for r in reader.results(session, home=home)],
        }
        _write(_free(folder / f"{session}.json"), body)


def _streams(reader: ArchiveReader, patient: str, folder: Path) -> None:
    for stream, home in reader.rows(
        "SELECT DISTINCT r.stream, h.ulid FROM record r JOIN home h ON h.id = r.home "
        "WHERE h.patient = ? AND r.stream IS NOT NULL ORDER BY h.id, r.stream",
        (patient,),
    ):
        items = list(reader.stream_items(stream, home=home))
        write_stream(_free(folder / f"{stream}.parquet"), items, home=home)


def _plans(plans: Path, patient: str, folder: Path) -> None:
    for path in plans.glob(f"{patient}.*"):
        _write(folder / path.name, json.loads(path.read_text(encoding="utf-8")))


def _free(path: Path) -> Path:
    """The path, or one beside it: two homes of a patient may give one name to two things."""
    number, found = 2, path
    while found.exists():
        found, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return found


def _clinic(journal: Journal, key: AuditKey, patient: str) -> dict[str, object]:
    return {
        "patient": patient,
        "adherence": [
            json.loads(encode_result(decode_result(body)))
            for body in journal.care_records("adherence.result", patient)
        ],
        "care": [json.loads(body) for body in journal.care_of(patient)],
        "consent": sorted(Consent(journal, key).states(patient)),
        "audit": [
            {"t_ns": e.t_ns, "actor": e.actor, "action": e.action, "detail": e.detail}
            for e in audit_entries(journal, key=key, patient=patient)
        ],
    }


def _write(path: Path, body: object) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=1), encoding="utf-8")
