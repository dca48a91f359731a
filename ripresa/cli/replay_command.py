"""`ripresa replay`: a recorded session once more, into core, game or bus."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from ripresa.session.replay import Timeline
    from ripresa.session.replaying import Replay, ReplayPass
    from ripresa.session.session_source import SessionSource
    from telemetry.messages.results import SessionResult
    from telemetry.transport.bus import Bus

__all__ = ["replay"]


def replay(  # noqa: PLR0917 - typer reads options from it
    session: Annotated[str, typer.Argument(help="ULID of the session.")],
    journal: Annotated[
        Path | None, typer.Option(help="The journal; without it this machine's.")
    ] = None,
    archive: Annotated[
        Path | None, typer.Option(help="An archive or export instead, or a journal's archive.")
    ] = None,
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
    plans: Annotated[
        Path | None, typer.Option(help="Folder of plans, where it is not beside the place.")
    ] = None,
    of: Annotated[
        str | None, typer.Option(help="Whose session, where several homes have one of that name.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here as JSON.")
    ] = None,
) -> None:
    """Replay a recorded session as if it were live, into the core, a game or the whole bus."""
    from ripresa.session.session_source import session_source
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
    ran = _Ran(session, source, of, _speed(speed), from_s, to_s, loop, publish)
    done, recorded = ran.run()
    _tell(done, recorded, verify=verify, json_file=json_file, session=session)


@dataclass(frozen=True, slots=True)
class _Ran:
    session: str
    source: SessionSource
    of: str | None
    speed: float | None
    from_s: float
    to_s: float | None
    loop: bool
    publish: bool

    def run(self) -> tuple[ReplayPass, SessionResult | None]:
        """Replay it; gives the last pass, and the result that was recorded."""
        import asyncio

        from ripresa.session.replay import timeline_of
        from ripresa.session.replaying import Replay
        from telemetry.messages.results import SessionResult

        with self.source.reading() as reader:
            timeline = timeline_of(reader, self.session, self.source.plans, home=self.of)
            results = reader.results(self.session, home=self.of)
        counting = [r for r in results if isinstance(r, SessionResult) and not r.provisional]
        wanted = Replay(timeline=timeline, speed=self.speed, from_s=self.from_s, to_s=self.to_s)
        done = asyncio.run(self._passes(wanted, timeline))
        return done, counting[-1] if counting else None

    async def _passes(self, wanted: Replay, timeline: Timeline) -> ReplayPass:
        from rich.console import Console
        from rich.progress import Progress

        from ripresa.session.replaying import BusReplay
        from telemetry.clock import SystemClock

        clock = SystemClock()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("replaying", total=timeline.lasts_s)
            async with self._bus() as bus:
                while True:
                    listener = (
                        None if bus is None else BusReplay(bus, clock, timeline, from_s=self.from_s)
                    )
                    done = await wanted.run(
                        clock,
                        listener,
                        lambda at, total: progress.update(bar, completed=at, total=total),
                    )
                    if not self.loop:
                        return done

    def _bus(self) -> AbstractAsyncContextManager[Bus | None]:
        from contextlib import nullcontext

        if not self.publish:
            return nullcontext()
        return _connected(self.session)


def _connected(session: str) -> AbstractAsyncContextManager[Bus | None]:
    from contextlib import asynccontextmanager

    from ripresa.platform.configuration import mqtt_settings
    from telemetry.transport.mqtt import MqttBus

    @asynccontextmanager
    async def connected() -> AsyncIterator[Bus | None]:
        async with MqttBus(mqtt_settings(), f"replay-{session}") as bus:
            await bus.wait_connected()
            yield bus
            await bus.drain()

    return connected()


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
