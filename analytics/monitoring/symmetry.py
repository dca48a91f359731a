"""How one side compares with the other, by a formula that goes with every figure.

Limb symmetry index: LSI = 100 % · affected / other, as used after knee surgery (Noyes et al.
1991), here on mean assessment ranges of the same exercise, posture, placement and level. It is
undefined where the other side hardly moves, and is read beside the difference in degrees, which
counts only beyond the error of `analytics.monitoring.change`.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from telemetry.errors import NotObservable

from .change import Sem, threshold_deg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .change import Assessment

__all__ = ["FORMULA", "Symmetry", "symmetry_of"]

FORMULA: Final = "limb symmetry index: 100 % × affected / other"
SMALLEST_DEG: Final = 10.0
"""Below this range of the other side a ratio says nothing."""


@dataclass(frozen=True, slots=True)
class Symmetry:
    """One side against the other.

    Attributes:
        percent: by `formula`; None where the other side hardly moves.
        difference_deg: affected minus other.
        threshold_deg: error that the difference must exceed.
        formula: its name.
    """

    percent: float | None
    difference_deg: float
    threshold_deg: float
    formula: str = FORMULA

    @property
    def beyond_error(self) -> bool:
        """Whether the sides differ by more than error."""
        return abs(self.difference_deg) > self.threshold_deg


def symmetry_of(affected: Sequence[Assessment], other: Sequence[Assessment], sem: Sem) -> Symmetry:
    """Compare the two sides.

    Raises:
        NotObservable: a side has no assessment, or they differ in more than the side.
    """
    if not affected or not other:
        raise NotObservable("no symmetry can be told: one side has no assessment")
    if {a.context.side for a in affected} & {a.context.side for a in other}:
        raise NotObservable("no symmetry can be told: both groups are of one side")
    contexts = {
        replace(a.context, side="left", placement=_mirrored(a.context.placement))
        for a in (*affected, *other)
    }
    if len(contexts) > 1:
        raise NotObservable(
            "no symmetry can be told: the sides were assessed in different exercises, postures, "
            "placements or calibrations"
        )
    mine = statistics.fmean(a.value_deg for a in affected)
    theirs = statistics.fmean(a.value_deg for a in other)
    return Symmetry(
        percent=100 * mine / theirs if theirs >= SMALLEST_DEG else None,
        difference_deg=mine - theirs,
        threshold_deg=threshold_deg(sem, len(affected), len(other)),
    )


def _mirrored(placement: str) -> str:
    return placement.removesuffix("-left").removesuffix("-right")
