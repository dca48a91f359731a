"""`ripresa influx`: set the database up, compare it with the journal, fill it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ingest.influx.server import InfluxSettings

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="InfluxDB behind the clinic's journal; named by RIPRESA_INFLUX_URL, _TOKEN, _ORG.",
)


@app.command()
def setup(
    motion_days: Annotated[
        float | None, typer.Option(help="How long raw samples are kept; 0: for ever.")
    ] = None,
) -> None:
    """Make the buckets and the down-sampling task where they are missing."""
    import dataclasses

    from ingest.influx.admin import set_up
    from ingest.influx.server import InfluxWriter

    settings = _settings()
    if motion_days is not None:
        settings = dataclasses.replace(settings, motion_days=motion_days or None)
    with InfluxWriter(settings) as writer:
        made = set_up(writer, settings)
    typer.echo(f"made: {', '.join(made)}" if made else "all is there")


@app.command()
def verify() -> None:
    """Compare the clinic's journal with the database, count by count."""
    from ingest.influx.admin import verify as compare
    from ingest.influx.server import InfluxWriter
    from ingest.journal.reading import JournalReader
    from ingest.places import Places

    settings, places = _settings(), Places.from_environment()
    with (
        InfluxWriter(settings) as writer,
        JournalReader(places.journal(places.clinic_journal)) as journal,
    ):
        differences = compare(journal, writer, settings)
    for d in differences:
        typer.echo(f"{d.what}: journal {d.journal}, database {d.database}")
    typer.echo(f"{len(differences)} difference(s)" if differences else "journal and database agree")
    if differences:
        raise typer.Exit(1)


@app.command()
def catch_up(
    refill: Annotated[
        bool, typer.Option("--refill", help="From the journal's first record, whatever is there.")
    ] = False,
) -> None:
    """Write what the database has not yet, with progress; it may have been away for days."""
    import asyncio

    from rich.progress import Progress

    from ingest.influx.followers import MOTION, THERAPY, influx_followers
    from ingest.influx.server import InfluxWriter
    from ingest.journal.journal import Journal
    from ingest.places import Places
    from telemetry.clock import SystemClock

    settings, places, clock = _settings(), Places.from_environment(), SystemClock()
    with (
        InfluxWriter(settings) as writer,
        Journal.open(places.journal(places.clinic_journal), clock) as journal,
        Progress() as progress,
    ):
        if refill:
            for name in (MOTION, THERAPY):
                journal.move_cursor(name, 0)
        for follower in influx_followers(journal, writer, settings, clock):
            task = progress.add_task(follower.status().name, total=journal.last_seq())
            asyncio.run(
                follower.catch_up(
                    lambda s, task=task: progress.update(task, completed=s.cursor, total=s.last)  # type: ignore[misc]
                )
            )


@app.command()
def set_aside() -> None:
    """Show the lines that the database refused, with its reasons."""
    from ingest.journal.reading import JournalReader
    from ingest.places import Places

    places = Places.from_environment()
    with JournalReader(places.journal(places.clinic_journal)) as journal:
        rows = journal.rows("SELECT follower, seq, lines, reason, line FROM set_aside ORDER BY id")
    for follower, seq, lines, reason, text in rows:
        typer.echo(f"{follower} record {seq}, {lines} line(s): {reason}")
        if text:
            typer.echo(f"  {text.decode(errors='replace')[:160]}")
    typer.echo(f"{sum(row[2] for row in rows)} line(s) set aside")


def _settings() -> InfluxSettings:

    from ingest.influx.server import InfluxSettings
    from telemetry.errors import ConfigurationError

    settings = InfluxSettings.from_environment()
    if settings is None:
        raise ConfigurationError(
            "no InfluxDB configured: set RIPRESA_INFLUX_URL, RIPRESA_INFLUX_TOKEN and "
            "RIPRESA_INFLUX_ORG"
        )
    return settings
