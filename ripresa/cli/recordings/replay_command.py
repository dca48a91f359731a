"""`ripresa replay`: a recorded session once more."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .recording_options import ArchiveOption, HomeOption, JournalOption, PlansOption

if TYPE_CHECKING:
    from ripresa.recordings.replaying import ReplayPass
    from telemetry.messages.results import SessionResult

__all__ = ["replay"]


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
    from ripresa.cli.play_command import PlayOptions, play_game
    from telemetry.errors import ConfigurationError

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
