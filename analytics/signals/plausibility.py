"""Whether a worn sensor's samples can be what a moving limb feels, judged over a stretch of time.

The gateway judges stamps, rate and link; what the samples say is judged here, once, so that
imported files get it as well:

1. **Frozen**: all channels repeat their values for `FROZEN_S`; no worn sensor does.
2. **Stuck**: one channel keeps its value for that long while the sensor moves.
3. **Saturated**: a channel stands at its own extreme for several samples again and again.
4. **Glitching**: single samples far from both neighbours, which agree.
5. **Weight**: where the sensor hardly turns, the acceleration's norm is not gravity's.
6. **Turning**: in windows of `TURNS_S` between calm moments, gravity's direction does not turn as
   the gyroscope says. Half of the windows in which either turns must agree: a dead, a wrong or a
   runaway channel spoils them all, a brisk movement some.
7. **Bias**: whenever gravity keeps its direction, the gyroscope reads a steady turning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .arrays import Array, Indices, Mask

__all__ = ["Implausibility", "Implausible", "implausible"]

GRAVITY_M_S2 = 9.81
SLOWLY_HZ = 25.0
FROZEN_S = 1.0
FEWEST_REPEATED = 20
MOVING_RAD_S = np.deg2rad(20.0)
MOVING_M_S2 = 0.5
GLITCH_M_S2, GLITCH_RAD_S = 15.0, 6.0
"""A single sample this far from both neighbours is none of a limb's."""
AROUND, STANDS_OUT = 5, 10.0
"""How many samples to both sides, and how many times their usual step a glitch is."""
ALIKE_SHARE = 0.25
"""Neighbours agree if they differ by no more than this share of the glitch."""
GLITCH_SHARE = 0.006
SATURATED_RUN, SATURATED_SHARE = 3, 0.01
CLIPPED_M_S2, CLIPPED_RAD_S = 1.3 * GRAVITY_M_S2, np.deg2rad(15.0)
SLOW_TURN_RAD_S = np.deg2rad(15.0)
WEIGHT_WITHIN, WEIGHT_SPREAD = 0.1, 0.13
"""Share of gravity, in the middle and at either end; worn ones keep to a twentieth."""
TURNS_S = 0.8, 1.6, 3.2
STEP_S = 0.1
LEAST_TURN_RAD = np.deg2rad(25.0)
"""Less may be what a movement feels like, not how gravity turns."""
CALM_M_S2, CALM_WITHIN = 0.6, 0.04
"""Spread of the acceleration, and how far from gravity, while it shows where down is."""
AVERAGED_S = 0.2
FEWEST_WINDOWS = 12
DISAGREE_SHARE = 0.4
BIAS_RAD_S = np.deg2rad(4.0)
BIAS_S = 0.8
FEWEST_STEADY = 3
STEADY_RAD = np.deg2rad(3.0)


class Implausibility(StrEnum):
    """What is wrong with a stretch of samples."""

    FROZEN = "frozen"
    STUCK = "stuck"
    SATURATED = "saturated"
    GLITCHING = "glitching"
    WEIGHT = "weight"
    TURNING = "turning"
    BIAS = "bias"


@dataclass(frozen=True, slots=True)
class Implausible:
    """Samples `from_index` up to `to_index` that cannot be a limb's."""

    what: Implausibility
    from_index: int
    to_index: int


def implausible(
    index: Indices, acc: Array, gyr: Array, rate_hz: float, *, gyroscope: bool = True
) -> list[Implausible]:
    """What is implausible in a stretch of samples.

    Args:
        index: [n] of the samples in their stream, rising; where one is missing, a stretch ends.
        acc: [n, 3] m/s².
        gyr: [n, 3] rad/s; not looked at without a gyroscope.
        rate_hz: of the samples.
        gyroscope: whether there is one.
    """
    if len(index) < FEWEST_REPEATED:
        return []
    values = np.concatenate((acc, gyr), axis=1) if gyroscope else acc
    first, stop = int(index[0]), int(index[-1]) + 1
    found = [
        Implausible(Implausibility.FROZEN, int(index[a]), int(index[b - 1]) + 1)
        for a, b in _frozen(values, rate_hz)
    ]
    whole = {
        Implausibility.STUCK: _stuck(acc, gyr, rate_hz, gyroscope=gyroscope),
        Implausibility.SATURATED: _saturated(acc, CLIPPED_M_S2)
        or (gyroscope and _saturated(gyr, CLIPPED_RAD_S)),
        Implausibility.GLITCHING: _glitching(acc, GLITCH_M_S2)
        or (gyroscope and _glitching(gyr, GLITCH_RAD_S)),
    }
    if gyroscope:
        whole |= _in_motion(index, acc, gyr, rate_hz)
    return found + [Implausible(what, first, stop) for what, is_so in whole.items() if is_so]


