"""Whether a range has changed by more than its error, from assessment repetitions only.

An assessment counts with the median peak of its repetitions. Between a baseline of n_b
assessments and the n_r most recent ones the means are compared, and a difference counts as a
change where it exceeds

    max(5°, 1.96 · SEM · √(1/n_b + 1/n_r))

SEM is the standard deviation of one assessment between days, each with the sensor put on anew,
over a stable period of at least five such days of this patient; without one a declared
population default stands in. For n_b = n_r = 1 this is the usual MDC95 = 1.96 · √2 · SEM; the
floor of 5° is the usual error between testers (Boone et al. 1978). Only assessments of the same
exercise, side, posture, placement and calibration level are comparable.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from telemetry.errors import NotObservable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from telemetry.messages.results import SessionResult

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
STABLE_DAYS: Final = 5
BASELINE_DAYS: Final = 3
RECENT_DAYS: Final = 3
POPULATION_SEM_DEG: Final = {"arm": 4.0, "leg": 5.0}
"""Declared defaults, until five stable days of the patient's own are there."""


@dataclass(frozen=True, slots=True)
class Context:
    """What must be the same for two ranges to be comparable."""

    exercise: str
    side: Literal["left", "right"]
    posture: str
    placement: str
    level: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """One day's untargeted repetitions.

    Attributes:
        day: when.
        context: how.
        peaks_deg: highest angle of each repetition.
        redonned: the sensor was put on anew for it.
    """

    day: date
    context: Context
    peaks_deg: tuple[float, ...]
    redonned: bool = True

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
        n: days it rests on; 0 for a default.
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
        levels: by placement, the level of segment calibration it passed; missing: `none`.
        redonned: the sensors were put on anew for this session.
    """
    found = []
    for item in result.items:
        if not item.assessment or item.range_of_motion is None:
            continue
        peaks_deg = tuple(r.peak_deg for r in item.repetitions if r.peak_deg is not None)
        placement = placements.get(item.stream)
        if peaks_deg and placement is not None:
            level = levels.get(placement, "none")
            context = Context(item.exercise, item.side, posture, placement, level)
            found.append(Assessment(day, context, peaks_deg, redonned))
    return tuple(found)


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
    if len(days) < STABLE_DAYS:
        return Sem(POPULATION_SEM_DEG[limb], "population default")
    return Sem(statistics.stdev(a.value_deg for a in days), "own stable days", len(days))


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
    before = statistics.fmean(a.value_deg for a in baseline)
    after = statistics.fmean(a.value_deg for a in recent)
    return RangeChange(
        change_deg=after - before,
        threshold_deg=threshold_deg(sem, len(baseline), len(recent)),
        baseline_deg=before,
        recent_deg=after,
        n_baseline=len(baseline),
        n_recent=len(recent),
        sem=sem,
    )


def threshold_deg(sem: Sem, n_baseline: int, n_recent: int) -> float:
    """The module's formula."""
    return max(FLOOR_DEG, Z_95 * sem.value_deg * math.sqrt(1 / n_baseline + 1 / n_recent))


def _same_context(assessments: Sequence[Assessment]) -> None:
    contexts = {a.context for a in assessments}
    if len(contexts) > 1:
        raise NotObservable(
            f"ranges of {len(contexts)} different contexts are not comparable: keep to one "
            "exercise, side, posture, placement and calibration"
        )
