"""The worklist as text, and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from analytics.monitoring.worklist import worklist
from ingest.journal.reading import JournalReader
from ingest.rights.audit import AuditKey
from ingest.rights.consent import Consent, restricted_patients
from ripresa.care.care_journal import fold_journal
from ripresa.platform.configuration import audit_key_at_hand
from ripresa.session.plan_folder import PlanFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from analytics.monitoring.worklist import WorkLine
    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock
    from therapy.wording import Language

__all__ = ["show_lines", "show_worklist", "unused_at_hand", "work_lines"]


def show_worklist(
    folder: Folder, clock: Clock, language: Language, json_file: Path | None = None
) -> None:
    """Print the worklist, and write it as JSON where asked.

    Raises:
        StoreError: there is no journal, or it cannot be read.
    """
    show_lines(work_lines(folder, clock), language, json_file)


def work_lines(folder: Folder, clock: Clock) -> Sequence[WorkLine]:
    """Everybody who is treated at a clinic, who needs a look first.

    Raises:
        StoreError: there is no journal, or it cannot be read.
    """
    with JournalReader(folder.clinic_journal) as reader:
        unused = unused_at_hand(reader, folder)
        fold = fold_journal(reader, PlanFolder(folder.plans).version, clock.now_ns())
        return worklist([f for f in fold.all_figures() if not unused(f.patient)])


def show_lines(
    lines: Sequence[WorkLine], language: Language, json_file: Path | None = None
) -> None:
    """Print lines of a worklist, and write them as JSON where asked."""
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.table import Table  # noqa: PLC0415

    table = Table("patient", "state", "since", "why", "last session")
    for line in lines:
        why = [alert.text.text(language) for alert in line.waiting]
        since = "" if line.since is None else line.since.isoformat()
        last = "" if line.last_day is None else line.last_day.isoformat()
        table.add_row(line.patient, line.state, since, "\n".join(why), last)
    Console().print(table)
    if json_file is not None:
        json_file.write_text(json.dumps([_body(line) for line in lines], indent=1), "utf-8")


def unused_at_hand(reader: JournalReader, folder: Folder) -> Callable[[str], bool]:
    """Whose data must not be used, for whoever only reads: no key is made where there is none.

    Without the key that the clinic has elsewhere the restricted are known; of the erased there is
    nothing in the journal.
    """
    key = audit_key_at_hand(folder)
    if key is None or not key.is_file():
        return set(restricted_patients(reader)).__contains__
    return Consent(reader, AuditKey.at(key)).unused


def _body(line: WorkLine) -> dict[str, object]:
    return {
        "patient": line.patient,
        "site": line.site,
        "state": line.state,
        "since": None if line.since is None else line.since.isoformat(),
        "sessions": line.sessions,
        "last_day": None if line.last_day is None else line.last_day.isoformat(),
        "plan_missing": line.plan_missing,
        "alerts": [
            {
                "kind": a.kind,
                "opened": a.opened.isoformat(),
                "grave": a.grave,
                "digest": a.digest,
                "figures": dict(a.figures),
                "it": a.it,
                "en": a.en,
            }
            for a in line.waiting
        ],
    }
