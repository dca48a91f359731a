"""Surveys of patients, carers and clinicians as data: texts of our own, no instrument's.

Each asks for a few marks, what gets in the way most, and one thing to change. The last two are
chosen from fixed lists, so that they can be counted; where somebody types (by a code, never on the
screens of a session) one thing to change may be in words, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BY_CODE",
    "HIGHEST_MARK",
    "LONGEST_WORDS",
    "SESSION_SURVEYS",
    "SURVEYS",
    "Survey",
    "SurveyItem",
    "is_survey_answer",
    "survey_in_session",
]

HIGHEST_MARK: Final = 5
LONGEST_WORDS: Final = 300
ASKED_FOR: Final = 3
"""A survey that a session could not ask is asked in one of the next, so many sessions in all."""
NOTHING: Final = "nothing"

Audience: TypeAlias = Literal["patient", "carer", "clinician"]


@dataclass(frozen=True, slots=True)
class SurveyItem:
    """One question.

    Attributes:
        id: within its survey, and the same question in every survey that has it.
        text: of the question.
        options: what can be chosen; none: a mark from 1, not at all, to 5, very much.
    """

    id: str
    text: Wording
    options: Mapping[str, Wording] | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """One survey.

    Attributes:
        name: as in every record of it.
        audience: who is asked.
        title: said above it.
        items: in the order in which they are asked.
        session: of how many sessions done it is asked; None: by a code.
    """

    name: str
    audience: Audience
    title: Wording
    items: tuple[SurveyItem, ...]
    session: int | None = None


_BARRIER: Final = SurveyItem(
    "barrier",
    Wording("Che cosa rende più difficile allenarsi?", "What makes training hardest?"),
    {
        NOTHING: Wording("Niente", "Nothing"),
        "time": Wording("Il tempo", "Time"),
        "pain": Wording("Il dolore", "Pain"),
        "tired": Wording("La stanchezza", "Tiredness"),
        "forgot": Wording("Me ne scordo", "I forget"),
        "sensor": Wording("Il sensore", "The sensor"),
        "screen": Wording("Lo schermo", "The screen"),
        "dull": Wording("Mi annoia", "It is dull"),
        "useless": Wording("Non serve", "It does not help"),
        "alone": Wording("Sono da solo/a", "Being alone"),
        "other": Wording("Altro", "Something else"),
    },
)
_CHANGE: Final = SurveyItem(
    "change",
    Wording("Se potesse cambiare una cosa, quale?", "If you could change one thing, which one?"),
    {
        NOTHING: Wording("Niente", "Nothing"),
        "shorter": Wording("Sedute più brevi", "Shorter sessions"),
        "longer": Wording("Sedute più lunghe", "Longer sessions"),
        "games": Wording("Altri giochi", "Other games"),
        "easier": Wording("Più facile", "Easier"),
        "harder": Wording("Più difficile", "Harder"),
        "sensor": Wording("Il sensore", "The sensor"),
        "words": Wording("Testi e voce", "Texts and voice"),
        "questions": Wording("Meno domande", "Fewer questions"),
        "contact": Wording("Più contatto", "More contact"),
        "other": Wording("Altro", "Something else"),
    },
)
_EASE: Final = SurveyItem(
    "ease", Wording("Riesco a usarlo senza aiuto", "I can use it without help")
)
_USE: Final = SurveyItem("use", Wording("Mi sembra utile", "It seems useful to me"))
_FUN: Final = SurveyItem("fun", Wording("Mi piace giocare", "I enjoy playing"))
_CARER_BARRIER: Final = SurveyItem(
    "barrier",
    Wording("Che cosa Le pesa di più?", "What is hardest for you?"),
    {
        NOTHING: Wording("Niente", "Nothing"),
        "time": Wording("Il tempo", "Time"),
        "sensor": Wording("Mettere il sensore", "Putting the sensor on"),
        "screen": Wording("Lo schermo", "The screen"),
        "unsure": Wording("Non so se fanno bene", "Not knowing if it is done well"),
        "worry": Wording("La preoccupazione", "Worry"),
        "other": Wording("Altro", "Something else"),
    },
)
_CLINICIAN_BARRIER: Final = SurveyItem(
    "barrier",
    Wording("Che cosa ostacola di più il Suo lavoro?", "What gets in your way most?"),
    {
        NOTHING: Wording("Niente", "Nothing"),
        "time": Wording("Il tempo", "Time"),
        "figures": Wording("Cifre che mancano", "Figures that are missing"),
        "doubt": Wording("Cifre di cui dubito", "Figures that I doubt"),
        "alerts": Wording("Troppi avvisi", "Too many alerts"),
        "plans": Wording("Scrivere i piani", "Writing plans"),
        "devices": Wording("Gli apparecchi", "The devices"),
        "other": Wording("Altro", "Something else"),
    },
)
_STAFF_CHANGE: Final = SurveyItem(
    "change",
    Wording("Se potesse cambiare una cosa, quale?", "If you could change one thing, which one?"),
    {
        NOTHING: Wording("Niente", "Nothing"),
        "less": Wording("Meno lavoro", "Less work"),
        "training": Wording("Più spiegazioni", "More explanation"),
        "contact": Wording("Più contatto", "More contact"),
        "devices": Wording("Altri apparecchi", "Other devices"),
        "page": Wording("La pagina", "The page"),
        "other": Wording("Altro", "Something else"),
    },
)

SURVEYS: Final[Mapping[str, Survey]] = {
    survey.name: survey
    for survey in (
        Survey(
            "session-3",
            "patient",
            Wording("Dopo le prime sedute", "After the first sessions"),
            (_EASE, _USE, _BARRIER, _CHANGE),
            session=3,
        ),
        Survey(
            "session-12",
            "patient",
            Wording("Dopo dodici sedute", "After twelve sessions"),
            (
                _FUN,
                _USE,
                SurveyItem(
                    "better", Wording("Mi muovo meglio di prima", "I move better than before")
                ),
                _BARRIER,
                _CHANGE,
            ),
            session=12,
        ),
        Survey(
            "discharge",
            "patient",
            Wording("Alla fine del percorso", "At the end of treatment"),
            (
                _FUN,
                _EASE,
                _USE,
                SurveyItem(
                    "better", Wording("Mi muovo meglio di prima", "I move better than before")
                ),
                SurveyItem("listened", Wording("Mi hanno seguito bene", "I felt looked after")),
                SurveyItem("again", Wording("Lo rifarei", "I would do it again")),
                _BARRIER,
                _CHANGE,
            ),
        ),
        Survey(
            "left-early",
            "patient",
            Wording("Se ha smesso prima", "If you stopped early"),
            (
                SurveyItem("ease", _EASE.text),
                SurveyItem("use", _USE.text),
                SurveyItem("return", Wording("Vorrei riprendere", "I would like to start again")),
                _BARRIER,
                _CHANGE,
            ),
        ),
        Survey(
            "carer",
            "carer",
            Wording("Per chi aiuta a casa", "For whoever helps at home"),
            (
                SurveyItem("know", Wording("So come aiutare", "I know how to help")),
                SurveyItem("burden", Wording("Aiutare mi pesa", "Helping is a burden to me")),
                SurveyItem("use", Wording("Mi sembra utile", "It seems useful to me")),
                _CARER_BARRIER,
                _STAFF_CHANGE,
            ),
        ),
        Survey(
            "clinician",
            "clinician",
            Wording("Per chi cura", "For clinicians"),
            (
                SurveyItem("trust", Wording("Mi fido delle cifre", "I trust the figures")),
                SurveyItem(
                    "glance", Wording("Vedo subito chi chiamare", "I see at once whom to call")
                ),
                SurveyItem("fit", Wording("Entra nel mio lavoro", "It fits into my work")),
                SurveyItem("use", Wording("Mi sembra utile", "It seems useful to me")),
                _CLINICIAN_BARRIER,
                _STAFF_CHANGE,
            ),
        ),
    )
}
"""By name. An item that several surveys have is the same question in each."""

SESSION_SURVEYS: Final = tuple(s for s in SURVEYS.values() if s.session is not None)
"""Asked on the screens of a session, the earliest first."""
BY_CODE: Final = tuple(s.name for s in SURVEYS.values() if s.session is None)
"""Answered by a code."""


def survey_in_session(done: int, asked: frozenset[str]) -> Survey | None:
    """The survey that a session asks.

    Args:
        done: sessions in which therapy was done, this one among them.
        asked: surveys that were asked before, answered or not.
    """
    for survey in SESSION_SURVEYS:
        first = survey.session or 0
        if survey.name not in asked and first <= done < first + ASKED_FOR:
            return survey
    return None


def is_survey_answer(survey: str, item: str, answer: object) -> bool:
    """Whether something is an answer to a survey's item: a mark, or one of its options."""
    known = SURVEYS.get(survey)
    asked = None if known is None else next((i for i in known.items if i.id == item), None)
    if asked is None:
        return False
    if asked.options is not None:
        return isinstance(answer, str) and answer in asked.options
    # A yes is no mark, though Python counts it as 1.
    return type(answer) is int and 1 <= answer <= HIGHEST_MARK
