"""The survey that follows a session's last card: one question a page, left out in one press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from games.session.page import Choice, Page, Pick
from games.session.session_texts import SESSION
from therapy.questionnaires.surveys import HIGHEST_MARK

if TYPE_CHECKING:
    from collections.abc import Callable

    from therapy.questionnaires.surveys import Survey, SurveyItem
    from therapy.wording import Language

__all__ = ["AskedSurvey", "SurveyState", "SurveyTurn", "survey_page"]

SurveyState: TypeAlias = Literal["asked", "answered", "skipped"]


@dataclass(frozen=True, slots=True)
class AskedSurvey:
    """A survey that is due, and what keeps what became of it."""

    survey: Survey
    tell: Callable[[SurveyState, dict[str, int | str]], None]


class SurveyTurn:
    """Goes through the questions of a survey, if one is due.

    Args:
        due: says so once the last card was read; None: none is.
        language: of the questions.
    """

    def __init__(self, due: Callable[[], AskedSurvey | None], language: Language) -> None:
        self._due, self._language = due, language
        self._asked: AskedSurvey | None = None
        self._left: list[SurveyItem] = []
        self._answers: dict[str, int | str] = {}

    @property
    def page(self) -> Page | None:
        """The question that is asked now; None: none."""
        return survey_page(self._left[0], self._language) if self._left else None

    def begin(self) -> bool:
        """Ask, where a survey is due; from here on it counts as asked."""
        self._asked = self._due()
        if self._asked is None:
            return False
        self._left = list(self._asked.survey.items)
        self._asked.tell("asked", {})
        return True

    def picked(self, picked: Pick) -> None:
        """One answer; what was answered before the rest is left out counts."""
        if self._asked is None or not self._left or self._left[0].id != picked.item:
            return
        if picked.answer is None:
            self._left = []
        else:
            self._answers[picked.item] = picked.answer
            self._left.pop(0)
        if not self._left:
            self._asked.tell("answered" if self._answers else "skipped", dict(self._answers))


def survey_page(item: SurveyItem, language: Language) -> Page:
    """One question: marks from 1 to 5, or options with a number each."""
    text, ends = item.text.text(language), ("", "")
    if item.options is None:
        answers = tuple(
            Choice(str(n), Pick(item.id, n), small=True) for n in range(1, HIGHEST_MARK + 1)
        )
        ends = (SESSION["not_at_all"][language], SESSION["very_much"][language])
    else:
        answers = tuple(
            Choice(str(n), Pick(item.id, option), small=True, word=word.text(language))
            for n, (option, word) in enumerate(item.options.items(), 1)
        )
    skip = Choice(SESSION["survey_skip"][language], Pick(item.id))
    why = SESSION["survey_why"][language] if item.options is None else ""
    return Page(text, why, choices=(*answers, skip), spoken=text, clinical=True, ends=ends)
