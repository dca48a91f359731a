"""`ripresa patient`: what a patient may ask of the clinic that keeps their data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .patient_options import Actor, Ground, KeyFileOption, Lift, Pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ingest.journal.journal import Journal
    from ingest.places import Places
    from ingest.rights.audit import AuditKey
    from telemetry.clock import Clock

__all__ = [
    "add",
    "app",
    "audit",
    "database_step",
    "erase",
    "erase_everywhere",
    "export",
    "forget",
    "note_unlocking",
    "restrict",
    "who",
    "withdraw",
]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Export, withdraw, restrict, erase; and who did what to whose data.",
)


@app.command()
def add(
    person: Annotated[str, typer.Argument(help="What the clinic knows the person by.")],
    key_file: KeyFileOption,
) -> None:
    """Give a person a pseudonym; the name goes into the key file and nowhere else."""
    from ingest.rights.key_file import KeyFile

    typer.echo(KeyFile(key_file).add(person))


@app.command()
def who(patient: Pseudonym, key_file: KeyFileOption) -> None:
    """Tell who is behind a pseudonym."""
    from ingest.rights.key_file import KeyFile
    from telemetry.errors import ConfigurationError

    person = KeyFile(key_file).person(patient)
    if person is None:
        raise ConfigurationError(f"{key_file} does not know {patient}: is it the right file?")
    typer.echo(person)


@app.command()
def forget(patient: Pseudonym, key_file: KeyFileOption) -> None:
    """Take a pseudonym out of the key file: nobody can tell any more who it was."""
    from ingest.rights.key_file import KeyFile

    found = KeyFile(key_file).forget(patient)
    typer.echo("forgotten" if found else "it was not there")


@app.command()
def export(
    patient: Pseudonym,
    target: Annotated[
        Path | None, typer.Option(help="A new folder; else one under the clinic's exports.")
    ] = None,
    actor: Actor = "command line",
) -> None:
    """Write everything that is held of a patient as JSON and Parquet."""
    from ingest.rights.patient_export import export_patient

    places, key, clock, journal = _clinic()
    with journal:
        folder = target or places.exports / f"{patient}@{clock.now_ns() // 1_000_000_000}"
        files = export_patient(
            journal,
            key,
            patient,
            archive=places.archive,
            plans=places.plans,
            drafts=places.drafts,
            target=folder,
            actor=actor,
            now_ns=clock.now_ns(),
        )
    typer.echo(f"{files} files in {folder}")


@app.command()
def withdraw(
    patient: Pseudonym,
    lift: Lift = False,
    ground: Ground = "asked by the patient",
    actor: Actor = "command line",
) -> None:
    """Collect nothing new of a patient; what is there stays."""
    from ingest.rights.consent import ConsentState

    _set(patient, ConsentState.WITHDRAWN, lift, ground, actor)
    typer.echo("new records are collected again" if lift else "no new record is stored from now on")


@app.command()
def restrict(
    patient: Pseudonym,
    lift: Lift = False,
    ground: Ground = "asked by the patient",
    actor: Actor = "command line",
) -> None:
    """Keep a patient's data and do not use it: it leaves the database."""
    from ingest.rights.consent import ConsentState
    from ingest.stores.table import EraseStep, RestrictStep, unrestricted
    from telemetry.errors import StoreError

    database = database_step(patient).get(EraseStep.DATABASE)
    steps: dict[str, Callable[[], None]] = {
        RestrictStep.NOTED: lambda: _set(patient, ConsentState.RESTRICTED, lift, ground, actor),
        RestrictStep.DATABASE: (lambda: None) if lift or database is None else database,
    }
    if left := unrestricted(steps):
        raise StoreError(f"nobody knows how to restrict by {', '.join(left)}: nothing was")
    for step in steps.values():
        step()
    if lift:
        typer.echo("used again; `ripresa influx catch-up --refill` brings it into the database")
    elif database is not None:
        typer.echo("kept, not used; it has left the database")
    else:
        typer.echo("kept, not used (no InfluxDB is configured)")


@app.command()
def erase(
    patient: Pseudonym,
    ground: Ground,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    actor: Actor = "command line",
) -> None:
    """Delete all of a patient: journal, archive, dead letters, exports, plans, database.

    Then searches the clinic's folder for every name that stood for the patient. It cannot be
    undone. What the home still sends later is not stored.
    """
    erase_everywhere(patient, ground, yes=yes, actor=actor, more={})


