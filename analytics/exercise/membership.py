"""What belongs to the set: its repetitions told apart from walking, handling and drinking.

0. What was moved in a rest that the events mark is none of the set, whatever it is.
1. **Walking** is told by its steps (`movement.steps`). What repeats at that pace itself is no
   walking between sets.
2. Each excursion has traits (`movement.traits`): how the sensor turned in space on the way,
   compared at equal shares of its time, how long and how far, and in which posture it began. The
   set is the group of excursions alike in all of it in which most was moved.
3. A member that is unlike the set itself, beside other movement or at the item's ends, leaves it;
   one that an end cut joins it by the half that is there, and one as large and turned alike joins
   it however fast it was.
4. Between the set's repetitions smaller movements are looked for, which its own size hid.
5. What is left over is an **attempt** where it has the set's posture and direction and is smaller
   or slower, and **other movement** where it has not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.movement.deviation import deviation_from
from analytics.movement.movement import rotation_vectors
from analytics.movement.repetition import found_live
from analytics.movement.traits import (
    ALIKE,
    FEWEST,
    OCTAVES_SIZE,
    POSTURE_DEG,
    TraitReader,
    groups_of,
    middle,
)
from analytics.signals.orientation import up_in_sensor
from telemetry.messages.rests import Rests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.movement.repetition import Excursion
    from analytics.movement.traits import Traits
    from analytics.signals.arrays import Array, Mask
    from analytics.signals.oriented_stream import Frames

__all__ = ["NO_RESTS", "Membership", "SetSorter", "rested"]

NO_RESTS: Final = Rests()

_PLACES: Final = ("valley", "start", "hold_from", "peak", "hold_to", "end")

MOSTLY: Final = 0.75
"""Of a group's excursions walked, from which on it is a walk."""
MANY: Final = 10
"""Excursions of one kind that make a set."""
UNLIKE_AT_MOST, UNLIKE_TIMES = 0.09, 6.0
"""Cosine short of 1, and times the set's median, from which on a member is unlike the set."""
LOOSE: Final = 0.78
"""Cosine between neighbours below which nothing repeats; of a worn sensor it is 0.83 and more."""
SLIDING_OCTAVES: Final = 0.8
"""Of the set's time, within which a movement that turns otherwise may be one of it."""
SMALLER_AT_MOST: Final = 0.5
"""Octaves, and times the set's median, by which a first one may be smaller."""
SAME_OCTAVES, SAME_DEG, SAME_ALIKE = 0.5, 6.0, 0.75
"""Of size and time, of posture and of the way, within which a movement is the set's own."""
LEANING_DEG, LEANING_TIMES = 20.0, 4.0
"""As these, of the posture in which a first one began."""
CUT_ALIKE: Final = 0.7
"""Cosine between the ways to the peak of a repetition that is cut and of the set's."""
AT_ONCE: Final = 2
"""Frames from the item's beginning within which an excursion began before it."""
WHOLE_OCTAVES: Final = 0.2
LEAST_GAP_S: Final = 1.0
ATTEMPT_SHARE: Final = 0.12
"""Of the set's size below which an excursion is no attempt."""
LARGE: Final = 0.4
"""Of the repetitions' median size, from which on other movement may be one of them."""
SCATTERED: Final = 4
MIXED_SHARE: Final = 0.5
BRIEF: Final = 0.4
"""Of the set's time; a briefer movement is no attempt."""


@dataclass(frozen=True, slots=True)
class Membership:
    """An item's excursions, sorted.

    Attributes:
        kept: the set's repetitions.
        attempts: movements of the exercise that stayed far behind.
        other: the rest.
        rested: what was moved in marked rests.
        alike: mean cosine between neighbouring repetitions' turns, None for fewer than three.
        unsure: how many of the repetitions may be none: cut by the item's ends, or unlike the set
            at its edge.
        possible: how many of the rest may be some: they differ from the set, but no walk does.
        large: how many of the rest are no walk and of at least half the repetitions' size.
    """

    kept: list[Excursion]
    attempts: list[Excursion]
    other: list[Excursion]
    alike: float | None
    rested: list[Excursion] = field(default_factory=list)
    unsure: int = 0
    possible: int = 0
    large: int = 0

    @property
    def none_of_the_set(self) -> list[Excursion]:
        """What is told as other movement, in order."""
        return sorted([*self.other, *self.rested], key=_place)

    @property
    def mixed(self) -> bool:
        """Whether as much that is none of the set lies scattered between its repetitions.

        Walking lies in one piece; of a sensor that turns on its limb every other movement differs.
        """
        if not self.kept:
            return False
        least = LARGE * float(np.median([e.rise for e in self.kept]))
        large = sorted(
            [*((e.start, True) for e in self.kept)]
            + [(e.start, False) for e in self.other if e.rise > least]
        )
        switches = sum(a[1] is not b[1] for a, b in pairwise(large))
        others = len(large) - len(self.kept)
        return switches >= SCATTERED and others >= MIXED_SHARE * len(self.kept)


