"""A clinic with years of facts and no raw motion, written fast: for measuring what reads cost.

Some patients are simulated; the others are copies of theirs, under pseudonyms and sessions of
their own. What homes record goes through the clinic's own intake.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from ulid import ULID

from ingest.journal.journal import Journal
from ingest.places import Places
from ingest.transfer.intake import open_parcel, store_parcels
from research.virtual_clinic.virtual_clinic import SITE, simulate
from telemetry.clock import SystemClock
from telemetry.messages.care import encode_care
from telemetry.messages.record import NewRecord, Record, RecordKind, encode_block
from telemetry.transport.topics import HomeTopics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from research.virtual_clinic.virtual_clinic import Reached

__all__ = ["LargeClinic", "write_large_clinic"]

_T = TypeVar("_T")

BLOCK: Final = 400
DIFFERENT: Final = 25
"""Patients that are simulated; as many copies of each as are asked for."""


@dataclass(frozen=True, slots=True)
class LargeClinic:
    """What was written."""

    patients: tuple[str, ...]
    records: int


def write_large_clinic(folder: Path, *, patients: int, weeks: int, last: date) -> LargeClinic:
    """Write the journal of a clinic, up to and with a day.

    Raises:
        StoreError: it cannot be written.
    """
    different = min(patients, DIFFERENT)
    clinic = simulate(patients=different, weeks=weeks, last=last, motion_every=0)
    by_name: dict[str, list[Reached]] = {person.name: [] for person in clinic.patients}
    for reached in clinic.reached:
        by_name[reached.patient].append(reached)
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"p-{number:03}" for number in range(patients)]
    records = 0
    with Journal.open(Places(folder).clinic_journal, SystemClock()) as journal:
        for copy, group in enumerate(_cut(names, different)):
            for name, (simulated, lived) in zip(group, by_name.items(), strict=False):
                records += _write(journal, [_as(r, simulated, name, copy) for r in lived], name)
    return LargeClinic(tuple(names), records)


def _as(reached: Reached, simulated: str, name: str, copy: int) -> Reached:
    """The same of another patient."""
    if reached.care is not None:
        body = reached.care.model_copy(update={"patient": name})
        if body.type == "care.plan-published":
            body = body.model_copy(update={"plan": {**body.plan, "patient": name}})
        return replace(reached, patient=name, care=body)
    told = reached.records[0].session or ""
    session = f"{told[:-2]}{copy:02}"
    old, new = f'"{simulated}"'.encode(), f'"{name}"'.encode()
    return replace(
        reached,
        patient=name,
        records=tuple(
            replace(
                r,
                session=session,
                body=r.body.replace(old, new).replace(told.encode(), session.encode()),
            )
            for r in reached.records
        ),
    )


def _write(journal: Journal, lived: Sequence[Reached], name: str) -> int:
    """One patient's life: what the clinic did of it, then what the home sent."""
    own = [reached.care for reached in lived if reached.care is not None]
    journal.append_now(
        [NewRecord(t_ns=c.t_ns, kind=RecordKind.CARE, body=encode_care(c)) for c in own]
    )
    home, topic = str(ULID()), HomeTopics(SITE, name).record
    records = [
        Record(
            home=home,
            position=position,
            t_ns=r.t_ns,
            kind=r.kind,
            body=r.body,
            session=r.session,
            stream=r.stream,
        )
        for position, r in enumerate((r for reached in lived for r in reached.records), start=1)
    ]
    parcels = [open_parcel(topic, encode_block(block)) for block in _cut(records, BLOCK)]
    store_parcels(journal, parcels, now_ns=records[-1].t_ns if records else 0)
    return len(records) + len(own)


def _cut(values: Sequence[_T], size: int) -> list[Sequence[_T]]:
    return [values[at : at + size] for at in range(0, len(values), size)]
