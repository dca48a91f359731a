"""The repetitions of a whole item: by its angle where that passes the gate, else by counting."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.joints.angle import looseness
from analytics.joints.axis import estimate_axes
from analytics.joints.heading import Moved, headed
from analytics.movement.counting import count
from analytics.movement.gravity_sweep import swept_deg
from analytics.movement.movement import ANGLE_LEAST_DEG, TURNING_LEAST_DEG
from analytics.movement.repetition import (
    Excursion,
    excursions_of,
    found_live,
    smaller_excursions,
)
from analytics.movement.traits import FEWEST
from analytics.movement.unfolding import passes_vertical, unfolded_elevation_deg
from analytics.observability.doubt import Doubt, DoubtKind, doubt
from analytics.observability.grounds import joint_doubts
from analytics.signals.arrays import dots
from analytics.signals.orientation import elevations_deg
from analytics.signals.smoothing import smoothed
from telemetry.errors import NotObservable
from therapy.wording import Wording

from .flexion import Flexion, flexion
from .membership import AT_ONCE, NO_RESTS, Membership, SetSorter, rested
from .observation import Method, doubted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analytics.joints.axis import HingeAxes
    from analytics.signals.arrays import Array, Mask
    from analytics.signals.oriented_stream import Frames, StreamTrack
    from telemetry.messages.rests import Rests

    from .observation import Hinge, Observation

__all__ = ["FoundRepetitions", "found_in", "restarts_of", "within_turn"]

MOST_HINGE_DEG: Final = 175.0
"""No elbow, knee or wrist goes further from one end to the other."""
HINGED_TOO: Final = 0.25
"""Looseness of other movement up to which it is the joint's as well, as of who walks."""
AROUND_S: Final = 0.5
BESIDE_S: Final = 1.0
"""Beside a folded repetition lies what the limb does beyond the vertical."""
MOVING_RAD_S: Final = 0.2
BESIDE_LEAST_S: Final = 1.5
"""Faster than sway, and longer than what an item's ends cut off."""
FEW_FOUND, REPEATING = 6, 0.8
"""Fewer excursions, less like each other, may hide a set,"""
LARGER: Final = 1.4
"""as may what is so many times as large."""
ZERO_SEEN: Final = 0.3
"""Gravity's part in the joint's plane from which on it tells where the angle's zero is."""
LEAST_FLEXION_DEG, MOST_FLEXION_DEG = -35.0, 175.0
"""Between which a calibrated hinge's flexion lies; beyond, its sensors are not as calibrated."""
MOST_OPEN_DEG: Final = 10.0
"""Standard deviation of a range beyond which the side on which a joint lies is not told."""
_SIDE_OPEN: Final = Wording(
    "dal movimento non si capisce in quale direzione si piega l'articolazione",
    "the movement does not tell which way the joint bends",
)

_NO_TRACKS: Mapping[str, StreamTrack] = {}


@dataclass(frozen=True, slots=True)
class FoundRepetitions:
    """Repetitions of a whole item.

    Attributes:
        observation: how it was seen; count only, where its angle did not pass the gate.
        values: the movement in which they were found, smoothed, degrees.
        live: repetitions as they are found while the item goes on, in orientations that nobody
            looks back at.
        excursions: repetitions seen from the item's end.
        alike: where they were only counted, how much they resemble each other, -1 to 1.
        flexion: where two sensors saw a joint, its movement; its frames are those of `values`.
        raw: [n] the angle before smoothing; None where they were only counted.
        sorter: of excursions in the frames of `values`.
    """

    observation: Observation
    values: list[float]
    live: list[Excursion]
    excursions: list[Excursion]
    sorter: SetSorter
    alike: float | None = None
    flexion: Flexion | None = None
    raw: Array | None = None

    def sorted_out(self, count: int) -> Membership:
        """What of the excursions belongs to the set, in so many frames."""
        return self.sorter.sort(
            self.excursions, values=self.in_frames(count), least_deg=self.least_deg
        )

    @property
    def least_deg(self) -> float:
        """A smaller back and forth is no movement of its own."""
        return TURNING_LEAST_DEG if self.raw is None else ANGLE_LEAST_DEG

    def in_frames(self, count: int) -> list[float]:
        """The movement, where it has a value for each of the frames; else none."""
        return self.values if len(self.values) == count else []


