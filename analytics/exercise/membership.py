"""What belongs to the set: its repetitions told apart from walking, handling and drinking.

1. **Walking** is told by its steps: the force's norm swings by over `STEP_M_S2` with the period of
   a step again and again. What repeats at that pace itself is no walking between sets.
2. Each excursion has a shape: how the sensor turned in space on the way, compared at equal shares
   of its time, and in which posture it began. The set is the group of excursions, alike in
   duration, size, direction and posture, in which most was moved; groups grow link by link, so
   that a set whose peaks fail, or that is irregular, stays together.
3. Between the set's repetitions smaller movements are looked for, which its own size hid.
4. What is left over is an **attempt** where it has the set's posture and direction and is smaller
   or slower, and **other movement** where it has not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.movement.movement import turned_waves
from analytics.movement.repetition import found_live
from analytics.signals.orientation import up_in_sensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.movement.repetition import Excursion
    from analytics.signals.arrays import Array, Mask
    from analytics.signals.oriented_stream import Frames

__all__ = ["Membership", "membership_of"]

_PLACES: Final = ("valley", "start", "hold_from", "peak", "hold_to", "end")

STEP_M_S2: Final = 0.9
"""Root mean square of the force's norm between 1 and 4 Hz, in a walk."""
STEPS_S: Final = (0.35, 1.3)
STEPS_ALIKE: Final = 0.45
WALK_WINDOW_S: Final = 4.0
MOSTLY: Final = 0.75
"""Of a group's excursions walked, from which on it is a walk."""
FEWEST: Final = 3
OCTAVES_TIME, OCTAVES_SIZE = 1.25, 1.1
"""Within which two excursions next to each other in time and size are of one group."""
ALIKE: Final = 0.6
"""Cosine between the turns of two excursions of one group."""
POSTURE_DEG: Final = 35.0
"""Between gravity's directions in the sensor where two excursions of one group began."""
AT_ONCE: Final = 2
"""Frames from the item's beginning within which an excursion began before it."""
SPEED_S: Final = 0.4
STILL: Final = 0.15
"""Of an excursion's greatest speed; what is slower before it and after it is rest."""
MOSTLY_BACK: Final = 0.9
"""Of the turn between a peak and rest: from there on it is rest."""
LEAST_GAP_S: Final = 1.0
WAVE_POINTS: Final = 12
ATTEMPT_SHARE: Final = 0.12
"""Of the set's size below which an excursion is no attempt."""
BRIEF: Final = 0.4
"""Of the set's time; a briefer movement is no attempt."""


@dataclass(frozen=True, slots=True)
class Membership:
    """An item's excursions, sorted.

    Attributes:
        kept: the set's repetitions.
        attempts: movements of the exercise that stayed far behind.
        other: the rest.
        alike: mean cosine between neighbouring repetitions' turns, None for fewer than three.
    """

    kept: list[Excursion]
    attempts: list[Excursion]
    other: list[Excursion]
    alike: float | None


@dataclass(frozen=True, slots=True)
class _Traits:
    """Of each excursion: log2 of seconds and degrees; unit turns [n, k] and postures [n, 3]."""

    time: Array
    size: Array
    turns: Array
    posture: Array
    walked: Mask

    def alike(self, i: int, others: Mask) -> Mask:
        near = np.abs(self.time - self.time[i]) < OCTAVES_TIME
        near &= np.abs(self.size - self.size[i]) < OCTAVES_SIZE
        near &= self.turns @ self.turns[i] > ALIKE
        near &= self.posture @ self.posture[i] > np.cos(np.deg2rad(POSTURE_DEG))
        linked: Mask = near & others
        return linked


def membership_of(
    excursions: Sequence[Excursion],
    frames: Frames,
    rate_hz: float,
    values: Sequence[float] = (),
    least_deg: float = 0.0,
) -> Membership:
    """Sort an item's excursions.

    Args:
        excursions: in numbers of `frames`.
        frames: of the item.
        rate_hz: of the frames.
        values: the movement in which they were found; without it, step 3 is left out.
        least_deg: a smaller back and forth in it is none.
    """
    if len(excursions) < FEWEST:
        return Membership(list(excursions), [], [], None)
    traits = _traits(excursions, frames, rate_hz)
    weight = 2.0**traits.size * np.sqrt(2.0**traits.time)
    groups = _groups(traits)
    # A walk is the set only where nothing else is done.
    still = [g for g in groups if g.sum() >= FEWEST and traits.walked[g].mean() < MOSTLY]
    best = max(still or groups, key=lambda g: float(weight[g].sum()))
    if best.sum() < FEWEST:
        return Membership(list(excursions), [], [], _alike(traits, np.ones(len(weight), bool)))
    alike = _alike(traits, best)
    best |= _cut_from(best, excursions)
    kept = [e for e, one in zip(excursions, best, strict=True) if one]
    rest = [e for e, one in zip(excursions, best, strict=True) if not one]
    rest = sorted([*rest, *_hidden(values, kept, rest, least_deg, rate_hz)], key=_place)
    if not rest:
        return Membership(kept, [], [], alike)
    traits = _traits([*kept, *rest], frames, rate_hz)
    attempted = _attempted(traits, np.arange(len(traits.time)) < len(kept))[len(kept) :]
    tried, other = (
        [e for e, one in zip(rest, attempted, strict=True) if bool(one) is chosen]
        for chosen in (True, False)
    )
    return Membership(kept, tried, other, alike)


def _place(e: Excursion) -> int:
    return e.start


def _cut_from(best: Mask, excursions: Sequence[Excursion]) -> Mask:
    """Those that the item's ends cut, beside one of the set."""
    beside = np.concatenate((best[1:], [False])) | np.concatenate(([False], best[:-1]))
    cut: Mask = beside & np.array([not e.finished or e.start <= AT_ONCE for e in excursions])
    return cut


