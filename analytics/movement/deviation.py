"""How far single excursions stand from a set, by the scatter of the set's own.

The bounds come from the repetitions of simulated people of all manners, in two simulators, among
walking, handling and ways into position: what was no repetition though it was alike enough to be
chained to the set lay beyond them, and of the true first and last repetitions hardly any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .traits import middle

if TYPE_CHECKING:
    from analytics.signals.arrays import Array, Mask

    from .traits import Traits

__all__ = ["Deviation", "deviation_from"]

LEAST: Final = np.array([0.02, 5.0, 0.2, 0.3])
TIMES: Final = np.array([3.0, 3.0, 2.5, 2.5])
"""What counts as one step away, of the way, the posture, size and time: cosine short of 1, degrees
and octaves; or so many times the set's median, if that is more."""
MOST_PACED: Final = 3.0
"""Steps that time counts at most: who hurries, or takes a rest half-way, repeats all the same."""
CLEAR: Final = 1.5
ELSEWHERE: Final = 13.0
"""Sum of the squares of posture, size and time from which on an edge is none of the set, two of
them being clear (of 269 true edges 0, of 9 false ones 5)."""
LEANING, ALL = 2.5, 14.0
"""Or that of all four with the posture so far off (0 and 3)."""
DOUBTED: Final = 4.0
"""That of all four, from which on an edge may be none of the set (7 of 269 true ones, 8 of 9 false
ones)."""
MIDDLE: Final = np.array([4.5, 2.4, 3.5, 3.3])
"""Steps beyond which something in the middle of a set is another movement: begun elsewhere or of
another size, and one thing more."""
SIGNS: Final = 2


@dataclass(frozen=True, slots=True)
class Deviation:
    """Of each excursion, steps [4, e] away from the set in way, posture, size and time."""

    steps: Array

    @property
    def away(self) -> Array:
        """[e] the sum of the squares of all four."""
        squares: Array = (self._bounded**2).sum(axis=0)
        return squares

    @property
    def doubted(self) -> Mask:
        """[e] which may be none of the set, if nothing of the set is on both sides of them."""
        return np.asarray(self.away > DOUBTED)

    @property
    def at_edge(self) -> Mask:
        """[e] which are none of the set, if nothing of the set is on both sides of them."""
        rest = self._bounded[1:]
        elsewhere = ((rest**2).sum(axis=0) > ELSEWHERE) & (
            (np.abs(rest) > CLEAR).sum(axis=0) >= SIGNS
        )
        return np.asarray(elsewhere | ((self.away > ALL) & (rest[0] > LEANING)))

    @property
    def in_the_middle(self) -> Mask:
        """[e] which are none of the set wherever they stand."""
        beyond = np.abs(self.steps) > MIDDLE[:, None]
        return np.asarray((beyond[1] | beyond[2]) & (beyond.sum(axis=0) >= SIGNS))

    @property
    def _bounded(self) -> Array:
        paced = np.clip(self.steps[3:], -MOST_PACED, MOST_PACED)
        return np.concatenate((self.steps[:3], paced))


def deviation_from(traits: Traits, own: Mask) -> Deviation:
    """How far each of the excursions stands from those that are the set's own."""
    lean = np.degrees(np.arccos(np.clip(traits.posture @ middle(traits.posture[own]), -1, 1)))
    size, time = (of - float(np.median(of[own])) for of in (traits.size, traits.time))
    away = np.array([1 - traits.turns @ middle(traits.turns[own]), lean, size, time])
    usual = np.median(np.abs(away[:, own]), axis=1)
    return Deviation(away / np.maximum(LEAST, TIMES * usual)[:, None])
