"""What surveys came to: how many were asked, how many answered, and who chose what how often.

Steps:

1. A survey's strata are all that answered it, and where a trial's seed is given, those whose week
   belongs to each variant of a prompt. Surveys by code have no strata: nobody knows whose they are.
2. Of fewer than five answers in a stratum no question is told.
3. A cell of one to four is hidden; if it is the only one of its question, the next smallest is
   hidden with it, so that it cannot be had as what is left of the sum.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from therapy.questionnaires.surveys import HIGHEST_MARK, SURVEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from therapy.questionnaires.surveys import SurveyItem

__all__ = ["SMALLEST_CELL", "SurveyDistribution", "SurveyReply", "distribution"]

SMALLEST_CELL: Final = 5


@dataclass(frozen=True, slots=True)
class SurveyReply:
    """One time that a survey was asked; `answers` None: nothing was answered."""

    answers: Mapping[str, int | str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDistribution:
    """One survey in one stratum.

    Attributes:
        survey: its name.
        session: of how many sessions done; None: by code.
        mechanism, variant: of the stratum; None: all.
        asked, answered: how many were, and how many answered any of it.
        items: question, to option or mark, to how many chose it; a count that is None is hidden,
            items that are None are: fewer than five answered.
    """

    survey: str
    session: int | None
    mechanism: str | None = None
    variant: str | None = None
    asked: int
    answered: int
    items: dict[str, dict[str, int | None]] | None


def distribution(
    survey: str,
    asked: Sequence[SurveyReply],
    *,
    mechanism: str | None = None,
    variant: str | None = None,
) -> SurveyDistribution:
    """What one survey came to in one stratum."""
    known = SURVEYS[survey]
    answered = [one.answers for one in asked if one.answers]
    items = None
    if len(answered) >= SMALLEST_CELL:
        items = {item.id: _cells(item, answered) for item in known.items}
    return SurveyDistribution(
        survey=survey,
        session=known.session,
        mechanism=mechanism,
        variant=variant,
        asked=len(asked),
        answered=len(answered),
        items=items,
    )


def _cells(item: SurveyItem, answered: Iterable[Mapping[str, int | str]]) -> dict[str, int | None]:
    options = [str(n) for n in range(1, HIGHEST_MARK + 1)] if item.options is None else item.options
    told = Counter(str(answers[item.id]) for answers in answered if item.id in answers)
    counts = {option: told[option] for option in options}
    small = [option for option, n in counts.items() if 0 < n < SMALLEST_CELL]
    if len(small) == 1:
        others = [option for option, n in counts.items() if n and option not in small]
        small += sorted(others, key=lambda option: counts[option])[:1]
    return {option: None if option in small else n for option, n in counts.items()}
