"""The repetition challenge: how many repetitions were done, and from when to when.

Data are a folder of `.npz` files in the layout of UCI's physiotherapy exercises, the name `spar`,
or `spar-acceleration`: the same without its gyroscope; see `repetition_cases`. An entry's
`solve(sensors, rate_hz, exercise)` gets the sensors of one recording (`repetition_cases.Sensor` by
placement) and the exercise's id, None where it is not in the library; it gives the first and last
sample of each repetition. Which sensor counts is the entry's choice; it never sees a label.

Scores:
- count against the truth: mean absolute error, and the percentages of recordings within one and
  within two repetitions (`within_one_percent`, `within_two_percent`);
- where somebody marked the repetitions, a found one matches a marked one if they share at least
  half of the marked one, each used once; the rest are missed and false, in percent of marked;
- metamorphic cases, made from the recordings, whose truth is exact: keeping still for a while, at
  rest, half-way or at the peak, changes nothing, and two recordings joined give the sum. One
  item is of one person and one donning, so a recording is joined with itself;
- everyday cases (`everyday_cases`), for entries that count sessions, by the attribute
  `count(sensors, rate_hz, exercise)`, which gives a `published.Published`: walking, drinking,
  handling and getting into position add nothing (`everyday_count_error`,
  `everyday_within_one_percent`), and the count's interval holds what was done
  (`count_interval_width_mean`, `count_interval_coverage_percent`), where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from research.challenges.challenge import ChallengeEntry, Entry, Figure, Plot, Section
from research.challenges.entry_guard import FaultRows
from research.challenges.figures import FigureLabel, figures_of, worst_plots
from research.challenges.running import Challenge, ProgressMeter, Scored, Scoring
from telemetry.errors import ConfigurationError

from .counted_session import counted_session
from .everyday_scoring import score_sessions
from .metamorphic_cases import metamorphic_cases
from .repetition_cases import (
    RepetitionCase,
    read_folder,
    read_spar,
)
from .repetition_entries import RepetitionSpans, acceleration_peaks, ripresa_core

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from research.session_cases.published import Published

__all__ = ["CHALLENGE", "Match", "RepetitionChallenge", "matched"]

SPAR_POPULATION = "healthy adults, watch at the wrist, 7 shoulder exercises, 20 by protocol (SPAR)"
WITHOUT_GYROSCOPE = f"{SPAR_POPULATION}, angular rates withheld"
FOLDER_POPULATION = "healthy adults, 5 worn sensors, 8 exercises done right, too fast and too small"
UNKNOWN_POPULATION = "worn sensors; population not stated in the files"
UCI_SENSORS = {"u1", "u2", "u3", "u4", "u5"}
SPAR_NAMES = {"spar": SPAR_POPULATION, "spar-acceleration": WITHOUT_GYROSCOPE}
LABELS = {
    "count_mae": FigureLabel("count, mean absolute error", "repetitions"),
    "within_one_percent": FigureLabel("recordings within 1 repetition", "%", "higher"),
    "within_two_percent": FigureLabel("recordings within 2 repetitions", "%", "higher"),
    "missed_percent": FigureLabel("marked repetitions missed", "%"),
    "false_percent": FigureLabel("repetitions found that were not marked", "%"),
    "metamorphic_exact_percent": FigureLabel("metamorphic cases counted exactly", "%", "higher"),
    "everyday_count_error": FigureLabel("everyday movement in a set, mean error", "repetitions"),
    "everyday_within_one_percent": FigureLabel(
        "everyday movement in a set, within 1", "%", "higher"
    ),
    "session_count_error": FigureLabel("count of the session, mean error", "repetitions"),
    "count_interval_width_mean": FigureLabel("width of the count's interval", "repetitions", ""),
    "count_interval_coverage_percent": FigureLabel("counts inside their interval", "%", "higher"),
}
REACH = {
    SPAR_POPULATION: {"within_one_percent": "≥ 93 %", "metamorphic_exact_percent": "≥ 98 %"},
    FOLDER_POPULATION: {
        "count_mae": "≤ 1.5",
        "missed_percent": "≤ 6 %",
        "false_percent": "≤ 4 %",
    },
}
WORST = 4


@dataclass(frozen=True, slots=True)
class Match:
    """Marked repetitions that were not found, and found ones that were not marked."""

    missed: int
    false: int


def matched(found: RepetitionSpans, marked: Sequence[tuple[int, int]]) -> Match:
    """Pair found repetitions with marked ones that they cover by half, each used once."""
    free = list(marked)
    false = 0
    for start, end in found:
        shared = [(min(end, b) - max(start, a)) / max(1, b - a) for a, b in free]
        best = max(range(len(free)), key=shared.__getitem__, default=-1)
        if best >= 0 and shared[best] >= 0.5:
            del free[best]
        else:
            false += 1
    return Match(len(free), false)


@dataclass(frozen=True, slots=True)
class SessionCountingEntry(ChallengeEntry):
    """A repetition entry that counts whole sessions as well."""

    count: Callable[..., Published] | None = None


class RepetitionChallenge(Challenge):
    """Counting on recordings, and on what can be made of them."""

    name = "repetitions"
    title = "Repetitions of an exercise"

    def entries(self) -> Sequence[Entry]:
        """The core, and plain peaks of the acceleration as a known-worse check."""
        return [
            SessionCountingEntry(
                "ripresa",
                self.name,
                ripresa_core,
                description="the core, seen from the item's end",
                count=counted_session,
            ),
            ChallengeEntry(
                "acceleration-peaks",
                self.name,
                acceleration_peaks,
                description="peaks of the low-passed acceleration; known to be worse",
            ),
        ]

    def score(self, scoring: Scoring) -> Scored:
        """Score every entry on every recording, and on the metamorphic cases made of them.

        Raises:
            ConfigurationError: there are no recordings, or none can be read.
        """
        cases, population, notes = _cases(scoring)
        whole = population == SPAR_POPULATION
        meter = scoring.meter(len(cases) * (3 if whole else 1))
        faults = FaultRows(notes)
        found: dict[str, RepetitionSpans] = {}
        bodies: dict[str, dict[str, Any]] = {}
        for entry in scoring.entries:
            body, spans = _score(entry, cases, meter, faults)
            found = found if bodies else spans
            if whole:
                _score_made(entry, cases, body, meter, faults)
                score_sessions(entry, cases, body, meter, faults)
            bodies[entry.name] = body | faults.of(entry)
        leading = scoring.entries[0]
        first = bodies[leading.name]
        return Scored(
            population=f"{len(cases)} recordings: {population}",
            body={**first, "entries": bodies},
            figures=_figures(bodies, population, len(cases)),
            notes=notes,
            plots=[
                Plot("Counted minus done, by recording", _draw_errors(bodies)),
                *_worst_plots(leading.name, cases, first["recordings"], found),
            ],
        )


def _cases(scoring: Scoring) -> tuple[list[RepetitionCase], str, list[str]]:
    """The recordings, on whom they were taken, and what was left out."""
    named = SPAR_NAMES.get(scoring.data.lower())
    if named is not None:
        spar = read_spar(scoring.subjects, gyroscope=named == SPAR_POPULATION)
        return list(spar), named, []
    cases, notes = read_folder(Path(scoring.data), scoring.subjects)
    if not cases:
        raise ConfigurationError(f"{scoring.data}: no recordings; give a folder or the name spar")
    # A folder in that set's layout is called that set only where it has all its sensors.
    ucis = all(case.sensors.keys() == UCI_SENSORS for case in cases)
    return cases, FOLDER_POPULATION if ucis else UNKNOWN_POPULATION, notes


def _score(
    entry: Entry, cases: Sequence[RepetitionCase], meter: ProgressMeter, faults: FaultRows
) -> tuple[dict[str, Any], dict[str, RepetitionSpans]]:
    """The entry's body, and what it found by recording; where it fails it has found nothing."""
    recordings, by_case = [], {}
    for case in meter.over(entry, cases):
        found: RepetitionSpans = []
        with faults.row(entry, case.name):
            answer = entry.solve(case.sensors, case.rate_hz, case.exercise)
            found = [(int(a), int(b)) for a, b in answer]
        row: dict[str, Any] = {"name": case.name, "truth": case.truth, "counted": len(found)}
        if case.labels is not None:
            match = matched(found, [(int(a), int(b)) for a, b in case.labels])
            row |= {"missed": match.missed, "false": match.false}
        recordings.append(row)
        by_case[case.name] = found
    return {"mean": _means(recordings), "recordings": recordings}, by_case


