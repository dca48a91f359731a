"""`ripresa export`: recorded sessions in the formats of the field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from .recording_options import ArchiveOption, HomeOption, JournalOption, PlansOption

if TYPE_CHECKING:
    from ripresa.recordings.exporting import ExportFormat

__all__ = ["export_sessions"]


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

    from ripresa.recordings.agreed_use import not_to_use
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
        told = not_to_use(source, reader)
    barred = told or frozenset()
    if told is None:
        typer.echo(
            f"{source.path} tells of no consent: whoever restricts the use of their data since is "
            "not known there",
            err=True,
        )
    named = [s for s in known if session in {None, s.session} and (of is None or s.home == of)]
    chosen = [s for s in named if s.patient not in barred]
    if left := len(named) - len(chosen):
        said = "their persons restrict the use of their data, or withdrew their consent to research"
        if not chosen:
            raise ConfigurationError(f"nothing is exported: {said}")
        typer.echo(f"{left} session(s) left out: {said}", err=True)
    if session is not None and len(chosen) > 1:
        homes = ", ".join(str(s.home) for s in chosen)
        raise ConfigurationError(f"several homes have a session {session}: --of one of {homes}")
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("exporting", total=len(chosen))
        sessions, written = write_sessions(
            source,
            chosen,
            cast("ExportFormat", to),
            out,
            said=lambda line: typer.echo(line, err=True),
            progress=lambda done, _total: progress.update(bar, completed=done),
        )
    typer.echo(f"{sessions} session(s), {len(written)} files in {out}")
