"""Between which numbers an item's repetitions lie: the doubt of its count."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Indices

    from .membership import Membership

__all__ = ["count_interval", "hidden_by_losses"]

UNLIKE: Final = 0.75
"""Repetitions that resemble each other less leave the count in doubt."""
DOUBTED_SHARE: Final = 0.25
"""Of the count, where the streams are doubted or other movement lies scattered in the set."""
LOOSE_SHARE: Final = 0.1
"""Of the count, where nothing repeats; all that was not counted may be some as well."""
SHORTER: Final = 0.8
"""Of the usual time, that a repetition which nobody saw may have taken."""
SHORTEST_S: Final = 1.5
"""What one may have taken where none was seen whole."""


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


def hidden_by_losses(
    kept: Sequence[tuple[int, int]], received: Indices, item: tuple[int, int], rate_hz: float
) -> int:
    """How many more repetitions there may be where samples were lost.

    Beside and between the repetitions that were seen, each hole may hide one that it touches and as
    many as it is long, but no stretch hides more than it has time for; one that spans a hole may be
    several.

    Args:
        kept: first and last index of each repetition, in order.
        received: indices of the samples that came.
        item: its first index, and the one after its last.
        rate_hz: of the samples.
    """
    begun, over = item
    known = np.concatenate(([begun - 1], received[(received >= begun) & (received < over)], [over]))
    holes = np.flatnonzero(np.diff(known) > 1)
    starts, stops = known[holes] + 1, known[holes + 1]
    usual = max(1.0, SHORTEST_S * rate_hz)
    whole = [b - a for a, b in kept if not ((stops > a) & (starts < b)).any()]
    if whole:
        usual = max(1.0, SHORTER * float(np.median(whole)))

    def hidden(a: int, b: int, seen: int) -> int:
        lost = np.minimum(stops, b) - np.maximum(starts, a)
        most = (1 + lost[lost > 0] // usual).sum()
        return max(0, min(int((b - a) // usual) - seen, int(most)))

    edges = [begun, *(index for span in kept for index in span), over]
    beside = sum(hidden(a, b, 0) for a, b in zip(edges[::2], edges[1::2], strict=True))
    return beside + sum(hidden(a, b, 1) for a, b in kept)
