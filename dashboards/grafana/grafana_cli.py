"""`ripresa dashboards`: Grafana's files written, or sent to a Grafana that runs."""

from pathlib import Path
from typing import Annotated

import typer

from telemetry.errors import ConfigurationError

__all__ = ["app"]

PROVISIONING = Path("deploy/grafana/provisioning")

app = typer.Typer(help="Grafana's dashboards, written by code.", no_args_is_help=True)


@app.command()
def build(
    folder: Annotated[Path, typer.Option(help="Provisioning folder to write into.")] = PROVISIONING,
) -> None:
    """Write data source, provider and dashboards for provisioning by file."""
    from .provisioning import write_provisioning

    try:
        changed = write_provisioning(folder)
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
