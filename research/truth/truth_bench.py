"""`ripresa bench truth`: every kind of wrong premise as sessions, and what was published of them.

Each row is a family of simulated sessions (`research.session_cases`) that goes through the
recorded run of the core, from events, streams and plan to results. The figures are named for what
they ask; `outside_unrefused` counts ranges that were published with a band that does not hold the
true one, or peaks likewise.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from research.session_cases.channel_faults import channel_faults, lossy
from research.session_cases.done_otherwise import OTHERWISE, done_otherwise
from research.session_cases.outcome import (
    Outcome,
    coverage_percent,
    judged,
    median_half_width_deg,
)
from research.session_cases.right_placements import brisk_joints, people, rigid_chains
from research.session_cases.spliced import ACTIVITIES, failing_peaks, folding, held, loose, spliced
from research.session_cases.wrong_placements import clocks_apart, failed_calibrations, wrong

from .looks import measure_looks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from research.session_cases.case_spec import CaseSpec

__all__ = ["ROWS", "TruthRow", "measure_truth"]

Figures = dict[str, Any]

SPARC_REFERENCE = -1.41
"""Of a minimum-jerk stroke (Balasubramanian et al. 2015, at this cut and threshold)."""
HOLDS_S = (0.0, 1.0, 3.0, 5.0)
WORKERS = 2


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One row of the bench.

    Attributes:
        name: of its figures, as `name.figure`.
        cases: of each of so many people.
        figures: what is told of their outcomes.
        seeds: how many people.
    """

    name: str
    cases: Callable[[Sequence[int]], list[CaseSpec]]
    figures: Callable[[Sequence[Outcome]], Figures]
    seeds: int


def measure_truth(
    *,
    said: Callable[[str], None] = lambda _: None,
    scale: float = 1.0,
    rows: Iterable[str] = (),
    workers: int = WORKERS,
) -> Figures:
    """All rows' figures, flat.

    Args:
        said: is told what has been measured.
        scale: of the number of people in each row; 1: as documented.
        rows: only these; none: all.
        workers: processes; 0: in this one.
    """
    wanted = set(rows)
    chosen = [row for row in ROWS if not wanted or row.name in wanted]
    families = [row.cases(range(max(1, round(scale * row.seeds)))) for row in chosen]
    total, done = sum(map(len, families)), 0
    figures: Figures = {}
    with _mapping(min(workers, os.cpu_count() or 1)) as run:
        pending = [run(cases) for cases in families]
        for row, cases, outcomes in zip(chosen, families, pending, strict=True):
            found = list(outcomes)
            done += len(cases)
            figures[f"{row.name}.cases"] = len(cases)
            figures |= {f"{row.name}.{k}": v for k, v in row.figures(found).items()}
            said(f"{done} of {total} sessions: {row.name}")
    if not wanted or "change" in wanted:
        figures |= measure_looks(max(20, round(400 * scale)))
    return figures


@contextmanager
def _mapping(workers: int) -> Iterator[Callable[[list[CaseSpec]], Iterable[Outcome]]]:
    """Judges cases in so many processes, in their order."""
    if workers < 1:
        yield lambda cases: map(judged, cases)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield lambda cases: pool.map(judged, cases, chunksize=4)


def _wrong(outcomes: Sequence[Outcome]) -> Figures:
    """Of sensors that are not what they are believed to be."""
    by_kind = _by_kind(outcomes)
    return {
        "shown": sum(not o.shown.refused for o in outcomes),
        "outside_unrefused": sum(o.outside for o in outcomes),
        "refused_percent": _percent(o.shown.refused for o in outcomes),
        **{f"outside_unrefused.{kind}": sum(o.outside for o in own) for kind, own in by_kind},
    }


def _right(outcomes: Sequence[Outcome]) -> Figures:
    """Of sensors where they belong."""
    return {
        "refused_percent": _percent(o.shown.refused for o in outcomes),
        "range_coverage_percent": coverage_percent(outcomes),
        "range_half_width_deg": median_half_width_deg(outcomes),
        "peak_coverage_percent": _known_percent(o.holds_peak for o in outcomes),
        "repetition_range_coverage_percent": _known_percent(
            holds for o in outcomes for holds in o.each_holds
        ),
        "repetition_peak_coverage_percent": _known_percent(
            holds for o in outcomes for holds in o.each_holds_peak
        ),
        "peak_shown_percent": _percent(o.shown.peak_deg is not None for o in outcomes),
        "count_error_mean": _count_error(outcomes),
        "count_exact_percent": _percent(o.count_error == 0 for o in outcomes),
        **_interval(outcomes),
        **{
            f"refused_percent.{kind}": _percent(o.shown.refused for o in own)
            for kind, own in _by_kind(outcomes)
        },
        **{
            f"range_coverage_percent.{kind}": coverage_percent(own)
            for kind, own in _by_kind(outcomes)
        },
    }


