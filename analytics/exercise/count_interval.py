"""Between which numbers an item's repetitions lie: the doubt of its count."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .membership import Membership

__all__ = ["count_interval"]

UNLIKE: Final = 0.75
"""Repetitions that resemble each other less leave the count in doubt, in proportion."""
SMALL: Final = 0.5
"""A repetition below this share of the median, or one that the item's ends cut, may be none."""
MOST_LIKE: Final = 2
"""Other movements as large as repetitions of which so many at most may have been some."""
DOUBTED_SHARE: Final = 0.25


def count_interval(found: Membership, *, doubted: bool, lost: float) -> tuple[int, int]:
    """The lowest and the highest number of repetitions that the item may hold.

    Args:
        found: repetitions, attempts and the rest.
        doubted: whether the gate holds something against the streams.
        lost: share of the samples that were lost.
    """
    count = len(found.kept)
    if not count:
        return 0, len(found.attempts) + len(found.other)
    typical = statistics.median(e.rise for e in found.kept)
    unsure = sum(not e.finished or e.rise < SMALL * typical for e in found.kept)
    like = len([e for e in found.other if e.rise > SMALL * typical])
    spread = count * lost
    if found.mixed or doubted or (found.alike is not None and found.alike < UNLIKE):
        # What holds the set together does not hold: any of the rest may have been some.
        spread += count * max(DOUBTED_SHARE, UNLIKE - (found.alike or 0.0))
        like = max(like, len(found.other))
    else:
        like = min(like, MOST_LIKE)
    low = count - unsure - math.floor(spread)
    high = count + len(found.attempts) + like + math.floor(spread)
    return max(0, low), high