@dataclass(frozen=True, slots=True)
class _Set:
    """What step 3 leaves of some excursions.

    Attributes:
        excursions: those outside of marked rests.
        rested: those inside.
        traits: of the former; None where the set was not told apart from the rest.
        own: [e] which are the set's.
        alike: see `Membership`.
    """

    excursions: list[Excursion]
    rested: list[Excursion]
    traits: Traits | None
    own: Mask
    alike: float | None


class SetSorter:
    """Sorts excursions found in one item's frames, each list once however often it is asked.

    Args:
        frames: of the item.
        rate_hz: of the frames.
        rests: where the events mark them, in the stream's samples.
    """

    def __init__(self, frames: Frames, rate_hz: float, rests: Rests = NO_RESTS) -> None:
        self._frames, self._rate_hz, self._rests = frames, rate_hz, rests
        self._sets: dict[tuple[Excursion, ...], _Set] = {}

    @cached_property
    def _reader(self) -> TraitReader:
        return TraitReader(self._frames, self._rate_hz)

    def sort(
        self,
        excursions: Sequence[Excursion],
        *,
        values: Sequence[float] = (),
        least_deg: float = 0.0,
    ) -> Membership:
        """What belongs to the set.

        Args:
            excursions: in numbers of the frames.
            values: the movement in which they were found; without it, step 4 is left out.
            least_deg: a smaller back and forth in it is none.
        """
        known = tuple(excursions)
        if known not in self._sets:
            self._sets[known] = self._set_in(excursions)
        of_set = self._sets[known]
        if of_set.traits is None:
            cut = sum(not e.finished for e in of_set.excursions)
            return Membership(
                list(of_set.excursions), [], [], of_set.alike, of_set.rested, unsure=cut
            )
        kept, rest = (_those(of_set.excursions, own) for own in (of_set.own, ~of_set.own))
        hidden = _hidden(values, [*kept, *rest, *of_set.rested], least_deg, self._rate_hz)
        awake = ~rested(hidden, self._frames, self._rests)
        rest = sorted([*rest, *_those(hidden, awake)], key=_place)
        traits = self._reader.traits([*kept, *rest]) if rest else of_set.traits.at(of_set.own)
        chosen = np.arange(len(traits.time)) < len(kept)
        tried = _attempted(traits, chosen) & ~chosen
        unsure, possible, large = _doubtful(traits, chosen, [*kept, *rest])
        other = ~chosen & ~tried
        return Membership(
            kept,
            _those([*kept, *rest], tried),
            _those([*kept, *rest], other),
            of_set.alike,
            of_set.rested,
            unsure=int(unsure.sum()),
            possible=int((possible & other).sum()),
            large=int((large & other).sum()),
        )

    def _set_in(self, found: Sequence[Excursion]) -> _Set:
        """Steps 0 to 3."""
        resting = rested(found, self._frames, self._rests)
        excursions, in_rests = _those(found, ~resting), _those(found, resting)
        if len(excursions) < FEWEST:
            return _Set(excursions, in_rests, None, ~resting, None)
        traits = self._reader.traits(excursions)
        best = _largest_group(traits)
        if best.sum() < FEWEST:
            alike = traits.resemblance(np.ones(len(best), bool))
            return _Set(excursions, in_rests, None, best, alike)
        best &= ~_strange(traits, best, excursions)
        best |= _at_another_pace(traits, best) & ~deviation_from(traits, best).at_edge
        alike = traits.resemblance(best)
        sliding = _sliding(traits, best, alike)
        if sliding.any():
            best |= sliding
            alike = traits.resemblance(best)
        best |= _cut_from(traits, best, excursions, self._frames)
        return _Set(excursions, in_rests, traits, best, alike)


