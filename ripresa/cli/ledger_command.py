"""`ripresa ledger`: a session's loss ledger as a table and as JSON."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from ingest.journal.reading import JournalReader
from ripresa.platform.configuration import Folder, ripresa_home
from ripresa.session.ledger_report import session_ledger
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from ripresa.session.ledger_report import SessionLedger, StreamLedger

__all__ = ["run_ledger_command"]


def run_ledger_command(
    session: str,
    home: Path | None,
    clinic: Path | None,
    json_file: Path | None,
    *,
    of: str | None = None,
) -> None:
    """Print the ledger; write it as JSON.

    Raises:
        RipresaError: no journal, no such session, or the file cannot be written.
    """
    folder = Folder(ripresa_home())
    if home is None and clinic is None:
        home = folder.home_journal if folder.home_journal.is_file() else None
        clinic = folder.clinic_journal if folder.clinic_journal.is_file() else None
        if home is None and clinic is None:
            raise ConfigurationError(
                f"no journal under {folder.root}: set RIPRESA_HOME, or give --home or --clinic"
            )
    with contextlib.ExitStack() as stack:
        found = session_ledger(
            session,
            home=None if home is None else stack.enter_context(JournalReader(home)),
            clinic=None if clinic is None else stack.enter_context(JournalReader(clinic)),
            of=of,
        )
    _print(found, Console())
    if json_file is not None:
        body = dataclasses.asdict(found) | {"balanced": found.balanced}
        try:
            json_file.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        except OSError as e:
            raise ConfigurationError(f"{json_file} cannot be written: {e.strerror}") from e


def _print(ledger: SessionLedger, console: Console) -> None:
    table = Table(title=f"Samples of session {ledger.session}", title_justify="left")
    table.add_column("")
    for stream in ledger.streams:
        table.add_column(f"{stream.wearable}, {stream.placement}", justify="right")
    for name, cells in _rows(ledger.streams):
        table.add_row(name, *cells)
    console.print(table)
    console.print(
        "every sample sent is stored once or declared lost"
        if ledger.balanced
        else "this does not add up: look at the rows marked with !"
    )


def _rows(streams: tuple[StreamLedger, ...]) -> list[tuple[str, list[str]]]:
    reasons = sorted({reason for stream in streams for reason in stream.lost})
    return [
        ("sent by the wearable", [_known(s.sent) for s in streams]),
        ("received", [_known(s.received) for s in streams]),
        ("in the home's journal", [_known(s.journalled) for s in streams]),
        ("acknowledged by the clinic", [_known(s.acknowledged) for s in streams]),
        ("in the clinic's journal", [_known(s.at_clinic) for s in streams]),
        *((f"lost: {r}", [str(s.lost.get(r, 0)) for s in streams]) for r in reasons),
        ("stored twice", [_bad(s.duplicates) for s in streams]),
        ("missing, undeclared", [_bad(s.undeclared) for s in streams]),
        ("stream ended", ["yes" if s.ended else "not yet" for s in streams]),
    ]


def _known(count: int | None) -> str:
    return "unknown" if count is None else str(count)


def _bad(count: int) -> str:
    return f"! {count}" if count else "0"
