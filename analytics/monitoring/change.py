"""Whether a range has changed by more than its error, from assessment repetitions only.

An assessment counts with the median peak of at least three technically clean repetitions: received
whole, calibrated, not too fast. Between a baseline of n_b assessments and the n_r most recent ones
the means are compared, and a difference counts as a change where it exceeds

    max(5°, c · SEM · √(1/n_b + 1/n_r))

SEM is the standard deviation of one assessment between days, each with the sensor put on anew. The
declared default is what putting a gravity-aligned sensor on anew does to a peak (6 degrees, as the
core's band assumes it) with 2.5 degrees between days. At least five such days of a stable period of
this patient refine it; the default counts as much as `DECLARED_DAYS` of them, since the deviation
of five days is itself known to a third only. Where the repetitions of a day differ by more than
`USUAL_SCATTER_DEG`, what their median so takes over adds to the error.

c accounts for repeated looks: each new assessment is a look at the same baseline. It is constant
over the looks (Pocock, Biometrika 64:191, 1977), here such that of unchanged persons at most 5 %
are ever told to be beyond the error in `LOOKS` looks at the last one to three of them against three
baseline days: 2.64 of a normal variable by 200 000 simulated persons, 2.7 with some reserve, and
with own days the quantile of t that is exceeded as rarely. A true change of 15 degrees is found in
87 % within ten looks. For a single comparison c is 1.96, and n_b = n_r = 1 gives the usual MDC95.
The floor of 5° is the usual error between testers (Boone et al. 1978). Only assessments of the same
exercise, side, posture, placement and calibration level are comparable; a swept angle, which has
no zero, is compared by its excursion.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from telemetry.errors import NotObservable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from telemetry.messages.results import Repetition, SessionResult

__all__ = [
    "Assessment",
    "Context",
    "RangeChange",
    "Sem",
    "assessments_of",
    "baseline_and_recent",
    "change_between",
    "sem_of",
]

FLOOR_DEG: Final = 5.0
Z_95: Final = 1.96
LOOKS: Final = 10
REPEATED_95: Final = 2.7
"""Of a normal variable, over `LOOKS` looks."""
DECLARED_DAYS: Final = 30
LEAST_REPETITIONS: Final = 3
DAY_SIGMA_DEG: Final = 2.5
USUAL_SCATTER_DEG: Final = 2.5
"""Standard deviation of a day's repetitions that the error allows for; more of it adds to it."""
MEDIAN_OF_THREE: Final = 0.45
"""Variance of the median of three, per variance of one (David & Nagaraja, Order Statistics)."""
STABLE_DAYS: Final = 5
BASELINE_DAYS: Final = 3
RECENT_DAYS: Final = 3
POPULATION_SEM_DEG: Final = {"arm": 6.5, "leg": 6.5}
"""Declared defaults, until five stable days of the patient's own are there."""


@dataclass(frozen=True, slots=True)
class Context:
    """What must be the same for two ranges to be comparable."""

    exercise: str
    side: Literal["left", "right"]
    posture: str
    placement: str
    level: str
    quantity: Literal["peak", "excursion"] = "peak"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One day's untargeted repetitions.

    Attributes:
        day: when.
        context: how.
        peaks_deg: highest angle of each repetition; of a swept one its excursion.
        redonned: the sensor was put on anew for it.
        donning_sigma_deg: by how much a peak differs from one donning to the next, as the result
            tells it; None: not told.
    """

    day: date
    context: Context
    peaks_deg: tuple[float, ...]
    redonned: bool = True
    donning_sigma_deg: float | None = field(default=None, compare=False)

    @property
    def value_deg(self) -> float:
        """Median peak."""
        return statistics.median(self.peaks_deg)


@dataclass(frozen=True, slots=True)
class Sem:
    """Standard error of one assessment, degrees, and where it comes from.

    Attributes:
        value_deg: the error.
        source: the patient's own stable days, or the default for a limb.
        n: own days it rests on; 0 for a default.
    """

    value_deg: float
    source: Literal["own stable days", "population default"]
    n: int = 0


@dataclass(frozen=True, slots=True)
class RangeChange:
    """A difference beside the error it must exceed.

    Attributes:
        change_deg: recent minus baseline.
        threshold_deg: by the module's formula.
        baseline_deg, recent_deg: means of the assessments' medians.
        n_baseline, n_recent: how many.
        sem: the error used.
    """

    change_deg: float
    threshold_deg: float
    baseline_deg: float
    recent_deg: float
    n_baseline: int
    n_recent: int
    sem: Sem

    @property
    def beyond_error(self) -> bool:
        """Whether it counts as a change."""
        return abs(self.change_deg) > self.threshold_deg


def assessments_of(
    result: SessionResult,
    *,
    day: date,
    posture: str,
    placements: Mapping[str, str],
    levels: Mapping[str, str],
    redonned: bool = True,
) -> tuple[Assessment, ...]:
    """The assessments of one session; game repetitions are never among them.

    Args:
        result: what the core found.
        day: the session's day.
        posture: of the session.
        placements: of each stream.
        levels: by placement, the level of segment calibration it passed; without one there is no
            assessment.
        redonned: the sensors were put on anew for this session.
    """
    found = []
    for item in result.items:
        placement = placements.get(item.stream)
        if not item.assessment or item.range_of_motion is None or placement is None:
            continue
        level = levels.get(placement, "none")
        clean = [r for r in item.repetitions if _clean(r)]
        peaks = [r.peak_deg for r in clean if r.peak_deg is not None]
        sizes = [r.range_deg for r in clean if r.range_deg is not None]
        shown = peaks or sizes
        if level == "none" or not item.judged or len(shown) < LEAST_REPETITIONS:
            continue
        quantity: Literal["peak", "excursion"] = "peak" if peaks else "excursion"
        context = Context(item.exercise, item.side, posture, placement, level, quantity)
        donning = item.donning_sigma_deg
        found.append(Assessment(day, context, tuple(shown), redonned, donning))
    return tuple(found)


def _clean(repetition: Repetition) -> bool:
    """Whether it was received whole and moved slowly; how it was compensated is no matter here."""
    return not repetition.technical and not any("fast" in flag for flag in repetition.flags)


def sem_of(stable: Iterable[Assessment], *, limb: Literal["arm", "leg"]) -> Sem:
    """The error of one assessment, from a period without change.

    One value a day counts, the first; assessments without re-donning the sensor do not.

    Raises:
        NotObservable: the assessments are not of one context.
    """
    by_day: dict[date, Assessment] = {}
    for assessment in sorted(stable, key=lambda a: a.day):
        if assessment.redonned:
            by_day.setdefault(assessment.day, assessment)
    days = list(by_day.values())
    _same_context(days)
    declared = _declared_deg(days, limb)
    if len(days) < STABLE_DAYS:
        return Sem(declared, "population default")
    own = statistics.variance(a.value_deg for a in days)
    weight = len(days) - 1
    pooled = (DECLARED_DAYS * declared**2 + weight * own) / (DECLARED_DAYS + weight)
    return Sem(math.sqrt(pooled), "own stable days", len(days))


def _declared_deg(days: Sequence[Assessment], limb: Literal["arm", "leg"]) -> float:
    """The declared error, consistent with the donning error that the results' bands assume."""
    told = [a.donning_sigma_deg for a in days if a.donning_sigma_deg is not None]
    return math.hypot(max(told), DAY_SIGMA_DEG) if told else POPULATION_SEM_DEG[limb]


