"""What was asked and answered on the screens of sessions, read from where sessions are kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from games.persuasion.prompts import PROMPTS, trial_unit, variant_of
from ripresa.cohorts.cohort_places import cohort_places
from ripresa.session.plan_folder import PlanFolder
from telemetry.messages.results import SurveyTold
from therapy.plan.plan import plan_in_force
from therapy.questionnaires.surveys import BY_CODE, SESSION_SURVEYS, is_survey_answer

from .distributions import SurveyReply, distribution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .distributions import SurveyDistribution
    from .survey_codes import SurveyCodes

__all__ = ["SurveyReport", "survey_report"]


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """Distributions of all surveys, and how many persons agree to no use of their answers."""

    distributions: tuple[SurveyDistribution, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Told:
    asked: SurveyReply
    variants: dict[str, str]


def survey_report(
    places: Sequence[Path], codes: SurveyCodes | None = None, *, seed: str | None = None
) -> SurveyReport:
    """SurveyReply and answered of every survey.

    Args:
        places: journals, archives, exports, or folders with such. Of whoever restricts the use of
            their data or withdrew from research nothing is read.
        codes: the clinic's surveys by code; None: none.
        seed: of a trial of prompts: distributions by variant, too.

    Raises:
        ConfigurationError: a place holds no sessions.
        StoreError: one cannot be read.
    """
    told: dict[str, dict[str, _Told]] = defaultdict(dict)
    left_out: set[str] = set()
    for place in cohort_places(places):
        left_out |= place.unused
        plans = PlanFolder(place.source.plans)
        with place.source.reading() as reader:
            for one in place.sessions:
                summary = one.summary
                for result in reader.results(summary.session, home=summary.home):
                    if isinstance(result, SurveyTold):
                        variants = (
                            {}
                            if seed is None
                            else _variants(
                                plans, summary.patient, date.fromisoformat(summary.day), seed
                            )
                        )
                        known = told[result.survey].get(summary.patient)
                        # What was asked and then answered is one, and a person with two boxes too.
                        if known is None or result.state == "answered":
                            told[result.survey][summary.patient] = _Told(_asked(result), variants)
    found = [
        made
        for survey in SESSION_SURVEYS
        for made in _strata(survey.name, list(told[survey.name].values()))
    ]
    if codes is not None:
        found += [_by_code(survey, codes) for survey in BY_CODE]
    return SurveyReport(tuple(found), len(left_out))


def _asked(result: SurveyTold) -> SurveyReply:
    answers = {
        item: answer
        for item, answer in result.answers.items()
        if is_survey_answer(result.survey, item, answer)
    }
    return SurveyReply(answers if result.state == "answered" else None)


def _variants(plans: PlanFolder, patient: str, day: date, seed: str) -> dict[str, str]:
    """The variants of the week that were drawn for a person, by mechanism switched on."""
    plan = plan_in_force(plans.versions(patient), day)
    unit = trial_unit(seed, patient, day)
    return {
        mechanism.value: variant_of(unit, mechanism)
        for mechanism, variants in PROMPTS.items()
        if plan is not None and len(variants) > 1 and mechanism in plan.persuasion.on
    }


def _strata(survey: str, told: Sequence[_Told]) -> Iterator[SurveyDistribution]:
    yield distribution(survey, [one.asked for one in told])
    drawn = sorted({pair for one in told for pair in one.variants.items()})
    for mechanism, variant in drawn:
        mine = [one.asked for one in told if one.variants.get(mechanism) == variant]
        yield distribution(survey, mine, mechanism=mechanism, variant=variant)


def _by_code(survey: str, codes: SurveyCodes) -> SurveyDistribution:
    answers = [SurveyReply(answers) for answers in codes.answers(survey)]
    silent = max(0, codes.issued().get(survey, 0) - len(answers))
    return distribution(survey, [*answers, *[SurveyReply(None)] * silent])
