"""`ripresa influx`: the database behind the clinic, with the figures that stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import influx_cli as records

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress, TaskID

    from ingest.influx.followers import FollowerStatus

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="InfluxDB behind the clinic's journal; named by RIPRESA_INFLUX_URL, _TOKEN, _ORG.",
)
TimeZone = Annotated[str, typer.Option(help="Of the clinic: where a day's figures stand.")]

app.command()(records.setup)
app.command()(records.rotate)
app.command()(records.set_aside)


@app.command()
def verify(
    time_zone: TimeZone = "Europe/Rome",
    angle_days: Annotated[
        float,
        typer.Option(
            min=0,
            max=36_500,
            help="Of how many days back each session's curve is made anew and compared.",
        ),
    ] = 7,
) -> None:
    """Compare the clinic's journal with the database, field by field, patient and day."""
    from ripresa.care.refill import verify_clinic
    from ripresa.platform.configuration import clock_from, ripresa_home

    found = verify_clinic(
        ripresa_home(), records.settings(), clock_from(), time_zone, angle_days=angle_days
    )
    for d in found:
        typer.echo(f"{d.what}: journal {d.journal}, database {d.database}")
    typer.echo(f"{len(found)} difference(s)" if found else "journal and database agree")
    if found:
        raise typer.Exit(1)


@app.command()
def catch_up(
    refill: Annotated[
        bool, typer.Option("--refill", help="From the journal's first record, whatever is there.")
    ] = False,
    time_zone: TimeZone = "Europe/Rome",
) -> None:
    """Write what the database has not yet, with progress; it may have been away for days."""
    from rich.progress import Progress

    from ripresa.care.refill import refill as fill
    from ripresa.platform.configuration import clock_from, ripresa_home

    with Progress() as progress:
        points = fill(
            ripresa_home(),
            records.settings(),
            clock_from(),
            from_start=refill,
            time_zone=time_zone,
            progress=_told_to(progress),
        )
    typer.echo(f"{points} points written")


@app.command()
def rebuild(time_zone: TimeZone = "Europe/Rome") -> None:
    """Make the buckets anew from the journal: no erased name stays in the database's files.

    The clinic must be stopped; homes keep what they have meanwhile. The token must be one that may
    make and delete buckets. Tokens that were made for single buckets fit the new ones no more.
    """
    from rich.progress import Progress

    from ripresa.care.refill import rebuild as make_anew
    from ripresa.platform.configuration import clock_from, ripresa_home

    with Progress() as progress:
        points = make_anew(
            ripresa_home(),
            records.settings(),
            clock_from(),
            time_zone=time_zone,
            progress=_told_to(progress),
        )
    typer.echo(f"the buckets are new; {points} points written")
    typer.echo("tokens for single buckets are to be made again: `ripresa influx rotate`")


def _told_to(progress: Progress) -> Callable[[FollowerStatus], None]:
    tasks: dict[str, TaskID] = {}

    def told(status: FollowerStatus) -> None:
        if status.name not in tasks:
            tasks[status.name] = progress.add_task(status.name)
        progress.update(tasks[status.name], completed=status.cursor, total=status.last)

    return told
