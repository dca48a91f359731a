"""`ripresa home`: the patient's side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
from .postcards.postcards_cli import app as postcards_app

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(postcards_app, name="postcards")


@app.callback()
def home() -> None:
    """Join a clinic, serve wearables, hold sessions."""


@app.command()
def join(file: Annotated[Path, typer.Argument(help="The clinic's join file.")]) -> None:
    """Join a clinic with the file that it made for this home."""
    from ingest.enrolment.enrolment import join_home
    from ripresa.platform.configuration import Folder, ripresa_home

    folder = Folder(ripresa_home()).create()
    joined = join_home(file, folder.home, (folder.takes, folder.surveys))
    typer.echo(f"joined {joined.site} as {joined.patient}: ripresa home run")


@app.command()
def run() -> None:
    """Serve this home until stopped: sessions open when a screen asks for one."""
    from ripresa.platform.program import log_to

    from .home_command import serve_home

    log_to()
    serve_home()


@app.command()
def session(  # noqa: PLR0917 - typer reads options from it
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
    five_minutes: Annotated[
        bool, typer.Option("--five-minutes", help="The short version of a hard day.")
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
    full_screen: Annotated[
        bool, typer.Option("--full-screen", help="The window fills the display.")
    ] = False,
    keys: Annotated[
        bool,
        typer.Option("--keys", help="Without a wearable: what is done counts as self-reported."),
    ] = False,
) -> None:
    """Hold one session with its screens, from check-in to the last card."""
    from .home_command import HeldSession, hold_session_with_screens
    from .look_options import kept_options, look_of

    told = hold_session_with_screens(
        HeldSession(
            look=look_of(
                language,
                text_scale,
                side,
                audio_only=audio_only,
                scanning=scanning,
                plain=plain,
                full_screen=full_screen,
                wishes=kept_options(music, effects, speech, captions=captions, points=points),
            ),
            five_minutes=five_minutes,
            headless=headless,
            by_keys=keys,
        )
    )
    typer.echo(told)


@app.command()
def settings(
    music: Music = None,
    effects: Effects = None,
    speech: Speech = None,
    captions: Captions = None,
    points: Points = None,
) -> None:
    """Keep volumes, captions and points for all sessions and games here; tell what is kept."""
    from ripresa.home.looks.kept_look import KeptLook
    from ripresa.platform.configuration import Folder, ripresa_home

    from .look_options import kept_options, look_of

    path = Folder(ripresa_home()).create().kept_look
    asked = kept_options(music, effects, speech, captions=captions, points=points)
    if asked != KeptLook():
        asked.over(KeptLook.load(path)).save(path)
    look = look_of("it", 1.0, "right", audio_only=False)
    typer.echo(
        f"music {look.music:g}, effects {look.sound:g}, speech {look.speech:g}; "
        f"captions {'on' if look.captions else 'off'}, points {'on' if look.points else 'off'}"
    )


@app.command()
def install(
    language: LanguageOption = "it",
    text_scale: TextScale = 1.0,
    side: SideOption = "right",
    keys: Annotated[bool, typer.Option("--keys", help="Sessions without a wearable.")] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take away what it set up; what was recorded stays.")
    ] = False,
) -> None:
    """Set this computer up as a home box: it serves at log-in, and sessions fill the screen."""
    import os
    import sys

    from ripresa.platform import home_installation as installing

    asked = ("--language", language, "--text-scale", f"{text_scale:g}", "--side", side)
    installation = installing.Installation(
        home=Path.home(),
        command=(str(Path(sys.executable).with_name("ripresa")),),
        settings=installing.settings_of(os.environ),
        session=(*asked, "--keys") if keys else asked,
    )
    done = installing.remove(installation) if remove else installing.install(installation)
    for line in done:
        typer.echo(line)


@app.command()
def reminders(
    file: Annotated[Path, typer.Argument(help="The calendar file to write, e.g. ripresa.ics.")],
    language: LanguageOption = "it",
) -> None:
    """Write the planned days of four weeks as a calendar with alarms; it names nobody."""
    from datetime import timedelta

    from games.persuasion.reminders import calendar
    from ripresa.home.todays_plan import plan_for_today
    from telemetry.errors import ConfigurationError

    from .home_command import home_settings

    home = home_settings()
    plan = plan_for_today(home)
    text = calendar(
        plan.persuasion.reminders,
        plan.time_zone,
        plan.suggests,
        plan.day_of(home.clock.now_ns()) + timedelta(days=1),
        "en" if language == "en" else "it",
        stamp_ns=home.clock.now_ns(),
    )
    try:
        file.write_bytes(text)
    except OSError as e:
        raise ConfigurationError(f"{file} cannot be written: {e.strerror}") from e
    typer.echo(f"wrote {file}: open it in a calendar")


@app.command()
def progress(
    file: Annotated[Path, typer.Argument(help="The page to write, e.g. progress.html.")],
    language: LanguageOption = "it",
) -> None:
    """Write one's own progress as one page to print; it names nobody."""
    from ripresa.home.todays_plan import plan_for_today
    from ripresa.home.way.printed_progress import progress_html
    from ripresa.home.way.walked_sessions import progress_of_home
    from telemetry.errors import ConfigurationError

    from .home_command import home_settings

    home = home_settings()
    plan = plan_for_today(home)
    today = plan.day_of(home.clock.now_ns())
    own = progress_of_home(home, plan)
    page = progress_html(own, "en" if language == "en" else "it", printed=today)
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as e:
        raise ConfigurationError(f"{file} cannot be written: {e.strerror}") from e
    typer.echo(f"wrote {file}: open it in a browser and print it")


