"""How fast a range changes over a cohort: a linear mixed model, and whether it can be believed.

Steps:

1. Limbs' weekly medians are modelled as `deg ~ week`, with an intercept and a slope of each
   person's own (Laird and Ware, Biometrics 38:963, 1982), fitted by `statsmodels.MixedLM` with
   REML on centred and scaled values; where persons bring two sides, a side has an offset of its
   own within its person.
2. A model without slopes of persons' own takes every week for news and tells too narrow an
   interval. So a fit that does not converge is said, and the mean of persons' own least-squares
   slopes is told instead (summary measures: Matthews et al., BMJ 300:230, 1990).
3. Both intervals take t with persons less one degrees of freedom, of persons who have a slope:
   with few of them the normal quantile is too narrow, and who came in one week only tells none.

Weeks that are missing are taken to be missing at random, given what was seen: who stops because the
range does not come on makes the slope too steep. So the model is read beside the drop-outs.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .range_course import RangeCourse, WeeklyRange

__all__ = ["LEAST_PATIENTS", "RangeSlope", "range_slope"]

LEAST_PATIENTS: Final = 4
LEAST_SPREAD_DEG: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeSlope:
    """The change of one observable of one exercise.

    Attributes:
        exercise, what, kind: which, see `RangeSeen`.
        patients, observations: that the model saw.
        model: what the slope is of; None: there is none.
        converged: whether it is of a mixed model that converged.
        deg_a_week, low, high: the slope over persons with its 95 % interval; None: no figure.
        start_deg: at week 0.
        persons_sd_deg_a_week: how much persons' own slopes differ.
        residual_sd_deg: of a limb's week about its person's line.
        notes: what went wrong or is to be kept in mind.
    """

    exercise: str
    what: str
    kind: str
    patients: int
    observations: int
    model: str | None = None
    converged: bool = False
    deg_a_week: float | None = None
    low: float | None = None
    high: float | None = None
    start_deg: float | None = None
    persons_sd_deg_a_week: float | None = None
    residual_sd_deg: float | None = None
    notes: tuple[str, ...] = ()


def range_slope(course: RangeCourse) -> RangeSlope:
    """The mixed model of a course."""
    limbs = course.limbs
    people = _with_two_weeks(limbs)
    head: dict[str, Any] = {
        "exercise": course.exercise,
        "what": course.what,
        "kind": course.kind,
        "patients": len({limb.patient for limb in limbs}),
        "observations": len(limbs),
    }
    if len(people) < LEAST_PATIENTS:
        why = f"{len(people)} persons with two weeks or more: a model needs {LEAST_PATIENTS}"
        return RangeSlope(**head, notes=(why,))
    notes: list[str] = []
    told = _mixed(limbs, notes) or _summary(limbs, notes)
    if "deg_a_week" in told and "low" not in told:
        notes.append("all persons changed alike: no interval can be told")
    return RangeSlope(**head, **told, notes=tuple(dict.fromkeys(notes)))


def _with_two_weeks(limbs: Sequence[WeeklyRange]) -> set[str]:
    weeks: dict[str, set[int]] = {}
    for limb in limbs:
        weeks.setdefault(limb.patient, set()).add(limb.week)
    return {patient for patient, seen in weeks.items() if len(seen) > 1}


def _mixed(limbs: Sequence[WeeklyRange], notes: list[str]) -> dict[str, Any] | None:
    """What a converged mixed model tells; None, with a note why, where there is none."""
    import pandas as pd  # noqa: PLC0415 - slow to import
    from statsmodels.regression.mixed_linear_model import MixedLM  # noqa: PLC0415 - slow to import

    week = np.array([float(limb.week) for limb in limbs])
    deg = np.array([limb.deg for limb in limbs])
    # The optimiser needs both parts of a person's own line to be of one size.
    by_week, by_deg = float(np.std(week)), float(np.std(deg))
    if by_deg < LEAST_SPREAD_DEG:
        notes.append("all ranges are the same: there is nothing to fit")
        return None
    table = pd.DataFrame(
        {
            "week": (week - week.mean()) / by_week,
            "deg": (deg - deg.mean()) / by_deg,
            "patient": [limb.patient for limb in limbs],
            "side": [limb.side for limb in limbs],
        }
    )
    known = {(limb.patient, limb.side) for limb in limbs}
    sides = len(known) > len({patient for patient, _ in known})
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            fit = MixedLM.from_formula(
                "deg ~ week",
                table,
                groups="patient",
                re_formula="~week",
                vc_formula={"side": "0 + C(side)"} if sides else None,
            ).fit(reml=True, method=["bfgs", "lbfgs", "powell"])
        except (np.linalg.LinAlgError, ValueError) as e:
            notes.append(f"the mixed model could not be fitted ({e})")
            return None
    error = float(fit.bse["week"])
    if not fit.converged or not np.isfinite(error) or error <= 0:
        notes.append("the mixed model did not converge")
        return None
    # Warnings of optimisers that another one made good tell nothing of the fit.
    notes += [w for w in dict.fromkeys(str(h.message) for h in heard) if "boundary" in w]
    scale = by_deg / by_week
    slope = float(fit.params["week"]) * scale
    own = float(np.sqrt(max(fit.cov_re.loc["week", "week"], 0.0))) * scale
    return {
        "model": "mixed model: intercepts and slopes of persons' own",
        "converged": True,
        "start_deg": float(deg.mean() + fit.params["Intercept"] * by_deg - slope * week.mean()),
        "persons_sd_deg_a_week": own,
        "residual_sd_deg": float(np.sqrt(fit.scale)) * by_deg,
        **_interval(slope, error * scale, len(_with_two_weeks(limbs))),
    }


def _summary(limbs: Sequence[WeeklyRange], notes: list[str]) -> dict[str, Any]:
    """The mean of persons' own slopes, sides about their own means."""
    slopes = []
    for patient in sorted(_with_two_weeks(limbs)):
        sides: dict[str, list[WeeklyRange]] = {}
        for limb in limbs:
            if limb.patient == patient:
                sides.setdefault(limb.side, []).append(limb)
        offs = [
            (limb.week - np.mean([o.week for o in own]), limb.deg - np.mean([o.deg for o in own]))
            for own in sides.values()
            for limb in own
        ]
        spread = sum(week * week for week, _ in offs)
        if spread > 0:
            slopes.append(float(sum(week * deg for week, deg in offs) / spread))
    if len(slopes) < LEAST_PATIENTS:
        notes.append("too few persons have a slope of their own: no figure")
        return {}
    error = float(np.std(slopes, ddof=1) / np.sqrt(len(slopes)))
    return {
        "model": "mean of persons' own slopes",
        **_interval(float(np.mean(slopes)), error, len(slopes)),
    }


def _interval(slope: float, error: float, people: int) -> dict[str, float]:
    from scipy.stats import t  # noqa: PLC0415 - slow to import

    if error < LEAST_SPREAD_DEG:
        # Where all change exactly alike there is nothing to tell an error by.
        return {"deg_a_week": slope}
    reach = float(t.ppf(0.975, people - 1)) * error
    return {"deg_a_week": slope, "low": slope - reach, "high": slope + reach}
