"""`ripresa ledger`: the account of a session's samples."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from .ledger import StreamAccount
    from .reading import JournalReader

__all__ = ["app", "ledger"]

app = typer.Typer(rich_markup_mode=None)


@app.command()
def ledger(
    session: Annotated[
        Optional[str], typer.Argument(help="Its ULID; without it the sessions are listed.")  # noqa: UP045 - typer reads it
    ] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", help="The file; else the clinic's, else the home's.")
    ] = None,
) -> None:
    """Tell where a session's samples are: stored, archived, declared lost, or unaccounted for."""
    from telemetry.errors import StoreError

    from .archive import ArchiveReader
    from .ledger import AT_CLINIC, balance
    from .places import Places

    places = Places.from_environment()
    path = places.journal(journal)
    with ArchiveReader(path, path.parent / "archive") as reader:
        if session is None:
            _list_sessions(reader)
            return
        if reader.session(session) is None:
            raise StoreError(f"no session {session} in {path}: run `ripresa ledger` for a list")
        sums = balance(reader, reader.streams(session), moved=[AT_CLINIC])
        for account in sums.streams:
            _show(account, reader)
        typer.echo(
            f"session {session}: stored {sums.stored}, lost {sums.lost}, at the clinic "
            f"{sums.moved}, undeclared {sums.undeclared}, duplicates {sums.duplicates}"
        )
        if not sums.balanced:
            typer.echo("the account does not balance")
            raise typer.Exit(1)


def _list_sessions(reader: JournalReader) -> None:
    for summary in reader.sessions():
        state = "open" if summary.closed_ns is None else summary.reason
        typer.echo(f"{summary.session} {summary.day} {summary.patient} {state}")


def _show(account: StreamAccount, reader: JournalReader) -> None:
    opened = reader.stream_opened(account.stream)
    worn = "unknown" if opened is None else f"{opened.wearable} at {opened.placement}"
    sent: int | str = account.stored + account.moved + account.lost + account.undeclared
    if not account.numbered:
        sent = "unknown (the wearable does not number its samples)"
    typer.echo(f"{account.stream} {worn}: sent {sent}, stored {account.stored}")
    for reason, count in sorted(account.reasons.items()):
        typer.echo(f"  lost {count}: {reason}")
    if account.unknown_gaps:
        typer.echo(f"  {account.unknown_gaps} gap(s) of unknown size")
    if account.undeclared:
        typer.echo(f"  undeclared {account.undeclared}" + ("" if account.ended else ", still open"))
