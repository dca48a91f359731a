"""`ripresa challenge new`: a small entry to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["new_entry"]


def new_entry(
    name: Annotated[str, typer.Argument(help="Of the entry and its folder, as my-filter.")],
    kind: Annotated[str, typer.Option(help="algorithm, wearable or game.")] = "algorithm",
    into: Annotated[Path | None, typer.Option(help="Folder to write into; else this one.")] = None,
) -> None:
    """Write a small entry that runs as it is, with its test."""
    from ripresa.challenges.new_entry import CHALLENGE_OF, write_entry

    folder = (into or Path()) / name
    for file in write_entry(name, kind, into or Path()):
        typer.echo(str(file))
    typer.echo(f"Its test: python -m pytest {folder}")
    data = "CASES" if kind == "algorithm" else "simulated"
    run = f"ripresa challenge run {CHALLENGE_OF[kind]} --data {data} --from {folder}"
    typer.echo(f"Scored: {run} --json {name}.json")