def _spliced(outcomes: Sequence[Outcome]) -> Figures:
    """Of sets with something else in them."""
    return _membership(outcomes) | {
        f"{figure}.{kind.rpartition(' ')[2]}": value
        for kind, own in _by_kind(outcomes)
        for figure, value in _membership(own).items()
    }


def _membership(outcomes: Sequence[Outcome]) -> Figures:
    return {
        "count_error_mean": _count_error(outcomes),
        "within_one_percent": _percent(abs(o.count_error) <= 1 for o in outcomes),
        "range_in_band_percent": _percent(bool(o.holds) for o in outcomes),
        "outside_unrefused": sum(o.outside for o in outcomes),
        **_interval(outcomes),
    }


def _failing(outcomes: Sequence[Outcome]) -> Figures:
    """Of sets whose peaks fail: what is neither counted nor told as an attempt is lost."""
    done = sum(o.done or 0 for o in outcomes)
    lost = sum(max(0, (o.done or 0) - o.shown.count - o.shown.attempts) for o in outcomes)
    return {"lost_percent": 100 * lost / max(done, 1)}


def _quality(outcomes: Sequence[Outcome]) -> Figures:
    """Of flawless repetitions that the radio lost a part of."""
    known = [o.quality for o in outcomes if o.quality is not None]
    return {
        "quality_mean": float(np.mean(known)) if known else "not judged",
        "not_judged_percent": _percent(o.quality is None for o in outcomes),
        "range_coverage_percent": coverage_percent(outcomes),
        "count_error_mean": _count_error(outcomes),
    }


def _smoothness(outcomes: Sequence[Outcome]) -> Figures:
    """Of smooth strokes, whatever the hold."""
    found = [value for o in outcomes for value in o.sparc]
    mean = float(np.mean(found)) if found else None
    return {
        "sparc_mean": mean,
        "difference_to_reference": None if mean is None else mean - SPARC_REFERENCE,
    }


def _interval(outcomes: Sequence[Outcome]) -> Figures:
    """Width of the counts' intervals and how often they hold what was done."""
    known = [
        (o.shown.count_low, o.shown.count_high, o.done)
        for o in outcomes
        if o.shown.count_low is not None and o.shown.count_high is not None and o.done is not None
    ]
    if not known:
        return {"count_interval_width_mean": None, "count_interval_coverage_percent": None}
    return {
        "count_interval_width_mean": float(np.mean([high - low for low, high, _ in known])),
        "count_interval_coverage_percent": _percent(low <= n <= high for low, high, n in known),
    }


def _by_kind(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    kinds = sorted({o.kind for o in outcomes})
    return [(kind, [o for o in outcomes if o.kind == kind]) for kind in kinds]


def _percent(truths: Iterable[bool]) -> float:
    held = list(truths)
    return 100 * float(np.mean(held)) if held else 0.0


def _known_percent(truths: Iterable[bool | None]) -> float | None:
    known = [t for t in truths if t is not None]
    return _percent(known) if known else None


def _count_error(outcomes: Sequence[Outcome]) -> float:
    return float(np.mean([abs(o.count_error) for o in outcomes]))


def _rows() -> tuple[TruthRow, ...]:
    def activity(name: str, seeds: int) -> TruthRow:
        return TruthRow(name, lambda chosen: spliced(name, chosen), _spliced, seeds)

    def otherwise(name: str) -> TruthRow:
        row = f"otherwise_{name}"
        return TruthRow(row, lambda chosen: done_otherwise(name, chosen), _spliced, 2)

    counts = {"walking": 4, "drinking": 3, "handling": 2, "positioning": 4}
    return (
        TruthRow("second_sensor", wrong, _wrong, 2),
        TruthRow("clocks", clocks_apart, _wrong, 1),
        TruthRow("people", people, _right, 3),
        TruthRow("rigid_chains", rigid_chains, _right, 4),
        TruthRow("brisk_joints", brisk_joints, _right, 4),
        *(activity(name, counts[name]) for name in ACTIVITIES),
        *(otherwise(name) for name in OTHERWISE),
        TruthRow("channels", channel_faults, _wrong, 1),
        TruthRow("calibration_failed", failed_calibrations, _wrong, 3),
        TruthRow("loose_strap", loose, _spliced, 5),
        TruthRow("folding", folding, _spliced, 6),
        TruthRow("failing_peaks", failing_peaks, _failing, 4),
        *(
            TruthRow(f"quality.loss_{name}_percent", _lost(share), _quality, 4)
            for name, share in (("0", 0.0), ("1", 0.01), ("5", 0.05))
        ),
        *(TruthRow(f"sparc.hold_{s:g}_s", _held(s), _smoothness, 3) for s in HOLDS_S),
    )


def _lost(share: float) -> Callable[[Sequence[int]], list[CaseSpec]]:
    return lambda seeds: lossy(share, seeds)


def _held(hold_s: float) -> Callable[[Sequence[int]], list[CaseSpec]]:
    return lambda seeds: held(hold_s, seeds)


ROWS = _rows()
