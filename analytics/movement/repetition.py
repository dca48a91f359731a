"""Repetitions in a one-dimensional movement, found while it goes on.

A repetition is an excursion from a valley over a peak and back. What counts as back and forth
is a share of today's range, which the detector learns from the repetitions themselves.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import sub
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Excursion",
    "RepetitionDetector",
    "excursions_of",
    "found_live",
    "rhythm",
    "smaller_excursions",
    "without_match",
]

RISE_SHARE = 0.25
"""A rise begins once it is this share of the typical range."""
FALL_SHARE = 0.5
"""A peak is one once the fall after it is this share of the rise."""
EDGE = 0.15
"""A movement is back once it is below this share of its rise, and near its peak above the rest."""
SLOW = 0.05
"""A phase goes on as long as it is faster than this share of its own peak velocity."""
VELOCITY_FRAMES = 6
"""Velocity is taken over 0.2 s, the period of a 5 Hz tremor, which so drops out."""
DIP_SHARE = 0.4
"""A valley this share of the typical range below rest was a movement the other way."""
FALSE_START_SHARE = 0.3
"""Excursions smaller than this share of the item's typical range were false starts."""
CUT_SHARE = 0.75
"""A repetition that the item's beginning or end cut counts if this share of it is inside."""
MOST_TIMES = 1.4
"""Of the item's larger rises, as which a still larger one counts once they are known."""
TURN_SHARE = 0.06
"""Of them: a movement that comes back by so much has turned."""
FEW = 3
"""Fewer excursions tell nothing about a typical range."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """One repetition in frames (counted from the series' first) and signal units.

    Attributes:
        valley, peak: frames of the lowest value before and of the highest.
        start, end: frames between which it was away from rest.
        hold_from, hold_to: frames at which the way up ended and the way down began.
        low, high: values at `valley` and `peak`.
        returned: whether it came back to rest before the next one, or the item's end.
        finished: False where the item began or ended in the middle of it.
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
    """Finds excursions in a smoothed series while it goes on, with no look-ahead.

    1. In a valley: follow the lowest value until the series has risen by RISE_SHARE of the
       typical range (by `least` while none is known). A valley far below where the last
       repetitions began was a movement the other way: it is left out once the series is back. If
       it turns down again below, that is its new rest.
    2. Rising: follow the highest value until the series has fallen by FALL_SHARE of the rise.
       So a dip at the top, where a limb passes the vertical, does not cut a repetition in two.
    3. Falling: it ends below EDGE of its rise, or at the lowest value before the next rise.

    The typical range is the median of the rises so far: the thresholds adapt to the day. Where
    it is known beforehand, from a first look at the whole item, it is given as `typical`; a rise
    counts as `most` at most, so that what a sensor does in hands hides no fall of the set. Without
    levels, excursions have no start and no hold, for whoever draws them out (`with_phases`) later.
    """

    def __init__(
        self,
        least: float,
        typical: float | None = None,
        *,
        most: float = math.inf,
        with_phases: bool = True,
        with_levels: bool = True,
    ) -> None:
        self._least = least
        self._with_levels = with_levels
        self._with_phases = with_phases
        self.values: list[float] = []
        self.excursions: list[Excursion] = []
        self._rises: list[float] = []
        self._given = typical is not None
        self._most = most
        self._typical = typical or 0.0
        self._state = "valley"
        self._valley = 0
        self._peak = 0
        self._floor = 0
        self._top = 0
        self._rest = 0.0
        """Where the last repetitions began."""
        self._left_out = False
        self._left_out_before = False

    def push(self, value: float) -> None:
        """Take a smoothed value."""
        self.values.append(value)
        self._go_on(len(self.values) - 1)

    def extend(self, values: Sequence[float]) -> None:
        """Take smoothed values; how they are cut changes nothing."""
        now = len(self.values)
        self.values.extend(values)
        self._go_on(now)

    def _go_on(self, now: int) -> None:
        while now < len(self.values):
            if self._state == "valley":
                now = self._in_valley(now)
            elif self._state == "rising":
                now = self._rising(now)
            else:
                now = self._falling(now)

    def _in_valley(self, now: int) -> int:
        """Follow the values from the `now`-th on; the first one that is not followed any more."""
        values, low = self.values, self.values[self._valley]
        dip, back = self._dip()
        rise = max(self._least, RISE_SHARE * self._typical)
        for i in range(now, len(values)):
            value = values[i]
            if value < low:
                self._valley, self._top, low = i, i, value
            elif low < dip:
                if value >= back:
                    self._valley, low, self._left_out = i, value, True
                elif value > values[self._top]:
                    self._top = i
                elif self._turned_below(value, low, rise):
                    self._state, self._peak = "rising", self._top
                    return i
            elif value - low > rise:
                self._state, self._peak = "rising", i
                return i + 1
        return len(values)

    def _turned_below(self, value: float, low: float, rise: float) -> bool:
        """Whether the series came up and went down again far below rest: there it rests now."""
        top = self.values[self._top]
        return top - low > rise and top - value > max(self._least, FALL_SHARE * (top - low))

    def _dip(self) -> tuple[float, float]:
        """Below which value a valley lies too far below rest, and above which it is back.

        The second such valley in a row is the new rest.
        """
        if self._left_out_before or len(self.excursions) < FEW:
            return -math.inf, -math.inf
        deep = DIP_SHARE * self._typical
        return self._rest - deep, self._rest - deep / 2

    def _rising(self, now: int) -> int:
        """As `_in_valley`; the value that makes the highest one a peak is not followed."""
        values, low, high = self.values, self._low(), self.values[self._peak]
        least, most, valley = self._least, self._most, values[self._valley]
        peak = None
        for i in range(now, len(values)):
            value = values[i]
            if value > high:
                peak, high = i, value
                continue
            if high - value <= least:
                continue
            if peak is not None:
                self._peak, peak = peak, None
                low = valley if high - valley <= most else high - most
            if high - value > FALL_SHARE * (high - low):
                self._rises.append(high - values[self._valley])
                if not self._given:
                    self._typical = statistics.median(self._rises)
                self._state, self._floor = "falling", i
                return i
        if peak is not None:
            self._peak = peak
        return len(values)

    def _low(self) -> float:
        """From where the rise counts: the valley, if it is not further than a repetition goes."""
        return max(self.values[self._valley], self.values[self._peak] - self._most)

    def _falling(self, now: int) -> int:
        """As `_in_valley`, up to and with the value that ends the repetition."""
        values, low, high = self.values, self._low(), self.values[self._peak]
        floor, edge = values[self._floor], low + EDGE * (high - low)
        rise = max(self._least, RISE_SHARE * self._typical)
        for i in range(now, len(values)):
            value = values[i]
            if value < floor:
                self._floor, floor = i, value
            if value <= edge:
                self._close(i, returned=True)
                return i + 1
            if value - floor > rise:
                self._close(i, returned=False)
                return i + 1
        return len(values)

    def finish(self) -> None:
        """No value comes any more: the excursion that the series' end cut counts or does not."""
        now = len(self.values) - 1
        if self._state == "falling":
            self._close(now, returned=False)
        elif self._state == "rising" and self._rises:
            rise = self.values[self._peak] - self.values[self._valley]
            if rise >= CUT_SHARE * self._typical:
                self._floor = now
                self._close(now, returned=False, finished=False)

    def _close(self, now: int, *, returned: bool, finished: bool = True) -> None:
        values, valley, peak = self.values, self._valley, self._peak
        low, high = values[valley], values[peak]
        end = now if returned else self._floor
        start, hold_from, hold_to = (
            _crossings(values, low, valley, peak, end)
            if self._with_levels
            else (valley, peak, peak)
        )
        excursion = Excursion(
            valley, start, hold_from, peak, hold_to, end, low, high, returned, finished
        )
        if self._with_phases:
            excursion = with_phases(values, excursion, now)
        self.excursions.append(excursion)
        self._rest = statistics.median(e.low for e in self.excursions[-FEW:])
        self._left_out_before, self._left_out = self._left_out, False
        if returned:
            self._state, self._valley, self._top = "valley", now, now
        else:
            self._state, self._valley = "rising", self._floor
            self._peak = max(range(self._floor, now + 1), key=values.__getitem__)


def _crossings(
    values: Sequence[float], low: float, valley: int, peak: int, end: int
) -> tuple[int, int, int]:
    """Frames at which the movement left rest at `low`, came near its peak and left it."""
    edge = EDGE * (values[peak] - low)
    rest, near = low + edge, values[peak] - edge
    start = peak
    while start > valley and values[start] > rest:
        start -= 1
    hold_from = start
    while values[hold_from] < near:
        hold_from += 1
    hold_to = end
    while values[hold_to] < near and hold_to > peak:
        hold_to -= 1
    return start, hold_from, hold_to


def with_phases(values: Sequence[float], e: Excursion, last: int) -> Excursion:
    """The excursion with its phases drawn out to where the movement begins and stops.

    Levels alone would miss the slow first and last part of each stroke. From where it crosses
    EDGE of its rise, each phase goes on outwards as long as its velocity is above SLOW of its own
    peak velocity; a minimum-jerk stroke keeps 88 % of its duration so, half of it by levels alone.

    Args:
        values: the series, known up to and with frame `last`.
        e: by levels, or with phases already.
        last: how far the way down may be followed.
    """
    start, hold_from, hold_to = _crossings(values, e.low, e.valley, e.peak, e.end)
    end, far = e.end, VELOCITY_FRAMES
    up = SLOW * _fastest_rise(values[start : e.peak + 1])
    down = SLOW * _fastest_rise([-v for v in values[e.peak : e.end + 1]])
    while start > e.valley and values[start] - values[max(e.valley, start - far)] > up:
        start -= 1
    while hold_from < e.peak and values[min(e.peak, hold_from + far)] - values[hold_from] > up:
        hold_from += 1
    while hold_to > e.peak and values[max(e.peak, hold_to - far)] - values[hold_to] > down:
        hold_to -= 1
    while end < last and values[end] - values[min(last, end + far)] > down:
        end += 1
    return replace(e, start=start, hold_from=hold_from, hold_to=max(hold_from, hold_to), end=end)


def _fastest_rise(values: Sequence[float]) -> float:
    """Largest rise within VELOCITY_FRAMES, or from the first value on."""
    near = max(values[: VELOCITY_FRAMES + 1]) - values[0]
    return max(near, max(map(sub, values[VELOCITY_FRAMES:], values), default=near))


def found_live(values: Sequence[float], least: float) -> list[Excursion]:
    """The repetitions of a whole series as they are found while it goes on."""
    return _detected(values, RepetitionDetector(least, with_phases=False))


def excursions_of(
    values: Sequence[float], least: float, live: list[Excursion] | None = None
) -> list[Excursion]:
    """The repetitions of a whole series, seen from its end.

    1. Find them as they are found live (`live`, where that was done already). Fewer than FEW may
       lie on top of a movement that never came back, as of who got into position: then look again
       for falls that are smaller than half of it.
    2. Find them again, with the typical range known from the start; one that comes from far below
       began where the series turned last before its peak.
    3. Leave out false starts: smaller than FALSE_START_SHARE of the median.
    4. Add the one whose rise the item's beginning cut, if there is one.
    5. Draw out the way down of each, as far as the valley before the next one.
    """
    first = _detected(values, _bare(least)) if live is None else live
    if len(first) < FEW:
        first = next((f for f in _on_top(values, least) if len(f) >= FEW), first)
    if len(first) < FEW:
        return _drawn_out(values, first)
    typical = statistics.median(e.rise for e in first)
    # The larger ones tell what is too large: swings of a walk may be more than the repetitions.
    large = sorted(e.rise for e in first)[-(-len(first) * 4 // 5) - 1]
    found = _detected(values, _bare(least, typical, most=MOST_TIMES * large))
    found = [_begun_late(values, e, large) for e in found]
    if len(found) >= FEW:
        typical = statistics.median(e.rise for e in found)
        found = [e for e in found if e.rise >= FALSE_START_SHARE * typical]
        found = _begun_before(values, found[0].valley, typical) + found
    return _drawn_out(values, found)


def smaller_excursions(values: Sequence[float], least: float) -> Iterator[list[Excursion]]:
    """What `excursions_of` may find beside much larger movement, the larger ones first."""
    for found in _on_top(values, least):
        if len(found) >= FEW:
            yield excursions_of(values, least, found)


def _on_top(values: Sequence[float], least: float) -> Iterator[list[Excursion]]:
    """Excursions of at most half of all movement, of a quarter, and so on."""
    most = (max(values) - min(values)) / 2 if values else 0.0
    while most > MOST_TIMES * least:
        yield _detected(values, _bare(least, most / 2, most=most))
        most /= 2


def _bare(least: float, typical: float | None = None, most: float = math.inf) -> RepetitionDetector:
    """For excursions that are drawn out later."""
    return RepetitionDetector(least, typical, most=most, with_phases=False, with_levels=False)


def _begun_late(values: Sequence[float], e: Excursion, large: float) -> Excursion:
    """Without what was moved before its own rise.

    Where it rises by much more than the larger ones, or where its valley is a place that the series
    passed on the way up from far below.
    """
    passed = e.valley > 0 and values[e.valley - 1] < values[e.valley]
    if e.rise <= MOST_TIMES * large and not passed:
        return e
    lowest, at = e.high, e.peak
    for i in range(e.peak, e.valley - 1, -1):
        if values[i] < lowest:
            lowest, at = values[i], i
        elif values[i] - lowest > TURN_SHARE * large and e.high - lowest > large / 2:
            return replace(e, valley=at, start=at, low=lowest)
    return e


def _begun_before(values: Sequence[float], valley: int, typical: float) -> list[Excursion]:
    """The repetition whose rise the item's beginning cut, if most of its fall is there."""
    peak = max(range(valley + 1), key=values.__getitem__)
    low, high = values[valley], values[peak]
    if high - low < CUT_SHARE * typical:
        return []
    end = next(i for i in range(peak, valley + 1) if values[i] <= low + EDGE * (high - low))
    hold_to = max(i for i in range(peak, end + 1) if values[i] >= high - EDGE * (high - low))
    return [Excursion(0, 0, 0, peak, hold_to, end, low, high, returned=True, finished=False)]


def _drawn_out(values: Sequence[float], found: list[Excursion]) -> list[Excursion]:
    limits = [*(e.valley for e in found[1:]), len(values) - 1]
    return [with_phases(values, e, last) for e, last in zip(found, limits, strict=False)]


def _detected(values: Sequence[float], detector: RepetitionDetector) -> list[Excursion]:
    detector.extend(values)
    detector.finish()
    return detector.excursions


def without_match(some: Sequence[Excursion], others: Sequence[Excursion]) -> list[Excursion]:
    """Those of `some` of which none of `others` covers half."""
    known = {(o.start, o.end) for o in others}
    starts, ends = (np.array([getattr(o, k) for o in others]) for k in ("start", "end"))
    return [
        e
        for e in some
        if (e.start, e.end) not in known
        and not (
            2 * (np.minimum(e.end, ends) - np.maximum(e.start, starts)) >= e.end - e.start
        ).any()
    ]


def rhythm(values: Sequence[float], excursions: Sequence[Excursion]) -> float:
    """How much a movement consists of repetitions: to choose among sensors, without labels.

    The share of the movement's path that repetitions make up, there and back, times the fourth
    root of their median rise: a larger movement stands out more from what the body does besides.
    0 for fewer than three repetitions.
    """
    path = sum(abs(b - a) for a, b in pairwise(values))
    if len(excursions) < FEW or path <= 0:
        return 0.0
    rises = [e.rise for e in excursions]
    return 2 * sum(rises) / path * math.sqrt(math.sqrt(statistics.median(rises)))
