"""Writes a simulated clinic into a folder, through the journals of its homes and of the clinic."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from ingest.journal.journal import Journal
from ingest.places import Places
from ingest.transfer.intake import open_parcel, store_parcels
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError
from telemetry.messages.care import Enrolled, decode_care, encode_care
from telemetry.messages.record import NewRecord, RecordKind, encode_block
from telemetry.transport.topics import HomeTopics

from .virtual_clinic import SITE

if TYPE_CHECKING:
    from pathlib import Path

    from telemetry.messages.care import CareRecord

    from .virtual_clinic import Reached, SimulatedClinic

__all__ = ["MARK", "write_clinic"]

MARK: Final = "SIMULATED.json"
"""Lies in the folder of a simulated clinic, with the truth; nothing in it is of a person."""
BLOCK: Final = 400


def write_clinic(clinic: SimulatedClinic, folder: Path) -> int:
    """Let every home record, and the clinic receive, as they do; returns how many records.

    The homes' journals are made beside the clinic's, in `homes`; what they send goes through the
    clinic's own intake.

    Raises:
        ConfigurationError: homes are enrolled in the folder, or it holds a simulation already.
        StoreError: a journal cannot be written.
    """
    places = Places(folder)
    _refuse_real(places, folder)
    folder.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    (folder / MARK).write_text(_truth(clinic), encoding="utf-8")
    with ExitStack() as stack:
        journal = stack.enter_context(Journal.open(places.clinic_journal, clock))
        homes: dict[str, Journal] = {}
        written = 0
        own: list[CareRecord] = []
        for reached in clinic.reached:
            if reached.care is not None:
                own.append(reached.care)
                continue
            _write_own(journal, own)
            if reached.patient not in homes:
                path = folder / "homes" / reached.patient / "journal.sqlite"
                homes[reached.patient] = stack.enter_context(Journal.open(path, clock))
            written += _carry(homes[reached.patient], journal, reached)
        _write_own(journal, own)
    plans = [plan for patient in clinic.patients for _, plan in patient.plans]
    places.plans.mkdir(parents=True, exist_ok=True)
    for plan in plans:
        file = places.plans / f"{plan.patient}.{plan.version}.json"
        file.write_text(plan.canonical_json(), encoding="utf-8")
    return written + sum(r.care is not None for r in clinic.reached)


def _refuse_real(places: Places, folder: Path) -> None:
    if (folder / MARK).exists():
        raise ConfigurationError(f"{folder} holds a simulated clinic already: name another folder")
    if (folder / "secrets").exists():
        raise ConfigurationError(
            f"{folder} is a clinic's folder, with secrets of enrolled homes: name another one"
        )
    if not places.clinic_journal.exists():
        return
    with Journal.open(places.clinic_journal, SystemClock()) as journal:
        bodies = [a.record for a in journal.told(0) if a.record.kind is RecordKind.CARE]
        enrolled = [c for r in bodies if isinstance(c := decode_care(r.body), Enrolled)]
        if enrolled or any(home.patient for home in journal.homes()):
            raise ConfigurationError(
                f"{folder} has enrolled homes: nothing simulated is written beside patients"
            )


def _carry(home: Journal, clinic: Journal, reached: Reached) -> int:
    """A home's records, from its own journal into the clinic's."""
    before = home.committed()
    home.append_now(reached.records)
    topic = HomeTopics(SITE, reached.patient).record
    count = 0
    while block := home.records(before, limit=BLOCK):
        before = block[-1].position
        store_parcels(clinic, [open_parcel(topic, encode_block(block))], now_ns=reached.t_ns)
        count += len(block)
    return count


def _write_own(journal: Journal, own: list[CareRecord]) -> None:
    if own:
        journal.append_now(
            [NewRecord(t_ns=r.t_ns, kind=RecordKind.CARE, body=encode_care(r)) for r in own]
        )
        own.clear()


def _truth(clinic: SimulatedClinic) -> str:
    body = {
        "simulated": True,
        "first": clinic.first.isoformat(),
        "last": clinic.last.isoformat(),
        "patients": [p.name for p in clinic.patients],
        "truths": [
            {"patient": t.patient, "kind": t.kind, "day": t.day.isoformat()} for t in clinic.truths
        ],
    }
    return json.dumps(body, indent=1)
