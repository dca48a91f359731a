"""`ripresa cohort`: many sessions analysed by one core, and what they come to."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from research.cohorts.adherence_curve import AdherenceWeek
    from research.cohorts.analysed_session import AnalysedSession
    from research.cohorts.cohort_report import CohortReport
    from research.cohorts.drop_out import DropOuts
    from research.cohorts.prompt_trial import TrialEffect
    from research.cohorts.range_change import RangeSlope

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

SHOWN_FAULTS = 10


@app.callback()
def cohort() -> None:
    """Many sessions: analysed by one core, and what they come to."""


@app.command()
def analyse(
    folders: Annotated[
        list[Path], typer.Argument(help="Journals, archives, exports, or folders with such.")
    ],
    out: Annotated[Path, typer.Option(help="Keeps one result file a session.")] = Path("cohort"),
    workers: Annotated[
        int | None, typer.Option(help="Processes; without it as many as there are cores.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, instead of processes.")
    ] = None,
    recorded: Annotated[
        bool,
        typer.Option("--recorded", help="Take recorded results where the motion is not kept."),
    ] = False,
) -> None:
    """Run the core over all sessions; a run that was ended goes on where it was."""
    import os

    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from ripresa.cohorts.cohort_run import CohortFolder, analyse_cohort

    faults: list[AnalysedSession] = []
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    # A thread that draws would keep this process from being forked.
    shown = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
    with shown as progress:
        bar = progress.add_task("analysing", total=None)

        def told(done: int, total: int, row: AnalysedSession | None) -> None:
            progress.update(bar, completed=done, total=total, refresh=True)
            if row is not None and row.fault is not None:
                faults.append(row)

        run = analyse_cohort(
            folders,
            CohortFolder(out),
            workers=workers or os.cpu_count() or 1,
            scheduler=scheduler,
            recorded=recorded,
            progress=told,
        )
    typer.echo(
        f"{run.sessions} sessions: {run.analysed} analysed, {run.unchanged} as before, "
        f"{run.faults} with a fault; in {out}"
    )
    for row in faults[:SHOWN_FAULTS]:
        typer.echo(f"  {row.session}: {row.fault}", err=True)
    if len(faults) > SHOWN_FAULTS:
        typer.echo(f"  and {len(faults) - SHOWN_FAULTS} more, see their files", err=True)
    if run.removed:
        typer.echo(f"{run.removed} sessions are in none of the folders any more: taken out")
    if run.restricted:
        typer.echo(f"{run.restricted} persons restrict the use, or agree to no research: left out")
    if run.unnoted:
        typer.echo(
            f"{run.unnoted} clinics could not be told where the rows are: after an erasure there, "
            "run this again",
            err=True,
        )


@app.command()
def report(  # noqa: PLR0917 - typer reads options from it
    folder: Annotated[Path, typer.Argument(help="That `cohort analyse` wrote.")] = Path("cohort"),
    out: Annotated[
        Path | None, typer.Option(help="For report.json and report.png; else beside the results.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="The last day to look at, such as 2026-06-30.")
    ] = None,
    gap_days: Annotated[
        int, typer.Option(help="Days without therapy from which on somebody has dropped out.")
    ] = 14,
    apart: Annotated[
        bool, typer.Option("--apart", help="One pseudonym in two places is two persons.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the intervals' random draws.")] = 1,
) -> None:
    """Adherence, range over weeks, time to drop-out and change, each with its provenance."""
    from research.cohorts.cohort_picture import write_picture
    from research.cohorts.cohort_report import ReportWish, cohort_report, report_json
    from ripresa.cohorts.cohort_folding import cohort_of
    from ripresa.cohorts.cohort_run import CohortFolder
    from telemetry.files import write_atomically

    wish = ReportWish(gap_days=gap_days, seed=seed)
    found = cohort_of(CohortFolder(folder), until=_day(until), apart=apart)
    made = cohort_report(found, wish)
    target = out or folder / "report"
    write_atomically(target / "report.json", report_json(made))
    write_picture(made, target / "report.png")
    _show(made)
    typer.echo(f"{target / 'report.json'}, {target / 'report.png'}")


@app.command()
def trial(
    folder: Annotated[Path, typer.Argument(help="That `cohort analyse` wrote.")] = Path("cohort"),
    seed: Annotated[str, typer.Option(help="RIPRESA_TRIAL_SEED of the homes.")] = "1",
    until: Annotated[
        str | None, typer.Option(help="The last day to look at, such as 2026-06-30.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the effects here as JSON.")
    ] = None,
) -> None:
    """What prompts' variants do to the days done: weeks count as they were drawn."""
    import json
    from dataclasses import asdict

    from research.cohorts.prompt_trial import trial_effects
    from ripresa.cohorts.cohort_folding import cohort_of
    from ripresa.cohorts.cohort_run import CohortFolder
    from ripresa.cohorts.trial_weeks import trial_weeks
    from telemetry.files import write_atomically

    kept = CohortFolder(folder)
    cohort = cohort_of(kept, until=_day(until))
    effects = trial_effects(trial_weeks(kept, cohort, seed))
    for effect in effects:
        typer.echo(_effect_line(effect))
        for arm in effect.arms:
            mean = "-" if arm.mean is None else f"{100 * arm.mean:.0f} %"
            typer.echo(
                f"  {arm.variant}: {arm.weeks} weeks, {arm.without_exposure} of them without "
                f"exposure, {arm.unknown} unknown; days done {mean}"
                + (f"; {arm.others_shown} prompts of another variant" if arm.others_shown else "")
            )
    for note in cohort.notes:
        typer.echo(f"note: {note}")
    if json_file is not None:
        body = {"seed": seed, "effects": [asdict(effect) for effect in effects]}
        write_atomically(json_file, json.dumps(body | {"notes": list(cohort.notes)}, indent=1))


