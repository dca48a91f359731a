"""A cohort's report as one picture: adherence, range, keeping on, change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .adherence_curve import LEAST_PERSONS

if TYPE_CHECKING:
    from pathlib import Path

    from .cohort_report import CohortReport

__all__ = ["write_picture"]

BLUE: Final = "#1f5a92"
GREY: Final = "#6b6b6b"
DRAWN: Final = 6
"""Observables that are drawn, the most often seen first."""


def write_picture(report: CohortReport, path: Path) -> None:
    """Draw the four figures.

    Args:
        report: of the cohort.
        path: a PNG, PDF or SVG file.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    figure = Figure(figsize=(12, 9), layout="constrained")
    axes = figure.subplots(2, 2)
    _adherence(axes[0, 0], report)
    _range(axes[0, 1], report)
    _drop_out(axes[1, 0], report)
    _change(axes[1, 1], report)
    head, made = report.head, report.provenance["adherence"]
    cores = ", ".join(f"{core} ({n})" for core, n in made["core_versions"].items()) or "none"
    figure.suptitle(
        f"{head['patients']} persons, {head['sessions']} sessions, {len(head['faults'])} with a "
        f"fault · core {cores} · input {made['input_hash'][:12]}",
        fontsize=10,
    )
    notes = [*head["notes"], "Research software, not a medical device."]
    figure.supxlabel("\n".join(notes), fontsize=8, color=GREY)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without a date of its own the same report is the same file.
    figure.savefig(path, dpi=110, metadata={"Software": None} if path.suffix == ".png" else None)


def _adherence(axes: Any, report: CohortReport) -> None:
    told = [w for w in report.adherence if w.measured is not None]
    weeks = [w.week + 1 for w in told]
    shares = [100 * (w.measured or 0) for w in told]
    axes.plot(weeks, shares, ".-", color=BLUE, label="measured, mean")
    banded = [w for w in told if w.measured_low is not None and w.measured_high is not None]
    axes.fill_between(
        [w.week + 1 for w in banded],
        [100 * (w.measured_low or 0) for w in banded],
        [100 * (w.measured_high or 0) for w in banded],
        color=BLUE,
        alpha=0.2,
        label="95 % of the mean",
    )
    with_told = [100 * (w.with_self_report or 0) for w in told]
    axes.plot(weeks, with_told, "--", color=GREY, label="with self-reported days")
    _people(axes, [(w.week + 1, w.patients) for w in told])
    axes.set(title="Adherence", xlabel="week", ylabel="days done, of those asked, %", ylim=(0, 105))
    axes.legend(fontsize=8, loc="lower left")


def _range(axes: Any, report: CohortReport) -> None:
    for number, course in enumerate(report.ranges[:DRAWN]):
        colour = f"C{number}"
        told = [w for w in course.weeks if w.median is not None]
        limbs = sorted({w.limbs for w in course.weeks})
        count = "-".join(str(n) for n in dict.fromkeys((limbs[0], limbs[-1])))
        label = f"{course.exercise}, {course.what}, {course.kind} ({count} limbs a week)"
        if not told:
            label += f": fewer than {LEAST_PERSONS} persons"
        weeks = [w.week + 1 for w in told]
        # A week that stands alone is no line.
        axes.plot(weeks, [w.median or 0 for w in told], ".-", color=colour, label=label)
        low, high = [w.p25 or 0 for w in told], [w.p75 or 0 for w in told]
        axes.fill_between(weeks, low, high, color=colour, alpha=0.15)
    axes.set(title="Range: median and quartiles over limbs", xlabel="week", ylabel="degrees")
    _legend(axes, len(report.ranges))


def _drop_out(axes: Any, report: CohortReport) -> None:
    told = (
        (report.drop_out, BLUE, "silent homes censored"),
        (report.silent_as_drop_out, GREY, "silent homes as drop-outs"),
    )
    for curve, colour, label in told:
        days = [0, *(s.day for s in curve.steps), curve.known_days]
        kept = [1.0, *(s.keeping_on for s in curve.steps)]
        axes.step(
            days, [100 * k for k in [*kept, kept[-1]]], where="post", color=colour, label=label
        )
    banded = [s for s in report.drop_out.steps if s.low is not None and s.high is not None]
    held = [*banded, *banded[-1:]]
    axes.fill_between(
        [*(s.day for s in banded), *([report.drop_out.known_days] if banded else [])],
        [100 * (s.low or 0) for s in held],
        [100 * (s.high or 0) for s in held],
        step="post",
        color=BLUE,
        alpha=0.15,
    )
    out = report.drop_out
    censored = ", ".join(f"{why} {n}" for why, n in out.censored.items()) or "nobody"
    if not out.known_days:
        why = f"fewer than {LEAST_PERSONS} persons: no curve"
        axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", color=GREY)
    axes.set(
        title=f"Keeping on: {out.dropped_out} of {out.patients} dropped out",
        xlabel=f"day of treatment (censored: {censored})",
        ylabel="persons, %",
        ylim=(0, 105),
    )
    axes.legend(fontsize=8, loc="lower left")


def _change(axes: Any, report: CohortReport) -> None:
    models = report.change[:DRAWN]
    for row, slope in enumerate(models):
        if slope.deg_a_week is None or slope.low is None or slope.high is None:
            axes.text(0, row, f"no figure: {slope.notes[-1]}", va="center", fontsize=8, color=GREY)
            continue
        reach = [[slope.deg_a_week - slope.low], [slope.high - slope.deg_a_week]]
        axes.errorbar(slope.deg_a_week, row, xerr=reach, fmt="o", color=BLUE, capsize=3)
    axes.axvline(0, color=GREY, lw=0.8)
    axes.set_yticks(
        range(len(models)), [f"{m.exercise}\n{m.kind}, {m.patients} persons" for m in models]
    )
    axes.set_ylim(max(len(models), 1) - 0.5, -0.5)
    axes.tick_params(axis="y", labelsize=8)
    axes.set(title="Change: mixed model, 95 % interval", xlabel="degrees a week")


def _people(axes: Any, counts: list[tuple[int, int]]) -> None:
    for week, people in counts[:: max(1, len(counts) // 8)]:
        axes.text(week, 102, f"n={people}", ha="center", fontsize=7, color=GREY)


def _legend(axes: Any, known: int) -> None:
    if not known:
        axes.text(0.5, 0.5, "no range was seen", transform=axes.transAxes, ha="center", color=GREY)
        return
    left = known - DRAWN
    axes.legend(fontsize=7, loc="best", title=f"and {left} more in the JSON" if left > 0 else None)
