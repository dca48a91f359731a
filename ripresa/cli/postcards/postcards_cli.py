"""`ripresa home postcards`: consents on both sides, and cards put on the box by file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ripresa.home.letters.postcard_box import PostcardBox

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def postcards() -> None:
    """Postcards of up to three people, kept on this computer only, one a session at the map."""


@app.command()
def allow() -> None:
    """The person lets postcards come; none may until then."""
    _box().allow()
    typer.echo("postcards may come: ripresa home postcards add")


@app.command()
def refuse() -> None:
    """The person wants none any more: cards, pictures and senders are deleted."""
    typer.echo(f"{_box().refuse()} postcards are deleted, and no more may come")


@app.command()
def add(
    sender: Annotated[str, typer.Option("--from", help="As the person calls them.")],
    text: Annotated[
        Path | None, typer.Option("--file", help="A text file with the words, UTF-8.")
    ] = None,
    words: Annotated[str, typer.Option("--text", help="The words, 200 letters at most.")] = "",
    picture: Annotated[
        Path | None, typer.Option(help="JPEG or PNG; kept redrawn, without place or time.")
    ] = None,
    agreed: Annotated[
        bool,
        typer.Option("--agreed", help="The sender agrees that name, words, picture are kept here."),
    ] = False,
) -> None:
    """Put a postcard on this box."""
    from games.postcards.picture import MOST_BYTES
    from telemetry.clock import SystemClock
    from telemetry.errors import ConfigurationError
    from telemetry.identity import new_ulid

    if text is not None:
        try:
            words = _read(text, 100_000).decode("utf-8")
        except UnicodeDecodeError as e:
            raise ConfigurationError(f"{text} is no text in UTF-8: save it as such") from e
    drawn = None if picture is None else _read(picture, MOST_BYTES + 1)
    _box().add(new_ulid(SystemClock()), sender, words, drawn, agreed=agreed)
    typer.echo(f"a postcard from {sender} waits at the map")


@app.command("list")
def list_cards() -> None:
    """Tell who may send, and what came."""
    box = _box()
    typer.echo("postcards may come" if box.allowed else "no postcards may come")
    for sender in box.senders:
        typer.echo(f"from {sender}")
    for card in box.cards:
        told = "hidden" if card.hidden else f"seen in {card.seen} sessions"
        typer.echo(f"{card.sender}: {card.text} ({told}{', picture' if card.picture else ''})")


@app.command()
def remove(sender: Annotated[str, typer.Argument(help="Whose.")]) -> None:
    """A sender takes their consent back: their name, cards and pictures are deleted."""
    typer.echo(f"{_box().remove(sender)} postcards of {sender} are deleted")


def _box() -> PostcardBox:
    from ripresa.home.letters.postcard_box import PostcardBox
    from ripresa.platform.configuration import Folder, ripresa_home

    return PostcardBox(Folder(ripresa_home()).create().postcards)


def _read(path: Path, most: int) -> bytes:
    """A file's bytes, up to so many; only a file is read, no device and no pipe.

    Raises:
        ConfigurationError: it is none, or cannot be read.
    """
    from telemetry.errors import ConfigurationError

    if not path.is_file():
        raise ConfigurationError(f"{path} is no file: name the one to put on the box")
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as e:
        raise ConfigurationError(f"{path} cannot be read: {e.strerror}") from e
