"""Which counts of a survey are hidden, so that none from one to four can be read or worked out.

What can be worked out: a row's hidden cells are together what is left of its sum; and where a
survey is told for all and by variant, what is left of all is the group that is not told. So all
groups of one question hide the same options, and of each group they come to nothing or to five at
least: then no cell of one to four is the only one that fits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["SMALLEST_CELL", "hidden_options", "told_groups"]

SMALLEST_CELL: Final = 5


def hidden_options(
    groups: Sequence[Mapping[str, int]], already: Collection[str] = ()
) -> frozenset[str]:
    """The options of one question to hide in every group.

    Args:
        groups: counts by option; all with the same options.
        already: hidden where all groups together are told.
    """
    options = list(groups[0])
    hidden = {o for o in options if o in already or any(_small(g[o]) for g in groups)}
    together = {o: sum(group[o] for group in groups) for o in options}
    # What nobody chose adds nothing to a sum, so it comes last.
    others = sorted((o for o in options if o not in hidden), key=lambda o: together[o] or 1 << 62)
    while others and any(_small(sum(group[o] for o in hidden)) for group in groups):
        hidden.add(others.pop(0))
    return frozenset(hidden)


def told_groups(answered: Mapping[str, int], rest: int) -> frozenset[str]:
    """The groups of a split that can be told beside all together.

    Args:
        answered: how many of each group did.
        rest: how many did that belong to no group.
    """
    told = sorted((g for g, n in answered.items() if n >= SMALLEST_CELL), key=answered.__getitem__)
    left = rest + sum(n for g, n in answered.items() if g not in told)
    while told and _small(left):
        left += answered[told.pop(0)]
    return frozenset(told)


def _small(count: int) -> bool:
    return 0 < count < SMALLEST_CELL
