"""The command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from ripresa import __version__
from telemetry.errors import RipresaError

from .laboratory.lsl_command import lsl
from .lazy import LazyGroup, lazy_commands
from .look_options import (
    AudioOnly,
    Captions,
    Effects,
    LanguageOption,
    Music,
    Plain,
    Points,
    Scanning,
    SideOption,
    Speech,
    TextScale,
)
from .recordings.export_command import export_sessions
from .recordings.import_command import import_recording
from .recordings.replay_command import replay

__all__ = ["app", "main"]

app = typer.Typer(
    name="ripresa",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Rehabilitation wearables, games and dashboards. Research software, not a medical device.",
)

lazy_commands |= {
    "challenge": (
        "ripresa.cli.challenges.challenge_cli:app",
        "Score wearables, algorithms and games on cases, and tell it in one report.",
    ),
    "clinic": ("ripresa.cli.clinic_cli:app", "The clinic: receive homes, follow and show them."),
    "cohort": (
        "ripresa.cli.cohorts.cohort_cli:app",
        "Many sessions: analysed by one core, and what they come to.",
    ),
    "dashboards": ("dashboards.grafana.grafana_cli:app", "Grafana's dashboards, written by code."),
    "devices": ("edge.devices_cli:app", "Find wearables, and bind each to its place."),
    "home": ("ripresa.cli.home_cli:app", "The patient's side: join a clinic, hold sessions."),
    "influx": (
        "ripresa.cli.influx_cli:app",
        "InfluxDB behind the clinic: set up, verify, catch up.",
    ),
    "journal": ("ingest.cli.journal_cli:app", "Journals: check, back up, archive, dead letters."),
    "patient": (
        "ripresa.cli.patient_cli:app",
        "Patients' rights: export, withdraw, restrict, erase.",
    ),
    "plan": ("ripresa.cli.plan_cli:app", "Therapy plans: import, show, compare, publish."),
    "region": (
        "ripresa.cli.region.region_cli:app",
        "Several clinics behind a cluster of brokers: keys, and who comes in.",
    ),
    "survey": (
        "ripresa.cli.surveys.survey_cli:app",
        "Surveys: codes to answer by, and what was answered.",
    ),
    "session": ("ripresa.cli.session_cli:app", "Recorded sessions: list, analyse anew."),
}

JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the figures here as JSON.")]


def main() -> None:
    """Run the command line; an error a person can act on is one line, never a traceback."""
    try:
        app()
    except RipresaError as e:
        typer.echo(f"ripresa: {e}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("ripresa: stopped", err=True)
        sys.exit(130)
    except Exception as e:
        if os.environ.get("RIPRESA_DEBUG"):
            raise
        missing = _missing_part(e)
        typer.echo(f"ripresa: {missing or _put_down(e)}", err=True)
        sys.exit(2 if missing else 70)


def _missing_part(error: Exception) -> str | None:
    """What to install, where a library of another extra was asked for."""
    if not isinstance(error, ModuleNotFoundError):
        return None
    from ripresa.platform.extras import how_to_install

    return how_to_install(error.name or "")


def _put_down(error: Exception) -> str:
    """Write a fault of ours to a file; returns the line for the person who met it."""
    import tempfile
    import traceback

    what = f"a fault of Ripresa's own ({type(error).__name__})"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="ripresa-fault-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return f"{what}; set RIPRESA_DEBUG=1 to see it whole"
    return f"{what}: please report it with the file {file.name}"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ripresa {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def demo(  # noqa: PLR0917 - typer reads options from it
    recording: Annotated[
        str, typer.Option(help="What the wearable replays: spar:SUBJECT:EXERCISE:SIDE.")
    ] = "spar:1:ABD:0",
    wearable: Annotated[
        str,
        typer.Option(
            help="Which kind replays it: dot, witmotion, polar-h10, polar-verity, movesense, "
            "thingy52 or open-imu."
        ),
    ] = "dot",
    speed: Annotated[float, typer.Option(help="How fast all clocks run.")] = 1.0,
    headless: Annotated[
        bool, typer.Option("--headless", help="No window and no browser: save a picture.")
    ] = False,
    json_file: JsonFile = None,
    keep: Annotated[
        Path | None, typer.Option(help="Keep journals, logs and pictures in this folder.")
    ] = None,
) -> None:
    """Replay a real recording through the whole chain, from the wearable to the clinic."""
    from ripresa.demo.demo import DemoOptions

    from .demo_command import run_demo_command

    run_demo_command(
        DemoOptions(
            recording=recording, wearable=wearable, speed=speed, headless=headless, keep=keep
        ),
        json_file,
    )


@app.command()
def doctor() -> None:
    """Tell what is on this machine, what that means, and what to do."""
    from ripresa.platform.doctor import run_doctor_command

    run_doctor_command()


@app.command()
def bench(  # noqa: PLR0917 - typer reads options from it
    name: Annotated[
        Optional[str], typer.Argument(help="Which measurement; without it they are listed.")  # noqa: UP045 - typer reads it
    ] = None,
    peer: Annotated[
        Optional[str], typer.Argument(help="Of `peers`: beside which one only.")  # noqa: UP045 - typer reads it
    ] = None,
    json_file: JsonFile = None,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for plots; else they lie beside the JSON.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="How long a siege lasts.")] = None,
    seed: Annotated[int | None, typer.Option(help="Start of a siege's random numbers.")] = None,
    homes: Annotated[int | None, typer.Option(min=2, help="How many, of `region`.")] = None,
) -> None:
    """Measure: figures as a table, ratios to the parts alone in the same run."""
    from ripresa.bench.measurements import run_bench_command

    run_bench_command(name, json_file, plots, minutes=minutes, seed=seed, peer=peer, homes=homes)


@app.command()
def play(  # noqa: PLR0917 - typer reads options from it
    game: Annotated[str, typer.Argument(help="volo, raccolto, onda or orto.")],
    source: Annotated[
        Optional[str], typer.Option("--input", help="wearable, keys or recording:SESSION.")  # noqa: UP045 - typer reads it
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
    seed: Annotated[int, typer.Option(help="Start of the game's random numbers.")] = 1,
    language: LanguageOption = "it",
    text_scale: TextScale = 1.0,
    side: SideOption = "right",
    audio_only: AudioOnly = False,
    scanning: Scanning = False,
    plain: Plain = False,
    music: Music = None,
    effects: Effects = None,
    speech: Speech = None,
    captions: Captions = None,
    points: Points = None,
    json_file: JsonFile = None,
    picture: Annotated[Path | None, typer.Option(help="Save a frame here, as PNG.")] = None,
    journal: Annotated[
        Path | None, typer.Option(help="Of a recording; without it this machine's.")
    ] = None,
    archive: Annotated[
        Path | None, typer.Option(help="An archive or export that holds the recording.")
    ] = None,
    ready_file: Annotated[Path | None, typer.Option(hidden=True)] = None,
    self_paced: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Play a therapy game; without an input by keys, or headless by a simulated patient."""
    from .look_options import kept_options, look_of
    from .play_command import PlayOptions, play_game

    result = play_game(
        PlayOptions(
            game=game,
            source=source,
            headless=headless,
            seed=seed,
            look=look_of(
                language,
                text_scale,
                side,
                audio_only=audio_only,
                scanning=scanning,
                plain=plain,
                wishes=kept_options(music, effects, speech, captions=captions, points=points),
            ),
            json_file=json_file,
            picture=picture,
            ready_file=ready_file,
            self_paced=self_paced,
            place=journal or archive,
            archive=archive if journal else None,
        )
    )
    rate = result["success_rate"]
    typer.echo(
        f"{result['game']}: {result['repetitions']} repetitions, {result['full']} full"
        + ("" if rate is None else f" ({100 * rate:.0f} %)")
        + f", score {result['score']}, ended: {result['stopped_by']}"
    )


app.command("export")(export_sessions)
app.command("import")(import_recording)
app.command()(lsl)
app.command()(replay)


@app.command()
def ledger(
    session: Annotated[str, typer.Argument(help="ULID of the session.")],
    home: Annotated[Path | None, typer.Option(help="The home's journal.")] = None,
    clinic: Annotated[Path | None, typer.Option(help="The clinic's journal.")] = None,
    json_file: JsonFile = None,
    of: Annotated[
        str | None, typer.Option(help="Whose session, where several homes have one of that name.")
    ] = None,
) -> None:
    """Tell where every sample of a session is, and why some are not.

    Without --home and --clinic the journals of this machine are read, as far as they are there.
    """
    from .ledger_command import run_ledger_command

    run_ledger_command(session, home, clinic, json_file, of=of)
