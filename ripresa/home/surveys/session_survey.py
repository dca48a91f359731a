"""Whether a session asks a survey after its last card, and where what became of it is written.

It is a record of its session, as a result is: durable here, and sent with all others.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from games.session.surveys.survey_turn import AskedSurvey
from telemetry.errors import StoreError
from telemetry.messages.events import ExerciseEnded, ExerciseReported
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import SurveyTold, encode_result
from therapy.questionnaires.surveys import SESSION_SURVEYS, survey_in_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.session.surveys.survey_turn import SurveyState
    from ingest.journal.journal import Journal
    from telemetry.clock import Clock
    from therapy.questionnaires.surveys import Survey

__all__ = ["session_survey", "survey_due_now"]

log = logging.getLogger(__name__)

LAST = max(s.session or 0 for s in SESSION_SURVEYS) + 2
"""Sessions done after which nothing is asked any more."""


def session_survey(
    journal: Journal, patient: str, clock: Clock
) -> Callable[[], AskedSurvey | None]:
    """What a session's screens ask for once its last card was read.

    Args:
        journal: the home's.
        patient: whose.
        clock: stamps the records.
    """

    def due() -> AskedSurvey | None:
        try:
            found = survey_due_now(journal, patient)
        except StoreError as e:
            log.warning("no survey is asked: %s", e)
            return None
        if found is None:
            return None
        survey, session, done = found

        def tell(state: SurveyState, answers: dict[str, int | str]) -> None:
            told = SurveyTold(
                session=session,
                patient=patient,
                survey=survey.name,
                done=done,
                state=state,
                answers=answers,
            )
            record = NewRecord(
                t_ns=clock.now_ns(),
                kind=RecordKind.RESULT,
                body=encode_result(told),
                session=session,
            )
            try:
                journal.append_now([record])
            except StoreError as e:
                log.warning("what became of a survey is not kept: %s", e)

        return AskedSurvey(survey, tell)

    return due


def survey_due_now(journal: Journal, patient: str) -> tuple[Survey, str, int] | None:
    """The survey that the newest session asks, that session, and how many were done by then.

    A session counts where an exercise was ended or told in it; in one that is broken off before,
    nothing is asked.

    Raises:
        StoreError: the journal cannot be read.
    """
    done, asked, newest = 0, set(), None
    for summary in journal.sessions(patient=patient):
        events = journal.events(summary.session)
        told = any(isinstance(e, ExerciseEnded | ExerciseReported) for e in events)
        done += told
        newest = summary.session if told else None
        if done > LAST:
            return None
        results = journal.results(summary.session)
        asked |= {r.survey for r in results if isinstance(r, SurveyTold)}
    survey = None if newest is None else survey_in_session(done, frozenset(asked))
    return None if survey is None or newest is None else (survey, newest, done)