def _score_made(
    entry: Entry,
    cases: Sequence[RepetitionCase],
    body: dict[str, Any],
    meter: ProgressMeter,
    faults: FaultRows,
) -> None:
    """Add the metamorphic cases of each recording to what was found in the recordings."""
    made: list[dict[str, Any]] = []
    for seed, case in enumerate(meter.over(entry, cases, ", made cases")):
        with faults.row(entry, f"{case.name}, made cases"):
            for made_case in metamorphic_cases(case, entry.solve, seed=seed):
                row = {"name": made_case.name, "expected": made_case.expected, "counted": None}
                made.append(row)
                found = entry.solve(made_case.sensors, made_case.rate_hz, made_case.exercise)
                row["counted"] = len(found)
    body["metamorphic"] = made
    exact = [m["counted"] == m["expected"] for m in made]
    body["mean"]["metamorphic_exact_percent"] = 100 * float(np.mean(exact)) if made else None


def _means(recordings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    error = np.array([abs(r["counted"] - r["truth"]) for r in recordings])
    means: dict[str, Any] = {
        "count_mae": float(error.mean()),
        "within_one_percent": 100 * float((error <= 1).mean()),
        "within_two_percent": 100 * float((error <= 2).mean()),
    }
    marked = [r for r in recordings if "missed" in r]
    if marked:
        done = sum(r["truth"] for r in marked)
        for what in ("missed", "false"):
            means[f"{what}_percent"] = 100 * sum(r[what] for r in marked) / done
    return means


def _figures(bodies: dict[str, dict[str, Any]], population: str, cases: int) -> list[Figure]:
    among = f"{cases} recordings, {population}"
    reach = REACH.get(population)
    return figures_of(bodies, LABELS, section=Section.DESIGN, population=among, reach=reach)


def _draw_errors(bodies: dict[str, dict[str, Any]]) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        for name, body in bodies.items():
            rows = body["recordings"]
            axes.plot([r["counted"] - r["truth"] for r in rows], ".", label=name)
        axes.axhspan(-1, 1, alpha=0.15)
        axes.set_xlabel("recording")
        axes.set_ylabel("repetitions")
        axes.legend()

    return draw


def _worst_plots(
    entry: str,
    cases: Sequence[RepetitionCase],
    rows: Sequence[dict[str, Any]],
    found: Mapping[str, RepetitionSpans],
) -> list[Plot]:
    """The recordings counted worst: how fast each sensor turns, and what was found in it."""
    of = {case.name: row for case, row in zip(cases, rows, strict=True)}

    def badness(case: RepetitionCase) -> int:
        row = of[case.name]
        wrong: int = abs(row["counted"] - row["truth"]) + row.get("missed", 0) + row.get("false", 0)
        return wrong

    def title(_: int, case: RepetitionCase) -> str:
        counted, done = of[case.name]["counted"], of[case.name]["truth"]
        return f"{case.name}: {counted} counted by {entry}, {done} done"

    return worst_plots(
        [case for case in cases if badness(case)],
        badness,
        title=title,
        draw=lambda case: _draw_case(case, found[case.name]),
        most=WORST,
    )


def _draw_case(case: RepetitionCase, found: RepetitionSpans) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        seconds = np.arange(len(case)) / case.rate_hz
        for placement, sensor in case.sensors.items():
            shown = np.degrees(sensor.gyr) if sensor.gyroscope else sensor.acc
            axes.plot(seconds, np.linalg.norm(shown, axis=1), lw=0.6)
            axes.lines[-1].set_label(placement)
        for a, b in found:
            axes.axvspan(a / case.rate_hz, b / case.rate_hz, alpha=0.15)
        if case.labels is not None:
            for a, b in case.labels:
                axes.plot([a / case.rate_hz, b / case.rate_hz], [-10, -10], "k", lw=2)
        axes.set_xlabel("s; shaded: found, black: marked")
        axes.set_ylabel("turning, °/s (acceleration, m/s², without a gyroscope)")
        axes.legend(fontsize=7)

    return draw


CHALLENGE = RepetitionChallenge()
