"""The weeks of a cohort's persons with the variant that was drawn for each, and what was shown."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from analytics.monitoring.adherence import period_adherence
from games.persuasion.prompts import iso_week
from research.cohorts.prompt_trial import TrialWeek

from .cohort_places import cohort_places
from .drawn_variants import DrawnVariants

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from research.cohorts.cohort_patient import CohortPatient
    from research.cohorts.cohort_report import Cohort

    from .cohort_run import CohortFolder

__all__ = ["trial_weeks"]


def trial_weeks(folder: CohortFolder, cohort: Cohort, seed: str) -> list[TrialWeek]:
    """Each person's weeks from the first asked day to the last known one, by mechanism.

    Args:
        folder: that the cohort was read from.
        cohort: its persons.
        seed: that the homes drew with: `RIPRESA_TRIAL_SEED`.

    Raises:
        ConfigurationError: a place is gone.
        StoreError: a place cannot be read.
    """
    drawn = DrawnVariants(cohort_places(folder.places), seed)
    return [week for patient in cohort.patients for week in _weeks(patient, drawn)]


def _weeks(patient: CohortPatient, drawn: DrawnVariants) -> Iterator[TrialWeek]:
    by_week: dict[str, list[date]] = defaultdict(list)
    for day, judged in sorted(patient.days.items()):
        if judged.state != "nothing asked" and day <= patient.last_day:
            by_week[iso_week(day)].append(day)
    for week, days in by_week.items():
        outcome = period_adherence(patient.days[day] for day in days).sessions
        for mechanism, variant in drawn.of(patient.patient, days[0]).items():
            yield TrialWeek(
                patient=patient.patient,
                week=week,
                mechanism=mechanism,
                variant=variant,
                shown=drawn.shown(patient.patient, days[0], mechanism),
                outcome=outcome,
            )
