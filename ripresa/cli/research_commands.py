"""`ripresa replay`, `import` and `export`: recorded sessions once more, in and out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ripresa.recordings.exporting import ExportFormat
    from ripresa.recordings.replaying import ReplayPass
    from telemetry.messages.results import SessionResult

__all__ = ["export_sessions", "import_recording", "replay"]

# Where recorded sessions lie.
JournalOption = Annotated[Path | None, typer.Option(help="The journal; without it this machine's.")]
ArchiveOption = Annotated[
    Path | None, typer.Option(help="An archive or export instead, or a journal's archive.")
]
PlansOption = Annotated[
    Path | None, typer.Option(help="Folder of plans, where it is not beside the place.")
]
HomeOption = Annotated[
    str | None, typer.Option(help="Whose session, where several homes have one of that name.")
]


def replay(  # noqa: PLR0917 - typer reads options from it
    session: Annotated[str, typer.Argument(help="ULID of the session.")],
    journal: JournalOption = None,
    archive: ArchiveOption = None,
    speed: Annotated[str, typer.Option(help="Times real time, or max.")] = "1",
    from_s: Annotated[float, typer.Option("--from", help="Seconds from the beginning.")] = 0.0,
    to_s: Annotated[float | None, typer.Option("--to", help="Seconds from the beginning.")] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Again and again, until stopped.")] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="On the broker of RIPRESA_MQTT_HOST, as if live.")
    ] = False,
    game: Annotated[str | None, typer.Option(help="Let it move this game instead.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="A game without a window.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare the results hash with what was recorded.")
    ] = False,
    plans: PlansOption = None,
    of: HomeOption = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here as JSON.")
    ] = None,
) -> None:
    """Replay a recorded session as if it were live, into the core, a game or the whole bus."""
    from ripresa.recordings.replay_run import ReplayRun
    from ripresa.recordings.session_source import session_source
    from telemetry.errors import ConfigurationError

    if verify and (to_s is not None or game or loop):
        raise ConfigurationError(
            "--verify compares the whole session's results: leave --to, --game and --loop out"
        )
    if game:
        if publish or from_s or to_s is not None:
            raise ConfigurationError(
                "a game is moved by the whole session and publishes nothing: leave --publish, "
                "--from and --to out"
            )
        _into_game(
            session, game, journal, archive, plans, of, _speed(speed), headless, json_file, loop
        )
        return
    source = session_source(journal or archive, plans=plans, archive=archive if journal else None)
    asked = ReplayRun(
        session=session,
        source=source,
        of=of,
        speed=_speed(speed),
        from_s=from_s,
        to_s=to_s,
        loop=loop,
        publish=publish,
    )
    done, recorded = asked.run()
    _tell(done, recorded, verify=verify, json_file=json_file, session=session)


def _speed(text: str) -> float | None:
    from telemetry.errors import ConfigurationError

    if text == "max":
        return None
    try:
        return float(text)
    except ValueError as e:
        raise ConfigurationError(f"speed {text!r}: give a number, or max") from e


def _tell(
    done: ReplayPass,
    recorded: SessionResult | None,
    *,
    verify: bool,
    json_file: Path | None,
    session: str,
) -> None:
    import json

    from telemetry.messages.results import results_hash

    known = None if recorded is None else results_hash(recorded)
    same = None if known is None or done.results_hash is None else known == done.results_hash
    typer.echo(
        f"{done.seconds:.1f} s replayed in {done.took_s:.2f} s ({done.times_real_time:.0f} times "
        f"real time): {done.samples} samples, {done.repetitions} repetitions counted live"
    )
    if done.results_hash is not None:
        typer.echo(f"results hash {done.results_hash}")
    if json_file is not None:
        figures = {
            "session": session,
            "seconds": done.seconds,
            "took_s": done.took_s,
            "times_real_time": done.times_real_time,
            "samples": done.samples,
            "control_batches": done.messages,
            "repetitions": done.repetitions,
            "results_hash": done.results_hash,
            "recorded_hash": known,
            "verified": same,
        }
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if verify:
        _verify(done, recorded, known, same)


def _verify(
    done: ReplayPass, recorded: SessionResult | None, known: str | None, same: bool | None
) -> None:
    if same:
        typer.echo("verified: the same results as recorded")
        return
    if recorded is None or done.result is None:
        typer.echo("not verified: no result that counts was recorded")
    elif recorded.core_version != done.result.core_version:
        typer.echo(
            f"not verified: recorded by core {recorded.core_version}, this is core "
            f"{done.result.core_version}; `ripresa session analyse` shows what that changes"
        )
    else:
        typer.echo(f"NOT the same: recorded was {known}")
    sys.exit(1)


def _into_game(  # noqa: PLR0917 - as the command has them
    session: str,
    game: str,
    journal: Path | None,
    archive: Path | None,
    plans: Path | None,
    of: str | None,
    speed: float | None,
    headless: bool,
    json_file: Path | None,
    loop: bool,
) -> None:
    from telemetry.errors import ConfigurationError

    from .play_command import PlayOptions, play_game

    if speed is None:
        raise ConfigurationError("a game is drawn in time: give --speed as a number, such as 4")
    options = PlayOptions(
        game=game,
        source=f"recording:{session}",
        headless=headless,
        place=journal or archive,
        archive=archive if journal else None,
        plans=plans,
        of=of,
        speed=speed,
        json_file=json_file,
    )
    while True:
        result = play_game(options)
        typer.echo(
            f"{result['game']}: {result['repetitions']} repetitions, {result['full']} full, "
            f"score {result['score']}"
        )
        if not loop:
            return


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


def export_sessions(  # noqa: PLR0917 - typer reads options from it
    to: Annotated[str, typer.Option("--to", help="bids, opensim, fhir, parquet, csv or xdf.")],
    out: Annotated[Path, typer.Option(help="A new folder.")],
    session: Annotated[
        str | None, typer.Argument(help="ULID of the session; else --patient or --all.")
    ] = None,
    patient: Annotated[str | None, typer.Option(help="All sessions of this pseudonym.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All sessions.")] = False,
    journal: JournalOption = None,
    archive: ArchiveOption = None,
    plans: PlansOption = None,
    of: HomeOption = None,
) -> None:
    """Write recorded sessions in a format of the field's own tools."""
    from rich.console import Console
    from rich.progress import Progress

    from ripresa.recordings.exporting import FORMATS, write_sessions
    from ripresa.recordings.session_source import session_source
    from telemetry.errors import ConfigurationError

    if to not in FORMATS:
        raise ConfigurationError(f"no format {to!r}; there are: {', '.join(FORMATS)}")
    if sum((session is not None, patient is not None, everything)) != 1:
        raise ConfigurationError("say which: a session, or --patient, or --all")
    source = session_source(journal or archive, plans=plans, archive=archive if journal else None)
    with source.reading() as reader:
        known = reader.sessions(patient=patient)
    chosen = [s for s in known if session in {None, s.session} and (of is None or s.home == of)]
    if session is not None and len(chosen) > 1:
        homes = ", ".join(str(s.home) for s in chosen)
        raise ConfigurationError(f"several homes have a session {session}: --of one of {homes}")
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("exporting", total=len(chosen))
        written = write_sessions(
            source,
            chosen,
            cast("ExportFormat", to),
            out,
            said=lambda line: typer.echo(line, err=True),
            progress=lambda done, _total: progress.update(bar, completed=done),
        )
    typer.echo(f"{len(chosen)} session(s), {len(written)} files in {out}")
