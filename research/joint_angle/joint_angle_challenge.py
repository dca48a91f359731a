"""The joint-angle challenge: two 6D sensors on either side of a joint against a reference.

A case is one `.npz` file: `rate_hz`; `proximal`, `distal` [n, 6] (acc m/s², gyr rad/s);
`reference_deg` [n], NaN where unknown; optionally `calibration_proximal` and
`calibration_distal` [m, 6] (neutral pose still, flexions, straight raises), `joint`, and
`neutral_deg`, what the joint measures in the neutral pose (0 if absent).

An entry's `solve(case)` gets all but the reference (`joint_case.JointTask`) and gives a
`JointAngleSolution`: the angle in degrees and, if it has one, the half width of its 95 % band, both
[n]. An entry that publishes ranges offers the attribute `publish(recording)` as well, as in the
refusals challenge.

Scores: `rmse_deg`; `rmse_offset_removed_deg`, the mean difference taken off;
`range_error_deg`, error of the largest minus the smallest angle; `correlation`;
`coverage_percent`, share of samples inside the band, null without one, and its mean half width,
`band_half_width_deg`. With calibration the angle
is scored as it stands. Without it neither the direction of flexion nor the zero can be seen by
these sensors, so the case is scored up to the sign, and `rmse_deg` and coverage count the angle
from the start.

The published range of each case is scored as a session of its own (`joint_session`):
`range_coverage_percent`, share of published ranges whose band holds the reference's median range
over the repetitions found; `repetition_coverage_percent`, share of single repetitions whose own
band holds their own range; `range_half_width_deg`, mean half width of that band;
`range_refused_percent`, share of cases without one; `published_range_error_deg`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from research.challenges.challenge import ChallengeEntry, Entry, Section
from research.challenges.entry_guard import FaultRows, offered
from research.challenges.figures import FigureLabel, figures_of, mean_figures, worst_plots
from research.challenges.running import Challenge, Scored, Scoring
from research.session_cases.outcome import outcome_of
from research.session_cases.published import Published, published
from telemetry.errors import ConfigurationError

from .joint_angle_entries import gravity_only, gyroscope_only, ripresa_angle, ripresa_live
from .joint_case import JointAngleSolution, JointCase, read_case
from .joint_session import session_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analytics.signals.arrays import Array, Mask
    from research.session_cases.session_case import SessionRecording

WIDEST_DEG = 180.0
LABELS = {
    "rmse_deg": FigureLabel("error", "°"),
    "rmse_offset_removed_deg": FigureLabel("error, offset removed", "°"),
    "range_error_deg": FigureLabel("error of the range", "°"),
    "correlation": FigureLabel("correlation", "", "higher"),
    "coverage_percent": FigureLabel("samples inside the 95 % band", "%", "higher"),
    "band_half_width_deg": FigureLabel("half width of that band", "°", ""),
}
RANGE_LABELS = {
    "range_coverage_percent": FigureLabel("published ranges inside their 95 % band", "%", "higher"),
    "repetition_coverage_percent": FigureLabel(
        "single repetitions' ranges inside their 95 % band", "%", "higher"
    ),
    "range_half_width_deg": FigureLabel("half width of the published range's band", "°", ""),
    "range_refused_percent": FigureLabel("cases without a published range", "%"),
    "published_range_error_deg": FigureLabel("error of the published range", "°"),
}
SCORES = tuple(LABELS)
RANGE_SCORES = tuple(RANGE_LABELS)
WORST_CASES = 3
Scores: TypeAlias = dict[str, float | None]


def score_case(case: JointCase, solution: JointAngleSolution) -> Scores:
    """The scores of one solved case.

    Raises:
        ConfigurationError: the solution has another length than the case, or a band is none.
    """
    angle, reference = np.asarray(solution.angle_deg, float), case.reference_deg
    if angle.shape != reference.shape:
        raise ConfigurationError(
            f"{case.name}: the entry gave {angle.shape} angles for {reference.shape} samples"
        )
    known = np.isfinite(reference) & np.isfinite(angle)
    if not known.any():
        return dict.fromkeys(SCORES)
    angle, reference = angle[known], reference[known]
    correlation = _correlation(angle, reference)
    if not case.calibrated:
        if correlation < 0:
            angle, correlation = -angle, -correlation
        angle = angle - angle[0] + reference[0]
    error = angle - reference
    covered = wide = None
    if solution.half_band_deg is not None:
        band = _band(solution, case.name, known)
        wide = float(np.mean(band))
        covered = 100 * float(np.mean(np.abs(error) <= band))
    return {
        "rmse_deg": float(np.sqrt(np.mean(error**2))),
        "rmse_offset_removed_deg": float(np.std(error)),
        "range_error_deg": float(abs(np.ptp(angle) - np.ptp(reference))),
        "correlation": correlation,
        "coverage_percent": covered,
        "band_half_width_deg": wide,
    }


def _band(solution: JointAngleSolution, case: str, known: Mask) -> Array:
    """[k] half widths where the truth is known; one that holds everything is none."""
    band = np.asarray(solution.half_band_deg, float)
    if band.shape != known.shape or not ((band[known] >= 0) & (band[known] <= WIDEST_DEG)).all():
        raise ConfigurationError(
            f"{case}: the entry gave a band that is no half width of 0 to {WIDEST_DEG:g}° a sample"
        )
    found: Array = band[known]
    return found


def _correlation(a: Array, b: Array) -> float:
    if np.std(a) == 0 or np.std(b) == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def score_range(case: JointCase, publish: Callable[[SessionRecording], Published]) -> Scores:
    """How the range holds that is published of a case."""
    session = session_of(case)
    shown = Published.read(publish(session.recording))
    outcome = outcome_of(session, shown)
    error = None
    if shown.range_deg is not None and outcome.true_deg is not None:
        error = abs(shown.range_deg - outcome.true_deg)
    return {
        "range_coverage_percent": None if outcome.holds is None else 100.0 * outcome.holds,
        "repetition_coverage_percent": 100 * float(np.mean(outcome.each_holds))
        if outcome.each_holds
        else None,
        "range_half_width_deg": shown.half_width_deg,
        "range_refused_percent": 100.0 * shown.refused,
        "published_range_error_deg": error,
    }


@dataclass(frozen=True, slots=True)
class PublishingEntry(ChallengeEntry):
    """A joint-angle entry that publishes ranges of recorded sessions."""

    publish: Callable[[SessionRecording], Published] | None = None


class JointAngleChallenge(Challenge):
    """Joint angles on a folder of `.npz` cases."""

    name = "joint-angle"
    title = "Joint angle of two sensors"

    def entries(self) -> Sequence[Entry]:
        """Our path first, then what it is worth: gravity alone and gyroscope alone."""
        return [
            PublishingEntry(
                "ripresa",
                self.name,
                ripresa_angle,
                description="gated fusion, recorded",
                publish=published,
            ),
            ChallengeEntry(
                "ripresa-live", self.name, ripresa_live, description="gated fusion, live"
            ),
            ChallengeEntry(
                "gravity-only", self.name, gravity_only, description="in-plane angle of gravity"
            ),
            ChallengeEntry(
                "gyroscope-only", self.name, gyroscope_only, description="integrated rate"
            ),
        ]

    def score(self, scoring: Scoring) -> Scored:
        """Score every entry on every case of the folder.

        Raises:
            ConfigurationError: the folder holds no readable case, or subjects are asked for.
        """
        cases, notes = scoring.cases(
            ".npz",
            read_case,
            kind="joint-angle case",
            otherwise="give a folder of cases with --data, or make one with `challenge simulate`",
        )
        meter = scoring.meter(len(cases))
        faults = FaultRows(notes)
        bodies: dict[str, Any] = {}
        first: dict[str, JointAngleSolution] = {}
        for entry in scoring.entries:
            scores: dict[str, Scores] = {}
            publish = offered(entry, "publish")
            for case in meter.over(entry, cases):
                scores[case.name] = dict.fromkeys(SCORES)
                with faults.row(entry, case.name):
                    solution = entry.solve(case.task)
                    scores[case.name] = score_case(case, solution)
                    if not bodies:
                        first[case.name] = solution
                    if publish is not None:
                        scores[case.name] |= score_range(case, publish)
            bodies[entry.name] = {
                "mean": mean_figures(scores.values(), (*SCORES, *RANGE_SCORES)),
                "cases": scores,
            } | faults.of(entry)
        leading = bodies[scoring.entries[0].name]
        population = _population(cases)
        return Scored(
            population=population,
            body={"mean": leading["mean"], "cases": leading["cases"], "entries": bodies},
            figures=figures_of(
                bodies, LABELS | RANGE_LABELS, section=Section.CLINICAL, population=population
            ),
            notes=notes,
            plots=worst_plots(
                [case for case in cases if case.name in first],
                lambda case: leading["cases"][case.name]["rmse_offset_removed_deg"] or 0.0,
                title=lambda place, case: f"worst {place}: {case.name}",
                draw=lambda case: _draw(case, first[case.name]),
                most=WORST_CASES,
            ),
        )


def _population(cases: Sequence[JointCase]) -> str:
    joints = sorted({case.joint for case in cases if case.joint})
    kinds = sorted({case.population for case in cases if case.population})
    named = f" ({', '.join(joints)})" if joints else ""
    return f"{len(cases)} cases{named}; {', '.join(kinds) or 'population not stated in the files'}"


def _draw(case: JointCase, solution: JointAngleSolution) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        t = np.arange(len(case.reference_deg)) / case.rate_hz
        angle = solution.angle_deg
        if not case.calibrated:
            known = np.isfinite(case.reference_deg)
            sign = -1 if _correlation(angle[known], case.reference_deg[known]) < 0 else 1
            angle = sign * (angle - angle[0]) + np.nan_to_num(case.reference_deg)[0]
        axes.plot(t, case.reference_deg, label="reference")
        axes.plot(t, angle, label="entry")
        if solution.half_band_deg is not None:
            low, high = angle - solution.half_band_deg, angle + solution.half_band_deg
            axes.fill_between(t, low, high, alpha=0.2, label="95 % band")
        axes.set_xlabel("seconds")
        axes.set_ylabel("degrees")
        axes.legend()

    return draw


CHALLENGE = JointAngleChallenge()

__all__ = ["CHALLENGE", "JointAngleChallenge", "score_case"]
