"""Rises from a chair in the turn of a thigh: when each stand was reached, and each seat.

1. The thigh's turn about its main axis, by gravity, smoothed; the usual lowest angle of its
   excursions is the seat, and the usual highest of those that come near the highest is the stand:
   of who rises half-way most of the time, the usual rise is no stand.
2. The turn as a share of the way from seat to stand. A rise leaves the seat above `LEFT`; it is a
   stand once it comes above `STOOD`, and the person sits again below `SAT`. Who sinks back before
   has not stood: the test counts full stands. Who stands as the test begins has not risen.
3. A stand is reached, and a seat, where the stroke that leads there ends: where it has become
   slower than `SLOW` of its own greatest speed, and goes on no more within `HALTING_S`. What lies
   beyond, of a smooth stroke, is added (`UNSEEN`).

Sources of the tests: 30 s chair stand, Jones et al. 1999 (Res Q Exerc Sport 70:113): full stands
within 30 s, more than half-way at its end counts. Five times sit-to-stand: Guralnik et al. 1994
(J Gerontol 49:M85) ends at the fifth stand, the Shirley Ryan AbilityLab's version at the fifth sit.
Arms and the chair's height are not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.movement.repetition import excursions_of

if TYPE_CHECKING:
    from analytics.signals.arrays import Array, Mask

__all__ = ["ChairRises", "chair_rises"]

LEAST_DEG: Final = 25.0
"""A thigh that turns less has not left the chair for good."""
FULL_DEG: Final = 50.0
"""A stand turns a level thigh by 75 to 90°, one that slopes from a high seat by 60 and more. Who
sits and lifts it comes to 40 at most, where the hip ends, and a walk swings it by as much."""
ALONE: Final = 3
"""Of so many rises and more, one that goes much further than all others tells no stand."""
LEFT, STOOD, SAT, HALF = 0.25, 0.8, 0.3, 0.5
SLOW: Final = 0.05
NEAR: Final = 0.08
HALTING_S: Final = 0.8
"""Who moves in parts stops so long on the way at most."""
UNSEEN: Final = 0.1
"""Of a minimum-jerk stroke's seen half, what lies beyond it."""


@dataclass(frozen=True, slots=True)
class ChairRises:
    """What a thigh did, seconds from the test's beginning.

    Attributes:
        stands_s: when each full stand was reached.
        sits_s: when the seat was reached after each stand that ended.
        halfway_s: when each rise passed the half of its way, full or not.
        share: [n] of the way from seat to stand, at the frames.
        unlike: one rise alone went much further than the others, so that none is known as full.
    """

    stands_s: tuple[float, ...]
    sits_s: tuple[float, ...]
    halfway_s: tuple[float, ...]
    share: Array
    unlike: bool = False

    def counted(self, seconds: float, rate_hz: float) -> int:
        """Stands within so many seconds; one that is more than half-way up at their end counts."""
        full = sum(s <= seconds for s in self.stands_s)
        at = min(round(seconds * rate_hz), len(self.share) - 1)
        if at < 1 or len(self.share) / rate_hz < seconds - 0.1:
            return full
        rising_s = max((h for h in self.halfway_s if h <= seconds), default=seconds)
        on_the_way = not any(rising_s <= s <= seconds for s in self.stands_s)
        return full + (1 if on_the_way and self.share[at] > HALF else 0)


def chair_rises(angle_deg: Array, rate_hz: float) -> ChairRises:
    """The rises in a test.

    Args:
        angle_deg: [n] the thigh's turn, rising towards the stand, smoothed.
        rate_hz: of it.
    """
    nothing = ChairRises((), (), (), np.zeros(len(angle_deg)))
    values = angle_deg.tolist()
    found = [e for e in excursions_of(values, LEAST_DEG) if e.rise > LEAST_DEG]
    if not found:
        return nothing
    seat = float(np.median([e.low for e in found]))
    highs = np.array([e.high for e in found])
    full = highs[highs - seat >= STOOD * (highs.max() - seat)]
    stand = float(np.median(full))
    if stand - seat < FULL_DEG:
        return nothing
    if len(full) == 1 and len(found) >= ALONE:
        return replace(nothing, unlike=True)
    return _followed((angle_deg - seat) / (stand - seat), rate_hz)


def _followed(share: Array, rate_hz: float) -> ChairRises:
    """The rises, by the way from seat to stand."""
    stands, sits, halves = list[float](), list[float](), list[float]()
    state, passed = ("stand" if share[0] > STOOD else "seat"), False
    for i, value in enumerate(share.tolist()):
        if state == "seat":
            if value > HALF and not passed:
                halves.append(i / rate_hz)
                passed = True
            if value < LEFT:
                passed = False
            if value > STOOD:
                stands.append(_end_of(share, i, rate_hz, 1.0))
                state = "stand"
        elif value < SAT:
            if stands:
                sits.append(_end_of(share, i, rate_hz, -1.0))
            state, passed = "seat", False
    return ChairRises(tuple(stands), tuple(sits), tuple(halves), share)


def _end_of(share: Array, at: int, rate_hz: float, sign: float) -> float:
    """Seconds at which the stroke that goes on at a frame ends; it may stop on the way."""
    stroke = sign * np.gradient(share) * rate_hz
    start = at
    while start > 0 and stroke[start - 1] > 0:
        start -= 1
    greatest = float(stroke[start : at + 1].max())
    moving = stroke > SLOW * greatest
    end = _on(moving, at)
    while _short_of(share[end], sign):
        again = np.flatnonzero(moving[end + 1 : end + 1 + round(HALTING_S * rate_hz)])
        if not len(again):
            break
        start = end + 1 + int(again[0])
        end = _on(moving, start)
    middle = start + int(np.argmax(stroke[start : end + 1]))
    return (end + UNSEEN * (end - middle)) / rate_hz


def _on(moving: Mask, at: int) -> int:
    """The last frame of the movement that goes on at a frame."""
    while at + 1 < len(moving) and moving[at + 1]:
        at += 1
    return at


def _short_of(share: float, sign: float) -> bool:
    """Whether there is clearly some way left to the stand, or to the seat."""
    return share < 1 - NEAR if sign > 0 else share > NEAR
