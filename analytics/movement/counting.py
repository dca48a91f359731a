"""Counting where no angle is observable: in which movement, seen from the item's end."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analytics.signals.arrays import dots, lengths
from analytics.signals.orientation import up_in_sensor
from analytics.signals.smoothing import bell_smoothed, smoothed

from .movement import TURNING_LEAST_DEG, fast_part, principal_axes, rotation_vectors
from .repetition import Excursion, excursions_of, found_live

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array, Mask
    from analytics.signals.oriented_stream import Frames

__all__ = ["Counted", "count", "resemblance"]

ALIKE, HARDLY_ALIKE = 0.85, 0.7
"""Neighbouring repetitions that resemble each other so much need no second, and no third look."""
A_LITTLE, CLEARLY = 0.05, 0.15
"""How much more alike they must be about another axis in the second, and in the third look."""
LEAST_ALIKE = 0.3
"""Repetitions less alike than this are none to prefer."""
WAVE_POINTS = 16
FEWEST = 3
ALTERNATING = 0.5
"""Resemblance of every other repetition from which on two make one, if neighbours are opposed."""
LEAST_ACC_M_S2 = 0.1
STILL_RAD_S = 0.05
"""Slower than 3 °/s is keeping still: more than a gyroscope's bias, less than an exercise."""
KEPT_S = 0.5
GRAVITY_M_S2 = 9.81
FELT_LEAST_DEG = 3.0
"""As `TURNING_LEAST_DEG`, in smoothed acceleration alone."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted.

    Attributes:
        values: the movement that was counted in, smoothed, degrees (of acceleration alone, those by
            which gravity would have to tilt); long stillness left out.
        excursions: its repetitions.
        live: repetitions about the main axis, in which the live count went on.
        alike: how much neighbouring repetitions resemble each other, -1 to 1.
    """

    values: list[float]
    excursions: list[Excursion]
    live: list[Excursion]
    alike: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    neighbours: float
    every_other: float
    values: list[float]
    excursions: list[Excursion]
    live: list[Excursion]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What repetitions are looked for in: [n, 3] as measured and smoothed, degrees; rise [n]."""

    raw: Array
    vectors: Array
    rising: Array
    least_deg: float


def count(frames: Frames, rate_hz: float) -> Counted:
    """Find the repetitions of a whole item without an angle.

    A repetition repeats: not only how far the sensor turned about one axis, but how it turned in
    space and how the body rose and sank with it. Where a wrist turns forth and back on the way up
    and once more on the way down, one axis shows two excursions a repetition, and neighbours
    differ.

    1. Find the repetitions in the turning about the main axis, and compare neighbouring ones in
       rotation vector and vertical acceleration (`resemblance`). Where they are alike, that is it.
    2. Else look about the two other principal axes (`movement.principal_axes`), then half-way
       between the main one and each of these, and take the axis whose repetitions are more alike,
       if there is one.
    3. Where neighbours are opposed even so and every other one is alike, two make one.

    The orientations are those of a live filter: how far something turned within a repetition is
    the same from either side, and the count stays close to the live one.

    Long stillness is left out beforehand but for KEPT_S at both of its ends, so that keeping still
    changes nothing.

    Without a gyroscope the smoothed acceleration takes the place of the rotation vector, and its
    norm that of the vertical acceleration: gravity's direction and what the movement adds to it,
    not parted, for parting them by a slow low-pass loses the repetitions of a second or two.
    """
    kept = np.flatnonzero(_worth_a_look(frames, rate_hz))
    if not len(kept):
        return Counted([], [], [], -1.0)
    return _in_time(_count(frames.at(kept), rate_hz), kept.tolist())


def _worth_a_look(frames: Frames, rate_hz: float) -> Mask:
    """[n] False in the middle of long stillness."""
    moving = (frames.speed > STILL_RAD_S) | frames.restarted
    if not moving.any():
        return np.ones(len(frames), dtype=np.bool_)
    near = max(1, round(KEPT_S * rate_hz))
    sums = np.concatenate(([0], np.cumsum(moving)))
    at = np.arange(len(frames))
    ends = np.minimum(at + near + 1, len(frames))
    worth: Mask = sums[ends] > sums[np.maximum(at - near, 0)]
    return worth


def _in_time(counted: Counted, kept: list[int]) -> Counted:
    """What was found in the frames that were looked at, in numbers of all frames."""

    def placed(excursions: list[Excursion]) -> list[Excursion]:
        return [
            replace(
                e,
                valley=kept[e.valley],
                start=kept[e.start],
                hold_from=kept[e.hold_from],
                peak=kept[e.peak],
                hold_to=kept[e.hold_to],
                end=kept[e.end],
            )
            for e in excursions
        ]

    return replace(counted, excursions=placed(counted.excursions), live=placed(counted.live))


def _count(frames: Frames, rate_hz: float) -> Counted:
    seen = _turning(frames, rate_hz) if frames.gyroscope else _felt(frames, rate_hz)
    vectors, least = seen.vectors, seen.least_deg
    shape = _shape(vectors, seen.rising, rate_hz)

    def about(axis: Array) -> _Candidate:
        values: list[float] = (vectors @ axis).tolist()
        live = found_live(values, least)
        found = excursions_of(values, least, live)
        return _Candidate(*resemblance(found, shape), values, found, live)

    first, second, third = (np.array(axis) for axis in principal_axes(seen.raw, rate_hz))
    between = [(first + sign * other) / np.sqrt(2) for other in (second, third) for sign in (1, -1)]
    main = best = about(first)
    for enough, margin, axes in (
        (ALIKE, A_LITTLE, [second, third]),
        (HARDLY_ALIKE, CLEARLY, between),
    ):
        if best.neighbours < enough:
            for other in map(about, axes):
                if other.neighbours > max(best.neighbours + margin, LEAST_ALIKE):
                    best = other
    if best.neighbours < 0 and best.every_other > ALTERNATING:
        pairs = _two_by_two(best.excursions)
        return Counted(best.values, pairs, main.live, best.every_other)
    return Counted(best.values, best.excursions, main.live, best.neighbours)


def resemblance(excursions: Sequence[Excursion], shape: Array) -> tuple[float, float]:
    """How alike neighbouring repetitions are, and every other one: means of the cosine, -1 to 1.

    Args:
        excursions: repetitions, in frames of `shape`.
        shape: [n, k] what is compared, each column of about the same size around 0.

    Returns:
        -1 and -1 for fewer than three repetitions.
    """
    if len(excursions) < FEWEST:
        return -1.0, -1.0
    ends = np.array([(e.start, e.end) for e in excursions])
    points = np.linspace(ends[:, 0], ends[:, 1], WAVE_POINTS, axis=1)
    at = np.minimum(points.astype(np.int64), len(shape) - 2)
    between = shape[at] + (points - at)[:, :, None] * (shape[at + 1] - shape[at])
    waves = between.transpose(0, 2, 1).reshape(len(ends), -1)
    length = np.sqrt((waves * waves).sum(axis=1, keepdims=True))
    waves = waves / np.maximum(length, 1e-9)
    neighbours = (waves[1:] * waves[:-1]).sum(axis=1).tolist()
    every_other = (waves[2:] * waves[:-2]).sum(axis=1).tolist()
    # Means, not medians: a few repetitions cut in two must show.
    return statistics.fmean(neighbours), statistics.fmean(every_other)


def _turning(frames: Frames, rate_hz: float) -> _Seen:
    breaks = _breaks(frames)
    turned = rotation_vectors(frames.q_forward, frames.restarted)
    vectors = np.stack([smoothed(turned[:, i], rate_hz, breaks) for i in range(3)], axis=1)
    vertical = dots(up_in_sensor(frames.q_forward), frames.acc)
    return _Seen(turned, vectors, smoothed(vertical, rate_hz, breaks), TURNING_LEAST_DEG)


def _felt(frames: Frames, rate_hz: float) -> _Seen:
    breaks = _breaks(frames)
    acc = np.stack([bell_smoothed(frames.acc[:, i], rate_hz, breaks) for i in range(3)], axis=1)
    norm = lengths(frames.acc)
    felt = np.degrees(acc / GRAVITY_M_S2)
    return _Seen(felt, felt, smoothed(norm, rate_hz, breaks), FELT_LEAST_DEG)


def _breaks(frames: Frames) -> list[int]:
    breaks: list[int] = (np.flatnonzero(frames.restarted[1:]) + 1).tolist()
    return breaks


def _shape(vectors: Array, vertical: Array, rate_hz: float) -> Array:
    """Fast parts of rotation vector and vertical acceleration, each of about unit size."""
    turning = fast_part(vectors, rate_hz)
    rising = fast_part(vertical[:, None], rate_hz)
    turning = turning / max(float(np.sqrt(dots(turning, turning).mean())), 1e-9)
    rising = rising / (float(np.sqrt((rising * rising).mean())) + LEAST_ACC_M_S2)
    return np.concatenate((turning, rising), axis=1)


def _two_by_two(excursions: Sequence[Excursion]) -> list[Excursion]:
    """Two excursions as one repetition each, its peak between them; an odd last one stays."""
    pairs = [
        replace(
            a,
            hold_from=a.end,
            peak=b.valley,
            hold_to=b.start,
            end=b.end,
            high=max(a.high, b.high),
            returned=b.returned,
            finished=b.finished,
        )
        for a, b in zip(excursions[::2], excursions[1::2], strict=False)
    ]
    return pairs + list(excursions[2 * len(pairs) :])
