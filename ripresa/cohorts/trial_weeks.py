"""The weeks of a cohort's persons with the variant that was drawn for each, and what was shown."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from analytics.monitoring.adherence import period_adherence
from games.persuasion.prompts import PROMPTS, iso_week, trial_unit, variant_of
from games.persuasion.weekly_draws import WEEKLY_DRAWS, weekly_draw
from research.cohorts.prompt_trial import TrialWeek
from ripresa.session.plan_folder import PlanFolder
from telemetry.messages.events import PromptShown
from therapy.plan.plan import plan_in_force

from .cohort_places import cohort_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from research.cohorts.cohort_patient import CohortPatient
    from research.cohorts.cohort_report import Cohort
    from therapy.plan.plan import Plan

    from .cohort_places import CohortPlace
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
    places = cohort_places(folder.places)
    shown = _shown(places)
    found = []
    for patient in cohort.patients:
        folders = [PlanFolder(place.source.plans) for place in places]
        plans = [plan for one in folders for plan in one.versions(patient.patient)]
        found += list(_weeks(patient, plans, shown, seed))
    return found


def _shown(places: Sequence[CohortPlace]) -> dict[tuple[str, str, str], list[str]]:
    """Variants that were shown, by person, week and mechanism."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for place in places:
        with place.source.reading() as reader:
            for one in place.sessions:
                summary = one.summary
                for event in reader.events(summary.session, home=summary.home):
                    if isinstance(event, PromptShown):
                        week = iso_week(date.fromisoformat(summary.day))
                        found[summary.patient, week, event.mechanism].append(event.variant)
    return found


def _weeks(
    patient: CohortPatient,
    plans: Sequence[Plan],
    shown: Mapping[tuple[str, str, str], list[str]],
    seed: str,
) -> Iterator[TrialWeek]:
    by_week: dict[str, list[date]] = defaultdict(list)
    for day, judged in sorted(patient.days.items()):
        if judged.state != "nothing asked" and day <= patient.last_day:
            by_week[iso_week(day)].append(day)
    for week, days in by_week.items():
        plan = plan_in_force(plans, days[0])
        outcome = period_adherence(patient.days[day] for day in days).sessions
        for mechanism, variants in PROMPTS.items():
            if len(variants) < 2 or plan is None or mechanism not in plan.persuasion.on:
                continue
            yield TrialWeek(
                patient=patient.patient,
                week=week,
                mechanism=mechanism.value,
                variant=variant_of(trial_unit(seed, patient.patient, days[0]), mechanism),
                shown=tuple(shown.get((patient.patient, week, mechanism.value), ())),
                outcome=outcome,
            )
        for what in WEEKLY_DRAWS:
            # Drawn only where the homes ran a trial: what nobody was ever shown is none.
            if any(mechanism == what for _, _, mechanism in shown):
                yield TrialWeek(
                    patient=patient.patient,
                    week=week,
                    mechanism=what,
                    variant=weekly_draw(trial_unit(seed, patient.patient, days[0]), what),
                    shown=tuple(shown.get((patient.patient, week, what), ())),
                    outcome=outcome,
                )
