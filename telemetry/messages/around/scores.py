"""Questionnaires that were filled in: their answers as numbers, never their wording."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from telemetry.identity import UlidText

from .care_body import CareBody, Who

__all__ = ["QuestionnaireAnswered", "QuestionnaireWithdrawn"]

Mark = Annotated[int, Field(ge=-10, le=100)]


class QuestionnaireAnswered(CareBody):
    """One questionnaire of one day.

    Attributes:
        filled: tells one from another.
        instrument: as `therapy.questionnaires` names it.
        answers: one mark an item, in its order; None: left out.
    """

    type: Literal["care.questionnaire"] = "care.questionnaire"
    filled: UlidText
    instrument: str = Field(min_length=1, max_length=40)
    day: date
    answers: tuple[Mark | None, ...] = Field(min_length=1, max_length=40)
    by: Who


class QuestionnaireWithdrawn(CareBody):
    """It does not count."""

    type: Literal["care.questionnaire-withdrawn"] = "care.questionnaire-withdrawn"
    filled: UlidText
    by: Who
