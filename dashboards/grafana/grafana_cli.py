"""`ripresa dashboards`: Grafana's files written, or sent to a Grafana that runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from .provisioning import GrafanaSite

__all__ = ["app"]

PROVISIONING = Path("deploy/grafana/provisioning")

app = typer.Typer(help="Grafana's dashboards, written by code.", no_args_is_help=True)


@app.command()
def build(
    folder: Annotated[Path, typer.Option(help="Provisioning folder to write into.")] = PROVISIONING,
    site: Annotated[
        list[str] | None,
        typer.Option(help="NAME=N: a site with Grafana's organisation N; may be repeated."),
    ] = None,
) -> None:
    """Write data sources, providers, dashboards and alert rules for provisioning by file."""
    from .provisioning import ONE_SITE, write_provisioning

    sites = tuple(_site(text) for text in site or ()) or ONE_SITE
    try:
        changed = write_provisioning(folder, sites)
    except OSError as e:
        raise ConfigurationError(f"{folder} cannot be written ({e.strerror}): give --folder") from e
    for path in changed:
        typer.echo(f"written: {path}")
    if not changed:
        typer.echo(f"{folder} is up to date")


@app.command()
def push(
    url: Annotated[str, typer.Option(envvar="RIPRESA_GRAFANA_URL", help="The Grafana's address.")],
    token: Annotated[
        str,
        typer.Option(
            envvar="RIPRESA_GRAFANA_TOKEN",
            help="Of a service account that may write dashboards; better given by environment.",
            show_envvar=True,
        ),
    ],
) -> None:
    """Send the dashboards to a Grafana that runs."""
    from .provisioning import dashboards
    from .pushing import push as send

    for address in send(url, token, dashboards()):
        typer.echo(address)


def _site(text: str) -> GrafanaSite:
    """Read NAME=N.

    Raises:
        ConfigurationError: it is something else.
    """
    from telemetry.identity import checked_name

    from .provisioning import GrafanaSite

    name, _, number = text.partition("=")
    if not number.isdecimal() or int(number) < 1:
        raise ConfigurationError(f"--site {text!r}: give NAME=N, N the number of its organisation")
    return GrafanaSite(int(number), checked_name(name, "site"))
