"""How an entry that counts sessions does with something else spliced into a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from research.challenges.entry_guard import FaultRows, offered
from research.session_cases.published import Published

from .everyday_cases import everyday_cases
from .metamorphic_cases import places, whole_repetitions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from research.challenges.challenge import Entry
    from research.challenges.running import ProgressMeter

    from .repetition_cases import RepetitionCase
    from .repetition_entries import RepetitionSpans

__all__ = ["score_sessions"]


def score_sessions(
    entry: Entry,
    cases: Sequence[RepetitionCase],
    body: dict[str, Any],
    meter: ProgressMeter,
    faults: FaultRows,
) -> None:
    """Add what an entry that counts sessions makes of recordings with something else in them."""
    count = offered(entry, "count")
    rows: list[dict[str, Any]] = []
    for seed, case in enumerate(meter.over(entry, cases, ", everyday movement")):
        if count is not None and case.exercise is not None:
            with faults.row(entry, f"{case.name}, everyday movement"):
                rows += _everyday_rows(case, entry.solve, count, seed)
    if not rows:
        return
    body["everyday"] = rows
    body["mean"] |= _session_means(rows)


def _session_means(rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    plain = [row for row in rows if row["activity"] is None]
    error = [abs(r["counted"] - r["expected"]) for r in rows if r["activity"] is not None]
    with_interval = [r for r in plain if r["low"] is not None]
    inside = [r["low"] <= r["expected"] <= r["high"] for r in with_interval]
    return {
        "everyday_count_error": _mean(error),
        "everyday_within_one_percent": _percent([e <= 1 for e in error]),
        "session_count_error": _mean([abs(r["counted"] - r["expected"]) for r in plain]),
        "count_interval_width_mean": _mean([r["high"] - r["low"] for r in with_interval]),
        "count_interval_coverage_percent": _percent(inside),
    }


def _everyday_rows(
    case: RepetitionCase,
    solve: Callable[..., RepetitionSpans],
    count: Callable[..., Any],
    seed: int,
) -> Iterator[dict[str, Any]]:
    """The recording itself against what was done, and each activity against the plain recording."""

    def row(activity: str | None, expected: int, shown: Published) -> dict[str, Any]:
        return {
            "name": case.name,
            "activity": activity,
            "expected": expected,
            "counted": shown.count,
            "low": shown.count_low,
            "high": shown.count_high,
        }

    shown = Published.read(count(case.sensors, case.rate_hz, case.exercise))
    yield row(None, case.truth, shown)
    whole = whole_repetitions(case, solve)
    if whole is None:
        return
    sensors, spans = whole
    expected = Published.read(count(sensors, case.rate_hz, case.exercise)).count
    (_, at), *_ = places(spans)
    for made in everyday_cases(sensors, case.rate_hz, at, seed=seed):
        shown = Published.read(count(made.sensors, case.rate_hz, case.exercise))
        yield row(made.activity, expected, shown)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _percent(truths: Sequence[bool]) -> float | None:
    return 100 * float(np.mean(truths)) if truths else None
