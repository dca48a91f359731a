"""`ripresa clinic`: the clinic's side."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import enrolment_cli
from ingest.cli.patient_options import Pseudonym

from . import access_cli

if TYPE_CHECKING:
    from ripresa.platform.configuration import Folder

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.command()(enrolment_cli.init)
home = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="One home's way in: revoke, rotate."
)
home.command()(enrolment_cli.revoke)
home.command()(enrolment_cli.rotate)
app.add_typer(home, name="home")
app.command("renew-certificates")(enrolment_cli.renew)
app.add_typer(access_cli.user, name="user")
app.add_typer(access_cli.token, name="token")

By = Annotated[str, typer.Option(help="Who does it: a pseudonym or a role.")]


@app.callback()
def clinic() -> None:
    """Receive homes, follow their journals, show them."""


@app.command()
def run(  # noqa: PLR0917 - switches
    site: Annotated[str, typer.Option(help="Whose homes to serve; + for all.")] = "+",
    time_zone: Annotated[
        str, typer.Option(help="Of the clinic: its days are judged at their end there.")
    ] = "Europe/Rome",
    web_host: Annotated[
        str,
        typer.Option(help="Where the web page listens; beyond loopback only behind a proxy."),
    ] = "127.0.0.1",
    web_port: Annotated[
        int | None, typer.Option(help="Port of the web page; without it 8470, or a free one.")
    ] = None,
    published_on_loopback: Annotated[
        bool,
        typer.Option(
            "--published-on-loopback",
            help="For the shipped compose file: its port is published to this machine only.",
        ),
    ] = False,
    behind_proxy: Annotated[
        list[str] | None,
        typer.Option(
            help="Address or network of the proxy that brings the page to others by TLS; "
            "its forwarded headers alone are believed. May be repeated."
        ),
    ] = None,
    host_name: Annotated[
        list[str] | None,
        typer.Option(help="By which browsers reach the page through the proxy. May be repeated."),
    ] = None,
    partition: Annotated[
        str,
        typer.Option(
            metavar="K/N", help="Take the K-th of N parts of the patients, counted from 0."
        ),
    ] = "0/1",
    sorted_by_broker: Annotated[
        bool,
        typer.Option(
            "--sorted-by-broker",
            help="The broker sorts records by partition, as deploy/region sets it up.",
        ),
    ] = False,
) -> None:
    """Run the clinic: receiver, database follower where one is configured, web page.

    The broker is named by RIPRESA_MQTT_HOST, RIPRESA_MQTT_PORT and so on, the database by
    RIPRESA_INFLUX_URL, RIPRESA_INFLUX_TOKEN and RIPRESA_INFLUX_ORG.
    """
    from ingest.influx.server import InfluxSettings
    from ripresa.clinic.clinic import ClinicOptions, run_clinic
    from ripresa.platform.configuration import (
        Folder,
        clock_from,
        mqtt_settings,
        ripresa_home,
    )
    from ripresa.platform.program import log_to, run_until_stopped
    from telemetry.transport.partition import Partition

    log_to()
    options = ClinicOptions(
        folder=Folder(ripresa_home()).create(),
        broker=mqtt_settings(),
        site=site,
        clock=clock_from(),
        influx=InfluxSettings.from_environment(),
        time_zone=time_zone,
        web_host=web_host,
        web_port=web_port,
        published_on_loopback=published_on_loopback,
        behind_proxy=tuple(behind_proxy or ()),
        host_names=tuple(host_name or ()),
        partition=Partition.parse(partition, sorted_by_broker=sorted_by_broker),
    )
    run_until_stopped(run_clinic(options))


@app.command()
def enrol(
    patient: Pseudonym,
    file: Annotated[Path, typer.Argument(help="The join file to write.")],
    gateway: Annotated[str | None, typer.Option(help="Name of the home's box.")] = None,
    folder: enrolment_cli.FolderOption = Path(),
) -> None:
    """Give a home its user at the broker, write its join file, and note that it is enrolled."""
    from ripresa.clinic.care_desk import CareDesk
    from ripresa.platform.configuration import clock_from

    with CareDesk.at(_state(folder), clock_from()) as desk:
        desk.may_enrol(patient, folder)
        site = enrolment_cli.enrol(patient, file, gateway, folder)
        desk.enrol(patient, site)


@app.command()
def take(
    patient: Pseudonym,
    item: Annotated[str, typer.Argument(help="The exercise item of the patient's plan.")],
    session: Annotated[
        str | None, typer.Argument(help="ULID of your own session; none takes a take back.")
    ] = None,
    *,
    by: By,
    journal: Annotated[
        Path | None, typer.Option(help="Where your session is; else this machine's home.")
    ] = None,
    own_item: Annotated[
        str | None, typer.Option(help="The item in your session, where it bears another name.")
    ] = None,
) -> None:
    """Send your own repetition of an exercise with the plan: the home shows it as a pale ghost.

    It is one curve and its times, of a session that you held yourself.
    """
    from ingest.journal.reading import JournalReader
    from ripresa.clinic.around.treatment import Treatment
    from ripresa.platform.configuration import clock_from
    from ripresa.recordings.take_of_session import take_of

    folder, made = _state(), None
    if session is not None:
        with JournalReader(journal or folder.home_journal) as reader:
            made = take_of(reader, session, own_item or item, folder.plans)
    with Treatment.at(folder, clock_from()) as treatment:
        exercise = treatment.record_take(patient, item, made, by)
    typer.echo(f"{exercise}: " + ("no take any more" if made is None else "the take is on its way"))


@app.command()
def discharge(patient: Pseudonym, by: By) -> None:
    """Note that a patient is no longer treated here; enrolling again ends that."""
    from ripresa.clinic.around.treatment import Treatment
    from ripresa.platform.configuration import clock_from

    with Treatment.at(_state(), clock_from()) as treatment:
        treatment.discharge(patient, by)
    typer.echo(f"{patient} is discharged; what was recorded stays")


@app.command()
def excuse(
    patient: Pseudonym,
    first: Annotated[str, typer.Argument(help="The first day, e.g. 2026-03-02.")],
    last: Annotated[str | None, typer.Argument(help="The last; without it the same.")] = None,
    *,
    by: By,
    why: Annotated[
        str, typer.Option(help="illness, holiday, appointment, technical or other.")
    ] = "other",
    lift: Annotated[bool, typer.Option("--lift", help="Take it back.")] = False,
) -> None:
    """Excuse days: they lower no figure; what is done on them counts all the same."""
    from ripresa.clinic.care_desk import CareDesk
    from ripresa.platform.configuration import clock_from
    from telemetry.errors import ConfigurationError

    if why not in ("illness", "holiday", "appointment", "technical", "other"):
        raise ConfigurationError(
            f"why {why!r}: it is illness, holiday, appointment, technical, other"
        )
    since, until = _day(first), _day(last or first)
    with CareDesk.at(_state(), clock_from()) as desk:
        desk.excuse(patient, since, until, by=by, why=why, lifted=lift)  # type: ignore[arg-type]
    typer.echo(f"{since} to {until}: {'no longer excused' if lift else 'excused'}")


@app.command()
def pause(
    patient: Pseudonym,
    since: Annotated[str, typer.Argument(help="The first day of it, e.g. 2026-03-02.")],
    *,
    by: By,
    why: Annotated[str, typer.Option(help="Why.")] = "",
    resume: Annotated[
        bool, typer.Option("--resume", help="Treatment goes on again from that day on.")
    ] = False,
) -> None:
    """Let a treatment rest from a day on: nothing is missed until it goes on again."""
    from ripresa.clinic.care_desk import CareDesk
    from ripresa.platform.configuration import clock_from

    day = _day(since)
    with CareDesk.at(_state(), clock_from()) as desk:
        desk.pause(patient, day, by, why=why, resumed=resume)
    typer.echo(f"{patient}: treatment {'goes on' if resume else 'rests'} from {day} on")


@app.command()
def correct(
    patient: Pseudonym,
    day: Annotated[str, typer.Argument(help="The day, e.g. 2026-03-02.")],
    item: Annotated[str, typer.Argument(help="The item's id in the plan.")],
    amount: Annotated[
        float | None, typer.Argument(help="Done, in the item's unit; without it as recorded.")
    ] = None,
    *,
    by: By,
    note: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Say how much of an item was done on a day, where what was recorded is wrong."""
    from ripresa.clinic.care_desk import CareDesk
    from ripresa.platform.configuration import clock_from

    on = _day(day)
    with CareDesk.at(_state(), clock_from()) as desk:
        desk.correct(patient, on, item, amount, by=by, note=note)
    typer.echo(f"{item} on {on}: {'as recorded' if amount is None else f'{amount:g}'}")


