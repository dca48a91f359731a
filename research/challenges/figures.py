"""From the scores of cases to a report's rows, means and drawings of what went worst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .challenge import Figure, Plot, Section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["FigureLabel", "figure_rows", "figures_of", "mean_figures", "worst_plots"]

_Case = TypeVar("_Case")


@dataclass(frozen=True, slots=True)
class FigureLabel:
    """How one score is told.

    Attributes:
        better: `lower`, `higher`, or neither by itself.
        topic: of `dimensions.TOPICS`; empty: what the section measures.
    """

    text: str
    unit: str
    better: str = "lower"
    topic: str = ""


def mean_figures(
    rows: Iterable[Mapping[str, float | None]], keys: Iterable[str]
) -> dict[str, float | None]:
    """The mean of each score over the cases in which it is known; None where it is in none."""
    held = list(rows)
    means: dict[str, float | None] = {}
    for key in keys:
        known = [value for row in held if (value := row.get(key)) is not None]
        means[key] = float(np.mean(known)) if known else None
    return means


def figure_rows(
    entry: str,
    values: Mapping[str, float | None],
    labels: Mapping[str, FigureLabel],
    *,
    section: Section,
    population: str,
    reach: Mapping[str, str] | None = None,
) -> list[Figure]:
    """The report's rows of one entry, in the labels' order; what is not known has none.

    Args:
        entry: its name.
        values: by key.
        labels: by key.
        section: of the report.
        population: on whom they were measured.
        reach: by key, what the product's own entry is to reach; others are held to nothing.
    """
    asked = (reach or {}) if entry == "ripresa" else {}
    return [
        Figure(
            section,
            entry,
            label.text,
            value,
            label.unit,
            population,
            asked.get(key, ""),
            key=key,
            better=label.better,
            topic=label.topic,
        )
        for key, label in labels.items()
        if (value := values.get(key)) is not None
    ]


def figures_of(
    bodies: Mapping[str, Mapping[str, Any]],
    labels: Mapping[str, FigureLabel],
    *,
    section: Section,
    population: str,
    reach: Mapping[str, str] | None = None,
) -> list[Figure]:
    """The rows of the means of all entries, one entry after the other; see `figure_rows`."""
    return [
        figure
        for name, body in bodies.items()
        for figure in figure_rows(
            name, body["mean"], labels, section=section, population=population, reach=reach
        )
    ]


def worst_plots(
    cases: Sequence[_Case],
    badness: Callable[[_Case], float],
    *,
    title: Callable[[int, _Case], str],
    draw: Callable[[_Case], Callable[[Any], None]],
    most: int,
) -> list[Plot]:
    """Drawings of the cases that went worst, the worst first; `title` gets place and case."""
    worst = sorted(cases, key=badness, reverse=True)[:most]
    return [Plot(title(place, case), draw(case)) for place, case in enumerate(worst, 1)]
