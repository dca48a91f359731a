"""Between which numbers an item's repetitions lie: the doubt of its count."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .membership import Membership

__all__ = ["count_interval"]

UNLIKE: Final = 0.75
"""Repetitions that resemble each other less leave the count in doubt."""
DOUBTED_SHARE: Final = 0.25
"""Of the count, where the streams are doubted or other movement lies scattered in the set."""
LOOSE_SHARE: Final = 0.1
"""Of the count, where nothing repeats; all that was not counted may be some as well."""


def count_interval(found: Membership, *, doubted: bool, lost: float) -> tuple[int, int]:
    """The lowest and the highest number of repetitions that the item may hold.

    Each repetition that may be none lowers it by one, each attempt and each movement that may be
    one raises it (`membership`); a clean set has none of these, and so no width. What doubts the
    whole of the set widens it in proportion.

    Args:
        found: repetitions, attempts and the rest.
        doubted: whether the gate holds something against the streams.
        lost: share of the samples that were lost.
    """
    count = len(found.kept)
    if not count:
        return 0, len(found.attempts) + len(found.other)
    spread, more = count * lost, found.possible
    if found.alike is not None and found.alike < UNLIKE:
        spread += max(1.0, LOOSE_SHARE * count)
        more = max(more, len(found.other))
    elif found.mixed or doubted:
        spread += DOUBTED_SHARE * count
        more = max(more, found.large)
    low = count - found.unsure - math.floor(spread)
    high = count + len(found.attempts) + more + math.floor(spread)
    return max(0, low), high
