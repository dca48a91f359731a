"""`ripresa session`: what was recorded, and its analysis made anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from ripresa.session.reanalysis import Reanalysis

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

JournalOption = Annotated[
    Path | None, typer.Option(help="The journal; without it this machine's home or clinic.")
]

HomeOption = Annotated[
    str | None,
    typer.Option("--of", help="The home, where several have a session of that name."),
]


@app.callback()
def session() -> None:
    """Recorded sessions."""


@app.command("list")
def list_sessions(journal: JournalOption = None) -> None:
    """List the recorded sessions, oldest first."""
    from rich.console import Console
    from rich.table import Table

    from ingest.journal.reading import JournalReader
    from ripresa.platform.configuration import journal_at_hand

    table = Table()
    for column in ("session", "patient", "day", "closed"):
        table.add_column(column)
    with JournalReader(journal_at_hand(journal)) as reader:
        for found in reader.sessions():
            table.add_row(found.session, found.patient, found.day, found.reason or "still open")
    Console().print(table)


@app.command()
def analyse(
    session: Annotated[str, typer.Argument(help="ULID of the session.")],
    journal: JournalOption = None,
    of: HomeOption = None,
    write: Annotated[
        bool, typer.Option("--write", help="Record the new result: from then on it counts.")
    ] = False,
) -> None:
    """Run the core over a recorded session, over all cores, and show what that changes."""
    import asyncio

    from rich.console import Console
    from rich.progress import Progress

    from ripresa.platform.configuration import Folder, journal_at_hand
    from ripresa.session.closing import result_record
    from ripresa.session.reanalysis import reanalyse
    from telemetry.clock import SystemClock
    from telemetry.messages.results import results_hash

    path = journal_at_hand(journal)
    plans = Folder(path.parent.parent).plans
    console = Console()
    with Progress(console=console) as progress:
        bar = progress.add_task("analysing", total=None)
        found = reanalyse(
            path,
            plans,
            session,
            home=of,
            progress=lambda done, total: progress.update(bar, completed=done, total=total),
        )
    _show(found, console)
    console.print(f"results hash {results_hash(found.now)}", soft_wrap=True, highlight=False)
    if found.before is not None:
        same = results_hash(found.before) == results_hash(found.now)
        console.print("as recorded" if same else f"recorded was {results_hash(found.before)}")
    if write:
        from ingest.journal.journal import Journal as Writable

        clock = SystemClock()
        with Writable.open(path, clock) as target:
            record = result_record(found.now, clock.now_ns(), subject=found.home)
            asyncio.run(target.append([record]))
        console.print("recorded: this result counts from now on")


@app.command()
def calibrations(
    session: Annotated[str, typer.Argument(help="ULID of a session at the clinic.")],
    journal: JournalOption = None,
    of: HomeOption = None,
) -> None:
    """Print what a session's functional calibrations measured, as tables for the plan."""
    from ingest.journal.reading import JournalReader
    from ripresa.platform.configuration import journal_at_hand
    from ripresa.session.reanalysis import the_one_home
    from telemetry.errors import ConfigurationError
    from therapy.plan.plan_calibration import calibrations_toml, measured_calibrations

    with JournalReader(journal_at_hand(journal)) as reader:
        events = reader.events(session, home=of or the_one_home(reader, session))
    found = measured_calibrations(events)
    if not found:
        raise ConfigurationError(
            f"session {session} calibrated no joint by its movement: hold one whose plan has "
            "calibration = 'functional', helper = true, and two sensors at a joint"
        )
    typer.echo(
        "# Append these tables to the plan; homes use them where its\n"
        "# calibration is 'stored' or 'functional'.\n"
    )
    typer.echo(calibrations_toml(found), nl=False)


def _show(found: Reanalysis, console: Console) -> None:
    from rich.table import Table

    if found.before is None:
        console.print("there was no result that counts; this is the first")
    elif not found.changes:
        console.print(
            f"nothing changes: core {found.before.core_version} and core "
            f"{found.now.core_version} find the same"
        )
        return
    table = Table(title="what changes", title_justify="left")
    for column in ("item", "figure"):
        table.add_column(column)
    table.add_column("before", justify="right")
    table.add_column("now", justify="right")
    for change in found.changes:
        table.add_row(change.item, change.figure, _shown(change.before), _shown(change.now))
    console.print(table)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
