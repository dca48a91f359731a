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
def cut(
    into: Annotated[Path, typer.Argument(help="An empty folder: of the new part.")],
    site: Annotated[
        str | None, typer.Option(help="Of patients of whom nothing tells the site.")
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Leave it as it was, after an interrupted cut.")
    ] = False,
) -> None:
    """Cut the part in RIPRESA_HOME in two; an interrupted cut goes on where it was."""
    from ripresa.cutting.cut import cut_in_two, undo_cut
    from ripresa.platform.configuration import Folder, clock_from, ripresa_home

    folder = Folder(ripresa_home())
    if undo:
        undo_cut(folder, into)
        typer.echo(f"{folder.root} is as it was")
        return
    mark = cut_in_two(folder, into, clock_from(), site=site, after=typer.echo)
    first, second = mark.halves
    typer.echo(
        f"part {mark.part} is two, {len(mark.leaving)} patients went:\n"
        f"  RIPRESA_HOME={mark.first}: clinic run --partition {first}\n"
        f"  RIPRESA_HOME={mark.second}: clinic run --partition {second}"
    )


Parts = Annotated[list[Path], typer.Argument(help="RIPRESA_HOME of each part.")]
LanguageOption = Annotated[str, typer.Option(help="it or en.")]


@app.command()
def status(
    parts: Parts,
    as_json: Annotated[bool, typer.Option("--json", help="The whole document.")] = False,
    language: LanguageOption = "it",
) -> None:
    """Ask all parts on this machine how they are; exit code 0: well, and none is missing."""
    import json

    from ripresa.all_parts.parts_report import parts_report
    from telemetry.printable import printable

    lines, document = parts_report(parts, "en" if language == "en" else "it")
    for line in [json.dumps(document, indent=1)] if as_json else map(printable, lines):
        typer.echo(line)
    if not document["well"]:
        raise typer.Exit(1)


@app.command()
def worklist(
    parts: Parts,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write it to a file as well.")
    ] = None,
    language: LanguageOption = "it",
) -> None:
    """Show one worklist over all parts, from their stores; exit code 1: it is not everybody."""
    from ripresa.all_parts.parts_worklist import show_parts_worklist
    from ripresa.platform.configuration import clock_from
    from telemetry.printable import printable

    absent = show_parts_worklist(parts, clock_from(), "en" if language == "en" else "it", json_file)
    for line in absent:
        typer.echo(printable(line), err=True)
    if absent:
        raise typer.Exit(1)


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