def _largest_group(traits: Traits) -> Mask:
    """[e] the group in which most was moved; a walk only where nothing else is done.

    So many make a set, and more of them make it no more one: a long walk that does not feel like
    steps, as of who shuffles on a soft floor, holds five times as many swings.
    """
    weight = 2.0**traits.size * np.sqrt(2.0**traits.time)
    groups = groups_of(traits)
    still = [g for g in groups if g.sum() >= FEWEST and traits.walked[g].mean() < MOSTLY]
    return max(still or groups, key=lambda g: float(weight[g].mean()) * min(int(g.sum()), MANY))


def rested(excursions: Sequence[Excursion], frames: Frames, rests: Rests) -> Mask:
    """[e] which excursions began in a rest that the events mark, or went up into one."""
    index = frames.index.item
    return np.array([rests.hold(index(e.start), index(e.hold_to)) for e in excursions], bool)


def _place(e: Excursion) -> int:
    return e.start


def _strange(traits: Traits, best: Mask, excursions: Sequence[Excursion]) -> Mask:
    """Members by a chain of likeness that are unlike the set itself, where something else may be.

    In the middle of a set an irregular repetition is one. Beside other movement, or as the item's
    first or last, what is far less like the set than its own repetitions are is part of that other
    movement; so is a first one that began in another posture or stayed far smaller, on the way into
    position. One that only halted on the way is of the set's time, size and posture.
    """
    likeness = traits.turns @ middle(traits.turns[best])
    lean = np.degrees(np.arccos(np.clip(traits.posture @ middle(traits.posture[best]), -1, 1)))
    least = 1 - max(UNLIKE_AT_MOST, UNLIKE_TIMES * float(np.median(1 - likeness[best])))
    most = max(LEANING_DEG, LEANING_TIMES * float(np.median(lean[best])))
    size = traits.size - float(np.median(traits.size[best]))
    smallest = -max(SMALLER_AT_MOST, UNLIKE_TIMES * float(np.median(np.abs(size[best]))))
    unlike = (likeness < least) & np.array([e.finished for e in excursions])
    unlike &= ~_of_the_set(traits, best)
    away = deviation_from(traits, best)
    odd = away.at_edge
    out = best & away.in_the_middle
    members = np.flatnonzero(best).tolist()
    for i in members:
        if not (unlike[i] or odd[i] or lean[i] > most or size[i] < smallest):
            break
        out[i] = True
    for i in reversed(members):
        if not (unlike[i] or odd[i]):
            break
        out[i] = True
    for i in members:
        beside = [j for j in (i - 1, i + 1) if 0 <= j < len(best)]
        out[i] |= (unlike[i] or odd[i]) and any(not best[j] or out[j] for j in beside)
    few = best.sum() - (out & best).sum() < max(FEWEST, best.sum() / 2)
    return np.zeros(len(best), bool) if few else out


def _at_another_pace(traits: Traits, best: Mask) -> Mask:
    """[e] as large as the set's, turned and begun like them: hurried or slow, repetitions too."""
    size = traits.size - float(np.median(traits.size[best]))
    same = (np.abs(size) < SAME_OCTAVES) & ~traits.walked
    same &= traits.posture @ middle(traits.posture[best]) > np.cos(np.deg2rad(LEANING_DEG))
    paced: Mask = same & (traits.turns @ middle(traits.turns[best]) > 1 - UNLIKE_AT_MOST)
    return paced


def _sliding(traits: Traits, best: Mask, alike: float | None) -> Mask:
    """[e] what belongs to a set of which nothing repeats, as of a sensor that slides on its limb.

    Neighbours are unlike, or half as many are as long and as large as the set's own and turn
    otherwise: then what is large is the set's, whichever way the sensor turned.
    """
    size, time = (of - float(np.median(of[best])) for of in (traits.size, traits.time))
    large = ~traits.walked & ~best & (size > -1)
    if alike is not None and alike < LOOSE:
        return large
    same: Mask = large & (size < 1) & (np.abs(time) < SLIDING_OCTAVES)
    return same if same.sum() >= MIXED_SHARE * best.sum() else np.zeros(len(best), bool)


