"""Whether a range has changed by more than its error, from assessment repetitions only.

An assessment counts with the mean peak of at least three technically clean repetitions (received
whole, calibrated, not too fast), one that is far from their median left out. The first three
assessment days are the baseline. Of the days after it the means of the last three, five and ten are
compared with it, and the difference that is largest beside its threshold is told:

    max(5°, c · SEM · √(1/n_b + 1/n_r))

1. **SEM** is the standard deviation of one assessment between days, each with the sensor put on
   anew. Declared is what putting a gravity-aligned sensor on anew does to a peak (6 degrees, as the
   core's band assumes it) with 2.5 degrees between days, and, where the repetitions of a day differ
   by more than `USUAL_SCATTER_DEG`, what their mean takes over of it.
2. How a sensor is put on differs between persons, so the error is learnt: the declared variance
   counts as much as `DECLARED_DAYS` degrees of freedom (the mean of a scaled inverse chi-square
   prior; Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6), the person's own variance as many as
   it has, pooled within the baseline, within the days compared with it and within those between,
   so that a change from one to the other adds nothing. What the scatter adds is known, and makes
   the prior's degrees more (Satterthwaite, Biometrics Bulletin 2:110, 1946).
3. **c** accounts for repeated looks, each new assessment being one at the same baseline: it falls
   with the information I = 1/(1/n_b + 1/n_r) of a comparison, as I^-0.6 up to five days on a side,
   faster from there to `REPEATED_95` at ten, and is at most `MOST_C`. The constant boundary of
   Pocock (Biometrika 64:191, 1977) spends as much on the first looks, where the error is known
   least; that of O'Brien & Fleming (Biometrics 35:549, 1979) spends little there, as this one. It
   is the quantile of t that is exceeded as rarely as c of a normal variable.

`REPEATED_95` is set by simulation: over `LOOKS` looks of an unchanged person at most 5 % are told
to be beyond the error also where the sensor is put on with 8 degrees instead of 6, or the days
differ by 4 degrees (`docs/decisions/0015-looks-that-spend-late.md` has figures). For a single
comparison c is 1.96, and n_b = n_r = 1 gives the usual MDC95. The floor of 5° is the usual error
between testers (Boone et al. 1978). Only assessments of the same exercise, side, posture, placement
and calibration level are comparable; a swept angle, which has no zero, is compared by its
excursion.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from telemetry.errors import NotObservable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from telemetry.body import Side
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
REPEATED_95: Final = 2.35
"""Of a normal variable, over `LOOKS` looks, at the last of them."""
SPENDING, LATE_SPENDING = 0.6, 0.8
"""Power of the information by which c falls, up to `SPENT_DAYS` and beyond: 0 is Pocock's boundary,
more of it spends later."""
SPENT_DAYS: Final = 5
MOST_C: Final = 3.5
"""However little is known, so rare a difference is told."""
DECLARED_DAYS: Final = 6
"""Degrees of freedom that the declared error counts for beside the person's own."""
MOST_FREEDOM: Final = 60.0
LEAST_VARIANCE: Final = 1.0
LEAST_REPETITIONS: Final = 3
DAY_SIGMA_DEG: Final = 2.5
USUAL_SCATTER_DEG: Final = 2.5
"""Standard deviation of a day's repetitions that the error allows for; more of it adds to it."""
OUTLYING_DEG: Final = 15.0
"""A repetition so far from the median of its day is not of the mean."""
STABLE_DAYS: Final = 5
BASELINE_DAYS: Final = 3
RECENT_DAYS: Final = (3, 5, 10)
"""Of the last so many days the mean is compared: few tell a sudden change, many a small one."""
SEEN_DAYS: Final = 20
"""Older days than these after the baseline tell nothing of the error today."""
POPULATION_SEM_DEG: Final = {"arm": 6.5, "leg": 6.5}
"""Declared defaults, until five stable days of the patient's own are there."""


