"""Repetitions in a one-dimensional movement, found while it goes on.

A repetition is an excursion from a valley over a peak and back. What counts as back and forth
is a share of today's range, which the detector learns from the repetitions themselves.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

__all__ = ["EDGE", "Excursion", "RepetitionDetector", "without_false_starts"]

RISE_SHARE = 0.3
"""A rise begins once it is this share of the typical range."""
FALL_SHARE = 0.4
"""A peak is one once the fall after it is this share of the rise, and of the typical range."""
EDGE = 0.15
"""A repetition runs from leaving this share of its rise to coming back below it."""
HOLD = 0.15
"""It is held while less than this share of its rise below the peak."""
FALSE_START_SHARE = 0.3
"""Excursions smaller than this share of the item's typical range were false starts."""
UNFINISHED_SHARE = 0.75
"""A rise of this share of the typical range counts though the item ended before the fall."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """One repetition in frames (counted from the series' first) and signal units.

    Attributes:
        valley, peak: frames of the lowest value before and of the highest.
        start, end: frames between which it was away from rest.
        hold_from, hold_to: first and last frame near the peak.
        low, high: values at `valley` and `peak`.
        returned: whether it came back to rest before the next one, or the item's end.
        finished: False where the item ended before a fall was seen.
    """

    valley: int
    start: int
    hold_from: int
    peak: int
    hold_to: int
    end: int
    low: float
    high: float
    returned: bool = True
    finished: bool = True

    @property
    def rise(self) -> float:
        """From valley to peak."""
        return self.high - self.low


class RepetitionDetector:
    """Finds excursions in a smoothed series, value by value, with no look-ahead.

    1. In a valley: follow the lowest value until the series has risen by RISE_SHARE of the
       typical range (by `least` while none is known).
    2. Rising: follow the highest value until the series has fallen by FALL_SHARE of the rise
       or of the typical range, whichever is more. So a dip at the top, where a limb passes the
       vertical, does not cut a repetition in two.
    3. Falling: it ends below EDGE of its rise, or at the lowest value before the next rise.

    The typical range is the median of the rises so far: the thresholds adapt to the day.
    """

    def __init__(self, least: float) -> None:
        self._least = least
        self.values: list[float] = []
        self.excursions: list[Excursion] = []
        self._rises: list[float] = []
        self._typical = 0.0
        self._state = "valley"
        self._valley = 0
        self._peak = 0
        self._floor = 0

    @property
    def typical(self) -> float:
        """Median rise of the excursions so far; 0 while there is none."""
        return self._typical

    def push(self, value: float) -> Excursion | None:
        """Take a smoothed value; return the excursion that it ends, if it does."""
        values = self.values
        now = len(values)
        values.append(value)
        if self._state == "valley":
            low = values[self._valley]
            if value < low:
                self._valley = now
            elif value - low > max(self._least, RISE_SHARE * self._typical):
                self._state, self._peak = "rising", now
            return None
        if self._state == "rising":
            high = values[self._peak]
            if value > high:
                self._peak = now
                return None
            rise = high - values[self._valley]
            if high - value <= max(self._least, FALL_SHARE * max(rise, self._typical)):
                return None
            self._learn(rise)
            self._state, self._floor = "falling", now
        if value < values[self._floor]:
            self._floor = now
        low, high = values[self._valley], values[self._peak]
        if value <= low + EDGE * (high - low):
            return self._close(now, returned=True)
        if value - values[self._floor] > max(self._least, RISE_SHARE * self._typical):
            return self._close(now, returned=False)
        return None

    def finish(self) -> Excursion | None:
        """The excursion that the series' end cut, if it counts."""
        if self._state == "falling":
            return self._close(len(self.values) - 1, returned=False)
        if self._state == "rising":
            rise = self.values[self._peak] - self.values[self._valley]
            if self._rises and rise >= UNFINISHED_SHARE * self._typical:
                self._floor = len(self.values) - 1
                return self._close(self._floor, returned=False, finished=False)
        return None

    def _learn(self, rise: float) -> None:
        self._rises.append(rise)
        self._typical = statistics.median(self._rises)

    def _close(self, now: int, *, returned: bool, finished: bool = True) -> Excursion:
        values, valley, peak = self.values, self._valley, self._peak
        low, high = values[valley], values[peak]
        rise = high - low
        end = now if returned else self._floor
        start = peak
        while start > valley and values[start] > low + EDGE * rise:
            start -= 1
        near = high - HOLD * rise
        hold_from = start
        while values[hold_from] < near:
            hold_from += 1
        hold_to = end
        while values[hold_to] < near and hold_to > peak:
            hold_to -= 1
        excursion = Excursion(
            valley, start, hold_from, peak, hold_to, end, low, high, returned, finished
        )
        self.excursions.append(excursion)
        if returned:
            self._state, self._valley = "valley", now
        else:
            self._state, self._valley = "rising", self._floor
            self._peak = max(range(self._floor, now + 1), key=values.__getitem__)
        return excursion


def without_false_starts(excursions: list[Excursion]) -> list[Excursion]:
    """The excursions that are repetitions, seen from the item's end.

    While the first ones are done nobody knows today's range, so a fidget may have counted;
    here whatever is smaller than FALSE_START_SHARE of the median goes.
    """
    if len(excursions) < 3:
        return excursions
    typical = statistics.median(e.rise for e in excursions)
    return [e for e in excursions if e.rise >= FALSE_START_SHARE * typical]
