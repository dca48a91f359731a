"""The refusals challenge: is a wrong figure withheld, and a right one not?

A case is a recorded session with one exercise item (`session_case.SessionRecording`: events,
streams, plan). An entry's `solve(recording)` gives a `published.Published`: the median range in
degrees with the low and high end of its 95 % band and the first and last sample of each repetition
in the observed stream, or no range and the reason. Truth and the kind of case stay here.

Sets: `simulated`, people of all kinds with their sensors where they belong, and second sensors that
are not; or a folder of joint-angle cases, each as it was recorded and with its second sensor made
wrong (`joint_session.MISPLACED`). The true range is that of the set's repetitions where they are
known, else the reference's over the repetitions that the entry found.

Scores: `wrong_outside_unrefused` counts wrong placements with a published range whose band does not
hold the true one, `wrong_outside_unrefused_percent` is their share and `wrong_refused_percent` that
of those that were refused; `right_refused_percent`, `right_range_coverage_percent` and
`right_range_half_width_deg` are of right ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from research.challenges.challenge import ChallengeEntry, Entry, Section
from research.challenges.entry_guard import FaultRows
from research.challenges.figures import FigureLabel, figures_of
from research.challenges.running import Challenge, Scored, Scoring, mixed
from research.joint_angle.joint_case import read_case
from research.joint_angle.joint_session import MISPLACED, misplaced, session_of
from research.session_cases.outcome import (
    Outcome,
    coverage_percent,
    median_half_width_deg,
    outcome_of,
)
from research.session_cases.published import Published, published
from research.session_cases.right_placements import people
from research.session_cases.wrong_placements import wrong

from .refusal_entries import always_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from research.session_cases.session_case import SessionCase

__all__ = ["CHALLENGE", "RefusalChallenge"]

SIMULATED = "simulated"
SIMULATED_POPULATION = "simulated people of seven kinds, bodies and soft tissue of their own"
LABELS = {
    "wrong_outside_unrefused": FigureLabel(
        "wrong placements with a wrong figure, not refused", "", topic="robustness"
    ),
    "wrong_outside_unrefused_percent": FigureLabel(
        "the same, of all wrong placements", "%", topic="robustness"
    ),
    "wrong_refused_percent": FigureLabel(
        "wrong placements refused", "%", "higher", topic="robustness"
    ),
    "right_refused_percent": FigureLabel("right placements refused", "%"),
    "right_range_coverage_percent": FigureLabel(
        "right ranges inside their 95 % band", "%", "higher"
    ),
    "right_range_half_width_deg": FigureLabel("half width of their band, median", "°", ""),
}
REACH = {
    "wrong_outside_unrefused": "0",
    "right_refused_percent": "≤ 2 % (simulated), ≤ 5 % (recorded)",
    "right_range_coverage_percent": "≥ 90 %",
}


class RefusalChallenge(Challenge):
    """Wrong placements among right ones."""

    name = "refusals"
    title = "What is published of sensors that are not where they should be"
    people_seeds = range(2)
    wrong_seeds = range(1)

    def entries(self) -> Sequence[Entry]:
        """The product's recorded run, and one that always answers as a known-worse check."""
        return [
            ChallengeEntry(
                "ripresa",
                self.name,
                published,
                description="the recorded run of whole sessions",
            ),
            ChallengeEntry(
                "always-answers",
                self.name,
                always_answers,
                description="integrated rate of one sensor; never refuses, known to be worse",
            ),
        ]

    def score(self, scoring: Scoring) -> Scored:
        """Score every entry on every case of the set.

        Raises:
            ConfigurationError: the folder holds no readable case, or subjects are asked for.
        """
        cases, population, notes = self._cases(scoring)
        meter = scoring.meter(len(cases))
        faults = FaultRows(notes)
        bodies: dict[str, dict[str, Any]] = {}
        for entry in scoring.entries:
            found: dict[str, Outcome] = {}
            for case in meter.over(entry, mixed(cases)):
                outcome = outcome_of(case, Published(None, None, None, 0, reason="failed"))
                with faults.row(entry, case.name):
                    outcome = outcome_of(case, Published.read(entry.solve(case.recording)))
                found[case.name] = outcome
            outcomes = [found[case.name] for case in cases]
            bodies[entry.name] = {
                "mean": _mean(outcomes),
                "kinds": _kinds(outcomes),
                "cases": {o.name: _row(o) for o in outcomes},
            } | faults.of(entry)
        leading = bodies[scoring.entries[0].name]
        return Scored(
            population=population,
            body={"mean": leading["mean"], "kinds": leading["kinds"], "entries": bodies},
            figures=figures_of(
                bodies, LABELS, section=Section.CLINICAL, population=population, reach=REACH
            ),
            notes=notes,
        )

    def _cases(self, scoring: Scoring) -> tuple[list[SessionCase], str, list[str]]:
        if scoring.data.lower() == SIMULATED:
            scoring.refuse_subjects("simulated person")
            specs = [*people(self.people_seeds), *wrong(self.wrong_seeds)]
            made = [spec.make() for spec in specs]
            return made, f"{len(made)} sessions, {SIMULATED_POPULATION}", []
        joints, notes = scoring.cases(
            ".npz",
            read_case,
            kind="joint-angle case",
            otherwise=f"give a folder of them with --data, or the name {SIMULATED}",
        )
        cases = [session_of(case) for case in joints]
        for number, case in enumerate(joints):
            other = joints[(number + 1) % len(joints)]
            cases += [
                session_of(misplaced(case, kind, other, number), kind, right=False)
                for kind in MISPLACED
            ]
        kinds = sorted({case.population for case in joints if case.population})
        told = ", ".join(kinds) or "population not stated in the files"
        return cases, f"{len(joints)} joints as recorded and made wrong; {told}", notes


def _mean(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    right = [o for o in outcomes if o.right]
    wrongly = [o for o in outcomes if not o.right]
    outside = [o.outside for o in wrongly]
    return {
        "wrong_outside_unrefused": float(sum(outside)),
        "wrong_outside_unrefused_percent": _percent(outside),
        "wrong_refused_percent": _percent([o.shown.refused for o in wrongly]),
        "right_refused_percent": _percent([o.shown.refused for o in right]),
        "right_range_coverage_percent": coverage_percent(right),
        "right_range_half_width_deg": median_half_width_deg(right),
    }


def _kinds(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """By kind of case, how many there are, were refused, or lie outside a published band."""
    return {
        kind: {
            "cases": len(own),
            "refused": sum(o.shown.refused for o in own),
            "outside_unrefused": sum(o.outside for o in own),
        }
        for kind in sorted({o.kind for o in outcomes})
        if (own := [o for o in outcomes if o.kind == kind])
    }


def _row(outcome: Outcome) -> dict[str, Any]:
    shown = outcome.shown
    return {
        "kind": outcome.kind,
        "right": outcome.right,
        "true_deg": outcome.true_deg,
        "range_deg": shown.range_deg,
        "low_deg": shown.low_deg,
        "high_deg": shown.high_deg,
        "reason": shown.reason,
        "outside_unrefused": outcome.outside,
    }


def _percent(truths: Sequence[bool]) -> float | None:
    return 100 * float(np.mean(truths)) if truths else None


CHALLENGE = RefusalChallenge()
