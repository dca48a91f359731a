"""`ripresa import`: a recording of another system as a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["import_recording"]


def import_recording(  # noqa: PLR0917 - typer reads options from it
    files: Annotated[list[Path], typer.Argument(help="One file a sensor, of one recording.")],
    layout: Annotated[
        str, typer.Option("--map", help="A map's TOML file, or the name of one that ships.")
    ],
    patient: Annotated[str, typer.Option(help="Pseudonym of whoever was recorded.")],
    placement: Annotated[
        str | None, typer.Option(help="Where the sensor was worn, where the map does not say it.")
    ] = None,
    exercise: Annotated[
        str | None, typer.Option(help="Id of the library; without it there is nothing to analyse.")
    ] = None,
    side: Annotated[str, typer.Option(help="Of the exercise: left or right.")] = "right",
    posture: Annotated[
        str | None, typer.Option(help="Where it is not the exercise's usual one.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="When it began, as ISO 8601, where the files do not tell.")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(help="Of imported sessions; else this machine's own of those.")
    ] = None,
) -> None:
    """Import a recording of another system as a session: analysed, replayed, exported like any."""
    from research.imports.import_map import load_map
    from research.imports.imported_session import ImportFacts
    from research.imports.imported_stream import import_stream
    from ripresa.recordings.importing import import_session, imports_journal
    from telemetry.clock import SystemClock
    from telemetry.errors import ConfigurationError

    if side not in {"left", "right"}:
        raise ConfigurationError(f"side {side!r}: left or right")
    known = load_map(layout)
    if placement is not None and len(files) > 1:
        raise ConfigurationError(
            "several sensors have several places: set them in the map's [placements], by file name"
        )
    streams = [
        import_stream(path, known, placement=placement or _placed(path, known.placements))
        for path in files
    ]
    for path, stream in zip(files, streams, strict=True):
        grid = stream.grid
        typer.echo(
            f"{path.name}: {stream.placement}, {stream.samples} samples at {grid.rate_hz:g} Hz"
            + "".join(f"\n  {note}" for note in stream.notes)
        )
    facts = ImportFacts(
        patient=patient,
        exercise=exercise,
        side="left" if side == "left" else "right",
        posture=posture,
        start_ns=None if start is None else _nanoseconds(start),
        source=known.source,
        layout=known.name,
        shared_clock=known.time.shared,
    )
    target = journal or imports_journal()
    session, result = import_session(streams, facts, target, SystemClock())
    typer.echo(f"session {session} in {target}")
    for item in () if result is None else result.items:
        rom = item.range_of_motion
        told = item.not_observable if rom is None else f"{rom.what} {rom.median_deg:.0f}°"
        typer.echo(f"  {item.item}: {len(item.repetitions)} repetitions, {told}")


def _placed(path: Path, placements: Mapping[str, str]) -> str | None:
    from fnmatch import fnmatch

    return next(
        (place for pattern, place in placements.items() if fnmatch(path.name, pattern)), None
    )


def _nanoseconds(text: str) -> int:
    from datetime import datetime

    from telemetry.errors import ConfigurationError

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as e:
        raise ConfigurationError(f"--start {text!r}: such as 2026-03-01T10:00:00+01:00") from e
    if moment.tzinfo is None:
        raise ConfigurationError(f"--start {text!r}: no time zone: add Z, or such as +01:00")
    return round(moment.timestamp() * 1e6) * 1000