def _effect_line(effect: TrialEffect) -> str:
    head = f"{effect.mechanism}: {effect.variant} beside {effect.reference}"
    if effect.effect is None or effect.low is None or effect.high is None:
        return f"{head}: no effect told: {effect.note}"
    return (
        f"{head}: {100 * effect.effect:+.1f} points of days done "
        f"[{100 * effect.low:+.1f}, {100 * effect.high:+.1f}], {effect.persons} persons"
    )


def _day(text: str | None) -> date | None:
    from telemetry.errors import ConfigurationError

    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as e:
        raise ConfigurationError(f"--until {text!r}: such as 2026-06-30") from e


def _band(week: AdherenceWeek) -> str:
    if week.measured_low is None or week.measured_high is None:
        return ""
    return f" [{100 * week.measured_low:.0f}, {100 * week.measured_high:.0f}]"


def _reach(slope: RangeSlope) -> str:
    if slope.low is None or slope.high is None:
        return ""
    return f" [{slope.low:+.2f}, {slope.high:+.2f}]"


def _median(out: DropOuts) -> str:
    if out.median_days is not None:
        low, high = (
            "?" if day is None else f"{day:.0f}"
            for day in (out.median_low_days, out.median_high_days)
        )
        return f"{out.median_days:.0f} days [{low}, {high}]"
    if not out.known_days:
        return "not told of so few persons"
    return f"not reached in {out.known_days} days, for which enough persons were followed"


def _show(report: CohortReport) -> None:
    head, out = report.head, report.drop_out
    typer.echo(
        f"{head['patients']} persons, {head['sessions']} sessions, "
        f"{len(head['faults'])} with a fault"
    )
    told = [week for week in report.adherence if week.measured is not None]
    for week in (told[0], told[-1]) if len(told) > 1 else told:
        typer.echo(
            f"adherence in week {week.week + 1}: {100 * (week.measured or 0):.0f} %"
            f"{_band(week)} of days asked ({week.patients} persons)"
        )
    median = _median(out)
    censored = ", ".join(f"{why} {n}" for why, n in out.censored.items()) or "nobody"
    typer.echo(
        f"drop-out: {out.dropped_out} of {out.patients}, half after: {median}; censored: {censored}"
    )
    for slope in report.change:
        name = f"{slope.exercise}, {slope.what}, {slope.kind}"
        if slope.deg_a_week is None:
            typer.echo(f"{name}: no change told: {'; '.join(slope.notes)}")
        else:
            typer.echo(
                f"{name}: {slope.deg_a_week:+.2f}° a week"
                f"{_reach(slope)}, {slope.patients} persons"
                + ("" if slope.converged else f" ({'; '.join(slope.notes)})")
            )
    for note in head["notes"]:
        typer.echo(f"note: {note}")
