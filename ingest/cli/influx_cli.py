"""`ripresa influx`: set the database up, compare it with the journal, fill it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ingest.influx.server import InfluxSettings

__all__ = ["rotate", "set_aside", "settings", "setup"]

Site = Annotated[
    str | None, typer.Option(help="Of a site with an organisation of its own, of this name.")
]


def setup(
    motion_days: Annotated[
        float | None, typer.Option(help="How long raw samples are kept from now on; 0: for ever.")
    ] = None,
    tokens: Annotated[
        Path | None, typer.Option(help="Folder for the clinic's and Grafana's tokens.")
    ] = None,
    site: Site = None,
) -> None:
    """Make organisation, buckets and tokens where they are missing, with the operator's token."""
    from ingest.influx.access import make_organisation, of_site, token_file
    from ingest.influx.admin import set_up, with_stored_retention
    from ingest.influx.server import InfluxWriter

    wanted = of_site(settings(), site)
    with InfluxWriter(wanted) as writer:
        made = [f"organisation {wanted.org}"] if make_organisation(writer, wanted) else []
        made += set_up(writer, wanted, motion_days=motion_days)
        kept = with_stored_retention(writer, wanted).motion_days
    if tokens is not None and not token_file(tokens, "grafana", site).is_file():
        made += _issued(wanted, tokens, site)
    typer.echo(f"made: {', '.join(made)}" if made else "all is there")
    typer.echo(f"raw samples are kept {'for ever' if kept is None else f'for {kept:g} days'}")


def rotate(
    tokens: Annotated[Path, typer.Option(help="Folder of the clinic's and Grafana's tokens.")],
    site: Site = None,
) -> None:
    """Give the clinic and Grafana other tokens; the old ones cease. Restart both afterwards."""
    from ingest.influx.access import of_site

    for path in _issued(of_site(settings(), site), tokens, site):
        typer.echo(f"written: {path}")


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


def _issued(wanted: InfluxSettings, folder: Path, site: str | None) -> list[str]:
    """Make tokens and keep them; only then do older ones cease."""
    from ingest.influx.access import issue_tokens, keep_tokens, withdraw_others
    from ingest.influx.server import InfluxWriter

    with InfluxWriter(wanted) as writer:
        made = issue_tokens(writer, wanted)
        paths = keep_tokens(made, folder, site)
        withdraw_others(writer, wanted, made)
    return [str(path) for path in paths]
