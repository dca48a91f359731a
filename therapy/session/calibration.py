"""Range calibration, its retest, and the ladder of segment calibration."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from therapy.wording import Wording

from .alignment import neutral_deg, stored_for
from .safety import ceiling_deg

if TYPE_CHECKING:
    from therapy.plan.plan import Plan

    from .alignment import Alignment

__all__ = [
    "CALIBRATION_REPETITIONS",
    "RETEST_PAIN_MOST",
    "RETEST_REPETITIONS",
    "CalibrationLevel",
    "RangeFinding",
    "TodayRange",
    "levels_to_try",
    "retest_due",
    "shrunk",
]

CALIBRATION_REPETITIONS: Final = 3
MOST_ATTEMPTS: Final = 8
RETEST_REPETITIONS: Final = 5
RETEST_PAIN_MOST: Final = 3
AT_CEILING: Final = 0.97
"""A repetition that reached this share of the target counts as at the ceiling."""

CalibrationLevel: TypeAlias = Literal["gravity", "stored", "functional", "none"]
_LADDER: Final[tuple[CalibrationLevel, ...]] = ("gravity", "stored", "functional")


@dataclass(frozen=True, slots=True)
class TodayRange:
    """Today's pain-free range of one item; `target_deg` None: counted only.

    Of a joint whose zero is not known, peaks and target are sizes of movements, from rest.
    """

    peaks_deg: tuple[float, ...]
    target_deg: float | None
    limit_deg: float | None


@dataclass(frozen=True, slots=True)
class RangeFinding:
    """Slow repetitions on the way to today's range.

    Attributes:
        limit_deg: the clinician's.
        peaks_deg: of the slow repetitions that showed an angle.
        sizes_deg: of those that showed only how large they were: the joint's zero is not known.
        slow: slow repetitions, with or without an angle.
        attempts: all repetitions.
        any_speed: a recording's repetitions count whatever their speed.
    """

    limit_deg: float | None = None
    peaks_deg: tuple[float, ...] = ()
    sizes_deg: tuple[float, ...] = ()
    slow: int = 0
    attempts: int = 0
    any_speed: bool = False

    def after(
        self, peak_deg: float | None, *, too_fast: bool, size_deg: float | None = None
    ) -> RangeFinding:
        """One repetition later; a too fast one tells no range.

        Args:
            peak_deg: its peak; None where the angle, or the angle's zero, is not known.
            too_fast: as the plan's tempo has it.
            size_deg: from rest to its peak; looked at only where there is no peak.
        """
        tried = replace(self, attempts=self.attempts + 1)
        if too_fast and not self.any_speed:
            return tried
        slow = replace(tried, slow=self.slow + 1)
        if peak_deg is not None:
            return replace(slow, peaks_deg=(*self.peaks_deg, *_angle(peak_deg)))
        return replace(slow, sizes_deg=(*self.sizes_deg, *_angle(size_deg)))

    @property
    def complete(self) -> bool:
        """Whether three slow repetitions were seen."""
        return self.slow >= CALIBRATION_REPETITIONS

    @property
    def exhausted(self) -> bool:
        """Whether it goes on without: too many repetitions, too few of them slow."""
        return not self.complete and self.attempts >= MOST_ATTEMPTS

    def found(self) -> TodayRange:
        """Median peak within the limit; no target where fewer than three showed an angle.

        Where no repetition showed a peak, the median size stands for it. A limit of the angle
        bounds the size too, for a movement from the zero to the limit is as large as the limit;
        of one that begins beyond its unknown zero it cannot tell more. Never of both together.
        """
        shown = self.peaks_deg or self.sizes_deg
        enough = len(shown) >= CALIBRATION_REPETITIONS
        median = statistics.median(shown) if enough else None
        return TodayRange(shown, ceiling_deg(median, self.limit_deg), self.limit_deg)


def _angle(value_deg: float | None) -> tuple[float, ...]:
    if value_deg is None or not math.isfinite(value_deg) or value_deg <= 0:
        return ()
    return (value_deg,)


def retest_due(reached: tuple[float, ...], pain: int | None) -> bool:
    """Whether to offer a new range calibration.

    After five slow repetitions in a row at the ceiling, with pain known and at most 3.

    Args:
        reached: how far each slow repetition since the last calibration got, in units of the
            target, oldest first.
        pain: told last; None where nothing is known, and then nothing is offered.
    """
    last = reached[-RETEST_REPETITIONS:]
    return (
        len(last) == RETEST_REPETITIONS
        and all(r >= AT_CEILING for r in last)
        and pain is not None
        and pain <= RETEST_PAIN_MOST
    )


def shrunk(target_deg: float, last_deg: float | None, threshold_deg: float) -> Wording | None:
    """What to show where today's range is smaller than last time's by more than error.

    So that nothing ratchets down unseen.
    """
    if last_deg is None or last_deg - target_deg <= threshold_deg:
        return None
    return Wording(
        f"Oggi il movimento arriva a {target_deg:.0f}°; l'ultima volta a {last_deg:.0f}°.",
        f"Today the movement reaches {target_deg:.0f}°; last time it was {last_deg:.0f}°.",
    )


def levels_to_try(
    plan: Plan, *, helper_present: bool, stored: bool, alignment: Alignment | None = None
) -> tuple[CalibrationLevel, ...]:
    """The levels of the ladder for this person, the best first, ending in "none".

    Functional calibration needs a helper, or the clinic, and a neutral pose of known angle: with
    spasticity or a contracture that is the one that the clinician measured, or none. Two sensors
    of one joint can do it, and for them alone the clinic stores anything.

    Args:
        plan: names the highest level, and whether a neutral pose is allowed.
        helper_present: somebody is there to help.
        stored: the clinic has stored an offset for this sensor and segment.
        alignment: what is calibrated; None: a joint of which the plan tells nothing of its own.
    """
    highest = _LADDER.index(plan.calibration)
    known = plan.neutral_pose if alignment is None else neutral_deg(plan, alignment) is not None
    joint = alignment is None or alignment.joint is not None
    possible = {
        "gravity": True,
        "stored": stored or (alignment is not None and stored_for(plan, alignment) is not None),
        "functional": helper_present and known and joint,
    }
    tried = [level for level in _LADDER[: highest + 1] if possible[level]]
    return (*reversed(tried), "none")