@app.command()
def days(
    patient: Annotated[str | None, typer.Argument(help="Pseudonym; to set a day.")] = None,
    session: Annotated[str | None, typer.Argument(help="Which session.")] = None,
    day: Annotated[
        str | None, typer.Argument(help="The day it was, e.g. 2026-03-02; without it as told.")
    ] = None,
    *,
    by: Annotated[str | None, typer.Option(help="Who says so: a pseudonym or a role.")] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    language: Annotated[str, typer.Option(help="it or en.")] = "it",
) -> None:
    """Show sessions whose day cannot be, as a box's clock was wrong; or say what day one was."""
    from ripresa.clinic.care_desk import CareDesk
    from ripresa.clinic.days_report import days_lines
    from ripresa.platform.configuration import clock_from
    from telemetry.errors import ConfigurationError

    with CareDesk.at(_state(), clock_from()) as desk:
        if patient is not None:
            if session is None or by is None:
                raise ConfigurationError(
                    "to set a day: ripresa clinic days PATIENT SESSION DAY --by WHO"
                )
            on = None if day is None else _day(day)
            desk.set_day(patient, session, on, by=by, note=note)
        for text in days_lines(desk.set_aside(), "en" if language == "en" else "it"):
            typer.echo(text)


@app.command()
def simulate(
    folder: Annotated[Path, typer.Option(help="Where the simulated clinic is written.")],
    *,
    patients: Annotated[int, typer.Option(min=1, max=999, help="How many.")] = 40,
    weeks: Annotated[int, typer.Option(min=1, max=520, help="How long.")] = 12,
    seed: Annotated[int, typer.Option(help="Of all chance: the same gives the same.")] = 1,
    until: Annotated[str | None, typer.Option(help="Its last day; without it yesterday.")] = None,
    influx: Annotated[
        bool, typer.Option("--influx", help="Fill the configured database from it, too.")
    ] = False,
) -> None:
    """Write a clinic of virtual patients whose truth is known, marked as simulated."""
    from ripresa.care.simulation import SimulationWish, write_simulation
    from ripresa.platform.configuration import clock_from

    wish = SimulationWish(
        folder=folder,
        patients=patients,
        weeks=weeks,
        seed=seed,
        last=None if until is None else _day(until),
        influx=influx,
    )
    for line in write_simulation(wish, clock_from()):
        typer.echo(line)


