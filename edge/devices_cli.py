"""`ripresa devices`: find wearables, bind them to a place on the body."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from telemetry.errors import ConfigurationError, TransportError

if TYPE_CHECKING:
    from edge.ble.discovery import FoundWearable, Meeting

__all__ = ["app"]

SHAKE_S = 20.0

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="RIPRESA_HOME",
        help="The folder of all state; without it the platform's data folder.",
    ),
]
Seconds = Annotated[float, typer.Option(help="How long to listen.", min=0.2, max=120)]
IdentityArgument = Annotated[str, typer.Argument(help="The wearable's identity, as scan shows it.")]


@app.callback()
def devices() -> None:
    """Find wearables, bind them to a place on the body."""


@app.command()
def scan(home: HomeOption = None, seconds: Seconds = 5.0) -> None:
    """Show the wearables in range, by identity."""
    asyncio.run(_scan(_file(home), seconds))


@app.command()
def bind(
    wearable: IdentityArgument,
    placement: Annotated[str, typer.Argument(help="Where it is worn, e.g. wrist-right.")],
    home: HomeOption = None,
    seconds: Seconds = 5.0,
    shake: Annotated[
        bool | None,
        typer.Option(help="Ask to shake it, to be sure; without it: where someone can be asked."),
    ] = None,
) -> None:
    """Bind a wearable to a place on the body, and remember the device itself."""
    from edge.ble.binding import Bindings

    path = _file(home)
    bound = Bindings.load(path).bind(wearable, placement)
    asks = sys.stdin.isatty() if shake is None else shake
    meeting = asyncio.run(_meet(wearable, seconds, shake_s=SHAKE_S if asks else 0.0))
    if not isinstance(meeting, str):
        bound = bound.bind(wearable, placement, model=meeting.model, met=meeting.remembered)
        if meeting.shaken is False:
            raise ConfigurationError(
                f"{wearable} was not shaken within {SHAKE_S:g} s: nothing is bound. Was another "
                "one in your hand? See ripresa devices scan"
            )
    bound.save(path)
    typer.echo(f"{wearable} is worn at {placement}")
    for line in _met(wearable, meeting):
        typer.echo(line)
    if placement not in (known := _places()):
        typer.echo(
            f"note: no exercise of the library looks at {placement}; it knows {', '.join(known)}"
        )


@app.command()
def unbind(wearable: IdentityArgument, home: HomeOption = None) -> None:
    """Forget a wearable."""
    from edge.ble.binding import Bindings

    path = _file(home)
    Bindings.load(path).unbind(wearable).save(path)
    typer.echo(f"{wearable} is no longer bound")


@app.command()
def identify(wearable: IdentityArgument, seconds: Seconds = 5.0) -> None:
    """Let a wearable blink, to tell it from its like."""
    shown = asyncio.run(_identify(wearable, seconds))
    typer.echo(f"{wearable} blinks" if shown else f"{wearable} is in range; its kind cannot blink")


@app.command("list")
def list_bound(home: HomeOption = None) -> None:
    """Show what is bound."""
    from edge.ble.binding import Bindings

    entries = Bindings.load(_file(home)).entries
    if not entries:
        typer.echo("nothing is bound: ripresa devices scan, then ripresa devices bind")
    for entry in entries:
        typer.echo(f"{entry.wearable:40} {entry.placement}")


async def _meet(wearable: str, seconds: float, *, shake_s: float) -> Meeting | str:
    """Meet it, or why it was not met."""
    from edge.ble.discovery import meet

    from .radio_choice import chosen_radio

    try:
        radio = await chosen_radio()
        if shake_s:
            typer.echo(f"shake the wearable now, for up to {shake_s:g} s")
        try:
            met = await meet(radio, wearable, seconds=seconds, shake_s=shake_s)
        finally:
            await radio.close()
    except (ConfigurationError, TransportError) as e:
        return str(e)
    return met or "it is out of range"


def _met(wearable: str, meeting: Meeting | str) -> list[str]:
    """What is to be said of the meeting."""
    if isinstance(meeting, str):
        unmet = (
            f"{wearable} was not met ({meeting}): the first device that goes by this name will "
            "be taken for it; bind it once more with it in range"
        )
        return [unmet]
    told = [f"met with {meeting.rssi} dBm; from now on only this device is taken for it"]
    if meeting.shaken:
        told.append("it was shaken: it is the one in your hand")
    if meeting.others:
        told.append(f"{meeting.others} more answer to {wearable}: the strongest was taken")
    if not meeting.authenticated:
        told.append("unauthenticated: it offers no secure connection, so it can be imitated")
    return told


def _places() -> list[str]:
    """Where the library's exercises look for sensors."""
    from therapy.exercises.library import LIBRARY

    sites = {site for known in LIBRARY for site in (*known.sites, *known.second_sites)}
    paired = sorted(f"{s}-{side}" for s in sites - {"sternum"} for side in ("left", "right"))
    return [*paired, *sorted(sites & {"sternum"})]


def _file(home: Path | None) -> Path:
    from edge.ble.binding import bindings_file

    if home is None:
        import platformdirs

        home = Path(platformdirs.user_data_dir("ripresa", appauthor=False))
    return bindings_file(home.expanduser())


async def _scan(path: Path, seconds: float) -> None:
    from edge.ble.binding import Bindings
    from edge.ble.discovery import look_around

    from .radio_choice import chosen_radio

    bound = Bindings.load(path)
    radio = await chosen_radio()
    count = 0
    async for found in look_around(radio, seconds=seconds):
        count += 1
        placement = bound.placement_of(found.identity or "")
        typer.echo(_line(found, placement))
    await radio.close()
    if not count:
        typer.echo("no wearable in range: wake it up (press or shake it) and try again")


def _line(found: FoundWearable, placement: str | None) -> str:
    battery = "" if found.battery_percent is None else f"{found.battery_percent} %"
    note = found.problem or placement or "not bound"
    return f"{found.identity or '?':40} {found.model:14} {found.rssi:4} dBm {battery:>6}  {note}"


async def _identify(wearable: str, seconds: float) -> bool:
    from edge.ble.discovery import blink

    from .radio_choice import chosen_radio

    radio = await chosen_radio()
    try:
        return await blink(radio, wearable, seconds=seconds)
    finally:
        await radio.close()
