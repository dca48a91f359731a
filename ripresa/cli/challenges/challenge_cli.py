"""`ripresa challenge list`, `run` and `simulate`: score entries on folders of cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from research.challenges.entry_process import Isolation, entries_at_hand
from ripresa.challenges.catalogue import CHALLENGES, load_challenge
from telemetry.errors import ConfigurationError, RipresaError

from .call_cli import app as call_app
from .new_command import new_entry
from .outcome_commands import compare_entries, report_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

__all__ = ["app", "parse_subjects"]

app = typer.Typer(
    no_args_is_help=True,
    help="Score wearables, algorithms and games on folders of cases.",
    pretty_exceptions_enable=False,
)
app.add_typer(call_app, name="call")
app.command("new")(new_entry)
app.command("report")(report_results)
app.command("compare")(compare_entries)

FoldersOption = Annotated[
    list[Path] | None,
    typer.Option("--from", help="Folder of an entry that is not installed; repeatable."),
]


def parse_subjects(text: str) -> list[int]:
    """`1-3,7` as [1, 2, 3, 7].

    Raises:
        ConfigurationError: the text is no such list.
    """
    subjects: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not first.strip().isdigit() or (last and not last.strip().isdigit()):
            raise ConfigurationError(f"subjects {text!r}: write them as 1-6 or 1,3,5")
        subjects += range(int(first), int(last or first) + 1)
    if not subjects:
        raise ConfigurationError(f"subjects {text!r}: the range is empty, write it as 1-6")
    return subjects


@app.command("list")
def list_challenges(folders: FoldersOption = None) -> None:
    """List the challenges and their entries."""
    from rich.console import Console
    from rich.table import Table

    table = Table("challenge", "entry", "kind", "what it is")
    broken: list[str] = []
    for name in CHALLENGES:
        from_outside, broken = entries_at_hand(name, folders or [])
        for entry in [*load_challenge(name).entries(), *from_outside]:
            table.add_row(name, entry.name, str(entry.kind), getattr(entry, "description", ""))
    Console().print(table)
    for told in broken:
        typer.echo(f"left out: {told}", err=True)


@app.command("run")
def run_challenge(  # noqa: PLR0917 - typer fills them by name
    challenge: Annotated[
        str,
        typer.Argument(
            help="orientation, repetitions, joint-angle, refusals, exercises or field-tests"
        ),
    ],
    data: Annotated[str, typer.Option("--data", help="Folder of cases, or the name of a set.")],
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result here.")] = None,
    report_file: Annotated[
        Path | None,
        typer.Option("--report", help="Write a readable report here (.html or .md)."),
    ] = None,
    entry: Annotated[
        list[str] | None, typer.Option("--entry", help="Score only this entry; repeatable.")
    ] = None,
    folders: FoldersOption = None,
    subjects: Annotated[str | None, typer.Option(help="Only these subjects, as 1-6.")] = None,
    time_limit: Annotated[
        float, typer.Option(min=0.1, help="Seconds that a foreign entry may take for one case.")
    ] = 60.0,
    memory_limit: Annotated[
        int, typer.Option(min=256, help="Megabytes that a foreign entry may use.")
    ] = 4096,
) -> None:
    """Score entries on a folder of cases; with --json a readable report is written beside it."""
    from rich.console import Console

    console = Console(stderr=True)
    try:
        _run(
            console,
            challenge,
            data,
            json_file=json_file,
            report_file=report_file,
            entry_names=entry or [],
            folders=folders or [],
            subjects=subjects,
            limits=Isolation(time_limit, memory_limit),
        )
    except RipresaError as error:
        console.print(f"[red]{challenge}[/red]: {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error


@app.command("simulate")
def simulate_cases(  # noqa: PLR0917 - typer fills them by name
    folder: Annotated[Path, typer.Argument(help="Folder to write the cases to.")],
    scenario: Annotated[
        list[str] | None, typer.Option(help="Only this scenario; repeatable.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Cases of each scenario.")] = 10,
    seed: Annotated[int, typer.Option(help="First seed.")] = 0,
    single: Annotated[
        bool, typer.Option("--single", help="One repetition of 1.5 s each, without calibration.")
    ] = False,
    people: Annotated[
        bool, typer.Option("--people", help="Draw the soft tissue of each case at random.")
    ] = False,
) -> None:
    """Write simulated joints with known truth as cases of the joint-angle challenge."""
    from rich.console import Console

    from research.joint_angle.joint_case import write_simulated

    console = Console(stderr=True)
    try:
        written = write_simulated(
            folder, scenario or [], range(seed, seed + count), single=single, people=people
        )
    except RipresaError as error:
        console.print(f"[red]simulate[/red]: {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    Console().print(f"{written} cases in {folder}", highlight=False, soft_wrap=True)


def _run(
    console: Console,
    name: str,
    data: str,
    *,
    json_file: Path | None,
    report_file: Path | None,
    entry_names: list[str],
    folders: Sequence[Path],
    subjects: str | None,
    limits: Isolation,
) -> None:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.table import Table

    from research.challenges.challenge import select_entries, told_value
    from research.challenges.challenge_report import write_json, write_readable

    challenge = load_challenge(name)
    chosen = parse_subjects(subjects) if subjects else None
    from_outside, broken = entries_at_hand(name, folders)
    for told in broken:
        console.print(f"left out: {told}", highlight=False, soft_wrap=True, markup=False)
    known: list[Any] = [*challenge.entries(), *from_outside]
    entries = select_entries(known, entry_names)
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task(challenge.title, total=None)

        def advance(done: int, total: int, label: str) -> None:
            bar.update(task, completed=done, total=total, description=label)

        report = challenge.run(entries, data, subjects=chosen, progress=advance, isolation=limits)
    table = Table("entry", "figure", "value", "to reach", title=report.title)
    for figure in report.figures:
        value = told_value(figure.value, figure.unit)
        table.add_row(figure.entry, figure.name, value, figure.target)
    out = Console()
    out.print(table)
    out.print(f"Population: {report.population}.", highlight=False)
    if json_file is not None:
        write_json(report, json_file)
        report_file = report_file or json_file.with_suffix(".html")
    if report_file is not None:
        write_readable(report, report_file)
        out.print(f"Report: {report_file}", highlight=False, soft_wrap=True)
