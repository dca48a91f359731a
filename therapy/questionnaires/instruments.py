"""Questionnaires that a clinic keeps: two in our own words, and scorers of licensed ones.

Of a licensed instrument no wording stands here: whoever holds a licence asks by the paper of its
owner and types the answers in. Its sum is worked out as published:

- EQ-5D-5L: the profile of five levels, 1 to 5, and the scale 0 to 100 beside it; no index, since
  that needs a country's value set (EuroQol user guide, 2019).
- CAT: 8 items 0 to 5, summed, 0 to 40, higher is worse (Jones et al. 2009).
- EARS: 6 items 0 (completely agree) to 4 (completely disagree); items 1, 4 and 6 speak for doing
  the exercises and are turned round; summed, 0 to 24, higher is more adherent (Newman-Beinart et
  al. 2017; which items speak for it: by their wording in table 1 of the Nepali adaptation, 2020,
  PMC7538843).
- FES-I: 16 items 1 to 4, summed, 16 to 64, higher is more concern; up to four left out are put at
  the mean of the others and the sum is rounded up (Yardley et al. 2005, and the ProFaNE manual).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from therapy.wording import WordedError, Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["INSTRUMENTS", "Instrument", "QuestionnaireScore", "held_answers", "scored"]

Licence: TypeAlias = Literal["own words", "held by its owner"]
Mark: TypeAlias = int | None


@dataclass(frozen=True, slots=True)
class Instrument:
    """One questionnaire.

    Attributes:
        id: as records name it.
        name: what it is called.
        licence: whose the wording is; only what is our own is asked by the page itself.
        low, high: the marks of each item.
        better: which way is better; None: neither.
        question: our own words; None where the wording is its owner's.
    """

    id: str
    name: Wording
    licence: Licence
    low: tuple[int, ...]
    high: tuple[int, ...]
    better: Literal["high", "low"] | None = None
    question: Wording | None = None

    @property
    def items(self) -> int:
        """How many answers it has."""
        return len(self.low)


def _alike(items: int, low: int, high: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return (low,) * items, (high,) * items


INSTRUMENTS: Final = {
    one.id: one
    for one in (
        Instrument(
            "own-goal",
            Wording("Il proprio obiettivo, da 0 a 10", "The person's own goal, 0 to 10"),
            "own words",
            (0,),
            (10,),
            "high",
            Wording(
                "Oggi, quanto è vicino al Suo obiettivo? 0: per niente, 10: raggiunto",
                "Today, how near are you to your goal? 0: not at all, 10: reached",
            ),
        ),
        Instrument(
            "global-change",
            Wording("Cambiamento nel complesso, da -5 a 5", "Change on the whole, -5 to 5"),
            "own words",
            (-5,),
            (5,),
            "high",
            Wording(
                "Rispetto all'inizio, come va nel complesso? -5: molto peggio, 0: uguale, "
                "5: molto meglio",
                "Compared with the start, how are you on the whole? -5: much worse, 0: the same, "
                "5: much better",
            ),
        ),
        Instrument(
            "EQ-5D-5L",
            Wording("EQ-5D-5L: cinque livelli e scala 0-100", "EQ-5D-5L: five levels, scale 0-100"),
            "held by its owner",
            (1, 1, 1, 1, 1, 0),
            (5, 5, 5, 5, 5, 100),
        ),
        Instrument("CAT", Wording("CAT", "CAT"), "held by its owner", *_alike(8, 0, 5), "low"),
        Instrument("EARS", Wording("EARS", "EARS"), "held by its owner", *_alike(6, 0, 4), "high"),
        Instrument(
            "FES-I", Wording("FES-I", "FES-I"), "held by its owner", *_alike(16, 1, 4), "low"
        ),
    )
}
"""By id."""

EARS_TURNED: Final = (0, 3, 5)
"""Places of the items that speak for doing the exercises."""
FES_LEFT_OUT: Final = 4


@dataclass(frozen=True, slots=True)
class QuestionnaireScore:
    """What a questionnaire came to.

    Attributes:
        score: its sum, or its one answer; None: it has none, or too much was left out.
        profile: of EQ-5D the five levels in one word.
    """

    score: int | None
    profile: str = ""


def held_answers(instrument: str, answers: Sequence[Mark]) -> Instrument:
    """Hold answers to their questionnaire.

    Raises:
        ConfigurationError: there is no such questionnaire, or an answer is none of its marks.
    """
    known = INSTRUMENTS.get(instrument)
    if known is None:
        there = ", ".join(INSTRUMENTS)
        raise WordedError(
            f"nessun questionario {instrument[:40]!r}: ci sono {there}",
            f"no questionnaire {instrument[:40]!r}: there are {there}",
        )
    if len(answers) != known.items:
        raise WordedError(
            f"{known.id} ha {known.items} risposte, non {len(answers)}",
            f"{known.id} has {known.items} answers, not {len(answers)}",
        )
    for n, (mark, low, high) in enumerate(zip(answers, known.low, known.high, strict=True), 1):
        if mark is not None and not low <= mark <= high:
            raise WordedError(
                f"{known.id}, risposta {n}: {mark} non va da {low} a {high}",
                f"{known.id}, answer {n}: {mark} is not from {low} to {high}",
            )
    if all(mark is None for mark in answers):
        raise WordedError(
            f"{known.id}: non è data alcuna risposta", f"{known.id}: no answer is given"
        )
    return known


def scored(instrument: str, answers: Sequence[Mark]) -> QuestionnaireScore:
    """What answers come to, as published.

    Raises:
        ConfigurationError: they are none of this questionnaire.
    """
    held_answers(instrument, answers)
    given = [mark for mark in answers if mark is not None]
    whole = len(given) == len(answers)
    match instrument:
        case "EQ-5D-5L":
            levels = answers[:5]
            profile = "".join("-" if level is None else str(level) for level in levels)
            return QuestionnaireScore(answers[5], profile)
        case "EARS" if whole:
            turned = (4 - mark if n in EARS_TURNED else mark for n, mark in enumerate(given))
            return QuestionnaireScore(sum(turned))
        case "FES-I" if len(answers) - len(given) <= FES_LEFT_OUT:
            return QuestionnaireScore(math.ceil(sum(given) * len(answers) / len(given)))
        case _ if whole:
            return QuestionnaireScore(sum(given))
    return QuestionnaireScore(None)