def found_in(
    observation: Observation,
    frames: Frames,
    rate_hz: float,
    tracks: Mapping[str, StreamTrack] = _NO_TRACKS,
    rests: Rests = NO_RESTS,
) -> FoundRepetitions:
    """The repetitions in an item's frames at `rate_hz`, by its angle where that is trusted.

    What was moved in marked rests is among them, for whoever sorts them, and teaches nothing.
    """
    found = None
    if observation.method is not Method.COUNT and len(frames):
        found, doubts = _by_angle(observation, frames, rate_hz, tracks, rests)
        if found is not None and not doubts:
            return found
        observation = doubted(observation, doubts)
    counted = count(frames, rate_hz)
    # Live, the angle was followed as far as its frames go.
    followed = found is not None and found.raw is not None and len(found.raw) == len(frames)
    live = found.live if found is not None and followed else counted.live
    sorter = SetSorter(frames, rate_hz, rests)
    return FoundRepetitions(
        observation, counted.values, live, counted.excursions, sorter, counted.alike
    )


def _by_angle(
    observation: Observation,
    frames: Frames,
    rate_hz: float,
    tracks: Mapping[str, StreamTrack],
    rests: Rests,
) -> tuple[FoundRepetitions | None, list[Doubt]]:
    """What the angle shows, and what speaks against it."""
    joint, doubts, in_set = None, [], _InSet(frames, rate_hz, rests)
    look = in_set.look
    try:
        if observation.hinge is not None:
            joint = _flexion(observation.hinge, frames, rate_hz, tracks)
            frames, movement = joint.frames, within_turn(joint.angle_deg)
            look = _Look(frames, rate_hz, rests)
            if joint.visible < ZERO_SEEN:
                # About an upright axis gravity tells no zero: only how far the joint went.
                observation = replace(observation, hinge=replace(observation.hinge, zero_rad=None))
        else:
            movement = _angle(observation, frames, frames.q, rate_hz, in_set)
    except NotObservable as e:
        reason = Wording(e.italian or str(e), str(e))
        return None, [_doubt(observation, frames, DoubtKind.UNSEEN, reason)]
    values, seen = look.at(movement)
    if observation.hinge is not None and joint is not None:
        # Judged in the set alone: who handles a sensor in between moves it alone.
        near = round(AROUND_S * rate_hz)
        sorted_out = look.sorter.sort(seen)
        for better in (_shown_in_set, _turned_round):
            axes = better(observation.hinge, joint, sorted_out, rate_hz)
            if axes is None:
                continue
            again = replace(observation.hinge, axes=axes, level="motion")
            joint = _flexion(again, frames, rate_hz, tracks)
            movement, look = within_turn(joint.angle_deg), _Look(joint.frames, rate_hz, rests)
            values, seen = look.at(movement)
            sorted_out = look.sorter.sort(seen)
        kept = _surely_of_the_set(joint, sorted_out, near, rate_hz)
        joint = joint.paired_in([(e.start - near, e.end + near) for e in kept], rate_hz)
        doubts = _of_joint(observation, observation.hinge, joint, frames)
        if joint.heading_deg(sorted_out.kept, rate_hz) > MOST_OPEN_DEG:
            doubts.append(_doubt(observation, frames, DoubtKind.UNSEEN, _SIDE_OPEN))
        if any(_beyond_anatomy(observation.hinge, of) for of in (seen, sorted_out.kept)):
            doubts.append(_doubt(observation, frames, DoubtKind.ANATOMY))
    live = _found_meanwhile(observation, frames, rate_hz, joint, in_set)
    found = FoundRepetitions(
        observation, values, live, seen, look.sorter, flexion=joint, raw=movement
    )
    return found, doubts


def _doubt(
    seen: Observation, frames: Frames, kind: DoubtKind, reason: Wording | None = None
) -> Doubt:
    streams = (seen.stream,) if seen.hinge is None else (seen.stream, seen.hinge.proximal)
    return doubt(kind, streams, int(frames.index[0]), int(frames.index[-1]) + 1, reason)


def _of_joint(seen: Observation, hinge: Hinge, joint: Flexion, frames: Frames) -> list[Doubt]:
    if joint.pairing is None:
        return []
    return joint_doubts(
        joint.pairing,
        (seen.stream, hinge.proximal),
        int(frames.index[0]),
        int(frames.index[-1]) + 1,
        axes=joint.beside,
    )


