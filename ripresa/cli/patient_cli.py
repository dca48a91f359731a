"""`ripresa patient`: a patient's rights, at the clinic and at the home."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ingest.cli import rights_cli as at_clinic
from ingest.cli.patient_options import Actor, Decider, Ground, Lift, Pseudonym

from .look_options import LanguageOption

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Report, write to, export, withdraw, restrict, erase, unlock; who did what to whose data.",
)
app.command()(at_clinic.add)
app.command()(at_clinic.who)
app.command()(at_clinic.forget)
app.command()(at_clinic.export)
app.command()(at_clinic.restrict)
app.command()(at_clinic.audit)


@app.command()
def withdraw(
    patient: Pseudonym,
    lift: Lift = False,
    ground: Ground = "asked by the patient",
    actor: Actor = "command line",
) -> None:
    """Collect nothing new of a patient, here and at the home; what is there stays."""
    sites = _sites(patient)
    at_clinic.withdraw(patient, lift, ground, actor)
    _tell_homes(patient, sites, "resume" if lift else "withdraw")


@app.command()
def erase(
    patient: Pseudonym,
    ground: Ground,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    actor: Actor = "command line",
    folder: Annotated[
        Path, typer.Option(help="Where docker-compose.yml lies: the home's user goes, too.")
    ] = Path(),
) -> None:
    """Delete all of a patient: journal, archive, letters, exports, plans, broker, database, home.

    Then searches the clinic's folder for every name that stood for the patient. It cannot be
    undone. What the home still sends later is not stored. A step that fails now is tried again
    by each start of the clinic, and by this command.
    """
    from ripresa.clinic.erasure_rounds import ErasureParts
    from ripresa.platform.configuration import Folder, clock_from, mqtt_settings, ripresa_home

    state = Folder(ripresa_home())
    parts = ErasureParts(state, mqtt_settings(), clock_from(), compose=folder, say=typer.echo)
    steps = parts.steps(patient, _sites(patient))
    roots = [state.root] if state.kept_demo.exists() else [state.outbox]
    at_clinic.erase_everywhere(patient, ground, yes=yes, actor=actor, more=steps, roots=roots)


@app.command()
def report(
    patient: Pseudonym,
    pdf: Annotated[Path, typer.Option("--pdf", help="Takes the report.")],
    language: LanguageOption = "it",
) -> None:
    """Write a patient's four weeks on one page: figures, plan version, checked on whom."""
    from ripresa.care.report import write_report
    from ripresa.platform.configuration import Folder, clock_from, ripresa_home

    write_report(
        Folder(ripresa_home()), patient, pdf, clock_from(), "en" if language == "en" else "it"
    )
    typer.echo(f"report: {pdf}")


@app.command()
def unlock(
    patient: Pseudonym,
    actor: Decider,
) -> None:
    """Allow standing exercises again after a fall that was told, or whose question was skipped.

    What the patient tells after this moment locks them again, and so does what the clinic had not
    heard of.
    """
    from ripresa.clinic.around.treatment import Treatment
    from ripresa.home.unlocking import Unlocking
    from ripresa.platform.configuration import Folder, clock_from, ripresa_home
    from telemetry.clock import SystemClock

    from .home_command import home_settings

    now_ns = SystemClock().now_ns()
    here = home_settings()
    if here.identity.patient == patient and here.folder.home_journal.is_file():
        Unlocking(now_ns, actor).keep(here.folder.unlocking)
        typer.echo("unlocked in the home on this machine")
    folder = Folder(ripresa_home())
    if folder.clinic_journal.is_file():
        with Treatment.at(folder, clock_from()) as treatment:
            if treatment.knows(patient):
                treatment.unlock_standing(patient, actor)
                typer.echo("the command to the home is on its way")
                return
    at_clinic.note_unlocking(patient, actor)
    typer.echo("no home of this patient is known: nothing to tell")


@app.command()
def message(
    patient: Pseudonym,
    text: Annotated[str, typer.Argument(help="In the person's language, 280 letters at most.")],
    actor: Decider,
) -> None:
    """Send a message to the patient's next session; those that wait to be read stay."""
    from ripresa.clinic.around.treatment import Treatment
    from ripresa.platform.configuration import Folder, clock_from, ripresa_home

    with Treatment.at(Folder(ripresa_home()), clock_from()) as treatment:
        treatment.write_message(patient, text, actor)
    typer.echo("the message to the home is on its way")


def _sites(patient: str) -> list[str]:
    """The sites of a patient's homes, as far as any was ever heard of."""
    from ingest.journal.reading import JournalReader
    from ripresa.platform.configuration import Folder, ripresa_home

    path = Folder(ripresa_home()).clinic_journal
    if not path.is_file():
        return []
    with JournalReader(path) as reader:
        return sorted({h.site for h in reader.homes() if h.patient == patient and h.site})


def _tell_homes(
    patient: str,
    sites: list[str],
    what: Literal["withdraw", "resume"],
) -> None:
    from ripresa.clinic.outbox import Outbox, OutboxLetter
    from ripresa.platform.configuration import Folder, ripresa_home
    from telemetry.clock import SystemClock
    from telemetry.identity import new_ulid
    from telemetry.messages.notices import Command

    outbox = Outbox(Folder(ripresa_home()).outbox)
    for site in sites:
        command = Command(command=new_ulid(SystemClock()), what=what, patient=patient)
        outbox.post(
            OutboxLetter(
                site=site, patient=patient, what="command", id=command.command, notice=command
            )
        )
        typer.echo("the command to the home is on its way")
    if not sites:
        typer.echo("no home of this patient is known: nothing to tell")