@app.command()
def viewpoint(
    file: Annotated[Path, typer.Argument(help="The card to write, e.g. viewpoint.html.")],
    language: LanguageOption = "it",
) -> None:
    """Write the card of the last viewpoint (weeks 4, 8, 12) to print; it names nobody."""
    import os

    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from ripresa.home.todays_plan import plan_for_today
    from ripresa.home.way.printed_viewpoint import viewpoint_card
    from telemetry.errors import ConfigurationError

    from .home_command import home_settings

    home = home_settings()
    page = viewpoint_card(home, plan_for_today(home), "en" if language == "en" else "it")
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as e:
        raise ConfigurationError(f"{file} cannot be written: {e.strerror}") from e
    typer.echo(f"wrote {file}: open it in a browser and print it")


@app.command("live-view")
def live_view(
    allow: Annotated[
        bool | None,
        typer.Option("--allow/--refuse", help="Let the clinic see sessions live, or no more."),
    ] = None,
) -> None:
    """Say whether the clinic may see sessions while they are played; nobody may until you do.

    Whoever watches stands on the screen. Refusing ends it at once.
    """
    from ripresa.watching.live_consent import LiveConsent
    from telemetry.clock import SystemClock

    from .home_command import home_settings

    home = home_settings()
    path = home.folder.live_view
    if allow is not None:
        LiveConsent(allowed=allow, t_ns=SystemClock().now_ns()).keep(path)
    told = "may" if LiveConsent.load(path).allowed else "may not"
    typer.echo(f"the clinic {told} see sessions of this home live")


@app.command()
def take(
    session: Annotated[str, typer.Argument(help="ULID of the recorded session.")],
    item: Annotated[str, typer.Argument(help="The exercise item in it.")],
) -> None:
    """Make the physiotherapist's own take of an exercise from a session recorded here.

    From then on it is shown as a ghost before the exercise. It holds one curve and its times.
    """
    from ingest.journal.reading import JournalReader
    from ripresa.platform.configuration import Folder, ripresa_home
    from ripresa.recordings.take_of_session import take_of
    from ripresa.session.reanalysis import plan_of_session

    folder = Folder(ripresa_home()).create()
    with JournalReader(folder.home_journal) as reader:
        exercise = (
            plan_of_session(session, reader.events(session), folder.plans).item(item).exercise
        )
        made = take_of(reader, session, item, folder.plans)
    folder.takes.mkdir(mode=0o700, exist_ok=True)
    made.save(folder.takes / f"{exercise}.json")
    typer.echo(f"{exercise}: a take of {made.times_s[-1]:.0f} s is shown now")


@app.command()
def osc(
    host: Annotated[str, typer.Option(help="In the home's own network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="UDP port of the engine.")] = 9000,
) -> None:
    """Send control and events to a headset or an engine as OSC, until stopped."""
    from ripresa.home.outside_screens import send_osc
    from ripresa.platform.program import run_until_stopped

    from .home_command import home_settings

    home = home_settings()
    run_until_stopped(send_osc(home.broker, home.identity.topics, host, port))


@app.command()
def page() -> None:
    """Tell the address of the page that a browser opens to be a screen."""
    from ripresa.home.outside_screens import page_for

    from .home_command import home_settings

    home = home_settings()
    typer.echo(page_for(home.identity.topics, home.folder.logs))
