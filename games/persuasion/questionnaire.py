"""A short questionnaire now and then, anonymous: no pseudonym, no time, no order.

An answer carries the survey's name and the marks, nothing else; results of a survey are released
only from five answers up, each item by itself, without the single answers.
"""

from __future__ import annotations

import json
import random
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ITEMS", "LEAST_ANSWERS", "SurveyAnswer", "released", "survey_due"]

LEAST_ANSWERS: Final = 5
SESSIONS_BETWEEN: Final = 12

ITEMS: Final[dict[str, dict[str, str]]] = {
    "fun": {"it": "Mi piace giocare", "en": "I enjoy playing"},
    "use": {"it": "Mi sembra utile", "en": "It seems useful to me"},
    "ease": {"it": "Riesco a usarlo senza aiuto", "en": "I can use it without help"},
    "strain": {"it": "È faticoso nel modo giusto", "en": "It is hard in the right way"},
    "again": {"it": "Vorrei continuare", "en": "I would like to go on"},
}
"""Each is marked from 1, not at all, to 5, very much."""


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """One anonymous answer.

    Attributes:
        survey: name of the survey, the same for everybody, e.g. `2026-autumn`.
        marks: item to mark, 1 to 5; items may be left out.
    """

    survey: str
    marks: dict[str, int]

    def encode(self) -> bytes:
        """As JSON, keys sorted, so that nothing hides in their order."""
        return json.dumps({"survey": self.survey, "marks": self.marks}, sort_keys=True).encode()

    @classmethod
    def decode(cls, payload: bytes) -> SurveyAnswer:
        """Read what `encode` wrote.

        Raises:
            DecodeError: not such an answer; above all one that carries anything else.
        """
        try:
            body = json.loads(payload)
        except ValueError as e:
            raise DecodeError("questionnaire answer", f"not JSON ({e})") from e
        if not isinstance(body, dict) or set(body) != {"survey", "marks"}:
            raise DecodeError("questionnaire answer", "it holds a survey and marks, nothing else")
        survey, marks = body["survey"], body["marks"]
        good = isinstance(survey, str) and isinstance(marks, dict)
        if not good or any(k not in ITEMS or v not in (1, 2, 3, 4, 5) for k, v in marks.items()):
            raise DecodeError("questionnaire answer", "marks are 1 to 5 on the known items")
        return cls(survey, marks)


def survey_due(sessions: int, answered: frozenset[str], survey: str) -> bool:
    """Whether to ask at the end of a session: each twelfth, and once a survey."""
    return survey not in answered and sessions > 0 and sessions % SESSIONS_BETWEEN == 0


def released(
    answers: Iterable[SurveyAnswer], survey: str, *, seed: int = 0
) -> dict[str, float] | None:
    """Median mark of each item of a survey; None below five answers, items below five left out."""
    of_survey = [answer for answer in answers if answer.survey == survey]
    random.Random(seed).shuffle(of_survey)
    if len(of_survey) < LEAST_ANSWERS:
        return None
    medians: dict[str, float] = {}
    for item in ITEMS:
        marks = [answer.marks[item] for answer in of_survey if item in answer.marks]
        if len(marks) >= LEAST_ANSWERS:
            medians[item] = float(statistics.median(marks))
    return medians