def erase_everywhere(
    patient: str,
    ground: str,
    *,
    yes: bool,
    actor: str,
    more: Mapping[str, Callable[[], None]],
    roots: Sequence[Path] = (),
) -> None:
    """Erase from the journal, then step by step from the rest, and say what is left.

    Args:
        patient: the pseudonym.
        ground: why.
        yes: do not ask.
        actor: who does it.
        more: further steps, by name.
        roots: further folders to search for what is left.

    Raises:
        ConfigurationError: ground or actor names the patient.
        Exit: something is left, or to be done.
    """
    from ingest.rights.audit import names_patient
    from ingest.rights.erasure import carry_out, erase_from_journal, steps_here, traces
    from ingest.stores.table import EraseStep, folders_erased
    from telemetry.errors import ConfigurationError

    if names_patient(ground, patient) or names_patient(actor, patient):
        raise ConfigurationError("the ground and who does it stay in the audit log: name nobody")
    if not yes:
        typer.confirm(f"Erase {patient} for good?", abort=True)
    places, key, clock, journal = _clinic()
    folders = folders_erased(places)
    with journal:
        erased = erase_from_journal(
            journal,
            key,
            patient,
            folders=folders,
            actor=actor,
            ground=ground,
            now_ns=clock.now_ns(),
        )
        others = [h.patient.encode() for h in journal.homes() if h.patient]
        steps = {**steps_here(journal, patient, folders), **more, **database_step(patient)}
        failed = carry_out(journal, patient, steps)
    typer.echo(
        f"{erased.records} records, {erased.sessions} sessions and {erased.files} files deleted"
    )
    for step, why in failed.items():
        typer.echo(f"still to do: {step} ({why})")
    if failed:
        typer.echo("each start of the clinic tries again; so does this command")
    elif EraseStep.DATABASE in steps:
        typer.echo(
            "the database finds nothing any more; InfluxDB 2 keeps deleted names in its files "
            "until `ripresa influx rebuild`"
        )
    searched = [places.clinic, *(f for f in folders if places.clinic not in f.parents), *roots]
    left = traces(searched, erased.needles, others)
    for path in left:
        typer.echo(f"still in {path}")
    if left or failed:
        raise typer.Exit(1)
    typer.echo(f"no byte of it under {' and '.join(map(str, searched))}")


def database_step(patient: str) -> dict[str, Callable[[], None]]:
    """The step that erases from the database; none where none is configured."""
    from ingest.influx.server import InfluxSettings, InfluxWriter
    from ingest.rights.erasure import erase_from_database
    from ingest.stores.table import EraseStep

    settings = InfluxSettings.from_environment()
    if settings is None:
        return {}

    def step() -> None:
        with InfluxWriter(settings) as writer:
            erase_from_database(writer, settings, patient)

    return {EraseStep.DATABASE: step}


@app.command()
def audit(
    patient: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Only what concerns this pseudonym.")
    ] = None,
) -> None:
    """Show the audit log, and whether its chain holds."""
    from datetime import UTC, datetime

    from ingest.rights.audit import audit_entries, broken_links

    _, key, _, journal = _clinic()
    with journal:
        for e in audit_entries(journal, key=key, patient=patient):
            when = datetime.fromtimestamp(e.t_ns / 1e9, UTC).isoformat(timespec="seconds")
            subject = e.subject.hex()[:12]
            typer.echo(f"{e.number} {when} {e.actor}: {e.action} {subject} {e.detail}".rstrip())
        broken = broken_links(journal, key)
    typer.echo(f"chain broken at {broken}" if broken else "chain whole")
    if broken:
        raise typer.Exit(1)


def note_unlocking(patient: str, actor: str) -> None:
    """Write into the audit log who allowed standing exercises again, and when."""
    from ingest.rights.audit import note

    _, key, clock, journal = _clinic()
    with journal, journal.writing() as db:
        note(
            db,
            key,
            t_ns=clock.now_ns(),
            actor=actor,
            action="unlock standing",
            patient=patient,
        )


def _set(patient: str, state: str, lift: bool, ground: str, actor: str) -> None:
    from ingest.rights.consent import ConsentState, set_consent

    _, key, clock, journal = _clinic()
    with journal:
        set_consent(
            journal,
            key,
            patient,
            ConsentState(state),
            on=not lift,
            actor=actor,
            now_ns=clock.now_ns(),
            ground=ground,
        )


def _clinic() -> tuple[Places, AuditKey, Clock, Journal]:
    from ingest.journal.journal import Journal
    from ingest.places import Places
    from ingest.rights.audit import AuditKey
    from telemetry.clock import SystemClock

    places, clock = Places.from_environment(), SystemClock()
    journal = Journal.open(places.journal(places.clinic_journal), clock)
    return places, AuditKey.at(places.audit_key), clock, journal