@dataclass(frozen=True, slots=True)
class Context:
    """What must be the same for two ranges to be comparable."""

    exercise: str
    side: Side
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
        core_version: of what computed them; empty: not told.
    """

    day: date
    context: Context
    peaks_deg: tuple[float, ...]
    redonned: bool = True
    donning_sigma_deg: float | None = field(default=None, compare=False)
    core_version: str = field(default="", compare=False)

    @property
    def value_deg(self) -> float:
        """Median peak, as it is shown."""
        return statistics.median(self.peaks_deg)

    @property
    def compared_deg(self) -> float:
        """Mean of the peaks but for those that are far from their median."""
        usual = self.value_deg
        return statistics.fmean(p for p in self.peaks_deg if abs(p - usual) <= OUTLYING_DEG)


@dataclass(frozen=True, slots=True)
class Sem:
    """Standard error of one assessment, degrees, and where it comes from.

    Attributes:
        value_deg: the error.
        source: whether the patient's own days tell more of it than the default for a limb.
        n: own days it rests on; 0 for a default.
        freedom: its degrees of freedom.
    """

    value_deg: float
    source: Literal["own stable days", "population default"]
    n: int = 0
    freedom: float = DECLARED_DAYS


@dataclass(frozen=True, slots=True)
class RangeChange:
    """A difference beside the error it must exceed.

    Attributes:
        change_deg: recent minus baseline.
        threshold_deg: by the module's formula.
        baseline_deg, recent_deg: means of the assessments.
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
    postures: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Assessment, ...]:
    """The assessments of one session; game repetitions are never among them.

    Args:
        result: what the core found.
        day: the session's day.
        posture: of the session.
        postures: of items, where they are known; of each other it is the session's.
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
        stance = postures.get(item.item, posture)
        context = Context(item.exercise, item.side, stance, placement, level, quantity)
        donning = item.donning_sigma_deg
        made = Assessment(day, context, tuple(shown), redonned, donning, result.core_version)
        found.append(made)
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
    own = statistics.variance(a.compared_deg for a in days)
    freedom = DECLARED_DAYS + len(days) - 1
    pooled = (DECLARED_DAYS * declared**2 + (len(days) - 1) * own) / freedom
    return Sem(math.sqrt(pooled), "own stable days", len(days), freedom)


def _declared_deg(days: Sequence[Assessment], limb: Literal["arm", "leg"]) -> float:
    """The declared error, consistent with the donning error that the results' bands assume."""
    told = [a.donning_sigma_deg for a in days if a.donning_sigma_deg is not None]
    return math.hypot(max(told), DAY_SIGMA_DEG) if told else POPULATION_SEM_DEG[limb]


def baseline_and_recent(
    assessments: Iterable[Assessment], context: Context
) -> tuple[tuple[Assessment, ...], tuple[Assessment, ...]]:
    """The first three days, and those after them up to today; in one context."""
    ordered = sorted((a for a in assessments if a.context == context), key=lambda a: a.day)
    by_day = list({a.day: a for a in reversed(ordered)}.values())[::-1]
    return tuple(by_day[:BASELINE_DAYS]), tuple(by_day[BASELINE_DAYS:])


def change_between(
    baseline: Sequence[Assessment], recent: Sequence[Assessment], sem: Sem
) -> RangeChange:
    """Compare the last of some days with a baseline.

    Args:
        baseline: the first days.
        recent: all days after them, in order; the last are compared, those before tell of the
            error.
        sem: what is known of the error without these days.

    Raises:
        NotObservable: one of them is empty, or they are not of one context.
    """
    if not baseline or not recent:
        raise NotObservable("no change can be told: assessments are missing, at least one a side")
    _same_context([*baseline, *recent])
    seen = recent[-SEEN_DAYS:]
    known = _with_scatter(sem, [*baseline, *seen])
    spans = sorted({min(n, len(seen)) for n in RECENT_DAYS})
    told = [_compared(baseline, seen[:-n], seen[-n:], known) for n in spans]
    return max(told, key=lambda change: abs(change.change_deg) / change.threshold_deg)


