"""How an item's excursions look: how the sensor turned on the way, how long, how far, from where.

Excursions that are alike in all of it make a group; groups grow link by link, so that a set whose
peaks fail, or that is irregular, stays together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.orientation import up_in_sensor
from analytics.signals.smoothing import running_mean

from .movement import turned_waves
from .steps import step_period_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array, Indices, Mask
    from analytics.signals.oriented_stream import Frames

    from .repetition import Excursion

__all__ = [
    "ALIKE",
    "FEWEST",
    "OCTAVES_SIZE",
    "POSTURE_DEG",
    "TraitReader",
    "Traits",
    "groups_of",
    "middle",
]

FEWEST: Final = 3
"""Fewer excursions are no group."""
OCTAVES_TIME, OCTAVES_SIZE = 1.25, 1.1
"""Within which two excursions next to each other in time and size are of one group."""
OCTAVES_APART: Final = 0.4
"""Of size and of time alike, that nothing fills: then two groups were linked by chance."""
OCTAVES_BESIDE: Final = 0.1
LEAN_DEG: Final = 10.0
"""Of time or size, and of posture, that nothing fills between what was done in a piece and the
rest;"""
STEPPED: Final = 0.75
"""by how many more of the one there were steps;"""
SIGNS: Final = 2
"""of which so many tell that it was another doing."""
TURNED_APART: Final = 0.09
"""Cosine short of 1, by which the brief ones of two such groups turned otherwise at least."""
WALKED_CLOSER: Final = 0.5
"""Of these, where one was moved in a walk and the other was not."""
ALIKE: Final = 0.6
"""Cosine between the turns of two excursions of one group."""
POSTURE_DEG: Final = 35.0
"""Between gravity's directions in the sensor where two excursions of one group began."""
SPEED_S: Final = 0.4
STILL: Final = 0.15
"""Of an excursion's greatest speed; what is slower before it and after it is rest."""
MOST_STEPS: Final = 3.0
"""Of a swing of a walk."""
MOSTLY_BACK: Final = 0.9
"""Of the turn between a peak and rest: from there on it is rest."""
WAVE_POINTS: Final = 12
ROUNDED: Final = 1e-9
"""More than a last digit, by which a first look must not pass what a second one would find."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Of each excursion: log2 of seconds and degrees; unit turns [n, k] and postures [n, 3]."""

    time: Array
    size: Array
    turns: Array
    posture: Array
    walked: Mask

    def alike(self) -> Mask:
        """[e, e] which are like which."""
        # Steps beside a set are led to it by no chain: they would have to be much like it.
        closer = np.where(self.walked[:, None] == self.walked, 1.0, WALKED_CLOSER)
        near = np.abs(self.time - self.time[:, None]) < closer * OCTAVES_TIME
        near &= np.abs(self.size - self.size[:, None]) < closer * OCTAVES_SIZE
        near &= self.turns @ self.turns.T > ALIKE
        near &= self.posture @ self.posture.T > np.cos(np.deg2rad(POSTURE_DEG))
        return np.asarray(near)

    def at(self, chosen: Mask) -> Traits:
        """Those of some excursions."""
        return Traits(
            self.time[chosen],
            self.size[chosen],
            self.turns[chosen],
            self.posture[chosen],
            self.walked[chosen],
        )

    def resemblance(self, chosen: Mask) -> float | None:
        """Mean cosine between neighbours' turns among the chosen; None for too few."""
        turns = self.turns[chosen]
        return float((turns[1:] * turns[:-1]).sum(axis=1).mean()) if len(turns) >= FEWEST else None


class TraitReader:
    """Reads traits of excursions in an item's frames; what all of them share it looks at once."""

    def __init__(self, frames: Frames, rate_hz: float) -> None:
        self._q, self._rate_hz = frames.q_forward, rate_hz
        self._speed = running_mean(frames.speed, rate_hz, SPEED_S)
        self._steps_s = step_period_s(frames, rate_hz)

    def traits(self, excursions: Sequence[Excursion]) -> Traits:
        """The traits of these excursions."""
        q, rate_hz = self._q, self._rate_hz
        moved = [_moved(q, self._speed, e) for e in excursions]
        begun, sizes = np.array([(m[0], len(m)) for m in moved]).T
        # At equal shares of its time, seen from where it began: the way somebody faces is nothing.
        shares = np.linspace(0, 1, WAVE_POINTS) * (sizes[:, None] - 1)
        points = begun[:, None] + shares.round().astype(np.int64)
        waves = turned_waves(q[points]).reshape(len(points), -1)
        length = np.sqrt((waves * waves).sum(axis=1, keepdims=True))
        return Traits(
            np.log2(sizes / rate_hz),
            np.log2([max(e.rise, 0.5) for e in excursions]),
            waves / np.maximum(length, 1e-9),
            up_in_sensor(q[begun]),
            np.array([_stepped(self._steps_s[m[0] : m[-1] + 1], rate_hz) for m in moved]),
        )


def _stepped(periods_s: Array, rate_hz: float) -> bool:
    """Whether an excursion is a swing of a walk: a stride, of two steps, and no more than that.

    A stroke that trembles or halts again and again feels like steps, and holds many.
    """
    stepped = periods_s[periods_s > 0]
    if 2 * len(stepped) <= len(periods_s):
        return False
    return bool(len(periods_s) / rate_hz < MOST_STEPS * np.median(stepped))


