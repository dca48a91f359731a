"""Range over the weeks: what persons' joints reached, with bands over persons.

Of a person's week the median over its sessions counts, sides apart; then quartiles and the mean
over persons and sides. Only figures that passed the core's gate are in it: how many did not is told
beside them. Guided exercises and unguided assessments are courses of their own.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .adherence_curve import LEAST_PERSONS, mean_with_band

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cohort_patient import CohortPatient

__all__ = ["RangeCourse", "RangeWeek", "WeeklyRange", "range_courses", "weekly_ranges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyRange:
    """One limb's week: the median range of its sessions, degrees."""

    patient: str
    side: str
    week: int
    deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeWeek:
    """One week over persons, degrees.

    `low` and `high` bound the mean (95 %, `mean_with_band`); half the limbs lie in `p25` to `p75`.
    Of fewer than four persons there is their mean alone: None are the others.
    """

    week: int
    patients: int
    limbs: int
    median: float | None
    p25: float | None
    p75: float | None
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeCourse:
    """One observable of one exercise over the weeks.

    Attributes:
        exercise, what, kind: which, see `RangeSeen`.
        weeks: those in which anybody's was seen.
        limbs: their weeks, for models.
        not_observable: items of sessions whose range could not be told.
        half_width_deg: the median half width of a single item's 95 % band.
    """

    exercise: str
    what: str
    kind: str
    weeks: tuple[RangeWeek, ...]
    limbs: tuple[WeeklyRange, ...]
    not_observable: int
    half_width_deg: float | None


def range_courses(patients: Sequence[CohortPatient], *, seed: int = 1) -> list[RangeCourse]:
    """Each observable's course, the most often seen first.

    Args:
        patients: the cohort.
        seed: of the bootstrap.
    """
    seen = {(r.exercise, r.what, r.kind) for p in patients for r in p.ranges if r.deg is not None}
    rng = np.random.default_rng(seed)
    courses = [_course(patients, *key, rng) for key in sorted(seen)]
    return sorted(courses, key=lambda c: -len(c.limbs))


def weekly_ranges(
    patients: Sequence[CohortPatient], exercise: str, what: str, kind: str
) -> list[WeeklyRange]:
    """Limbs' weeks of one observable."""
    found = []
    for patient in patients:
        weeks = defaultdict(list)
        for r in patient.ranges:
            if (r.exercise, r.what, r.kind) == (exercise, what, kind) and r.deg is not None:
                weeks[r.side, patient.week_of(r.day)].append(r.deg)
        found += [
            WeeklyRange(patient=patient.patient, side=side, week=week, deg=statistics.median(told))
            for (side, week), told in sorted(weeks.items())
        ]
    return found


def _course(
    patients: Sequence[CohortPatient],
    exercise: str,
    what: str,
    kind: str,
    rng: np.random.Generator,
) -> RangeCourse:
    limbs = weekly_ranges(patients, exercise, what, kind)
    weeks = sorted({limb.week for limb in limbs})
    of_it = [r for p in patients for r in p.ranges if (r.exercise, r.kind) == (exercise, kind)]
    widths = [r.half_width_deg for r in of_it if r.what == what and r.half_width_deg is not None]
    return RangeCourse(
        exercise=exercise,
        what=what,
        kind=kind,
        weeks=tuple(_week(w, [limb for limb in limbs if limb.week == w], rng) for w in weeks),
        limbs=tuple(limbs),
        not_observable=sum(r.deg is None for r in of_it),
        half_width_deg=statistics.median(widths) if widths else None,
    )


def _week(week: int, limbs: Sequence[WeeklyRange], rng: np.random.Generator) -> RangeWeek:
    by_person = defaultdict(list)
    for limb in limbs:
        by_person[limb.patient].append(limb.deg)
    few = len(by_person) < LEAST_PERSONS
    p25, median, p75 = np.percentile([limb.deg for limb in limbs], (25, 50, 75))
    # Two sides of one person hang together: persons are drawn, each with the mean of their sides.
    own = [statistics.fmean(v) for v in by_person.values()]
    _, low, high = mean_with_band(own, rng)
    return RangeWeek(
        week=week,
        patients=len(by_person),
        limbs=len(limbs),
        median=None if few else float(median),
        p25=None if few else float(p25),
        p75=None if few else float(p75),
        mean=statistics.fmean(own),
        low=low,
        high=high,
    )
