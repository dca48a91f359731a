"""`ripresa challenge report` and `compare`: what runs came to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from research.outcomes.result_file import ChallengeResult

__all__ = ["compare_entries", "report_results"]


def report_results(
    results: Annotated[
        list[Path], typer.Argument(help="What `challenge run --json` wrote; of any challenges.")
    ],
    call_file: Annotated[
        Path | None, typer.Option("--call", help="Hold the entries against this call.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The report: .html, .md or .json; else report.html.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write it as JSON here, too.")
    ] = None,
) -> None:
    """Tell one report of several runs: wearables, algorithms and games, by four dimensions."""
    from research.outcomes.call import read_call
    from research.outcomes.outcome_report import OutcomeReport
    from research.outcomes.result_file import read_result

    call = None if call_file is None else read_call(call_file)
    report = OutcomeReport([read_result(path) for path in results], call)
    place = out or Path("report.html")
    report.write(place)
    if json_file is not None:
        report.write(json_file.with_suffix(".json"))
    for outcome in report.gates():
        typer.echo(f"{outcome.entry}: passes {outcome.reached}")
        for gate, missing in outcome.missing.items():
            typer.echo(f"  missing for {gate}: {'; '.join(missing) or 'nothing'}")
    typer.echo(f"Report: {place}")


def compare_entries(
    first: Annotated[str, typer.Argument(help="An entry, or FILE:ENTRY.")],
    second: Annotated[str, typer.Argument(help="Another, of the same or of another run.")],
    result: Annotated[
        Path | None, typer.Option(help="The run's JSON, where both are of it.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here as JSON.")
    ] = None,
) -> None:
    """Compare two entries case by case: paired differences with 95 % intervals."""
    from rich.console import Console
    from rich.table import Table

    from research.outcomes.comparison import compare

    found = compare(_chosen(first, result), _chosen(second, result))
    table = Table(
        *("figure", "pairs", found.first, found.second, "difference", "95 %", "verdict"),
        title=f"{found.first} against {found.second}",
    )
    for d in found.differences:
        interval = "" if d.low is None or d.high is None else f"{d.low:.3g} to {d.high:.3g}"
        numbers = (f"{d.first:.3g}", f"{d.second:.3g}", f"{d.difference:+.3g}")
        table.add_row(d.key, str(d.pairs), *numbers, interval, d.verdict)
    console = Console()
    console.print(table)
    told = {
        f"answered by {found.first} only": found.only_first,
        f"answered by {found.second} only": found.only_second,
        "answered by neither": found.neither,
    }
    for what, cases in told.items():
        if cases:
            console.print(f"{what}: {', '.join(cases)}", highlight=False, markup=False)
    console.print(f"Population: {found.population}.", highlight=False, markup=False)
    if json_file is not None:
        text = json.dumps(found.as_json(), indent=1, sort_keys=True, ensure_ascii=False)
        try:
            json_file.write_text(text + "\n", encoding="utf-8")
        except OSError as e:
            raise ConfigurationError(f"cannot write {json_file}: {e.strerror}") from e


def _chosen(name: str, result: Path | None) -> tuple[ChallengeResult, str]:
    from research.outcomes.result_file import read_result

    if result is not None:
        return read_result(result), name
    file, colon, entry = name.rpartition(":")
    if not colon or not file:
        raise ConfigurationError(
            f"{name!r}: of which run? Give --result FILE, or FILE:ENTRY for each of the two"
        )
    return read_result(Path(file)), entry
