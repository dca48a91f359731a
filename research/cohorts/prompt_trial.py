"""What a prompt's wording does: its variants were drawn anew for each person and week.

Steps:

1. A person's week belongs to the variant that was drawn for it, whether or not a prompt was shown
   in it (intention to treat): who does not train sees no prompt, so that weeks with one would
   compare those who trained anyway. Weeks without exposure are counted beside the effect.
2. The outcome is the share of the week's asked days that were done, as the clinic's figures judge
   them; a week of which nothing is known is left out and counted.
3. The effect is the difference from the first variant within persons: outcome and allocation, each
   less the person's own mean, by least squares. Its variance is summed over persons, whose weeks
   hang together (cluster-robust with G/(G-1): Cameron and Miller, J Hum Resour 50:317, 2015), its
   interval takes t with persons less one degrees of freedom.

Variants that were shown and not drawn tell of another seed, or of a plan that changed: with any of
them the effect is diluted, so they are counted, too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["LEAST_PERSONS", "TrialArm", "TrialEffect", "TrialWeek", "trial_effects"]

NO_SPREAD: Final = 1e-9
"""An interval narrower than this comes of no spread at all."""
LEAST_PERSONS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWeek:
    """One person's week and one mechanism.

    Attributes:
        patient, week: whose, such as `2026-W09`.
        mechanism: that was switched on in the plan in force.
        variant: drawn for the week.
        shown: variants that were shown, one for each time.
        outcome: share of asked days done; None: nothing is known of the week.
    """

    patient: str
    week: str
    mechanism: str
    variant: str
    shown: tuple[str, ...]
    outcome: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialArm:
    """The weeks of one variant.

    Attributes:
        weeks: drawn for it, of which the outcome is known.
        unknown: drawn for it, of which it is not.
        without_exposure: of the first, those in which no prompt of it was shown.
        others_shown: prompts of another variant that were shown in its weeks.
        mean: outcome over its weeks.
    """

    variant: str
    weeks: int
    unknown: int
    without_exposure: int
    others_shown: int
    mean: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEffect:
    """One variant beside the first one of its mechanism.

    Attributes:
        mechanism, reference, variant: what is compared with what.
        effect, low, high: difference of the share of days done, with its 95 % interval; None where
            too few persons had weeks of both.
        persons: with weeks of both.
        arms: of both, the reference first.
        note: why there is no effect.
    """

    mechanism: str
    reference: str
    variant: str
    effect: float | None
    low: float | None
    high: float | None
    persons: int
    arms: tuple[TrialArm, TrialArm]
    note: str | None = None


def trial_effects(weeks: Iterable[TrialWeek]) -> list[TrialEffect]:
    """Each mechanism's variants beside its first; a mechanism of one variant tells nothing."""
    by_mechanism: dict[str, list[TrialWeek]] = defaultdict(list)
    for week in weeks:
        by_mechanism[week.mechanism].append(week)
    found = []
    for mechanism in sorted(by_mechanism):
        of_it = by_mechanism[mechanism]
        reference, *others = sorted({week.variant for week in of_it})
        for other in others:
            pair = [week for week in of_it if week.variant in {reference, other}]
            found.append(_effect(mechanism, reference, other, pair))
    return found


def _effect(
    mechanism: str, reference: str, variant: str, weeks: Sequence[TrialWeek]
) -> TrialEffect:
    people: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for week in weeks:
        if (outcome := _known(week)) is not None:
            people[week.patient].append((float(week.variant == variant), outcome))
    both = {
        patient: np.asarray(rows, np.float64)
        for patient, rows in people.items()
        if len({drawn for drawn, _ in rows}) == 2
    }
    effect, low, high, note = None, None, None, None
    if len(both) < LEAST_PERSONS:
        note = f"{len(both)} persons had weeks of both variants: {LEAST_PERSONS} are needed"
    else:
        effect, low, high = _within(list(both.values()))
        if high - low < NO_SPREAD:
            # Where everybody did exactly alike there is nothing to tell an error by.
            low = high = None
            note = f"{len(both)} persons differed alike: no interval can be told"
    return TrialEffect(
        mechanism=mechanism,
        reference=reference,
        variant=variant,
        effect=effect,
        low=low,
        high=high,
        persons=len(both),
        arms=(_arm(reference, weeks), _arm(variant, weeks)),
        note=note,
    )


def _known(week: TrialWeek) -> float | None:
    """The outcome of a week; None where there is none, or one that is no number."""
    outcome = week.outcome
    return outcome if outcome is not None and math.isfinite(outcome) else None


def _within(people: list[np.ndarray]) -> tuple[float, float, float]:
    """The effect within persons and its interval; rows are [drawn, outcome]."""
    from scipy.stats import t  # noqa: PLC0415 - slow to import

    centred = [rows - rows.mean(axis=0) for rows in people]
    spread = sum(float(rows[:, 0] @ rows[:, 0]) for rows in centred)
    effect = sum(float(rows[:, 0] @ rows[:, 1]) for rows in centred) / spread
    scores = [float(rows[:, 0] @ (rows[:, 1] - effect * rows[:, 0])) for rows in centred]
    n = len(people)
    error = float(np.sqrt(n / (n - 1) * np.sum(np.square(scores)))) / spread
    reach = float(t.ppf(0.975, n - 1)) * error
    return effect, effect - reach, effect + reach


def _arm(variant: str, weeks: Sequence[TrialWeek]) -> TrialArm:
    mine = [week for week in weeks if week.variant == variant]
    known = [week for week in mine if _known(week) is not None]
    outcomes = [outcome for week in known if (outcome := _known(week)) is not None]
    return TrialArm(
        variant=variant,
        weeks=len(known),
        unknown=len(mine) - len(known),
        without_exposure=sum(variant not in week.shown for week in known),
        others_shown=sum(shown != variant for week in mine for shown in week.shown),
        mean=float(np.mean(outcomes)) if outcomes else None,
    )
