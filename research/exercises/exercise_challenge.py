"""The exercises challenge: exercises 14 to 18 by people of all kinds, with known truth.

A case is a recorded session with one exercise item (`session_case.SessionRecording`: events,
streams, plan). An entry's `solve(recording)` gives an object with `count`, `range_deg`, `low_deg`
and `high_deg` (None where no range is published), `reason`, `measures`, a mapping from the names of
`telemetry.messages.results.Measure` to values, and `bands`, from the same names to low and high.
`--data simulated` makes the cases, and `--subjects 0-4` chooses their seeds; the default is four of
each.

Scores: `within_one_percent` of counts; of published ranges `range_coverage_percent` in their 95 %
band and its half width; `unexplained` ranges that are missing without a reason; by measure the
median or the 95th percentile of the relative error, and the coverage of the bands of sway; and
`wrong_figures`, a range, count or sway published of a sensor that lies on a table, or a range after
a calibration that did not pass. Of sensors on another segment, turned, on the other leg or swapped
a figure may still be right, so `misplaced_wrong` counts those with one that is not: a band that
does not hold the truth, a count off by more than 1 where anything is counted, a cadence or minutes
off by more than 5 %; `kinds` has them by kind and exercise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from research.challenges.challenge import ChallengeEntry, Entry, Section
from research.challenges.entry_guard import FaultRows
from research.challenges.figures import FigureLabel, figures_of
from research.challenges.running import Challenge, Scored, Scoring, mixed
from research.session_cases.published import analysed, published_of
from telemetry.errors import ConfigurationError

from .exercise_cases import misplaced_cases, right_cases, wrong_cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from research.session_cases.session_case import SessionRecording

    from .exercise_cases import ExerciseCase

__all__ = [
    "CHALLENGE", "AnsweredItem", "ExerciseChallenge", "exercise_row", "ripresa_items",
    "without_rates",
]  # fmt: skip

POPULATION = "simulated people of seven kinds, bodies and soft tissue of their own"
LABELS = {
    "within_one_percent": FigureLabel("items counted within 1", "%", "higher"),
    "range_coverage_percent": FigureLabel("ranges inside their 95 % band", "%", "higher"),
    "range_half_width_deg": FigureLabel("half width of their band, median", "°", ""),
    "unexplained": FigureLabel("items without a range and without a reason", ""),
    "wrong_figures": FigureLabel("wrong sensors with a figure", ""),
    "misplaced_wrong": FigureLabel("sensors elsewhere or turned with a wrong figure", ""),
    "sway_error_percent": FigureLabel("sway RMS, median error", "%"),
    "sway_path_error_percent": FigureLabel("sway path, median error", "%"),
    "sway_coverage_percent": FigureLabel("sway figures inside their 95 % band", "%", "higher"),
    "cadence_error_percent": FigureLabel("cadence of walking, 95th percentile of the error", "%"),
    "minutes_error_percent": FigureLabel("minutes walked, 95th percentile of the error", "%"),
}
REACH = {
    "within_one_percent": "≥ 97 %",
    "range_coverage_percent": "93 to 97 %",
    "sway_error_percent": "< 10 %",
    "sway_coverage_percent": "93 to 97 %",
    "unexplained": "0",
    "wrong_figures": "0",
}
LYING_OR_FAILED = frozenset({"on the table", "calibration failed"})
RANGED = frozenset({"hip-abduction", "hip-abduction-alone", "bridge"})
OFF_PERCENT = 5.0
"""By which a figure without a band is wrong."""


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """What an entry tells of an item."""

    count: int
    range_deg: float | None = None
    low_deg: float | None = None
    high_deg: float | None = None
    reason: str | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    bands: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def ripresa_items(recording: SessionRecording) -> AnsweredItem:
    """The product's recorded run of a whole session."""
    item = analysed(recording).items[0]
    shown = published_of(item)
    return AnsweredItem(
        shown.count,
        shown.range_deg,
        shown.low_deg,
        shown.high_deg,
        shown.reason,
        {m.name: m.value for m in item.measures},
        {
            m.name: (m.low, m.high)
            for m in item.measures
            if m.low is not None and m.high is not None
        },
    )


def without_rates(recording: SessionRecording) -> AnsweredItem:
    """The same of acceleration alone, as a known-worse check: its angular rates are withheld."""
    from dataclasses import replace  # noqa: PLC0415 - of this entry alone

    from telemetry.messages.motion import MotionBatch, StreamOpened  # noqa: PLC0415

    def bare(item: Any) -> Any:
        if isinstance(item, MotionBatch):
            return replace(item, gyr=None)
        if isinstance(item, StreamOpened):
            return replace(item, gyroscope=False)
        return item

    streams = tuple(tuple(bare(i) for i in stream) for stream in recording.streams)
    return ripresa_items(replace(recording, streams=streams))


