"""The orientation challenge: one rigid sensor against an optical reference, in BROAD's metric.

A case is one `.mat` file of BROAD (Laidig, Caruso, Cereatti, Seel, *Data* 2021, 6(7):72):
`imu_gyr` rad/s, `imu_acc` m/s², `imu_mag` µT, `opt_quat` (w x y z, sensor to earth), `movement`,
`sampling_rate`.

An entry's `solve(rate_hz, gyr, acc, mag, *, recorded)` gets float64 [n, 3] arrays, `mag` None for
6D, and gives [n, 4] quaternions, w x y z, sensor to earth (east, north, up). With `recorded` it
may look at the whole trial, without it sample i must come from samples up to i alone.

Error: `e = q * conj(q_opt)`; total `2 acos|w|`, inclination `2 acos sqrt(w² + z²)`; root mean
square over `movement == 1` where the reference is not NaN; no alignment step.

Packet loss: undisturbed trials taken at 100 Hz, packets of 10 samples lost at random (the first
one kept), seeds 0-19, 6D. An entry that can bridge gaps itself offers the attribute
`solve_with_gaps(rate_hz, gyr, acc, kept)`, which gives the quaternions and the half width of the
inclination's 95 % band in degrees, [n], or None, and `recorded_with_gaps`, with the same arguments,
which gives the quaternions that it finds in the recording; for others the lost samples are
interpolated linearly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from research.challenges.challenge import ChallengeEntry, Entry, Figure, Plot, Section
from research.challenges.entry_guard import FaultRows, offered
from research.challenges.figures import FigureLabel, figure_rows, mean_figures
from research.challenges.running import Challenge, ProgressMeter, Scored, Scoring

from .orientation_entries import bare_vqf, imufusion_ahrs, linear_fill, ripresa_path
from .orientation_trial import (
    OrientationTrial,
    at_100_hz,
    orientation_error_deg,
    read_trial,
    rms,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analytics.signals.arrays import Array


POPULATION = "one rigid sensor moved by hand (BROAD); no patient, no body segment"
UNKNOWN_POPULATION = "sensors of whoever recorded them; population not stated in the files"
BROADS_NAME = re.compile(r"\d\d_(un)?disturbed_")
BROADS_RATE_HZ = 2000 / 7
LOSSES = "undisturbed trials at 100 Hz, packets of 10 lost at random, 20 seeds"
LOSS_RATES = {"1 %": 0.01, "5 %": 0.05}
LOSS_REACH_DEG = {"1 %": 1.8, "5 %": 4.7}
LOSS_FIGURES = {
    "mean_inclination_deg": FigureLabel("6D inclination error", "°"),
    "recorded_inclination_deg": FigureLabel("6D inclination error, recorded", "°"),
    "covered_percent": FigureLabel("samples inside the 95 % band", "%", "higher"),
    "band_deg": FigureLabel("half width of the band", "°", ""),
    "band_of_worst_tenth_deg": FigureLabel("half width of the band in the worst tenth", "°", ""),
}
FIGURES = {
    "online_9d_total_deg": FigureLabel("9D total error, online", "°"),
    "offline_9d_total_deg": FigureLabel("9D total error, recorded", "°"),
    "online_6d_inclination_deg": FigureLabel("6D inclination error, online", "°"),
    "offline_6d_inclination_deg": FigureLabel("6D inclination error, recorded", "°"),
}
AGAINST_BARE = {"worst_percent": FigureLabel("worst trial against bare VQF", "%")}


def score_trial(entry: Entry, trial: OrientationTrial) -> dict[str, float]:
    """The four figures of one entry on one trial, degrees."""
    scores: dict[str, float] = {}
    for mode, recorded in (("online", False), ("offline", True)):
        for name, mag, part in (("9d_total", trial.mag, 0), ("6d_inclination", None, 1)):
            estimate = entry.solve(trial.rate_hz, trial.gyr, trial.acc, mag, recorded=recorded)
            errors = orientation_error_deg(estimate, trial.reference, trial.moving)
            scores[f"{mode}_{name}_deg"] = rms(errors[part])
    return scores


def kept_samples(count: int, loss: float, seed: int) -> npt.NDArray[np.bool_]:
    """Which samples arrive when packets of 10 are lost independently, the first never."""
    packets = np.random.default_rng(seed).random(-(-count // 10)) >= loss
    kept = np.repeat(packets, 10)[:count]
    kept[:10] = True
    return kept


@dataclass(frozen=True, slots=True)
class LossScore:
    """One run with lost packets.

    Attributes:
        error_deg: root mean square of the 6D inclination error.
        recorded_deg: the same where the whole recording may be looked at.
        covered_percent: samples whose error lies inside the band; None without a band.
        band_deg: mean half width of the band; None without one.
    """

    error_deg: float
    recorded_deg: float
    covered_percent: float | None = None
    band_deg: float | None = None


def score_loss(entry: Entry, trial: OrientationTrial, loss: float, seed: int) -> LossScore:
    """6D inclination of a 100 Hz trial with lost packets."""
    kept = kept_samples(len(trial.gyr), loss, seed)
    bridge = offered(entry, "solve_with_gaps") or _interpolating(entry)
    estimate, band = bridge(trial.rate_hz, trial.gyr, trial.acc, kept)
    error = orientation_error_deg(estimate, trial.reference, trial.moving)[1]
    look_back = offered(entry, "recorded_with_gaps") or _interpolating_recorded(entry)
    found = look_back(trial.rate_hz, trial.gyr, trial.acc, kept)
    recorded_deg = rms(orientation_error_deg(found, trial.reference, trial.moving)[1])
    if band is None:
        return LossScore(rms(error), recorded_deg)
    scored = np.isfinite(error)
    inside = float(np.mean(error[scored] <= band[scored]))
    return LossScore(rms(error), recorded_deg, 100 * inside, float(band[scored].mean()))


def _interpolating(entry: Entry) -> Callable[..., tuple[Array, None]]:
    def solve(
        rate_hz: float, gyr: Array, acc: Array, kept: npt.NDArray[np.bool_]
    ) -> tuple[Array, None]:
        filled = linear_fill(gyr, kept), linear_fill(acc, kept)
        return entry.solve(rate_hz, *filled, None, recorded=False), None

    return solve


def _interpolating_recorded(entry: Entry) -> Callable[..., Array]:
    def solve(rate_hz: float, gyr: Array, acc: Array, kept: npt.NDArray[np.bool_]) -> Array:
        filled = linear_fill(gyr, kept), linear_fill(acc, kept)
        quaternions: Array = entry.solve(rate_hz, *filled, None, recorded=True)
        return quaternions

    return solve


def _loss_summary(by_trial: Mapping[str, Sequence[LossScore]]) -> dict[str, Any]:
    """Means over all runs; where there is a band, whether it is wide where the error is large."""
    runs = sorted((r for rs in by_trial.values() for r in rs), key=lambda r: r.error_deg)
    summary: dict[str, Any] = {
        "mean_inclination_deg": float(np.mean([r.error_deg for r in runs])),
        "worst_inclination_deg": runs[-1].error_deg,
        "recorded_inclination_deg": float(np.mean([r.recorded_deg for r in runs])),
        "recorded_worst_inclination_deg": max(r.recorded_deg for r in runs),
        "trials": {
            name: float(np.mean([r.error_deg for r in rs])) for name, rs in by_trial.items()
        },
    }
    if all(r.band_deg is not None for r in runs):
        tenth = max(1, len(runs) // 10)
        summary["covered_percent"] = float(np.mean([r.covered_percent for r in runs]))
        summary["band_deg"] = float(np.mean([r.band_deg for r in runs]))
        summary["band_of_worst_tenth_deg"] = float(np.mean([r.band_deg for r in runs[-tenth:]]))
    return summary


@dataclass(frozen=True, slots=True)
class GapBridgingEntry(ChallengeEntry):
    """An orientation entry that bridges lost samples itself."""

    solve_with_gaps: Callable[..., tuple[Array, Array | None]] | None = None
    recorded_with_gaps: Callable[..., Array] | None = None


class OrientationChallenge(Challenge):
    """BROAD's metric on a folder of `.mat` trials, and the error after packet loss."""

    name = "orientation"
    title = "Orientation of one sensor"
    loss_seeds = range(20)

    def entries(self) -> Sequence[Entry]:
        """Our path, bare VQF, and imufusion (where installed) as a known-worse check."""
        entries: list[Entry] = [
            GapBridgingEntry(
                "ripresa",
                self.name,
                ripresa_path.solve,
                description="conditioning, VQF per packet; offlineVQF over the recording",
                solve_with_gaps=ripresa_path.solve_with_gaps,
                recorded_with_gaps=ripresa_path.recorded_with_gaps,
            ),
            ChallengeEntry("vqf-bare", self.name, bare_vqf, description="VQF alone, whole arrays"),
        ]
        if find_spec("imufusion") is not None:
            entries.append(
                ChallengeEntry(
                    "imufusion",
                    self.name,
                    imufusion_ahrs,
                    description="complementary filter, default gain; known to be worse",
                )
            )
        return entries

    def score(self, scoring: Scoring) -> Scored:
        """Score every entry on every trial of the folder.

        Raises:
            ConfigurationError: the folder holds no readable trial, or subjects are asked for.
        """
        trials, notes = scoring.cases(
            ".mat", read_trial, kind="BROAD trial", otherwise="give BROAD's folder with --data"
        )
        population = _population(trials)
        calm = [at_100_hz(t) for t in trials if "_undisturbed_" in t.name]
        meter = scoring.meter(len(trials) + len(calm))
        faults = FaultRows(notes)
        bodies: dict[str, dict[str, Any]] = {}
        for entry in scoring.entries:
            scores: dict[str, dict[str, float | None]] = {}
            for trial in meter.over(entry, trials):
                scores[trial.name] = dict.fromkeys(FIGURES)
                with faults.row(entry, trial.name):
                    scores[trial.name] |= score_trial(entry, trial)
            bodies[entry.name] = {
                "trials": scores,
                "mean": mean_figures(scores.values(), FIGURES),
                "packet_loss": self._loss(entry, calm, meter, faults),
            } | faults.of(entry)
        return Scored(
            population=population,
            body={"entries": bodies},
            figures=_figures(bodies, population, len(trials), len(calm)),
            notes=notes,
            plots=_plots(bodies),
        )

    def _loss(
        self,
        entry: Entry,
        trials: Sequence[OrientationTrial],
        meter: ProgressMeter,
        faults: FaultRows,
    ) -> dict[str, dict[str, Any]]:
        runs: dict[str, dict[str, list[LossScore]]] = {rate: {} for rate in LOSS_RATES}
        for trial in meter.over(entry, trials, ", packet loss"):
            with faults.row(entry, f"{trial.name}, packet loss"):
                for rate, loss in LOSS_RATES.items():
                    runs[rate][trial.name] = [
                        score_loss(entry, trial, loss, seed) for seed in self.loss_seeds
                    ]
        return {rate: _loss_summary(by_trial) for rate, by_trial in runs.items() if by_trial}


