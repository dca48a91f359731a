"""What was asked and answered on the screens of sessions, read from where sessions are kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ripresa.cohorts.cohort_places import cohort_places
from ripresa.cohorts.drawn_variants import DrawnVariants
from telemetry.messages.results import SurveyTold
from therapy.questionnaires.surveys import BY_CODE, SESSION_SURVEYS, is_survey_answer

from .distributions import SurveyReply, distribution, distributions_by_variant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .distributions import SurveyDistribution
    from .survey_codes import SurveyCodes

__all__ = ["SurveyReport", "survey_report"]


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """Distributions of all surveys, and how many persons agree to no use of their answers."""

    distributions: tuple[SurveyDistribution, ...]
    left_out: int


def survey_report(
    places: Sequence[Path], codes: SurveyCodes | None = None, *, seed: str | None = None
) -> SurveyReport:
    """SurveyReply and answered of every survey.

    Args:
        places: journals, archives, exports, or folders with such. Of whoever restricts the use of
            their data or withdrew from research nothing is read.
        codes: the clinic's surveys by code; None: none.
        seed: of a trial: distributions by each variant that was drawn, too.

    Raises:
        ConfigurationError: a place holds no sessions.
        StoreError: one cannot be read.
    """
    told: dict[str, dict[str, tuple[SurveyReply, date]]] = defaultdict(dict)
    found_in = cohort_places(places)
    for place in found_in:
        with place.source.reading() as reader:
            for one in place.sessions:
                summary = one.summary
                for result in reader.results(summary.session, home=summary.home):
                    if isinstance(result, SurveyTold):
                        known = told[result.survey].get(summary.patient)
                        # What was asked and then answered is one, and a person with two boxes too.
                        if known is None or result.state == "answered":
                            day = date.fromisoformat(summary.day)
                            told[result.survey][summary.patient] = _asked(result), day
    drawn = None if seed is None else DrawnVariants(found_in, seed)
    found: list[SurveyDistribution] = []
    for survey in SESSION_SURVEYS:
        of_it = told[survey.name]
        found.append(distribution(survey.name, [reply for reply, _ in of_it.values()]))
        if drawn is not None:
            asked = [(reply, drawn.of(person, day)) for person, (reply, day) in of_it.items()]
            found += distributions_by_variant(survey.name, asked)
    if codes is not None:
        found += [_by_code(survey, codes) for survey in BY_CODE]
    left_out = {patient for place in found_in for patient in place.unused}
    return SurveyReport(tuple(found), len(left_out))


def _asked(result: SurveyTold) -> SurveyReply:
    answers = {
        item: answer
        for item, answer in result.answers.items()
        if is_survey_answer(result.survey, item, answer)
    }
    return SurveyReply(answers if result.state == "answered" else None)


def _by_code(survey: str, codes: SurveyCodes) -> SurveyDistribution:
    answers = [SurveyReply(answers) for answers in codes.answers(survey)]
    silent = max(0, codes.issued().get(survey, 0) - len(answers))
    return distribution(survey, [*answers, *[SurveyReply(None)] * silent])