class ExerciseChallenge(Challenge):
    """Exercises for legs that carry the body."""

    name = "exercises"
    title = "Exercises for legs that carry the body"
    seeds = range(4)
    wrong_seeds = range(1)

    def entries(self) -> Sequence[Entry]:
        """The product's recorded run, and the same without gyroscopes as a known-worse check."""
        return [
            ChallengeEntry(
                "ripresa", self.name, ripresa_items, description="the recorded run of sessions"
            ),
            ChallengeEntry(
                "acceleration-alone",
                self.name,
                without_rates,
                description="the same, angular rates withheld; known to be worse",
            ),
        ]

    def score(self, scoring: Scoring) -> Scored:
        """Score every entry on every case.

        Raises:
            ConfigurationError: data other than `simulated` are asked for.
        """
        if scoring.data.lower() != "simulated":
            raise ConfigurationError("exercises are simulated: give --data simulated")
        seeds = self.seeds if scoring.subjects is None else scoring.subjects
        wrong = [*wrong_cases(self.wrong_seeds), *misplaced_cases(self.wrong_seeds)]
        cases = [*right_cases(seeds), *wrong]
        meter = scoring.meter(len(cases))
        notes: list[str] = []
        faults = FaultRows(notes)
        bodies: dict[str, dict[str, Any]] = {}
        for entry in scoring.entries:
            found: dict[str, dict[str, Any]] = {}
            for case in meter.over(entry, mixed(cases)):
                seen = AnsweredItem(0, reason="failed")
                with faults.row(entry, case.name):
                    seen = entry.solve(case.recording)
                found[case.name] = exercise_row(case, seen)
            rows = [found[case.name] for case in cases]
            bodies[entry.name] = {
                "mean": _mean(rows),
                "exercises": {
                    exercise: _mean([r for r in rows if r["exercise"] == exercise])
                    for exercise in sorted({r["exercise"] for r in rows})
                },
                "kinds": _kinds(rows),
                "cases": rows,
            } | faults.of(entry)
        population = f"{len(cases)} sessions, {POPULATION}"
        leading = bodies[scoring.entries[0].name]
        return Scored(
            population=population,
            body={
                "mean": leading["mean"],
                "exercises": leading["exercises"],
                "entries": bodies,
            },
            figures=figures_of(
                bodies, LABELS, section=Section.DESIGN, population=population, reach=REACH
            ),
            notes=notes,
        )


def exercise_row(case: ExerciseCase, seen: AnsweredItem) -> dict[str, Any]:
    """What an entry tells of a case, beside its truth."""
    done = len(case.truth.repetitions or ())
    true_deg = case.truth.range_deg(())
    held = None
    if seen.low_deg is not None and seen.high_deg is not None and true_deg is not None:
        held = bool(seen.low_deg <= true_deg <= seen.high_deg)
    errors = {
        name: 100 * (seen.measures[name] / true - 1)
        for name, true in case.measures.items()
        if name in seen.measures and true > 0
    }
    banded = {
        name: bool(low <= case.measures[name] <= high)
        for name, (low, high) in seen.bands.items()
        if name in case.measures
    }
    wrong = case.kind in LYING_OR_FAILED and (
        seen.range_deg is not None
        or (case.kind == "on the table" and (seen.count > 0 or bool(seen.measures)))
    )
    untrue = (
        held is False
        or not all(banded.values())
        or (seen.count > 0 and abs(seen.count - done) > 1)
        or any(abs(errors[name]) > OFF_PERCENT for name in errors.keys() - banded.keys())
    )
    return {
        "name": case.name,
        "exercise": case.exercise,
        "kind": case.kind,
        "right": case.right,
        "done": done,
        "count": seen.count,
        "true_deg": None if seen.range_deg is None else true_deg,
        "range_deg": seen.range_deg,
        "low_deg": seen.low_deg,
        "high_deg": seen.high_deg,
        "held": held,
        "reason": seen.reason,
        "errors_percent": errors,
        "measures_held": banded,
        "wrong_figure": wrong,
        "misplaced_wrong": not case.right and case.kind not in LYING_OR_FAILED and untrue,
    }


def _kinds(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, int]]]:
    """By kind and exercise of wrong sensors: how many, refused, and with a wrong figure.

    Refused is who has a range and none is told, or of whom nothing is counted or told at all.
    """
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in (r for r in rows if not r["right"]):
        exercises = found.setdefault(row["kind"], {})
        told = exercises.setdefault(row["exercise"], {"cases": 0, "refused": 0, "wrong": 0})
        told["cases"] += 1
        silent = row["range_deg"] is None and not row["errors_percent"]
        told["refused"] += silent and (row["exercise"] in RANGED or row["count"] == 0)
        told["wrong"] += row["wrong_figure"] or row["misplaced_wrong"]
    return found


def _mean(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    right = [r for r in rows if r["right"]]
    held = [r["held"] for r in right if r["held"] is not None]
    swaying = [h for r in right for name, h in r["measures_held"].items() if "sway" in name]
    widths = [(r["high_deg"] - r["low_deg"]) / 2 for r in right if r["held"] is not None]
    return {
        "within_one_percent": _percent([abs(r["count"] - r["done"]) <= 1 for r in right]),
        "range_coverage_percent": _percent(held),
        "range_half_width_deg": float(np.median(widths)) if widths else None,
        "unexplained": float(sum(r["range_deg"] is None and not r["reason"] for r in right)),
        "wrong_figures": float(sum(r["wrong_figure"] for r in rows)),
        "misplaced_wrong": float(sum(r["misplaced_wrong"] for r in rows)),
        "sway_error_percent": _error(right, "sway RMS", 50),
        "sway_path_error_percent": _error(right, "sway path", 50),
        "sway_coverage_percent": _percent(swaying),
        "cadence_error_percent": _error(right, "steps", 95),
        "minutes_error_percent": _error(right, "walking", 95),
    }


def _error(rows: Sequence[Mapping[str, Any]], name: str, percentile: float) -> float | None:
    errors = [abs(r["errors_percent"][name]) for r in rows if name in r["errors_percent"]]
    return float(np.percentile(errors, percentile)) if errors else None


def _percent(truths: Sequence[bool]) -> float | None:
    return 100 * float(np.mean(truths)) if truths else None


CHALLENGE = ExerciseChallenge()
