"""What surveys came to: how many were asked, how many answered, and who chose what how often.

Steps:

1. A survey's strata are all that answered it, and where a trial's seed is given, those whose week
   belongs to each variant that was drawn: of a prompt, of the choice, of the music. Surveys by code
   have no strata: nobody knows whose they are.
2. Of fewer than five answers in a stratum no question is told, nor where fewer than five would be
   what is left of all.
3. Cells of one to four are hidden, and others with them, see `hidden_cells`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from therapy.questionnaires.surveys import HIGHEST_MARK, SURVEYS

from .hidden_cells import SMALLEST_CELL, hidden_options, told_groups

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from therapy.questionnaires.surveys import Survey, SurveyItem

__all__ = [
    "SMALLEST_CELL",
    "SurveyDistribution",
    "SurveyReply",
    "distribution",
    "distributions_by_variant",
]


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
            items that are None are, see step 2.
    """

    survey: str
    session: int | None
    mechanism: str | None = None
    variant: str | None = None
    asked: int
    answered: int
    items: dict[str, dict[str, int | None]] | None

    @property
    def few(self) -> bool:
        """Whether its own answers are too few to be told."""
        return self.answered < SMALLEST_CELL


def distribution(survey: str, asked: Sequence[SurveyReply]) -> SurveyDistribution:
    """What one survey came to over all."""
    known = SURVEYS[survey]
    answered = _answered(asked)
    items = None
    if len(answered) >= SMALLEST_CELL:
        counts = {item.id: _counts(item, answered) for item in known.items}
        items = {id_: _told(of, hidden_options([of])) for id_, of in counts.items()}
    return SurveyDistribution(
        survey=survey,
        session=known.session,
        asked=len(asked),
        answered=len(answered),
        items=items,
    )


def distributions_by_variant(
    survey: str, asked: Sequence[tuple[SurveyReply, Mapping[str, str]]]
) -> Iterator[SurveyDistribution]:
    """What one survey came to by each variant, beside what `distribution` tells over all.

    Args:
        survey: its name.
        asked: each time that it was, with the variants of its week by mechanism.
    """
    known = SURVEYS[survey]
    for mechanism in sorted({name for _, variants in asked for name in variants}):
        groups: dict[str | None, list[SurveyReply]] = {None: []}
        for reply, variants in asked:
            groups.setdefault(variants.get(mechanism), []).append(reply)
        items = _split(known, {name: _answered(of) for name, of in groups.items()})
        for variant in sorted(name for name in groups if name is not None):
            yield SurveyDistribution(
                survey=survey,
                session=known.session,
                mechanism=mechanism,
                variant=variant,
                asked=len(groups[variant]),
                answered=len(_answered(groups[variant])),
                items=items.get(variant),
            )


def _split(
    survey: Survey, groups: Mapping[str | None, Sequence[Mapping[str, int | str]]]
) -> dict[str, dict[str, dict[str, int | None]]]:
    """The questions of each group that can be told; group None belongs to no variant."""
    told = told_groups({g: len(of) for g, of in groups.items() if g is not None}, len(groups[None]))
    # What is not told is one group: what is left of all.
    left = [answers for name, of in groups.items() if name not in told for answers in of]
    found: dict[str, dict[str, dict[str, int | None]]] = {name: {} for name in told}
    for item in survey.items:
        counts = {name: _counts(item, groups[name]) for name in told}
        every = [*counts.values(), _counts(item, left)]
        together = {option: sum(of[option] for of in every) for option in every[0]}
        hidden = hidden_options(every, hidden_options([together]))
        for name in told:
            found[name][item.id] = _told(counts[name], hidden)
    return found


def _answered(asked: Iterable[SurveyReply]) -> list[Mapping[str, int | str]]:
    return [one.answers for one in asked if one.answers]


def _counts(item: SurveyItem, answered: Iterable[Mapping[str, int | str]]) -> dict[str, int]:
    options = [str(n) for n in range(1, HIGHEST_MARK + 1)] if item.options is None else item.options
    told = Counter(str(answers[item.id]) for answers in answered if item.id in answers)
    return {option: told[option] for option in options}


def _told(counts: Mapping[str, int], hidden: Collection[str]) -> dict[str, int | None]:
    return {option: None if option in hidden else n for option, n in counts.items()}
