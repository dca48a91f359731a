"""Pictures of what entries came to: every case as a dot, the mean with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from research.challenges.challenge import Plot

from .comparison import bootstrap_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .result_file import ChallengeResult

__all__ = ["case_plots"]

MOST_PLOTS = 4
SPREAD = 0.16
"""Of the dots across their line, in shares of the distance between two entries."""


def case_plots(result: ChallengeResult) -> list[Plot]:
    """For the first figures that each case has, the cases of every entry."""
    rows = {entry: result.rows(entry) for entry in result.entries}
    labels = {f.key: f"{f.name}, {f.unit}".rstrip(", ") for f in result.figures if f.key}
    plots = []
    for key, label in labels.items():
        values = {
            entry: np.array([row[key] for row in cases.values() if key in row])
            for entry, cases in rows.items()
        }
        if any(len(v) > 1 for v in values.values()):
            plots.append(Plot(f"{result.title}: {label}", _dots(values, label)))
    return plots[:MOST_PLOTS]


def _dots(values: Mapping[str, Any], label: str) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        for line, held in enumerate(values.values()):
            if not len(held):
                continue
            # Evenly across the line in the cases' order, so that the picture is the same each time.
            across = line + SPREAD * (np.arange(len(held)) * 0.618 % 1 * 2 - 1)
            axes.plot(held, across, "o", ms=4, alpha=0.45, mew=0, color="#0072b2")
            interval = bootstrap_interval(held)
            if interval is not None:
                axes.plot(interval, [line, line], color="#d55e00", lw=3, solid_capstyle="butt")
            axes.plot([held.mean()], [line], "D", color="#d55e00", ms=7)
        axes.set_yticks(range(len(values)), list(values))
        axes.set_ylim(len(values) - 0.5, -0.5)
        axes.set_xlabel(f"{label} (a dot a case; diamond: mean, with its 95 % interval)")
        axes.grid(axis="x", alpha=0.3)

    return draw
