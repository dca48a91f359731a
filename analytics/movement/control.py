"""Today's range, and the movement scaled by it: what moves a game."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .repetition import Excursion

__all__ = [
    "CALIBRATION_REPETITIONS",
    "TodaysRange",
    "calibrated_range",
    "given_range",
    "is_too_small",
    "limit_from",
    "reference_range",
    "widening_range",
]

CALIBRATION_REPETITIONS = 3
"""Slow repetitions that make a range calibration."""

TOO_SMALL_SHARE = 2 / 3
"""A repetition below this share of the first three's median range is flagged."""


@dataclass(frozen=True, slots=True)
class TodaysRange:
    """From rest to today's target, in the movement's degrees.

    Attributes:
        rest_deg: where control is 0.
        target_deg: where control is 1; never beyond the clinician's limit.
        limit_deg: the clinician's limit, None where there is none.
        peaks_deg: the peaks that it came from.
        calibrated: False while it is still being found.
    """

    rest_deg: float
    target_deg: float
    limit_deg: float | None = None
    peaks_deg: tuple[float, ...] = ()
    calibrated: bool = False

    def control(self, value_deg: float) -> float:
        """The movement, normalised; below rest it is 0, beyond the target it passes 1."""
        return self.controls((value_deg,))[0]

    def controls(self, values_deg: Sequence[float]) -> list[float]:
        """The same of many values."""
        rest, width = self.rest_deg, self.target_deg - self.rest_deg
        return [(value - rest) / width if value > rest else 0.0 for value in values_deg]

    @property
    def limit(self) -> float:
        """The clinician's limit in units of control; the target itself where there is none."""
        return 1.0 if self.limit_deg is None else self.control(self.limit_deg)


def reference_range(excursions: Sequence[Excursion]) -> float:
    """Median range of the first three repetitions, or of those there are."""
    return statistics.median(e.rise for e in excursions[:CALIBRATION_REPETITIONS])


def is_too_small(excursion: Excursion, reference_deg: float) -> bool:
    """Whether a repetition stays far below the first three."""
    return excursion.rise < TOO_SMALL_SHARE * reference_deg


def calibrated_range(
    excursions: Sequence[Excursion],
    limit_deg: float | None,
    least_deg: float,
    *,
    zeroed: bool = True,
) -> TodaysRange | None:
    """Today's range from the first three repetitions: rest and target are their medians.

    Args:
        excursions: so far.
        limit_deg: the clinician's.
        least_deg: a smaller movement is none.
        zeroed: whether the limit is an angle; else it bounds the size of a movement, from rest.

    Returns:
        None while there are fewer than three.
    """
    if len(excursions) < CALIBRATION_REPETITIONS:
        return None
    first = excursions[:CALIBRATION_REPETITIONS]
    rest = statistics.median(e.low for e in first)
    limit_deg = limit_from(rest, limit_deg, zeroed=zeroed)
    target = _within(statistics.median(e.high for e in first), rest, limit_deg, least_deg)
    return TodaysRange(rest, target, limit_deg, tuple(e.high for e in first), calibrated=True)


def widening_range(
    lowest_deg: float,
    highest_deg: float,
    limit_deg: float | None,
    least_deg: float,
    *,
    zeroed: bool = True,
) -> TodaysRange:
    """What serves until then: from the lowest to the highest value so far, never tiny."""
    limit_deg = limit_from(lowest_deg, limit_deg, zeroed=zeroed)
    target = _within(highest_deg, lowest_deg, limit_deg, 2 * least_deg)
    return TodaysRange(lowest_deg, target, limit_deg)


def given_range(
    rest_deg: float, target_deg: float, limit_deg: float | None, peaks_deg: tuple[float, ...]
) -> TodaysRange:
    """Today's range as the session has set it."""
    target = _within(target_deg, rest_deg, limit_deg, 1.0)
    return TodaysRange(rest_deg, target, limit_deg, peaks_deg, calibrated=True)


def limit_from(rest_deg: float, limit_deg: float | None, *, zeroed: bool) -> float | None:
    """The clinician's limit as a value of the movement; without a zero it counts from rest."""
    return limit_deg if limit_deg is None or zeroed else rest_deg + limit_deg


def _within(target: float, rest: float, limit_deg: float | None, least_deg: float) -> float:
    """The target, at the limit at most, and far enough from rest to divide by."""
    wide = max(target, rest + least_deg)
    return wide if limit_deg is None else max(min(wide, limit_deg), rest + 1.0)