def _doubtful(
    traits: Traits, chosen: Mask, excursions: Sequence[Excursion]
) -> tuple[Mask, Mask, Mask]:
    """[e] of the chosen those that may be none, of the rest those that may be some or are large.

    The bounds were chosen on simulated people; how often an interval made of them holds the count
    is measured (`count_interval_coverage_percent` of the truth and repetition challenges).
    """
    size, time = (of - float(np.median(of[chosen])) for of in (traits.size, traits.time))
    off = 1 - traits.turns @ middle(traits.turns[chosen])
    lean = np.degrees(np.arccos(np.clip(traits.posture @ middle(traits.posture[chosen]), -1, 1)))
    odd = deviation_from(traits, chosen).doubted
    order = np.argsort([e.start for e in excursions])
    inside = np.zeros(len(order), bool)
    inside[order[1:-1]] = (chosen[order[:-2]] & chosen[order[2:]]).tolist()
    unsure = chosen & (np.array([not e.finished for e in excursions]) | (odd & ~inside))
    # One that felt like steps is no walk.
    rest = ~chosen & ~(traits.walked & ((traits.walked & ~chosen).sum() >= FEWEST))
    possible = rest & (off < 0.3) & (lean < 55)
    possible &= (size > -0.9) & (size < 1.2) & (time > -1.1)
    large = rest & (size > -1)
    # An item's ends cut movements, so that their time and way say little.
    ends = order[[0, -1]]
    possible[ends] |= large[ends]
    return unsure, possible, large


def _of_the_set(traits: Traits, best: Mask) -> Mask:
    """[e] as long, as large and begun as the set's, and roughly like it on the way."""
    size, time = (of - float(np.median(of[best])) for of in (traits.size, traits.time))
    same = (np.abs(size) < SAME_OCTAVES) & (np.abs(time) < SAME_OCTAVES)
    same &= traits.posture @ middle(traits.posture[best]) > np.cos(np.deg2rad(SAME_DEG))
    alike: Mask = same & (traits.turns @ middle(traits.turns[best]) > SAME_ALIKE)
    return alike & ~traits.walked


def _cut_from(traits: Traits, best: Mask, excursions: Sequence[Excursion], frames: Frames) -> Mask:
    """Those that the item's ends cut, beside one of the set, by the half of them that is there."""
    beside = np.concatenate((best[1:], [False])) | np.concatenate(([False], best[:-1]))
    # What rose from the first frame on by all of the set's size was not cut.
    short = traits.size - float(np.median(traits.size[best])) < -WHOLE_OCTAVES
    at_once = np.array([e.start <= AT_ONCE for e in excursions])
    cut: Mask = beside & (np.array([not e.finished for e in excursions]) | (at_once & short))
    if not cut.any():
        return cut
    way = middle(np.array([_way(frames, e, e.start) for e in _those(excursions, best)]))
    rest = middle(traits.posture[best])
    ups = up_in_sensor(frames.q_forward)
    for i in np.flatnonzero(cut).tolist():
        e = excursions[i]
        end = e.end if e.start <= AT_ONCE else e.start
        resting = float(ups[end] @ rest) > np.cos(np.deg2rad(POSTURE_DEG))
        cut[i] = resting and float(_way(frames, e, end) @ way) > CUT_ALIKE
    return cut


def _those(excursions: Sequence[Excursion], chosen: Mask) -> list[Excursion]:
    return [e for e, one in zip(excursions, chosen, strict=True) if one]


def _way(frames: Frames, e: Excursion, rest: int) -> Array:
    """[3] unit rotation vector from where an excursion rests to its peak."""
    turned = rotation_vectors(frames.q_forward[[rest, e.peak]], np.zeros(2, bool))[1]
    return np.asarray(turned / max(float(np.sqrt(turned @ turned)), 1e-9))


def _hidden(
    values: Sequence[float],
    found_before: Sequence[Excursion],
    least_deg: float,
    rate_hz: float,
) -> list[Excursion]:
    """Excursions where there are none, by the least size instead of the set's."""
    if not len(values):
        return []
    known = sorted(found_before, key=_place)
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


def _attempted(traits: Traits, best: Mask) -> Mask:
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
