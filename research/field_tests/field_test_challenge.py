"""The field-tests challenge: the chair stand tests of people of all kinds, with known truth.

A case is a recorded session with one test (`session_case.SessionRecording`: events, streams, plan);
the test begins with the item. An entry's `solve(recording)` gives a mapping from the names of the
figures to values: `stands in 30 s`, `time to the fifth stand`, `time to the fifth sit`.
`--data simulated` makes the cases, and `--subjects 0-4` chooses their seeds.

The true count is the strokes up that ended within 30 s, and one more if another had passed the half
of its way; the true times are the ends of the fifth stroke up and of the fifth down. People move in
seven manners, at sensors of 25 to 120 Hz on soft tissue of three sizes. Scores: `exact_percent` of
counts, `time_within_percent` of times off by at most 0.3 s, and the times' median error.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from research.challenges.challenge import ChallengeEntry, Entry, Section
from research.challenges.entry_guard import FaultRows
from research.challenges.figures import FigureLabel, figures_of
from research.challenges.running import Challenge, Scored, Scoring
from research.session_cases.published import analysed
from research.session_cases.session_case import SessionRecording, recorded
from research.session_cases.simulated_session import LEAD_S, Person, Recorded, simulate_item
from research.simulation.limb_motion import FINE_HZ, MANNERS
from research.simulation.worn_sensor import Skin
from telemetry.errors import ConfigurationError
from telemetry.messages.events import ExerciseStarted
from telemetry.messages.motion import MotionBatch, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["CHALLENGE", "ChairCase", "FieldTestChallenge", "chair_cases", "ripresa_tests"]

POPULATION = "simulated people of seven kinds, bodies and soft tissue of their own"
TESTS: Final = {
    "chair-stand-30s": "stands in 30 s",
    "five-stands": "time to the fifth stand",
    "five-sits": "time to the fifth sit",
}
LABELS = {
    "exact_percent": FigureLabel("30 s counts that are exact", "%", "higher"),
    "time_within_percent": FigureLabel("times of five within 0.3 s", "%", "higher"),
    "time_error_s": FigureLabel("times of five, median error", "s"),
    "untold_percent": FigureLabel("tests without a figure", "%"),
}
REACH = {"exact_percent": "≥ 95 %", "time_within_percent": "100 %"}
RATES_HZ: Final = (25.0, 50.0, 60.0, 100.0, 120.0)
SOFT: Final = (0.5, 1.0, 1.8)
WITHIN_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class ChairCase:
    """One test of one person.

    Attributes:
        name: unique within a run.
        figure: what it is about.
        recording: what an entry gets.
        true: the figure.
    """

    name: str
    figure: str
    recording: SessionRecording
    true: float


def chair_cases(seeds: Sequence[int]) -> Iterator[ChairCase]:
    """Every test by every kind of person; rate and tissue go round with them."""
    for number, (seed, manner, test) in enumerate(product(seeds, MANNERS, TESTS)):
        person = Person(
            manner,
            RATES_HZ[(number + seed) % len(RATES_HZ)],
            Skin(SOFT[(number // 2 + seed) % len(SOFT)]),
            repetitions=24 if test == "chair-stand-30s" else 5,
        )
        made = simulate_item("chair-test", person, seed)
        seconds = 30.0 if test == "chair-stand-30s" else made.motion.seconds - LEAD_S
        recording = recorded(
            test, "seated", made.streams(), LEAD_S, min(LEAD_S + seconds + 0.5, made.motion.seconds)
        )
        true = _true(made)[test]
        yield ChairCase(f"{test}-{manner}-{seed:02d}", TESTS[test], recording, true)


def _true(made: Recorded) -> dict[str, float]:
    marks = [((a / FINE_HZ) - LEAD_S, (b / FINE_HZ) - LEAD_S) for a, b in made.motion.repetitions]
    ups, downs = marks[::2], marks[1::2]
    angle = made.what.truth_deg(made.motion)
    full = sum(end <= 30.0 for _, end in ups)
    for begun, end in ups:
        if begun < 30.0 < end:
            a, b, now = (round((s + LEAD_S) * FINE_HZ) for s in (begun, end, 30.0))
            full += bool(angle[now] - angle[a] > 0.5 * (angle[min(b, len(angle) - 1)] - angle[a]))
    return {
        "chair-stand-30s": float(full),
        "five-stands": ups[4][1],
        "five-sits": downs[4][1],
    }


def ripresa_tests(recording: SessionRecording) -> dict[str, float]:
    """The product's recorded run of a whole session."""
    return {m.name: m.value for m in analysed(recording).items[0].measures}