def _moved(q: Array, speed: Array, e: Excursion) -> Indices:
    """The frames in which an excursion moved: rest before and after it is left out."""
    turned = 2 * np.arccos(np.minimum(1.0, np.abs(q[e.start : e.end + 1] @ q[e.peak])))
    peak = e.peak - e.start
    back, forth = turned[peak::-1], turned[peak:]
    left = int(np.argmax(back >= MOSTLY_BACK * back[-1]))
    right = int(np.argmax(forth >= MOSTLY_BACK * forth[-1]))
    within = np.arange(e.peak - left, e.peak + right + 1)
    near = speed[within]
    moving: Indices = within[near > STILL * near.max()]
    return within if len(moving) < WAVE_POINTS // 2 else np.arange(moving[0], moving[-1] + 1)


def groups_of(traits: Traits) -> list[Mask]:
    """Excursions linked with each other."""
    alike = traits.alike()
    left: Mask = np.ones(len(traits.time), bool)
    groups: list[Mask] = []
    while left.any():
        group = np.zeros(len(left), bool)
        edge = [int(np.flatnonzero(left)[0])]
        group[edge[0]] = True
        while edge:
            linked = alike[edge.pop()] & left & ~group
            group |= linked
            edge += np.flatnonzero(linked).tolist()
        left &= ~group
        groups += _apart(traits, group)
    return groups


def _apart(traits: Traits, group: Mask) -> list[Mask]:
    """A group cut in two where nothing lies between the brief ones and the others.

    A set that tires or is irregular fills what lies between its largest and its smallest; the
    swings of a walk, or of hands, are alike among themselves, and a single link can lead to them.
    """
    members = np.flatnonzero(group)
    for of in (traits.time, traits.size):
        ordered = members[np.argsort(of[members])]
        for cut in _cuts(traits, ordered):
            brief, others = ordered[:cut], ordered[cut:]
            longer = traits.time[others].min() - traits.time[brief].max()
            if (longer > OCTAVES_APART and _differ(traits, brief, others)) or _by_turns(
                traits, brief, others
            ):
                apart = np.zeros(len(group), bool)
                apart[brief] = True
                return [apart, group & ~apart]
    return [group]


def _cuts(traits: Traits, ordered: Indices) -> list[int]:
    """Where ordered members have a gap after them, or steps on one side alone.

    Others need no look: neither of the two ways to tell them apart would.
    """
    least, last = FEWEST, len(ordered) - FEWEST
    if last < least:
        return []
    at = np.arange(least, last + 1)
    gaps = [
        -_second(-of[::-1])[::-1][at] - _second(of)[at - 1]
        for of in (traits.time[ordered], traits.size[ordered])
    ]
    walked = np.cumsum(traits.walked[ordered])
    steps = np.abs(walked[at - 1] / at - (walked[-1] - walked[at - 1]) / (len(ordered) - at))
    worth = (np.maximum(*gaps) > OCTAVES_APART - ROUNDED) | (steps > STEPPED - ROUNDED)
    cuts: list[int] = at[worth].tolist()
    return cuts


def _second(values: Array) -> Array:
    """[n] the second largest of the values so far; of the first one nothing is known."""
    largest = np.maximum.accumulate(values)
    second = np.maximum.accumulate(np.minimum(values[1:], largest[:-1]))
    return np.concatenate(([-np.inf], second))


def _by_turns(traits: Traits, less: Indices, more: Indices) -> bool:
    """Whether one was done, then the other: all of it in a piece, and another thing in many ways.

    Repetitions that somebody hurries or cuts short lie among the others, or are of their size.
    """
    first, last = int(less.min()), int(less.max())
    between = ((first < more) & (more < last)).any()
    if between and ((more.min() < less) & (less < more.max())).any():
        return False
    gaps = [
        _nearly_all(of[more])[0] - _nearly_all(of[less])[1] for of in (traits.time, traits.size)
    ]
    steps = abs(float(traits.walked[less].mean() - traits.walked[more].mean())) > STEPPED
    if max(gaps) < OCTAVES_APART and not steps:
        return False
    beside = [*(gap > OCTAVES_BESIDE for gap in gaps), steps, _lean_apart(traits, less, more)]
    return sum(beside) >= SIGNS


def _lean_apart(traits: Traits, some: Indices, others: Indices) -> bool:
    """Whether all of one began in another posture than all of the other."""
    usual = middle(traits.posture[others])
    lean = np.degrees(np.arccos(np.clip(traits.posture @ usual, -1, 1)))
    return _nearly_all(lean[some])[0] - _nearly_all(lean[others])[1] > LEAN_DEG


def _differ(traits: Traits, brief: Indices, others: Indices) -> bool:
    """Whether nothing lies between two groups' sizes, or between their directions."""
    least, most = _nearly_all(traits.size[others])
    low, high = _nearly_all(traits.size[brief])
    if max(least - high, low - most) > OCTAVES_APART:
        return True
    likeness = traits.turns @ middle(traits.turns[others])
    # Repetitions that are hurried differ by a little, and always to one side.
    nearest = min(_nearly_all(likeness[others])[0], 1 - TURNED_APART)
    return _nearly_all(likeness[brief])[1] < nearest


def _nearly_all(values: Array) -> tuple[float, float]:
    """Between which values lie, but for one at each end, which an item's end may have cut."""
    ordered, left_out = np.sort(values), int(len(values) > FEWEST)
    return float(ordered[left_out]), float(ordered[-1 - left_out])


def middle(vectors: Array) -> Array:
    """[k] the unit vector in the middle of unit vectors [n, k], whatever single ones do."""
    middle: Array = np.median(vectors, axis=0)
    return middle / max(float(np.sqrt(middle @ middle)), 1e-9)