def _hidden(
    values: Sequence[float],
    kept: Sequence[Excursion],
    rest: Sequence[Excursion],
    least_deg: float,
    rate_hz: float,
) -> list[Excursion]:
    """Excursions where there are none, by the least size instead of the set's."""
    if not len(values):
        return []
    known = sorted([*kept, *rest], key=_place)
    edges = [0, *(x for e in known for x in (e.start, e.end)), len(values) - 1]
    found = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if (b - a) / rate_hz < LEAST_GAP_S:
            continue
        for e in found_live(values[a : b + 1], least_deg):
            if not e.finished or (a == 0 and e.start == 0):
                continue
            moved = {k: getattr(e, k) + a for k in _PLACES}
            found.append(replace(e, **moved))
    return found


def _traits(excursions: Sequence[Excursion], frames: Frames, rate_hz: float) -> _Traits:
    q = frames.q_forward
    speed = _mean(frames.speed, rate_hz, SPEED_S)
    walked = np.concatenate(([0.0], np.cumsum(_walking(frames, rate_hz))))
    starts, ends = np.array([_moved(q, speed, e) for e in excursions]).T
    # Seen from where it began: which way the person faces changes nothing.
    points = np.linspace(starts, ends, WAVE_POINTS, axis=1).round().astype(np.int64)
    waves = turned_waves(q[points]).reshape(len(points), -1)
    length = np.sqrt((waves * waves).sum(axis=1, keepdims=True))
    return _Traits(
        np.log2(np.maximum(1, ends - starts) / rate_hz),
        np.log2([max(e.rise, 0.5) for e in excursions]),
        waves / np.maximum(length, 1e-9),
        up_in_sensor(q[starts]),
        (walked[ends + 1] - walked[starts]) / (ends + 1 - starts) > 0.5,
    )


def _moved(q: Array, speed: Array, e: Excursion) -> tuple[int, int]:
    """The frames between which an excursion moved: rest before and after it is left out."""
    turned = 2 * np.arccos(np.minimum(1.0, np.abs(q[e.start : e.end + 1] @ q[e.peak])))
    peak = e.peak - e.start
    back, forth = turned[peak::-1], turned[peak:]
    left = int(np.argmax(back >= MOSTLY_BACK * back[-1]))
    right = int(np.argmax(forth >= MOSTLY_BACK * forth[-1]))
    start, end = e.peak - left, e.peak + right
    near = speed[start : end + 1]
    moving = np.flatnonzero(near > STILL * near.max())
    if len(moving) < WAVE_POINTS // 2:
        return start, end
    return start + int(moving[0]), start + int(moving[-1])


def _groups(traits: _Traits) -> list[Mask]:
    """Excursions linked with each other."""
    left: Mask = np.ones(len(traits.time), bool)
    groups: list[Mask] = []
    while left.any():
        group = np.zeros(len(left), bool)
        edge = [int(np.flatnonzero(left)[0])]
        group[edge[0]] = True
        while edge:
            linked = traits.alike(edge.pop(), left & ~group)
            group |= linked
            edge += np.flatnonzero(linked).tolist()
        left &= ~group
        groups.append(group)
    return groups


def _attempted(traits: _Traits, best: Mask) -> Mask:
    """Those of the set's posture and direction that were smaller, or slower."""
    time, size = float(np.median(traits.time[best])), float(np.median(traits.size[best]))
    direction = traits.turns[best].mean(axis=0)
    direction /= max(float(np.sqrt(direction @ direction)), 1e-9)
    posture = traits.posture[best].mean(axis=0)
    posture /= max(float(np.sqrt(posture @ posture)), 1e-9)
    within = (traits.size < size + OCTAVES_SIZE) & (traits.size > size + np.log2(ATTEMPT_SHARE))
    within &= traits.time > time + np.log2(BRIEF)
    within &= traits.turns @ direction > ALIKE
    attempted: Mask = within & (traits.posture @ posture > np.cos(np.deg2rad(POSTURE_DEG)))
    return attempted & ~traits.walked


def _alike(traits: _Traits, chosen: Mask) -> float | None:
    turns = traits.turns[chosen]
    return float((turns[1:] * turns[:-1]).sum(axis=1).mean()) if len(turns) >= FEWEST else None


def _walking(frames: Frames, rate_hz: float) -> Mask:
    """[n] where steps follow each other."""
    norm = np.sqrt((frames.acc * frames.acc).sum(axis=1))
    band = _mean(norm, rate_hz, 0.1) - _mean(norm, rate_hz, 0.6)
    length = round(WALK_WINDOW_S * rate_hz)
    walked = np.zeros(len(norm), bool)
    lags = range(max(1, round(STEPS_S[0] * rate_hz)), round(STEPS_S[1] * rate_hz) + 1)
    for a in range(0, len(norm) - length + 1, max(1, length // 4)):
        part = band[a : a + length]
        power = float(part @ part)
        if power / length < STEP_M_S2**2:
            continue
        again = [float(part[lag:] @ part[:-lag]) / power * length / (length - lag) for lag in lags]
        # A swing of one sign that lasts falls off from the shortest lag on; steps come back.
        if max(again[1:-1], default=0.0) > STEPS_ALIKE and min(again) < 0:
            walked[a : a + length] = True
    return walked


def _mean(values: Array, rate_hz: float, seconds: float) -> Array:
    half = max(1, round(seconds * rate_hz / 2))
    sums = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(len(values))
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(values))
    return np.asarray((sums[high] - sums[low]) / (high - low))