def _compared(
    baseline: Sequence[Assessment],
    between: Sequence[Assessment],
    last: Sequence[Assessment],
    known: Sem,
) -> RangeChange:
    """The change from the baseline to the last days, beside the error that all of them tell."""
    sem = _learnt(known, (baseline, between, last))
    before = statistics.fmean(a.compared_deg for a in baseline)
    after = statistics.fmean(a.compared_deg for a in last)
    return RangeChange(
        change_deg=after - before,
        threshold_deg=threshold_deg(sem, len(baseline), len(last), looks=LOOKS),
        baseline_deg=before,
        recent_deg=after,
        n_baseline=len(baseline),
        n_recent=len(last),
        sem=sem,
    )


def _learnt(known: Sem, groups: Sequence[Sequence[Assessment]]) -> Sem:
    """What was known of the error, pooled with the person's own within each group of days."""
    values = [[a.compared_deg for a in group if a.redonned] for group in groups]
    varied = [group for group in values if len(group) > 1]
    own = sum(len(group) - 1 for group in varied)
    if not own:
        return known
    squares = sum(map(_squares, varied))
    freedom = known.freedom + own
    pooled = (known.freedom * known.value_deg**2 + squares) / freedom
    days = known.n + sum(map(len, values))
    if known.n or own > DECLARED_DAYS:
        return Sem(math.sqrt(pooled), "own stable days", days, freedom)
    return replace(known, value_deg=math.sqrt(pooled), freedom=freedom)


def _squares(values: Sequence[float]) -> float:
    """Sum of the squared differences from the mean."""
    mean = statistics.fmean(values)
    return math.fsum((v - mean) ** 2 for v in values)


def _with_scatter(sem: Sem, assessments: Sequence[Assessment]) -> Sem:
    """The error of a person whose repetitions differ more within a day than it allows for."""
    known = [
        (_squares(a.peaks_deg) / (len(a.peaks_deg) - 1) - USUAL_SCATTER_DEG**2) / len(a.peaks_deg)
        for a in assessments
        if len(a.peaks_deg) > 1
    ]
    beyond = max(0.0, statistics.fmean(known)) if known else 0.0
    if not beyond:
        return sem
    before = max(sem.value_deg**2, LEAST_VARIANCE)
    surer = sem.freedom * ((before + beyond) / before) ** 2
    freedom = max(sem.freedom, min(surer, MOST_FREEDOM))
    return replace(sem, value_deg=math.sqrt(before + beyond), freedom=freedom)


def threshold_deg(sem: Sem, n_baseline: int, n_recent: int, *, looks: int = 1) -> float:
    """The module's formula.

    Args:
        sem: the error of one assessment.
        n_baseline: assessments on one side.
        n_recent: on the other.
        looks: 1 for a single comparison, whose declared error is taken as known; more for one of
            up to `LOOKS`.
    """
    variance = 1 / n_baseline + 1 / n_recent
    if looks == 1:
        factor = Z_95 if sem.n == 0 else _as_rare_in_t(Z_95, sem.freedom)
    else:
        least, spent = (1 / BASELINE_DAYS + 1 / n for n in (max(RECENT_DAYS), SPENT_DAYS))
        late = (min(variance, spent) / least) ** LATE_SPENDING
        z = min(MOST_C, REPEATED_95 * late * max(1.0, variance / spent) ** SPENDING)
        factor = _as_rare_in_t(z, sem.freedom)
    return max(FLOOR_DEG, factor * sem.value_deg * math.sqrt(variance))


def _as_rare_in_t(z: float, freedom: float) -> float:
    """The quantile of t that is exceeded as rarely as `z` of a normal variable.

    Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5): at the first look, with 8 degrees of
    freedom, 1 % too small; from the third on less than 0.2 %.
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