def _population(trials: Sequence[OrientationTrial]) -> str:
    """BROAD's, where all bear its names and rate; a folder of others is not called so."""
    broads = all(BROADS_NAME.match(t.name) and abs(t.rate_hz - BROADS_RATE_HZ) < 1 for t in trials)
    return POPULATION if broads else UNKNOWN_POPULATION


def _figures(bodies: Mapping[str, Any], population: str, trials: int, calm: int) -> list[Figure]:
    whole, lossy = f"{trials} trials, {population}", f"{calm} {LOSSES}; {population}"
    figures: list[Figure] = []
    for name, body in bodies.items():
        figures += figure_rows(
            name, body["mean"], FIGURES, section=Section.DESIGN, population=whole
        )
        for rate, loss in body["packet_loss"].items():
            figures += figure_rows(
                name,
                loss,
                {
                    k: replace(v, text=f"{v.text}, {rate} of packets lost", topic="robustness")
                    for k, v in LOSS_FIGURES.items()
                },
                section=Section.DESIGN,
                population=lossy,
                reach={"mean_inclination_deg": f"≤ {LOSS_REACH_DEG[rate]}°"},
            )
        if name == "ripresa" and "vqf-bare" in bodies:
            figures += figure_rows(
                name,
                {"worst_percent": _worst_percent(body, bodies["vqf-bare"])},
                AGAINST_BARE,
                section=Section.DESIGN,
                population=whole,
                reach={"worst_percent": "≤ 1 %"},
            )
    return figures