def _in_motion(
    index: Indices, acc: Array, gyr: Array, rate_hz: float
) -> dict[Implausibility, bool]:
    """What force and rate say of each other, at no more than `SLOWLY_HZ`."""
    thin = max(1, int(rate_hz // SLOWLY_HZ))
    acc, gyr, rate_hz = acc[::thin], gyr[::thin], rate_hz / thin
    runs = list(_runs(index[::thin], rate_hz))
    return {
        Implausibility.WEIGHT: _off_weight(acc, gyr, rate_hz),
        Implausibility.TURNING: _disagreeing(acc, gyr, rate_hz, runs),
        Implausibility.BIAS: _biased(acc, gyr, rate_hz, runs),
    }


def _runs(index: Indices, rate_hz: float) -> Iterator[slice]:
    """Stretches of evenly spaced samples, long enough to be looked at."""
    steps = np.diff(index)
    breaks = (np.flatnonzero(steps > np.median(steps)) + 1).tolist()
    for a, b in pairwise([0, *breaks, len(index)]):
        if b - a > 2 * TURNS_S[0] * rate_hz:
            yield slice(a, b)


def _frozen(values: Array, rate_hz: float) -> list[tuple[int, int]]:
    least = max(FEWEST_REPEATED, round(FROZEN_S * rate_hz))
    same = (values[1:] == values[:-1]).all(axis=1)
    return [(a, b + 1) for a, b in _stretches(same) if b + 1 - a >= least]


def _stuck(acc: Array, gyr: Array, rate_hz: float, *, gyroscope: bool) -> bool:
    """Whether a channel kept its value while others moved."""
    least = max(FEWEST_REPEATED, round(FROZEN_S * rate_hz))
    channels = [*acc.T, *gyr.T] if gyroscope else [*acc.T]
    for at, channel in enumerate(channels):
        for a, b in _stretches(channel[1:] == channel[:-1]):
            if b + 1 - a < least:
                continue
            beside = channels[3:] if at < 3 else channels[:3]
            if channel[a] == 0 and not all(np.ptp(c[a : b + 1]) > 0 for c in beside):
                # Made without noise, a movement in one plane leaves channels at zero.
                continue
            others = [c[a : b + 1] for i, c in enumerate(channels) if i != at]
            sizes = [float(c.std()) for c in others]
            forces = sizes[: 3 - (at < 3)]
            rates = sizes[3 - (at < 3) :]
            if max(forces) > MOVING_M_S2 or max(rates, default=0.0) > MOVING_RAD_S:
                return True
    return False


def _saturated(values: Array, least: float) -> bool:
    """Whether a channel stands at its own extreme, run after run, beyond what rest could be."""
    for channel in values.T:
        for extreme in (channel.max(), channel.min()):
            if abs(extreme) < least:
                continue
            runs = [b - a for a, b in _stretches(channel == extreme) if b - a >= SATURATED_RUN]
            if sum(runs) > SATURATED_SHARE * len(channel):
                return True
    return False


def _glitching(values: Array, size: float) -> bool:
    before, now, after = values[:-2], values[1:-1], values[2:]
    off = np.minimum(np.abs(now - before), np.abs(now - after))
    alone = (off > size) & (np.abs(after - before) < ALIKE_SHARE * off)
    # What stands out can only be fewer: most streams need no look at their surroundings.
    if alone.any(axis=1).mean() <= GLITCH_SHARE:
        return False
    # A tremor's samples are as far from each other all the time; a glitch stands out.
    steps = np.pad(np.abs(np.diff(values, axis=0)), ((AROUND, AROUND - 1), (0, 0)), mode="edge")
    usual = np.median(sliding_window_view(steps, 2 * AROUND, axis=0), axis=-1)[1:]
    alone &= off > STANDS_OUT * usual[: len(off)]
    return bool(alone.any(axis=1).mean() > GLITCH_SHARE)


def _off_weight(acc: Array, gyr: Array, rate_hz: float) -> bool:
    """Whether what the sensor weighs at rest is far from gravity."""
    slow = np.sqrt((_averaged(gyr, rate_hz) ** 2).sum(axis=1)) < SLOW_TURN_RAD_S
    rest = slow & (_spread(acc, rate_hz) < CALM_M_S2)
    if rest.sum() < rate_hz:
        return False
    norm = np.sqrt((_averaged(acc, rate_hz) ** 2).sum(axis=1))[rest]
    low, middle, high = np.percentile(norm, (10, 50, 90)) / GRAVITY_M_S2 - 1
    return bool(abs(middle) > WEIGHT_WITHIN or max(-low, high) > WEIGHT_SPREAD)


def _disagreeing(acc: Array, gyr: Array, rate_hz: float, runs: list[slice]) -> bool:
    """Whether gravity turns otherwise than the gyroscope in most windows in which either does."""
    off, turned = [], []
    for run in runs:
        up, calm = _units(_averaged(acc[run], rate_hz)), _calm(acc[run], rate_hz)
        steps = (gyr[run][1:] + gyr[run][:-1]) / (2 * rate_hz)
        for seconds in TURNS_S:
            length = round(seconds * rate_hz)
            starts = np.arange(0, len(up) - length, max(1, round(STEP_S * rate_hz)))
            starts = starts[calm[starts] & calm[starts + length]]
            if not len(starts):
                continue
            before, seen = up[starts], up[starts + length]
            expected = before
            for i in range(length):
                expected = _turned_back(expected, steps[starts + i])
            off.append(_between(expected, seen))
            turned.append(np.maximum(_between(before, seen), _between(before, expected)))
    if not off:
        return False
    moved = np.concatenate(turned)
    ratio = (np.concatenate(off) / np.maximum(moved, 1e-9))[moved > LEAST_TURN_RAD]
    return bool(len(ratio) >= FEWEST_WINDOWS and np.median(ratio) > DISAGREE_SHARE)


def _calm(acc: Array, rate_hz: float) -> Mask:
    """[n] where nothing but gravity is felt, by the acceleration alone."""
    mean = _averaged(acc, rate_hz)
    norm = np.sqrt((mean * mean).sum(axis=1))
    within = np.abs(norm / GRAVITY_M_S2 - 1) < CALM_WITHIN
    calm: Mask = within & (_spread(acc, rate_hz) < CALM_M_S2)
    return calm


def _spread(acc: Array, rate_hz: float) -> Array:
    """[n] standard deviation around each sample, all axes together."""
    mean = _averaged(acc, rate_hz)
    variance = _averaged(acc * acc, rate_hz) - mean * mean
    return np.asarray(np.sqrt(np.maximum(variance, 0.0).sum(axis=1)))


def _biased(acc: Array, gyr: Array, rate_hz: float, runs: list[slice]) -> bool:
    """Whether the gyroscope reads a steady turning whenever gravity keeps its direction."""
    length, means = round(BIAS_S * rate_hz), []
    for run in runs:
        up, turning = _units(_averaged(acc[run], rate_hz)), gyr[run]
        for a in range(0, len(up) - length, max(1, length // 2)):
            part = slice(a, a + length)
            steady = _between(up[part], up[a : a + 1]).max() < STEADY_RAD
            if steady and turning[part].std(axis=0).max() < BIAS_RAD_S / 2:
                means.append(turning[part].mean(axis=0))
    if len(means) < FEWEST_STEADY:
        return False
    read = np.array(means)
    usual = np.median(read, axis=0)
    sizes = np.sqrt((read * read).sum(axis=1))
    return bool(np.sqrt(usual @ usual) > BIAS_RAD_S and sizes.min() > BIAS_RAD_S / 2)


def _stretches(where: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], where, [False])))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _averaged(values: Array, rate_hz: float) -> Array:
    """[n, 3] running means over `AVERAGED_S` to both sides."""
    half = max(1, round(AVERAGED_S * rate_hz))
    sums = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    at = np.arange(len(values))
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(values))
    return np.asarray((sums[high] - sums[low]) / (high - low)[:, None])


def _turned_back(vectors: Array, turns: Array) -> Array:
    """Earth-fixed vectors in the sensor, after it has turned by small rotation vectors."""
    angle = np.sqrt((turns * turns).sum(axis=1))[:, None]
    axis = turns / np.maximum(angle, 1e-12)
    along = (vectors * axis).sum(axis=1, keepdims=True) * axis
    across = np.cross(vectors, axis)
    return np.asarray(along + (vectors - along) * np.cos(angle) + across * np.sin(angle))


def _units(vectors: Array) -> Array:
    length = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    return np.asarray(vectors / np.maximum(length, 1e-9))


def _between(a: Array, b: Array) -> Array:
    return np.asarray(np.arccos(np.clip((a * b).sum(axis=1), -1.0, 1.0)))
