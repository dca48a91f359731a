"""Time to drop-out, by Kaplan and Meier, with who is censored and why.

Steps:

1. Dropped out has who, up to the last day of which something is known, has missed days and has not
   trained for `gap_days`, excused and unknown days left out. The time runs from the person's first
   day through the last one with therapy; never begun is 0.
2. Everybody else is censored on their last day: the data end there, treatment ended, the plan is
   over, or the home fell silent, and then nobody knows whether the person trains. Who was censored
   has not dropped out.
3. The share that keeps on is the product over drop-outs of 1 - d/n (Kaplan and Meier, J Am Stat
   Assoc 53:457, 1958), its band by the log-log transform of Greenwood's variance; n counts who is
   still followed. `statsmodels.SurvfuncRight` computes it.
4. Silence may be a drop-out that put the box away, so the curve is told a second time with silent
   homes as drop-outs at their last day with therapy: the truth lies between the two.
5. The curve ends where fewer than four are still followed: there one person is a quarter of it. The
   median has the days on which the band's ends come to a half as its own band (Brookmeyer and
   Crowley, Biometrics 38:29, 1982).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .adherence_curve import LEAST_PERSONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .cohort_patient import CohortPatient

__all__ = ["GAP_DAYS", "DropOutStep", "DropOuts", "Followed", "drop_outs", "followed"]

GAP_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How long one person was followed, and whether that ended with a drop-out."""

    patient: str
    days: int
    dropped_out: bool
    censored: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DropOutStep:
    """The share that keeps on after a day with drop-outs; `at_risk` were followed up to it."""

    day: int
    at_risk: int
    dropped_out: int
    keeping_on: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DropOuts:
    """The curve.

    Attributes:
        patients: followed.
        dropped_out: of them.
        never_began: of those, who never trained.
        censored: how many by each reason.
        steps: the curve, 1 before the first; see step 5.
        median_days: when half have stopped; None: not reached.
        median_low_days, median_high_days: its 95 % band; None: not reached.
        followed_days: of the longest.
        known_days: up to which the curve is told; 0: fewer than four were followed.
    """

    patients: int
    dropped_out: int
    never_began: int
    censored: Mapping[str, int]
    steps: tuple[DropOutStep, ...]
    median_days: float | None
    followed_days: int
    known_days: int
    median_low_days: float | None = None
    median_high_days: float | None = None


def followed(
    patients: Sequence[CohortPatient], *, gap_days: int = GAP_DAYS, silent_drop_out: bool = False
) -> list[Followed]:
    """Each person who was asked to train at all."""
    found = []
    for patient in patients:
        first, active = patient.first_day, patient.last_active
        if first is None or first > patient.last_day:
            continue
        idle, missed = patient.idle_days()
        silent = silent_drop_out and patient.ended == "home silent"
        dropped = silent or (idle >= gap_days and missed > 0)
        until = (active or first - timedelta(days=1)) if dropped else patient.last_day
        found.append(
            Followed(
                patient=patient.patient,
                days=(until - first).days + 1,
                dropped_out=dropped,
                censored=None if dropped else patient.ended,
            )
        )
    return found


def drop_outs(people: Sequence[Followed]) -> DropOuts:
    """The curve of those."""
    censored = Counter(one.censored for one in people if one.censored is not None)
    steps, known = _curve(people), _known_days(people)
    steps = [step for step in steps if step.at_risk >= LEAST_PERSONS]
    return DropOuts(
        patients=len(people),
        dropped_out=sum(one.dropped_out for one in people),
        never_began=sum(one.dropped_out and one.days == 0 for one in people),
        censored=dict(sorted(censored.items())),
        steps=tuple(steps),
        median_days=_half(steps, [step.keeping_on for step in steps]),
        median_low_days=_half(steps, [step.low for step in steps]),
        median_high_days=_half(steps, [step.high for step in steps]),
        followed_days=max((one.days for one in people), default=0),
        known_days=known,
    )


def _known_days(people: Sequence[Followed]) -> int:
    """The last day on which enough are followed."""
    longest = sorted((one.days for one in people), reverse=True)
    return longest[LEAST_PERSONS - 1] if len(longest) >= LEAST_PERSONS else 0


def _half(steps: Sequence[DropOutStep], shares: Sequence[float | None]) -> float | None:
    """The first day on which no more than half keep on."""
    reached = (step.day for step, share in zip(steps, shares, strict=True) if _at_most_half(share))
    return next((float(day) for day in reached), None)


def _at_most_half(share: float | None) -> bool:
    return share is not None and share <= 0.5


def _curve(people: Sequence[Followed]) -> list[DropOutStep]:
    if not any(one.dropped_out for one in people):
        return []
    from statsmodels.duration.survfunc import SurvfuncRight  # noqa: PLC0415 - slow to import

    days = np.array([one.days for one in people], np.float64)
    dropped = np.array([one.dropped_out for one in people], np.int64)
    found = SurvfuncRight(days, dropped)
    return [
        DropOutStep(
            day=int(day),
            at_risk=int(at_risk),
            dropped_out=int(events),
            keeping_on=float(share),
            **_band(float(share), float(error)),
        )
        for day, at_risk, events, share, error in zip(
            found.surv_times,
            found.n_risk,
            found.n_events,
            found.surv_prob,
            found.surv_prob_se,
            strict=True,
        )
        if events > 0
    ]


def _band(share: float, error: float) -> dict[str, Any]:
    """The 95 % band on the scale of log(-log S), so that it stays within 0 and 1."""
    if not 0 < share < 1 or not np.isfinite(error) or error <= 0:
        return {"low": None, "high": None}
    spread = 1.96 * error / abs(share * np.log(share))
    return {
        "low": float(share ** np.exp(spread)),
        "high": float(share ** np.exp(-spread)),
    }
