"""`ripresa region`: keys of a cluster of brokers, and who comes in there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
FolderOption = Annotated[
    Path, typer.Option(help="Where `clinic init` has written, with its folder `secrets`.")
]


@app.callback()
def region() -> None:
    """Several clinics behind a cluster of brokers."""


@app.command()
def init(folder: FolderOption = Path()) -> None:
    """Make the keys of doorkeepers and nodes, in `secrets/region`."""
    from ripresa.region.region_keys import RegionKeys

    RegionKeys.make(folder / "secrets")
    place = folder / "secrets" / "region"
    typer.echo(f"{place / 'nodes.env'}: for each node; the rest of {place}: for doorkeepers alone")


@app.command()
def doorkeeper(
    server: Annotated[
        list[str], typer.Option(help="A node, as nats://127.0.0.1:4222. May be repeated.")
    ],
    folder: FolderOption = Path(),
    replicas: Annotated[
        int, typer.Option(min=1, max=5, help="Nodes that remember whose a client id is.")
    ] = 3,
) -> None:
    """Let clients in by the clinic's access list, each under a name that nobody else has had."""
    from ripresa.platform.program import log_to, run_until_stopped
    from ripresa.region.doorkeeper import Doorkeeper
    from ripresa.region.region_keys import RegionKeys

    log_to()
    keys = RegionKeys.read(folder / "secrets")
    keeper = Doorkeeper(
        server,
        password=keys.door,
        seal=keys.seal,
        access=folder / "secrets" / "broker",
        replicas=replicas,
    )
    run_until_stopped(keeper.run())
