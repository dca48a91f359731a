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


@app.command("site")
def organise_site(
    name: Annotated[str, typer.Argument(help="The site; its organisation is called so.")],
    *,
    url: Annotated[str, typer.Option(envvar="RIPRESA_GRAFANA_URL", help="The Grafana's address.")],
    user: Annotated[
        str, typer.Option(envvar="RIPRESA_GRAFANA_USER", help="The Grafana's administrator.")
    ] = "admin",
    password: Annotated[
        str,
        typer.Option(
            envvar="RIPRESA_GRAFANA_PASSWORD",
            help="Of the administrator; by environment.",
            show_envvar=True,
        ),
    ],
    tokens: Annotated[Path, typer.Option(help="Folder of the tokens of `ripresa influx setup`.")],
    database: Annotated[
        str | None,
        typer.Option(help="The database's address as Grafana sees it; else RIPRESA_INFLUX_URL."),
    ] = None,
) -> None:
    """Make a site's organisation in a Grafana: its data source with its token, its dashboards."""
    from ingest.cli.influx_cli import settings
    from ingest.influx.access import token_file
    from telemetry.identity import checked_name

    from .organising import SiteSource, organise
    from .provisioning import dashboards

    site, known = checked_name(name, "site"), settings()
    path = token_file(tokens, "grafana", site)
    try:
        token = path.read_text(encoding="utf-8").strip()
    except OSError as e:
        raise ConfigurationError(
            f"no token of site {site} at {path} ({e.strerror}): run 'ripresa influx setup "
            f"--site {site} --tokens {tokens}'"
        ) from e
    source = SiteSource(
        url=database or known.url, organisation=site, bucket=known.therapy_bucket, token=token
    )
    number = organise(url, (user, password), site, source, dashboards())
    typer.echo(f"{site}: organisation {number}, its data source and {len(dashboards())} dashboards")
    typer.echo(f"by file, with its alerts: ripresa dashboards build --site {site}={number}")


@app.command()
def check(
    folder: Annotated[Path, typer.Option(help="Provisioning folder to compare.")] = PROVISIONING,
    url: Annotated[
        str | None, typer.Option(envvar="RIPRESA_GRAFANA_URL", help="A Grafana that runs.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="RIPRESA_GRAFANA_TOKEN", show_envvar=True)
    ] = None,
) -> None:
    """Tell where files, and a Grafana where one is named, are not as the code says."""
    from .checking import stale_files, wrong_in_grafana
    from .provisioning import dashboards, provisioning_files

    found = list(stale_files(folder, provisioning_files()))
    if url is not None:
        if token is None:
            raise ConfigurationError("--url needs a token too: set RIPRESA_GRAFANA_TOKEN")
        found += wrong_in_grafana(url, token, dashboards())
    for line in found:
        typer.echo(line)
    typer.echo(f"{len(found)} difference(s)" if found else "all is as the code says")
    if found:
        raise typer.Exit(1)


@app.command()
def snapshot(
    file: Annotated[Path, typer.Argument(help="The JSON file to write.")],
    *,
    patient: Annotated[str | None, typer.Option(help="For panels of one patient.")] = None,
    exercise: Annotated[str | None, typer.Option(help="For panels of one exercise.")] = None,
    side: Annotated[str | None, typer.Option(help="left or right, likewise.")] = None,
    session: Annotated[str | None, typer.Option(help="For panels of one session.")] = None,
    start: Annotated[str, typer.Option(help="From when on, as Flux has it.")] = "-4w",
) -> None:
    """Write what each panel shows now, by its own query from the database."""
    import json

    from ingest.cli.influx_cli import settings
    from ingest.influx.server import InfluxWriter

    from .provisioning import dashboards
    from .snapshot import shown_by

    given = {"patient": patient, "exercise": exercise, "side": side, "session": session}
    known = settings()
    found: dict[str, dict[str, object]] = {}
    with InfluxWriter(known) as writer:

        def ask(flux: str) -> list[dict[str, object]]:
            return [dict(row.values) for table in writer.query(flux) for row in table.records]

        variables = {name: value for name, value in given.items() if value is not None}
        shown = shown_by(dashboards(), ask, known.therapy_bucket, variables, start=start)
        for uid, title, rows in shown:
            found.setdefault(uid, {})[title] = rows
    file.write_text(json.dumps(found, indent=1, default=str, ensure_ascii=False), "utf-8")
    typer.echo(f"written: {file}, {sum(map(len, found.values()))} panels")


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
