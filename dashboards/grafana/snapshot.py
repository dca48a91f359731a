"""What each panel shows now, by its own query: to compare, to keep, to look without Grafana."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["interpolated", "shown_by"]

TIME_RANGE: Final = ("v.timeRangeStart", "v.timeRangeStop")


def interpolated(flux: str, bucket: str, variables: Mapping[str, str], *, start: str) -> str:
    """A panel's query as Grafana sends it.

    Args:
        flux: as the dashboard has it.
        bucket: the data source's.
        variables: values of the dashboard's variables.
        start: from when on, e.g. `-4w`.
    """
    flux = flux.replace("v.defaultBucket", json.dumps(bucket))
    flux = flux.replace(TIME_RANGE[0], start).replace(TIME_RANGE[1], "now()")
    for name, value in variables.items():
        flux = flux.replace(f"${{{name}}}", value)
    return flux


def shown_by(
    models: Mapping[str, Mapping[str, Any]],
    ask: Callable[[str], list[dict[str, Any]]],
    bucket: str,
    variables: Mapping[str, str],
    *,
    start: str = "-4w",
) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Of each panel with all its variables given: dashboard, title, and rows.

    Args:
        models: the dashboards.
        ask: runs a Flux query.
        bucket: where figures stand.
        variables: values of the dashboards' variables; panels that need others are left out.
        start: from when on.
    """
    for uid, model in models.items():
        for panel in model["panels"]:
            rows: list[dict[str, Any]] = []
            queries = [
                interpolated(t["query"], bucket, variables, start=start)
                for t in panel.get("targets", [])
            ]
            if not queries or any("${" in query for query in queries):
                continue
            for query in queries:
                rows += ask(query)
            yield uid, panel["title"], rows
