"""`ripresa home`: the patient's side."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def home() -> None:
    """Join a clinic, serve wearables, hold sessions."""


@app.command()
def join(file: Annotated[Path, typer.Argument(help="The clinic's join file.")]) -> None:
    """Join a clinic with the file that it made for this home."""
    from ingest.enrolment import join_home

    from .configuration import Folder, ripresa_home

    folder = Folder(ripresa_home()).create()
    joined = join_home(file, folder.root)
    typer.echo(f"joined {joined.site} as {joined.patient}: ripresa home run")


@app.command()
def run() -> None:
    """Serve this home until stopped: sessions open when a screen asks for one."""
    from .home_command import serve_home
    from .running import log_to

    log_to()
    serve_home()


@app.command()
def session(
    language: Annotated[str, typer.Option(help="it or en.")] = "it",
    five_minutes: Annotated[
        bool, typer.Option("--five-minutes", help="The short version of a hard day.")
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
    keys: Annotated[
        bool, typer.Option("--keys", help="Play by keys: nothing of it counts as therapy.")
    ] = False,
) -> None:
    """Hold one session with its screens, from check-in to the last card."""
    from .home_command import HeldSession, hold_session_with_screens

    told = hold_session_with_screens(
        HeldSession(language=language, five_minutes=five_minutes, headless=headless, by_keys=keys)
    )
    typer.echo(told)
