"""`ripresa influx`: set the database up, compare it with the journal, fill it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ingest.influx.server import InfluxSettings

__all__ = ["set_aside", "settings", "setup"]


def setup(
    motion_days: Annotated[
        float | None, typer.Option(help="How long raw samples are kept from now on; 0: for ever.")
    ] = None,
) -> None:
    """Make the buckets where they are missing; tells how long raw samples are kept."""
    from ingest.influx.admin import set_up, with_stored_retention
    from ingest.influx.server import InfluxWriter

    wanted = settings()
    with InfluxWriter(wanted) as writer:
        made = set_up(writer, wanted, motion_days=motion_days)
        kept = with_stored_retention(writer, wanted).motion_days
    typer.echo(f"made: {', '.join(made)}" if made else "all is there")
    typer.echo(f"raw samples are kept {'for ever' if kept is None else f'for {kept:g} days'}")


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


def settings() -> InfluxSettings:
    """The database that the environment names.

    Raises:
        ConfigurationError: it names none.
    """
    from ingest.influx.server import InfluxSettings
    from telemetry.errors import ConfigurationError

    found = InfluxSettings.from_environment()
    if found is None:
        raise ConfigurationError(
            "no InfluxDB configured: set RIPRESA_INFLUX_URL, RIPRESA_INFLUX_TOKEN and "
            "RIPRESA_INFLUX_ORG"
        )
    return found
