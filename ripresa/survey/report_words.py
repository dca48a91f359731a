"""What surveys came to, as lines to read: by the names that records have, or in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from therapy.questionnaires.surveys import SURVEYS
from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from therapy.questionnaires.surveys import SurveyItem
    from therapy.wording import Language

    from .distributions import SurveyDistribution
    from .survey_answers import SurveyReport

__all__ = ["report_lines"]

_HEAD = Wording(
    "{name}: chiesto a {asked}, hanno risposto in {answered}",
    "{name}: asked {asked}, answered {answered}",
)
_FEW = Wording(
    "meno di cinque risposte: non si mostra nulla", "fewer than five answers: nothing is shown"
)
_LEFT = Wording(
    "non si mostra: quel che resta del totale sarebbe meno di cinque",
    "nothing is shown: what is left of all would be fewer than five",
)
_HIDDEN = Wording("nascosto", "hidden")
_NOBODY = Wording("nessuno", "nobody")
_LEFT_OUT = Wording(
    "{n} persone limitano l'uso dei dati o non aderiscono alla ricerca: escluse",
    "{n} persons restrict the use, or agree to no research: left out",
)


def report_lines(made: SurveyReport, language: Language | None) -> Iterator[str]:
    """A line for each survey and stratum, and one for each question that is told.

    Args:
        made: the report.
        language: of titles, questions and options; None: as the records name them, in English.
    """
    for one in made.distributions:
        yield from _lines(one, language)
    if made.left_out:
        yield _LEFT_OUT.text(language or "en").format(n=made.left_out)


def _lines(one: SurveyDistribution, language: Language | None) -> Iterator[str]:
    survey, spoken = SURVEYS[one.survey], language or "en"
    name = one.survey if language is None else f"{one.survey}, {survey.title.text(language)}"
    drawn = f", {one.mechanism} {one.variant}" if one.mechanism else ""
    yield _HEAD.text(spoken).format(name=name + drawn, asked=one.asked, answered=one.answered)
    if one.items is None:
        if one.answered:
            yield f"  {(_FEW if one.few else _LEFT).text(spoken)}"
        return
    for item in survey.items:
        cells = one.items[item.id]
        shown = ", ".join(
            f"{_option(item, option, language)} {_HIDDEN.text(spoken) if n is None else n}"
            for option, n in cells.items()
            if n != 0
        )
        question = item.id if language is None else item.text.text(language)
        yield f"  {question}: {shown or _NOBODY.text(spoken)}"


def _option(item: SurveyItem, option: str, language: Language | None) -> str:
    if item.options is None or language is None:
        return option
    return item.options[option].text(language)