def _worst_percent(body: Mapping[str, Any], bare: Mapping[str, Any]) -> float | None:
    """By how much the trial that went worst exceeds bare VQF's."""
    ratios = [
        ours / theirs
        for trial in body["trials"]
        for key in FIGURES
        if (ours := body["trials"][trial][key]) is not None
        and (theirs := bare["trials"][trial][key]) is not None
    ]
    return float(100 * (max(ratios) - 1)) if ratios else None


def _plots(bodies: Mapping[str, Any]) -> list[Plot]:
    def bars(key: str) -> Callable[[Any], None]:
        def draw(axes: Any) -> None:
            width = 0.8 / len(bodies)
            for i, (name, body) in enumerate(bodies.items()):
                names = sorted(body["trials"])
                at = np.arange(len(names)) + i * width
                axes.bar(at, [body["trials"][n][key] or 0.0 for n in names], width, label=name)
                axes.set_xticks(np.arange(len(names)) + 0.4 - width / 2, names)
            axes.tick_params(axis="x", rotation=75, labelsize=7)
            axes.set_ylabel("error, degrees")
            axes.legend()

        return draw

    return [Plot(label.text, bars(key)) for key, label in FIGURES.items()]


CHALLENGE = OrientationChallenge()

__all__ = [
    "CHALLENGE",
    "GapBridgingEntry",
    "OrientationChallenge",
    "kept_samples",
    "score_loss",
    "score_trial",
]