@app.command()
def worklist(
    json_file: Annotated[Path | None, typer.Option("--json", help="Write it here too.")] = None,
    language: Annotated[str, typer.Option(help="it or en.")] = "it",
) -> None:
    """Show who needs a look first, why, and since when."""
    from ripresa.care.worklist_report import show_worklist
    from ripresa.platform.configuration import clock_from

    show_worklist(_state(), clock_from(), "en" if language == "en" else "it", json_file)


def _state(folder: Path = Path()) -> Folder:
    from ripresa.platform.configuration import clinic_at_hand

    return clinic_at_hand(folder)


def _day(text: str) -> date:
    from telemetry.errors import ConfigurationError

    try:
        return date.fromisoformat(text)
    except ValueError as e:
        raise ConfigurationError(f"day {text!r}: give it as e.g. 2026-03-02") from e


@app.command()
def check(folder: enrolment_cli.FolderOption = Path()) -> None:
    """Tell, before `docker compose up -d`, what would fail; exit code 1 where something would."""
    from ripresa.clinic.preflight import preflight

    findings = preflight(folder)
    for finding in findings:
        mark = {"good": "ok  ", "fair": "look", "missing": "FAIL"}[finding.grade]
        typer.echo(f"{mark} {finding.part}: {finding.state}")
        if finding.advice:
            typer.echo(f"     {finding.advice}")
    if any(finding.grade == "missing" for finding in findings):
        raise typer.Exit(1)


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="The whole document.")] = False,
    language: Annotated[str, typer.Option(help="it or en.")] = "it",
) -> None:
    """Ask the running clinic how it is; exit code 0: well, 1: not, 2: none runs here."""
    import json

    from ripresa.clinic.status_report import report_lines
    from ripresa.platform.configuration import Folder, ripresa_home
    from ripresa.platform.status_socket import ask_status
    from telemetry.printable import printable

    document = ask_status(Folder(ripresa_home()).clinic)
    if as_json:
        typer.echo(json.dumps(document, indent=1))
    else:
        for text in report_lines(document, "en" if language == "en" else "it"):
            typer.echo(printable(text))
    if not document["well"]:
        raise typer.Exit(1)


@app.command()
def surveys(
    language: Annotated[str, typer.Option(help="it or en.")] = "it",
) -> None:
    """Show what the anonymous questionnaire says, survey by survey, from five answers up."""
    from ripresa.clinic.survey_desk import SurveyArchive
    from ripresa.clinic.survey_report import report
    from ripresa.platform.configuration import Folder, clock_from, ripresa_home
    from telemetry.errors import ConfigurationError

    if language not in ("it", "en"):
        raise ConfigurationError(f"language {language!r}: there are it and en")
    archive = SurveyArchive(Folder(ripresa_home()).survey_answers)
    today = datetime.fromtimestamp(clock_from().now_ns() / 1e9, UTC).date()
    typer.echo(report(archive, "en" if language == "en" else "it", today))