def baseline_and_recent(
    assessments: Iterable[Assessment], context: Context
) -> tuple[tuple[Assessment, ...], tuple[Assessment, ...]]:
    """The first three days and, of those after them, the last three; in one context."""
    ordered = sorted((a for a in assessments if a.context == context), key=lambda a: a.day)
    by_day = list({a.day: a for a in reversed(ordered)}.values())[::-1]
    baseline, later = by_day[:BASELINE_DAYS], by_day[BASELINE_DAYS:]
    return tuple(baseline), tuple(later[-RECENT_DAYS:])


def change_between(
    baseline: Sequence[Assessment], recent: Sequence[Assessment], sem: Sem
) -> RangeChange:
    """Compare two groups of assessments.

    Raises:
        NotObservable: one of them is empty, or they are not of one context.
    """
    if not baseline or not recent:
        raise NotObservable("no change can be told: assessments are missing, at least one a side")
    _same_context([*baseline, *recent])
    sem = _with_scatter(sem, [*baseline, *recent])
    before = statistics.fmean(a.value_deg for a in baseline)
    after = statistics.fmean(a.value_deg for a in recent)
    return RangeChange(
        change_deg=after - before,
        threshold_deg=threshold_deg(sem, len(baseline), len(recent), looks=LOOKS),
        baseline_deg=before,
        recent_deg=after,
        n_baseline=len(baseline),
        n_recent=len(recent),
        sem=sem,
    )


def _with_scatter(sem: Sem, assessments: Sequence[Assessment]) -> Sem:
    """The error of a person whose repetitions differ more within a day than it allows for."""
    known = [statistics.variance(a.peaks_deg) for a in assessments if len(a.peaks_deg) > 1]
    if not known:
        return sem
    beyond = max(0.0, statistics.fmean(known) - USUAL_SCATTER_DEG**2)
    return replace(sem, value_deg=math.sqrt(sem.value_deg**2 + MEDIAN_OF_THREE * beyond))


def threshold_deg(sem: Sem, n_baseline: int, n_recent: int, *, looks: int = 1) -> float:
    """The module's formula.

    Args:
        sem: the error of one assessment.
        n_baseline: assessments on one side.
        n_recent: on the other.
        looks: 1 for a single comparison; more for one of up to `LOOKS`.
    """
    z = Z_95 if looks == 1 else REPEATED_95
    factor = z if sem.n == 0 else _as_rare_in_t(z, DECLARED_DAYS + sem.n - 1)
    return max(FLOOR_DEG, factor * sem.value_deg * math.sqrt(1 / n_baseline + 1 / n_recent))


def _as_rare_in_t(z: float, freedom: int) -> float:
    """The quantile of t that is exceeded as rarely as `z` of a normal variable.

    Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5), good to a thousandth from 20 degrees of
    freedom on.
    """
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def _same_context(assessments: Sequence[Assessment]) -> None:
    contexts = {a.context for a in assessments}
    if len(contexts) > 1:
        raise NotObservable(
            f"ranges of {len(contexts)} different contexts are not comparable: keep to one "
            "exercise, side, posture, placement and calibration"
        )
