"""The anonymous questionnaire of a home: now and then, and nothing in it tells whose it is."""

from __future__ import annotations

import logging
import os
import secrets
from typing import TYPE_CHECKING

from games.persuasion.questionnaire import SurveyAnswer, survey_due
from telemetry.errors import DecodeError
from telemetry.transport.topics import SiteTopics

from .survey_post import SurveyPost, anonymous_bus

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from .home import Home, HomeAtWork

__all__ = ["SurveyBox", "survey_for", "survey_of", "survey_post"]

log = logging.getLogger(__name__)


def survey_of(day: date) -> str:
    """The survey that a day lies in: a quarter of a year."""
    return f"{day.year}-q{(day.month + 2) // 3}"


class SurveyBox:
    """A folder of answers without times, each under its random one-time token.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def waiting(self) -> dict[str, SurveyAnswer]:
        """By one-time token, the answers that have not left the home."""
        return {token: answer for token, answer in self._known().items() if answer.marks}

    def delivered(self, token: str) -> None:
        """Forget an answer that is at the clinic: that the survey was answered stays, no mark.

        A disk that refuses costs another delivery, which counts once.
        """
        answer = self._known().get(token)
        if answer is None:
            return
        self.keep(SurveyAnswer(survey=answer.survey, marks={}))
        try:
            (self._folder / f"{token}.json").unlink(missing_ok=True)
        except OSError as e:
            log.warning("an answer that was delivered cannot be deleted: %s", e)

    def answered(self) -> frozenset[str]:
        """The surveys that were answered here."""
        return frozenset(answer.survey for answer in self.answers())

    def answers(self) -> list[SurveyAnswer]:
        """All answers; one that cannot be read is told and left out."""
        return list(self._known().values())

    def _known(self) -> dict[str, SurveyAnswer]:
        found = {}
        for path in sorted(self._folder.glob("*.json")):
            try:
                found[path.stem] = SurveyAnswer.decode(path.read_bytes())
            except (OSError, DecodeError) as e:
                log.warning("an answer is left out: %s", e)
        return found

    def keep(self, answer: SurveyAnswer) -> None:
        """Keep an answer; a disk that refuses costs only that."""
        path = self._folder / f"{secrets.token_hex(16)}.json"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(answer.encode())
            os.utime(path, (0, 0))
        except OSError as e:
            log.warning("the answer is not kept: %s", e)


def survey_for(at_work: HomeAtWork) -> Callable[[dict[str, int]], None] | None:
    """What takes the marks of this session's questionnaire; None where none is due."""
    plan, clock = at_work.plan, at_work.home.clock
    box = SurveyBox(at_work.home.folder.surveys)
    survey = survey_of(plan.day_of(clock.now_ns()))
    sessions = len(at_work.box.journal.sessions(patient=plan.patient))
    if not survey_due(sessions, box.answered(), survey):
        return None
    return lambda marks: box.keep(SurveyAnswer(survey=survey, marks=marks))


def survey_post(home: Home) -> SurveyPost | None:
    """What takes a home's answers to the clinic; None where they have no way there."""
    settings, folder = home.surveys, home.folder
    if settings is None:
        return None
    return SurveyPost(
        SurveyBox(folder.surveys),
        lambda: anonymous_bus(settings),
        SiteTopics(home.identity.site),
        home.clock,
        may_send=lambda: not folder.withdrawn.exists(),
    )
