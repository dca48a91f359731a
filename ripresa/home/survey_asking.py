"""Whether a session asks for the anonymous questionnaire, and what keeps its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.persuasion.questionnaire import SurveyAnswer, survey_due
from ripresa.survey.quarters import survey_of
from telemetry.messages.results import SurveyTold

from .survey_box import SurveyBox

if TYPE_CHECKING:
    from collections.abc import Callable

    from .home_at_work import HomeAtWork

__all__ = ["survey_for"]


def survey_for(at_work: HomeAtWork) -> Callable[[dict[str, int]], None] | None:
    """What takes the marks of this session's questionnaire; None where none is due."""
    plan, clock = at_work.plan, at_work.home.clock
    box = SurveyBox(at_work.home.folder.surveys)
    survey = survey_of(plan.day_of(clock.now_ns()))
    journal = at_work.box.journal
    sessions = journal.sessions(patient=plan.patient)
    before = journal.results(sessions[-2].session) if len(sessions) > 1 else []
    # Where the session before asked a survey instead, its turn is now.
    left = any(isinstance(result, SurveyTold) for result in before)
    turns = (len(sessions), len(sessions) - 1) if left else (len(sessions),)
    if not any(survey_due(n, box.answered(), survey) for n in turns):
        return None
    return lambda marks: box.keep(SurveyAnswer(survey=survey, marks=marks))
