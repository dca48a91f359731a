"""`ripresa plan`: plans at the clinic, from a file to the home that answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ripresa.clinic.outbox import Outbox
    from ripresa.session.plan_folder import PlanFolder
    from therapy.plan.plan import Plan
    from therapy.plan.plan_change import PlanChange

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Patient = Annotated[str, typer.Argument(help="The pseudonym.")]
Version = Annotated[int | None, typer.Option("--version", help="Without it the newest.")]


@app.callback()
def plan() -> None:
    """Import, show, compare, sign and publish therapy plans."""


@app.command("import")
def import_plan(file: Annotated[Path, typer.Argument(help="A plan in TOML.")]) -> None:
    """Check a plan and keep it; a version once kept is never changed."""
    from therapy.plan.plan_file import load_plan

    found = load_plan(file)
    _plans().add(found)
    typer.echo(
        f"kept: {found.patient} version {found.version}, {_exercises(found)}, in force "
        f"from {found.valid_from}; send it with 'ripresa plan publish {found.patient}'"
    )


@app.command()
def show(patient: Patient, version: Version = None) -> None:
    """Show a plan, and whether the home has it."""
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.table import Table

    found = _chosen(patient, version)
    table = Table(title=f"{patient}, version {found.version}", title_justify="left")
    for column in ("item", "exercise", "side", "dose", "limit", "assessment"):
        table.add_column(column, overflow="fold")
    for item in found.items:
        dose = item.asked
        limit = "-" if item.limit_deg is None else f"{item.limit_deg:g}°"
        asked = f"{dose.sets} x {dose.per_set:g} {dose.unit}"
        table.add_row(item.id, item.known.name.en, item.side, asked, limit, item.assessment)
    console = Console()
    console.print(table)
    for told in _known_of_joints(found):
        console.print(told)
    letters = [x for x in _outbox().letters(patient) if x.what == "plan"]
    for letter in letters:
        if letter.answered_ns is None:
            told = "published, the home has not answered yet"
        else:
            when = datetime.fromtimestamp(letter.answered_ns / 1e9, UTC)
            told = f"{letter.answer} by the home {when:%Y-%m-%d %H:%M} UTC {letter.note}"
        console.print(f"version {letter.id}: {told}")
    if not letters:
        console.print("not published")


@app.command()
def diff(
    patient: Patient,
    old: Annotated[int, typer.Argument(help="A version.")],
    new: Annotated[int | None, typer.Argument(help="Another; without it the newest.")] = None,
) -> None:
    """Show what changed between two versions."""
    from therapy.plan.plan_change import changes

    found = changes(_chosen(patient, old), _chosen(patient, new))
    for change in found:
        typer.echo(f"{change.place}: {_told(change)}")
    if not found:
        typer.echo("nothing changed")


@app.command()
def sign(
    patient: Patient,
    by: Annotated[str, typer.Option(help="Who answers for it: a pseudonym or a role.")],
    version: Version = None,
) -> None:
    """Write down who answers for a version of a plan."""
    from ripresa.clinic.care_desk import CareDesk
    from ripresa.platform.configuration import Folder, clock_from, ripresa_home

    found = _chosen(patient, version)
    with CareDesk.at(Folder(ripresa_home()).create(), clock_from()) as desk:
        desk.sign(found, by)
    typer.echo(f"version {found.version} is signed by {by}")


@app.command()
def publish(
    patient: Patient,
    site: Annotated[str, typer.Option(help="The clinic's name in topics.")],
    version: Version = None,
) -> None:
    """Send a plan to its patient's home; it stays on its way until the home answers."""
    from ripresa.clinic.care_desk import CareDesk
    from ripresa.platform.configuration import Folder, clock_from, ripresa_home

    found = _chosen(patient, version)
    with CareDesk.at(Folder(ripresa_home()).create(), clock_from()) as desk:
        desk.publish(found, site)
    typer.echo(
        f"version {found.version} is on its way; 'ripresa plan show {patient}' tells when the "
        "home has it"
    )


def _known_of_joints(plan: Plan) -> Iterator[str]:
    """What the clinic measured: angles of neutral poses, and how joints' sensors lie."""
    yield f"calibration: up to {plan.calibration}"
    if not plan.neutral_pose:
        yield "a neutral pose gives no zero, but where its angle was measured"
    for known in plan.neutral_angles:
        yield f"{known.side} {known.joint}: {known.angle_deg:g}° in the neutral pose"
    for stored in plan.calibrations:
        zero = "no zero" if stored.zero_rad is None else f"zero {stored.zero_rad:g} rad"
        yield f"stored calibration: {stored.distal} against {stored.proximal}, {zero}"


def _exercises(plan: Plan) -> str:
    return "1 exercise" if len(plan.items) == 1 else f"{len(plan.items)} exercises"


def _told(change: PlanChange) -> str:
    if change.after is None:
        return "gone"
    if change.before is None:
        return f"new: {_value(change.after)}"
    return f"{_value(change.before)} -> {_value(change.after)}"


def _value(value: object) -> str:
    """A value of a plan as its file would have it, in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_value(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _plans() -> PlanFolder:
    from ripresa.platform.configuration import Folder, ripresa_home
    from ripresa.session.plan_folder import PlanFolder

    return PlanFolder(Folder(ripresa_home()).create().plans)


def _outbox() -> Outbox:
    from ripresa.clinic.outbox import Outbox
    from ripresa.platform.configuration import Folder, ripresa_home

    return Outbox(Folder(ripresa_home()).outbox)


def _chosen(patient: str, version: int | None) -> Plan:
    from telemetry.errors import ConfigurationError

    known = _plans().versions(patient)
    found = [p for p in known if version in (None, p.version)]
    if not found:
        wanted = "no plan" if version is None else f"no plan version {version}"
        have = f"there is version {', '.join(str(p.version) for p in known)}; " if known else ""
        raise ConfigurationError(
            f"{wanted} of {patient!r} here: {have}import one with 'ripresa plan import FILE'"
        )
    return found[-1]
