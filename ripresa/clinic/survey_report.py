"""What the anonymous questionnaire says, in words: sums only, from five answers up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.persuasion.questionnaire import ITEMS, LEAST_ANSWERS
from therapy.wording import Wording

if TYPE_CHECKING:
    from therapy.wording import Language

    from .survey_desk import SurveyArchive

__all__ = ["report"]

_NONE = Wording("Nessuna risposta finora.", "No answers so far.")
_FEW = Wording(
    f"{{survey}}: meno di {LEAST_ANSWERS} risposte, non si mostra nulla",
    f"{{survey}}: fewer than {LEAST_ANSWERS} answers, nothing is shown",
)
_MANY = Wording(
    "{survey}: almeno {n} risposte; mediana da 1 (per niente) a 5 (molto)",
    "{survey}: at least {n} answers; median from 1 (not at all) to 5 (very much)",
)
_ITEM_FEW = Wording(f"meno di {LEAST_ANSWERS}", f"fewer than {LEAST_ANSWERS}")


def report(archive: SurveyArchive, language: Language) -> str:
    """The text that `ripresa clinic surveys` prints.

    Args:
        archive: the answers.
        language: `it` or `en`.

    Raises:
        StoreError: a survey's file is damaged.
    """
    surveys = archive.surveys()
    lines = [] if surveys else [_NONE.text(language)]
    for survey in surveys:
        medians = archive.released(survey)
        if medians is None:
            lines.append(_FEW.text(language).format(survey=survey))
            continue
        lines.append(_MANY.text(language).format(survey=survey, n=archive.at_least(survey)))
        few = _ITEM_FEW.text(language)
        lines += [
            f"  {f'{medians[item]:g}' if item in medians else few:>{len(few)}}  {text[language]}"
            for item, text in ITEMS.items()
        ]
    return "\n".join(lines)
