"""Adherence week by week: the mean over all who are still asked to train.

Steps:

1. A person's week counts from the first day that asked for something. A day is judged as the
   clinic's own figures judge it; who has stopped is asked on, and misses.
2. A person's week is the share of its days, of which something is known, that were done.
3. The curve is the mean over persons; its band the 95 % percentile interval of means over persons
   drawn anew with replacement (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, 13.3):
   days of one person hang together, so persons are drawn, not days.
4. Of few persons that interval is too narrow: it held the true mean of three in 75 of 100 cases, of
   five in 84. So it is expanded about the mean by sqrt(n/(n-1))·t/z (Hesterberg, The American
   Statistician 69:371, 2015), as far as a mean can lie. Fewer than four persons have no band, nor
   have persons who all did alike: nothing tells how much others would differ.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analytics.monitoring.adherence import period_adherence

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .cohort_patient import CohortPatient

__all__ = ["AdherenceWeek", "adherence_curve", "mean_with_band"]

DRAWS: Final = 2000
LEAST_PERSONS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherenceWeek:
    """One week of the curve; shares are 0 to 1, None where nobody's week tells.

    Attributes:
        week: since a person's first day, from 0.
        patients: of whom the week tells.
        untold: under treatment, but excused or unheard all week.
        measured, measured_low, measured_high: share of days done with wearables.
        with_self_report: share of days done, self-reported ones included.
    """

    week: int
    patients: int
    untold: int
    measured: float | None
    measured_low: float | None
    measured_high: float | None
    with_self_report: float | None


def adherence_curve(patients: Sequence[CohortPatient], *, seed: int = 1) -> list[AdherenceWeek]:
    """Of every week up to the last that anybody has.

    Args:
        patients: the cohort.
        seed: of the bootstrap.
    """
    by_week: dict[int, list[Any]] = defaultdict(list)
    for patient in patients:
        weeks = defaultdict(list)
        for day, judged in patient.days.items():
            if day <= patient.last_day and patient.first_day is not None:
                weeks[patient.week_of(day)].append(judged)
        for week, days in weeks.items():
            if week >= 0 and any(one.state != "nothing asked" for one in days):
                by_week[week].append(period_adherence(days))
    rng = np.random.default_rng(seed)
    return [_week(week, by_week[week], rng) for week in sorted(by_week)]


def mean_with_band(
    values: Sequence[float],
    rng: np.random.Generator,
    *,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> tuple[float | None, float | None, float | None]:
    """A mean over persons with its 95 % band.

    Args:
        values: one of each person.
        rng: draws persons anew.
        within: where a mean can lie.

    Returns:
        The mean and the band's ends; these None where too few persons, or alike ones, tell none.
    """
    if not values:
        return None, None, None
    known: npt.NDArray[np.float64] = np.asarray(values, np.float64)
    mean, n = float(known.mean()), len(known)
    if n < LEAST_PERSONS or np.ptp(known) == 0:
        return mean, None, None
    means = known[rng.integers(0, n, (DRAWS, n))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    reach = math.sqrt(n / (n - 1)) * _t_beside_z(n - 1)
    least, most = within
    return mean, max(least, mean + (low - mean) * reach), min(most, mean + (high - mean) * reach)


def _t_beside_z(freedom: int) -> float:
    from scipy.stats import norm, t  # noqa: PLC0415 - slow to import

    return float(t.ppf(0.975, freedom) / norm.ppf(0.975))


def _week(week: int, periods: list[Any], rng: np.random.Generator) -> AdherenceWeek:
    measured = [p.sessions for p in periods if p.sessions is not None]
    told = [p.self_report for p in periods if p.self_report is not None]
    mean, low, high = mean_with_band(measured, rng, within=(0.0, 1.0))
    return AdherenceWeek(
        week=week,
        patients=len(measured),
        untold=len(periods) - len(measured),
        measured=mean,
        measured_low=low,
        measured_high=high,
        with_self_report=float(np.mean(told)) if told else None,
    )
