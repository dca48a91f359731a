"""What the anonymous questionnaire says, in words: sums only, from five answers up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.persuasion.questionnaire import ITEMS, LEAST_ANSWERS
from therapy.wording import Wording

if TYPE_CHECKING:
    from datetime import date

    from therapy.wording import Language

    from .survey_desk import SurveyArchive

__all__ = ["report"]

_NONE = Wording("Nessuna risposta finora.", "No answers so far.")
_FEW = Wording(
    f"{{survey}}: non è finito o ha meno di {LEAST_ANSWERS} risposte, non si mostra nulla",
    f"{{survey}}: not over, or fewer than {LEAST_ANSWERS} answers: nothing is shown",
)
_MANY = Wording(
    "{survey}: almeno {n} risposte; mediana da 1 (per niente) a 5 (molto)",
    "{survey}: at least {n} answers; median from 1 (not at all) to 5 (very much)",
)
_ITEM_FEW = Wording(f"meno di {LEAST_ANSWERS}", f"fewer than {LEAST_ANSWERS}")


def report(archive: SurveyArchive, language: Language, today: date) -> str:
    """The text that `ripresa clinic surveys` prints.

    Args:
        archive: the answers.
        language: `it` or `en`.
        today: a survey is released after its last day.

    Raises:
        StoreError: a survey's file is damaged.
    """
    surveys = archive.surveys()
    lines = [] if surveys else [_NONE.text(language)]
    for survey in surveys:
        batches = archive.released(survey, today)
        if not batches:
            lines.append(_FEW.text(language).format(survey=survey))
        for batch in batches:
            lines.append(_MANY.text(language).format(survey=survey, n=batch.at_least))
            few = _ITEM_FEW.text(language)
            for item, text in ITEMS.items():
                known = f"{batch.medians[item]:g}" if item in batch.medians else few
                lines.append(f"  {known:>{len(few)}}  {text[language]}")
    return "\n".join(lines)