def _shown_in_set(
    hinge: Hinge, joint: Flexion, sorted_out: Membership, rate_hz: float
) -> HingeAxes | None:
    """The joint's axes by the set's own movement, where something else was done beside it.

    Where the other movement bends the same hinge, as of who walks, all of it tells more of the
    axes; which way the proximal one points, of a segment that the exercise keeps still, the set
    may tell otherwise all the same. None where it tells nothing else.
    """
    near = round(AROUND_S * rate_hz)
    beside = _moved_beside(joint, sorted_out.kept, near, rate_hz)
    if hinge.axes is not None or joint.seen is None or not sorted_out.kept or beside is None:
        return None
    stretches: list[list[Excursion]] = []
    for e in sorted_out.kept:
        last = stretches[-1][-1] if stretches else None
        if last is None or beside[last.end : e.start].any():
            stretches.append([e])
        else:
            stretches[-1].append(e)
    longest = max(stretches, key=len)
    span = slice(max(0, longest[0].start - near), longest[-1].end + near)
    seen, restarted = joint.seen, joint.frames.restarted
    in_set = Moved(seen.rates, seen.orientations, restarted, rate_hz).at(span)
    proximal, distal = (rates[beside] for rates in joint.seen.rates)
    if looseness(proximal, distal, joint.seen.axes) < HINGED_TOO:
        told = headed(joint.seen.axes, in_set)
        return None if told is joint.seen.axes else told
    (acc1, acc2), (gyr1, gyr2) = (tuple(v[span] for v in b) for b in joint.seen.measured)
    try:
        shown = estimate_axes(acc1, gyr1, acc2, gyr2, rate_hz)
    except NotObservable:
        return None
    return headed(shown, in_set)


def _turned_round(
    hinge: Hinge, joint: Flexion, sorted_out: Membership, rate_hz: float
) -> HingeAxes | None:
    """The axes the other way round, where a joint that shows them by its movement repeats better.

    The largest movement is taken to be flexion; who sits down first may flex the joint by more than
    the exercise straightens it, and the pauses between repetitions would be counted. Of these there
    is one less, and the item's ends cut those beside.
    """
    if hinge.axes is not None or joint.seen is None or not sorted_out.unsure:
        return None
    look = _Look(joint.frames, rate_hz, NO_RESTS)
    other_way = look.sorter.sort(look.at(-within_turn(joint.angle_deg))[1])
    sure, surely = (len(m.kept) - m.unsure for m in (sorted_out, other_way))
    better = surely > sure and other_way.unsure < sorted_out.unsure
    better &= (other_way.alike or 0.0) > max(REPEATING, sorted_out.alike or 0.0)
    return joint.seen.axes.flipped() if better else None


def _surely_of_the_set(
    joint: Flexion, sorted_out: Membership, near: int, rate_hz: float
) -> list[Excursion]:
    """In which a joint is to be judged; none: in all frames, where nothing else was moved.

    What the item's ends cut may be a way into position, or out of it, that bends the joint as far.
    """
    kept = sorted_out.kept
    whole = [e for e in kept if e.start > AT_ONCE and e.finished]
    if FEWEST <= len(whole) < len(kept):
        return whole
    beside = _moved_beside(joint, kept, near, rate_hz) is not None
    return kept if beside or sorted_out.none_of_the_set or sorted_out.attempts else []


def _moved_beside(
    joint: Flexion, kept: Sequence[Excursion], near: int, rate_hz: float
) -> Mask | None:
    """[n] where a joint's sensors moved outside of the set; None where that is next to nothing."""
    if joint.seen is None:
        return None
    turning = dots(joint.seen.rates[1], joint.seen.rates[1]) > MOVING_RAD_S**2
    for e in kept:
        turning[max(0, e.start - near) : e.end + near + 1] = False
    return turning if turning.sum() > BESIDE_LEAST_S * rate_hz else None


def _beyond_anatomy(hinge: Hinge, excursions: Sequence[Excursion]) -> bool:
    if not excursions:
        return False
    if float(np.median([e.rise for e in excursions])) > MOST_HINGE_DEG:
        return True
    if hinge.zero_rad is None:
        return False
    ends = (
        float(np.median([e.low for e in excursions])),
        float(np.median([e.high for e in excursions])),
    )
    if hinge.straight_deg is not None:
        ends = hinge.straight_deg - ends[1], hinge.straight_deg - ends[0]
    least = LEAST_FLEXION_DEG if hinge.straight_deg != 0 else -MOST_FLEXION_DEG
    return ends[0] < least or ends[1] > MOST_FLEXION_DEG


def _found_meanwhile(
    observation: Observation,
    frames: Frames,
    rate_hz: float,
    joint: Flexion | None,
    in_set: _InSet,
) -> list[Excursion]:
    """The repetitions as a live filter's errors let them be found."""
    try:
        movement = (
            _angle(observation, frames, frames.q_forward, rate_hz, in_set)
            if joint is None
            else joint.forward_deg
        )
    except NotObservable:
        return count(frames, rate_hz).live
    values = smoothed(movement, rate_hz, restarts_of(frames)).tolist()
    return found_live(values, ANGLE_LEAST_DEG)


def _flexion(
    hinge: Hinge, frames: Frames, rate_hz: float, tracks: Mapping[str, StreamTrack]
) -> Flexion:
    proximal = tracks.get(hinge.proximal)
    if proximal is None:
        raise NotObservable(
            "joint angle: the sensor nearer to the trunk gave no stream",
            italian="angolo dell'articolazione: il sensore più vicino al tronco non ha trasmesso",
        )
    near = proximal.frames_between(frames.t_us[0], frames.t_us[-1])
    return flexion(frames, near, rate_hz, hinge)