def plain_crossings(recording: SessionRecording) -> dict[str, float]:
    """Crossings of the middle of the acceleration along its main axis; known to be worse."""
    items = recording.streams[0]
    acc = np.concatenate([i.acc for i in items if isinstance(i, MotionBatch)]).astype(float)
    rate_hz = next(i.rate_hz for i in items if isinstance(i, StreamOpened))
    begun = next(e for e in recording.events if isinstance(e, ExerciseStarted))
    acc = acc[next(iter(begun.spans.values())) :]
    centred = acc - acc.mean(axis=0)
    along = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -1]
    along *= -1 if along[: round(rate_hz)].mean() > 0 else 1
    up = np.flatnonzero((along[1:] > 0) & (along[:-1] <= 0)) / rate_hz
    down = np.flatnonzero((along[1:] <= 0) & (along[:-1] > 0)) / rate_hz
    told = {TESTS["chair-stand-30s"]: float((up <= 30).sum())}
    for test, times in (("five-stands", up), ("five-sits", down)):
        if len(times) >= 5:
            told[TESTS[test]] = float(times[4])
    return told


class FieldTestChallenge(Challenge):
    """The chair stand tests."""

    name = "field-tests"
    title = "Chair stand tests"
    seeds = range(6)

    def entries(self) -> Sequence[Entry]:
        """The product's recorded run, and plain crossings as a known-worse check."""
        return [
            ChallengeEntry(
                "ripresa", self.name, ripresa_tests, description="the recorded run of sessions"
            ),
            ChallengeEntry(
                "plain-crossings",
                self.name,
                plain_crossings,
                description="crossings of the acceleration's middle; known to be worse",
            ),
        ]

    def score(self, scoring: Scoring) -> Scored:
        """Score every entry on every case.

        Raises:
            ConfigurationError: data other than `simulated` are asked for.
        """
        if scoring.data.lower() != "simulated":
            raise ConfigurationError("field tests are simulated: give --data simulated")
        cases = list(chair_cases(self.seeds if scoring.subjects is None else scoring.subjects))
        meter = scoring.meter(len(cases))
        notes: list[str] = []
        faults = FaultRows(notes)
        bodies: dict[str, dict[str, Any]] = {}
        for entry in scoring.entries:
            rows = []
            for case in meter.over(entry, cases):
                told: Mapping[str, float] = {}
                with faults.row(entry, case.name):
                    told = entry.solve(case.recording)
                rows.append(
                    {
                        "name": case.name,
                        "figure": case.figure,
                        "true": case.true,
                        "told": told.get(case.figure),
                    }
                )
            bodies[entry.name] = {"mean": _mean(rows), "cases": rows} | faults.of(entry)
        population = f"{len(cases)} tests, {POPULATION}"
        return Scored(
            population=population,
            body={"mean": bodies[scoring.entries[0].name]["mean"], "entries": bodies},
            figures=figures_of(
                bodies, LABELS, section=Section.CLINICAL, population=population, reach=REACH
            ),
            notes=notes,
        )


def _mean(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    counts = [r for r in rows if r["figure"] == TESTS["chair-stand-30s"]]
    times = [r for r in rows if r["figure"] != TESTS["chair-stand-30s"]]
    errors = [abs(r["told"] - r["true"]) for r in times if r["told"] is not None]
    return {
        "exact_percent": _percent([r["told"] == r["true"] for r in counts]),
        "time_within_percent": _percent(
            [r["told"] is not None and abs(r["told"] - r["true"]) <= WITHIN_S for r in times]
        ),
        "time_error_s": float(np.median(errors)) if errors else None,
        "untold_percent": _percent([r["told"] is None for r in rows]),
    }


def _percent(truths: Sequence[bool]) -> float | None:
    return 100 * float(np.mean(truths)) if truths else None


CHALLENGE = FieldTestChallenge()
