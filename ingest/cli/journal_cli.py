"""`ripresa journal`: is it whole, how far are its followers, copies, archive, dead letters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look after a journal.")

JournalOption = Annotated[
    Path | None, typer.Option("--journal", help="The file; else the clinic's, else the home's.")
]

SETTLE_NS = 600 * 1_000_000_000
"""A session is left alone for so long after its close: more may come in."""


@app.command()
def check(
    journal: JournalOption = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave the indices out.")] = False,
) -> None:
    """Check that a journal is whole: SQLite's structure, and every home's positions."""
    from ingest.journal.upkeep import check as check_journal
    from ingest.places import Places

    path = Places.from_environment().journal(journal)
    problems = check_journal(path, quick=quick)
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{path}: {len(problems)} problem(s)" if problems else f"{path}: whole")
    if problems:
        raise typer.Exit(1)


@app.command()
def status(journal: JournalOption = None) -> None:
    """Show what a journal holds, and how far its followers are."""
    from ingest.journal.reading import JournalReader
    from ingest.places import Places

    path = Places.from_environment().journal(journal)
    with JournalReader(path) as reader:
        typer.echo(f"{path}\nhome {reader.home}, {path.stat().st_size / 2**20:.1f} MiB")
        for kind, count in sorted(reader.counts().items()):
            typer.echo(f"  {kind:8} {count.records:>9} records {count.samples:>12} samples")
        for home in reader.homes():
            whose = home.patient or "this journal's own"
            typer.echo(f"  {home.home} {whose}: {home.committed} records")
        for name, seq in reader.rows("SELECT name, seq FROM cursor ORDER BY name"):
            last = reader.committed() if name == "uplink" else reader.last_seq()
            typer.echo(f"  follower {name}: {last - seq} behind")
        (letters,) = reader.rows("SELECT count(*) FROM dead_letter")[0]
        typer.echo(f"  {letters} dead letter(s)")


@app.command()
def backup(target: Path, journal: JournalOption = None) -> None:
    """Copy a journal to TARGET while it is in use: one whole moment, checked."""
    from ingest.journal.upkeep import back_up
    from ingest.places import Places

    size = back_up(Places.from_environment().journal(journal), target)
    typer.echo(f"{target}: {size / 2**20:.1f} MiB")


@app.command()
def archive(
    journal: JournalOption = None,
    drop_days: Annotated[
        float | None,
        typer.Option(help="Then drop raw motion older than this that lies in the archive."),
    ] = None,
) -> None:
    """Write closed sessions to Parquet: into the folder `archive` beside the journal."""
    from ingest.journal.archive import archive_closed, left_out
    from ingest.journal.journal import Journal as Writable
    from ingest.journal.retention import drop_archived
    from ingest.places import Places
    from telemetry.clock import SystemClock

    places, clock = Places.from_environment(), SystemClock()
    path = places.journal(journal or places.clinic_journal)
    target = path.parent / "archive"
    with Writable.open(path, clock) as source:
        now_ns = clock.now_ns()
        left = left_out(source, target, now_ns=now_ns, settle_ns=SETTLE_NS)
        done = archive_closed(source, target, now_ns=now_ns, settle_ns=SETTLE_NS)
        typer.echo(f"{len(done)} session(s) archived under {target}")
        for why, count in left.items():
            typer.echo(f"  {count} not: {why}")
        if not done and not left:
            typer.echo(f"  {path} holds no session")
        if drop_days is not None:
            before_ns = clock.now_ns() - round(drop_days * 86_400e9)
            typer.echo(f"{drop_archived(source, before_ns)} samples dropped from the journal")


@app.command()
def letters(
    retry: Annotated[bool, typer.Option("--retry", help="Try them again.")] = False,
    journal: JournalOption = None,
) -> None:
    """Show the dead letters, or try them again."""
    from ingest.journal.journal import Journal
    from ingest.journal.reading import JournalReader
    from ingest.places import Places
    from ingest.transfer.dead_letters import dead_letters, retry_dead_letters
    from telemetry.clock import SystemClock

    path = Places.from_environment().journal(journal)
    if retry:
        clock = SystemClock()
        with Journal.open(path, clock) as writable:
            mended = retry_dead_letters(writable, now_ns=clock.now_ns())
        typer.echo(f"{mended} stored")
    with JournalReader(path) as reader:
        for letter in dead_letters(reader):
            where = "unreadable" if letter.position is None else f"position {letter.position}"
            typer.echo(f"{letter.id} {where}, {letter.size_bytes} bytes: {letter.reason}")