def within_turn(angle_deg: Array) -> Array:
    """A hinge's angle [n], each value within half a turn of where the joint mostly is.

    While a sensor is in hands the angle may go round; no hinge does.
    """
    turns = np.exp(1j * np.radians(angle_deg)).mean()
    middle = np.degrees(np.angle(turns)) if abs(turns) > 0 else 0.0
    begun = angle_deg - middle
    around: Array = begun - 360 * np.round(begun / 360) + middle
    around += 360 * np.round((angle_deg[0] - around[0]) / 360)
    return around


class _Look:
    """Looks for repetitions in movements of one item's frames, in each once."""

    def __init__(self, frames: Frames, rate_hz: float, rests: Rests) -> None:
        self.sorter = SetSorter(frames, rate_hz, rests)
        self._frames, self._rate_hz, self._rests = frames, rate_hz, rests
        self._seen: list[tuple[Array, list[float], list[Excursion]]] = []

    def at(self, movement: Array) -> tuple[list[float], list[Excursion]]:
        """A movement [n], degrees, smoothed, and its excursions."""
        for known, values, found in self._seen:
            if known is movement:
                return values, found
        values = smoothed(movement, self._rate_hz, restarts_of(self._frames)).tolist()
        found = _excursions(values, self._frames, self._rests, self.sorter)
        self._seen.append((movement, values, found))
        return values, found


def _excursions(
    values: list[float], frames: Frames, rests: Rests, sorter: SetSorter
) -> list[Excursion]:
    """Those of an angle; the typical one is that of what was not moved in a rest.

    Where few are found and these do not repeat, as when somebody had the sensor in hands, the
    largest smaller ones that do. What is larger than the set may hide more of it: once the set is
    known, its own size is the typical one.
    """
    live = found_live(values, ANGLE_LEAST_DEG)
    resting = rested(live, frames, rests).tolist() if rests else [False] * len(live)
    awake = [e for e, rests_now in zip(live, resting, strict=True) if not rests_now]
    found = excursions_of(values, ANGLE_LEAST_DEG, awake or live)
    rises = [e.rise for e in found]
    if len(found) >= FEW_FOUND and max(rises) < LARGER * statistics.median(rises):
        return found
    sorted_out = sorter.sort(found)
    if not _repeats(sorted_out):
        for smaller in smaller_excursions(values, ANGLE_LEAST_DEG):
            if _repeats(again := sorter.sort(smaller)):
                found, sorted_out = smaller, again
                break
    own = [e.rise for e in sorted_out.kept]
    larger = [e for e in sorted_out.none_of_the_set if e.rise > LARGER * max(own, default=math.inf)]
    if not _repeats(sorted_out) or not larger:
        return found
    return excursions_of(values, ANGLE_LEAST_DEG, sorted_out.kept)


def _repeats(sorted_out: Membership) -> bool:
    return (sorted_out.alike or 0.0) > REPEATING


def _angle(
    observation: Observation, frames: Frames, q: Array, rate_hz: float, in_set: _InSet
) -> Array:
    if observation.method is Method.SWEPT:
        return swept_deg(q, frames.restarted, rate_hz)
    if observation.axis is None:
        raise NotObservable(
            "it is not known how the sensor lies on its segment",
            italian="non si sa come il sensore è messo sul segmento",
        )
    folded = elevations_deg(q, observation.axis)
    if not passes_vertical(folded):
        return folded
    chosen = in_set.where(folded)
    return unfolded_elevation_deg(
        q, observation.axis, frames.restarted, rate_hz, chosen, folded=folded
    )


class _InSet:
    """Where an item's set is, as far as a folded elevation tells it; found once an item."""

    def __init__(self, frames: Frames, rate_hz: float, rests: Rests) -> None:
        self.look = _Look(frames, rate_hz, rests)
        self._near = round(BESIDE_S * rate_hz)
        self._found: Mask | None = None

    def where(self, folded_deg: Array) -> Mask:
        """[n] where the set's own movement is."""
        if self._found is None:
            chosen = np.zeros(len(folded_deg), bool)
            for e in self.look.sorter.sort(self.look.at(folded_deg)[1]).kept:
                chosen[max(0, e.start - self._near) : e.end + self._near + 1] = True
            self._found = chosen
        return self._found


def restarts_of(frames: Frames) -> list[int]:
    """Numbers of the frames at which the orientation filter began afresh."""
    restarts: list[int] = (np.flatnonzero(frames.restarted[1:]) + 1).tolist()
    return restarts
