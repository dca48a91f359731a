"""Whether a worn sensor's samples can be what a moving limb feels, judged over a stretch of time.

The gateway judges stamps, rate and link; what the samples say is judged here, once, so that
imported files get it as well:

1. **Frozen**: all channels repeat their values for `FROZEN_S`; no worn sensor does.
   **Held**: all channels keep their values for several samples again and again: it measures more
   rarely than it sends.
2. **Stuck**: one channel keeps its value for that long while the sensor moves.
3. **Saturated**: a channel stands at its own extreme for several samples again and again.
4. **Glitching**: single samples far from both neighbours, which agree.
5. **Weight**: where the sensor hardly turns, the acceleration's norm is not gravity's.
6. **Turning**: between calm moments gravity's direction does not turn as the gyroscope says
   (`gravity_turning`), or all along by another scale (`turning_scale`).
7. **Bias**: whenever gravity keeps its direction, the gyroscope reads a steady turning that is no
   turn about the vertical.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .arrays import dots, lengths
from .gravity_turning import TURNS_S, GravitySeen, turns_otherwise
from .turning_scale import scale_off

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .arrays import Array, Indices, Mask

__all__ = ["Implausibility", "Implausible", "implausible"]

GRAVITY_M_S2 = 9.81
SLOWLY_HZ = 25.0
FROZEN_S = 1.0
FEWEST_REPEATED = 20
HELD_SHARE, FEWEST_HELD = 0.6, 4
"""Of the samples, values that are held for so many and more, and not for as long as frozen ones."""
STUCK_S = 5.0
MANY_STEPS = 20
"""A channel whose neighbours went through so many least steps meanwhile has not kept its value."""
MOVING_RAD_S = np.deg2rad(20.0)
MOVING_M_S2 = 0.5
GLITCH_M_S2, GLITCH_RAD_S = 15.0, 6.0
"""A single sample this far from both neighbours is none of a limb's."""
AROUND, STANDS_OUT = 5, 10.0
"""How many samples to both sides, and how many times their usual step a glitch is."""
ALIKE_SHARE = 0.25
"""Neighbours agree if they differ by no more than this share of the glitch."""
GLITCH_SHARE = 0.006
SWINGS_RAD_S, STRIKE_WITHIN_S, LEAST_STRIDE_S = np.deg2rad(100.0), 0.5, 0.7
"""A leg that walks swings faster, shortly before its heel strikes, and once in so long at most."""
SATURATED_RUN, SATURATED_SHARE = 3, 0.01
CLIPPED_M_S2, CLIPPED_RAD_S = 1.3 * GRAVITY_M_S2, np.deg2rad(15.0)
SLOW_TURN_RAD_S = np.deg2rad(15.0)
WEIGHT_WITHIN, WEIGHT_SPREAD = 0.1, 0.13
"""Share of gravity, in the middle and at either end; worn ones keep to a twentieth."""
CALM_M_S2, CALM_WITHIN = 0.6, 0.04
"""Spread of the acceleration, and how far from gravity, while it shows where down is."""
AVERAGED_S = 0.2
BIAS_RAD_S = np.deg2rad(4.0)
BIAS_S = 0.8
FEWEST_STEADY = 3
STEADY_RAD = np.deg2rad(3.0)
APART_S, FEWEST_MOMENTS = 4.0, 4
"""Who turns slowly about the vertical does so alike for less long than this, and not again."""


class Implausibility(StrEnum):
    """What is wrong with a stretch of samples."""

    FROZEN = "frozen"
    HELD = "held"
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
    channels = np.concatenate((acc.T, gyr.T) if gyroscope else (acc.T,))
    kept: Mask = np.equal(channels[:, 1:], channels[:, :-1])
    again = np.logical_and.reduce(list(kept))
    first, stop = int(index[0]), int(index[-1]) + 1
    found = [
        Implausible(Implausibility.FROZEN, int(index[a]), int(index[b - 1]) + 1)
        for a, b in _frozen(again, rate_hz)
    ]
    whole = {
        Implausibility.HELD: _held(again, rate_hz),
        Implausibility.STUCK: _stuck(channels, kept, rate_hz),
        Implausibility.SATURATED: _saturated(channels[:3], CLIPPED_M_S2)
        or _saturated(channels[3:], CLIPPED_RAD_S),
        Implausibility.GLITCHING: _glitching(
            channels[:3], GLITCH_M_S2, gyr if gyroscope else None, rate_hz
        )
        or (gyroscope and _glitching(channels[3:], GLITCH_RAD_S, None, rate_hz)),
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
    felt = _felt(acc, rate_hz)
    # Whole stretches are averaged at their ends as the item is at its own.
    runs = [
        (r, felt if r.stop - r.start == len(acc) else _felt(acc[r], rate_hz))
        for r in _runs(index[::thin], rate_hz)
    ]
    seen = [GravitySeen(f.up, f.calm, gyr[r]) for r, f in runs]
    began_s = [r.start / rate_hz for r, _ in runs]
    steady = _steady(began_s, seen, rate_hz)
    bias = steady.usual
    return {
        Implausibility.WEIGHT: _off_weight(felt, gyr, rate_hz),
        Implausibility.TURNING: turns_otherwise(seen, rate_hz, bias)
        or scale_off([acc[r] for r, _ in runs], [gyr[r] - bias for r, _ in runs], rate_hz),
        Implausibility.BIAS: _biased(steady),
    }


@dataclass(frozen=True, slots=True)
class _Felt:
    """What an accelerometer feels, averaged: norm [n] and spread [n] in m/s², up [n, 3]."""

    norm: Array
    spread: Array
    up: Array

    @property
    def calm(self) -> Mask:
        """[n] where nothing but gravity is felt, by the acceleration alone."""
        within = np.abs(self.norm / GRAVITY_M_S2 - 1) < CALM_WITHIN
        calm: Mask = within & (self.spread < CALM_M_S2)
        return calm


def _felt(acc: Array, rate_hz: float) -> _Felt:
    mean = _averaged(acc, rate_hz)
    norm = lengths(mean)
    variance = np.maximum(_averaged(acc * acc, rate_hz) - mean * mean, 0.0)
    spread = np.sqrt(variance[:, 0] + variance[:, 1] + variance[:, 2])
    return _Felt(norm, spread, mean / np.maximum(norm, 1e-9)[:, None])


def _runs(index: Indices, rate_hz: float) -> Iterator[slice]:
    """Stretches of evenly spaced samples, long enough to be looked at."""
    steps = np.diff(index)
    breaks = (np.flatnonzero(steps > np.median(steps)) + 1).tolist()
    for a, b in pairwise([0, *breaks, len(index)]):
        if b - a > 2 * TURNS_S[0] * rate_hz:
            yield slice(a, b)


def _frozen(again: Mask, rate_hz: float) -> list[tuple[int, int]]:
    """From where to where all [n - 1] is again what it was before, for long."""
    least = max(FEWEST_REPEATED, round(FROZEN_S * rate_hz))
    return [(a, b + 1) for a, b in _stretches(again) if b + 1 - a >= least]


def _held(again: Mask, rate_hz: float) -> bool:
    """Whether most samples belong to runs in which [n - 1] all is again what it was before."""
    if np.count_nonzero(again) < HELD_SHARE / 2 * len(again):
        return False
    runs = [b + 1 - a for a, b in _stretches(again)]
    held = [n for n in runs if FEWEST_HELD <= n < FROZEN_S * rate_hz]
    return sum(held) > HELD_SHARE * len(again)


def _stuck(channels: Array, kept: Mask, rate_hz: float) -> bool:
    """Whether a channel kept its value while others moved, or a whole gyroscope mostly.

    Args:
        channels: [6, n] or, without a gyroscope, [3, n].
        kept: [6, n - 1] whether each value is what it was before.
        rate_hz: of the samples.
    """
    repeated = [np.count_nonzero(of_channel) for of_channel in kept]
    half = kept.shape[1] // 2
    if len(kept) > 3 and min(repeated[3:]) > half and max(repeated[:3]) < half:
        longest = max(b - a for a, b in _stretches(np.asarray(kept[3:].all(axis=0))) or [(0, 0)])
        if longest > half:
            return True
    least = max(FEWEST_REPEATED, round(FROZEN_S * rate_hz))
    long = round(STUCK_S * rate_hz)
    for at, channel in enumerate(channels):
        if repeated[at] < least - 1:
            continue
        for a, b in _stretches(kept[at]):
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
            if b + 1 - a >= long and _stands_out(at, channels, slice(a, b + 1)):
                return True
    return False


def _stands_out(at: int, channels: Array, part: slice) -> bool:
    """Whether the two channels beside one went through many of the sensor's least steps."""
    first = at - at % 3
    beside = [c[part] for i, c in enumerate(channels[first : first + 3], first) if i != at]
    steps = np.abs(np.concatenate([np.diff(c) for c in beside]))
    moved = steps[steps > 0]
    return bool(len(moved) and min(map(np.ptp, beside)) > MANY_STEPS * moved.min())


def _saturated(channels: Array, least: float) -> bool:
    """Whether one of [3, n] channels stands at its own extreme for longer than rest could."""
    for channel in channels:
        for extreme in (channel.max(), channel.min()):
            if abs(extreme) < least:
                continue
            there = channel == extreme
            if np.count_nonzero(there) <= SATURATED_SHARE * len(channel):
                continue
            runs = [b - a for a, b in _stretches(there) if b - a >= SATURATED_RUN]
            if sum(runs) > SATURATED_SHARE * len(channel):
                return True
    return False


def _glitching(channels: Array, size: float, gyr: Array | None, rate_hz: float) -> bool:
    """Whether single values of [3, n] channels stand far out of their neighbours.

    A heel that strikes does so too, in one sample: once a stride of a leg that swings. So many are
    let pass there; a channel that jumps does so more often, or at rest.

    Args:
        channels: [3, n].
        size: what stands out is so far from both neighbours.
        gyr: [n, 3] rad/s, which tells where heels may strike; None: they show in no such channel.
        rate_hz: of the samples.
    """
    steps = np.abs(channels[:, 1:] - channels[:, :-1])
    if not (steps > size).any():
        return False
    off = np.minimum(steps[:, :-1], steps[:, 1:])
    before, after = channels[:, :-2], channels[:, 2:]
    alone = (off > size) & (np.abs(after - before) < ALIKE_SHARE * off)
    # What stands out can only be fewer: most streams need no look at their surroundings.
    if alone.any(axis=0).mean() <= GLITCH_SHARE:
        return False
    # A tremor's samples are as far from each other all the time; a glitch stands out.
    steps = np.pad(steps, ((0, 0), (AROUND, AROUND - 1)), mode="edge")
    usual = np.median(sliding_window_view(steps, 2 * AROUND, axis=1), axis=-1)[:, 1:]
    alone &= off > STANDS_OUT * usual[:, : off.shape[1]]
    seen: Mask = np.logical_or.reduce(list(alone))
    if gyr is not None and seen.mean() > GLITCH_SHARE:
        seen = _beside_strikes(seen, _swinging(gyr, rate_hz)[1:-1], rate_hz)
    return bool(seen.mean() > GLITCH_SHARE)


def _swinging(gyr: Array, rate_hz: float) -> Mask:
    """[n] where a limb turned fast, within `STRIKE_WITHIN_S` before or after."""
    half = round(STRIKE_WITHIN_S * rate_hz)
    fast = (lengths(gyr) > SWINGS_RAD_S).astype(np.float64)
    # The running sum over both sides is above zero where there is one.
    return np.convolve(fast, np.ones(2 * half + 1), mode="same")[: len(gyr)] > 0.5


def _beside_strikes(seen: Mask, swinging: Mask, rate_hz: float) -> Mask:
    """What stands out and is no heel's strike: of a swinging leg's one in a stride may be."""
    left, last = seen.copy(), -np.inf
    for at in np.flatnonzero(seen & swinging).tolist():
        if (at - last) / rate_hz >= LEAST_STRIDE_S:
            left[at], last = False, at
    return left


def _off_weight(felt: _Felt, gyr: Array, rate_hz: float) -> bool:
    """Whether what the sensor weighs at rest is far from gravity."""
    slow = lengths(_averaged(gyr, rate_hz)) < SLOW_TURN_RAD_S
    rest = slow & (felt.spread < CALM_M_S2)
    if rest.sum() < rate_hz:
        return False
    low, middle, high = np.percentile(felt.norm[rest], (10, 50, 90)) / GRAVITY_M_S2 - 1
    return bool(abs(middle) > WEIGHT_WITHIN or max(-low, high) > WEIGHT_SPREAD)


@dataclass(frozen=True, slots=True)
class _Steady:
    """Stretches in which gravity and the gyroscope kept what they read.

    Attributes:
        at_s: [k] when each began.
        rates: [k, 3] mean rates, rad/s.
        up: [k, 3] where up was.
        tilted: [k, 3] rad/s by which gravity says that the sensor turned across it meanwhile.
    """

    at_s: Array
    rates: Array
    up: Array
    tilted: Array

    @property
    def usual(self) -> Array:
        """[3] the usual rate, zero where it was seen too seldom."""
        seen = len(self.rates) >= FEWEST_STEADY
        return np.median(self.rates, axis=0) if seen else np.zeros(3)

    @property
    def moments(self) -> int:
        """How many of them lie `APART_S` from each other: one slow turn is one moment."""
        count, last = 0, -np.inf
        for at_s in self.at_s.tolist():
            if at_s >= last + APART_S:
                count, last = count + 1, at_s
        return count


def _steady(began_s: Sequence[float], runs: Sequence[GravitySeen], rate_hz: float) -> _Steady:
    length = round(BIAS_S * rate_hz)
    step, end = max(1, length // 2), max(1, length // 4)
    found = [(np.empty(0), *(np.empty((0, 3)) for _ in range(3)))]
    for began, run in zip(began_s, runs, strict=True):
        up = sliding_window_view(run.up, length, axis=0)[:-1:step]
        along = dots(up.transpose(0, 2, 1), up[:, None, :, 0]).min(axis=1, initial=1.0)
        gyr = sliding_window_view(run.gyr, length, axis=0)[:-1:step]
        kept = along > np.cos(STEADY_RAD)
        # What gravity already says of most windows needs no look at their rates.
        near = np.flatnonzero(kept)
        kept[near] = gyr[near].std(axis=2).max(axis=1, initial=0.0) < BIAS_RAD_S / 2
        up, gyr = up[kept], gyr[kept]
        # Up moves against the sensor's own turn.
        tilted = np.cross(up[:, :, -end:].mean(axis=2), up[:, :, :end].mean(axis=2))
        at_s = began + np.flatnonzero(kept) * step / rate_hz
        seconds = (length - end) / rate_hz
        found.append((at_s, gyr.mean(axis=2), up.mean(axis=2), tilted / seconds))
    return _Steady(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _biased(steady: _Steady) -> bool:
    """Whether the gyroscope reads a steady turning whenever gravity keeps its direction.

    Who turns about the vertical without a rest keeps gravity's direction, too, but turns now so,
    now so: a bias is the same in many moments, or tilts otherwise than gravity does. One about the
    vertical alone, of a segment that never rests, is not told.
    """
    usual, rates = steady.usual, steady.rates
    if np.sqrt(usual @ usual) < BIAS_RAD_S:
        return False
    if lengths(rates).min() < BIAS_RAD_S / 2:
        return False
    about = dots(rates, steady.up)
    tilting = np.median(rates - about[:, None] * steady.up - steady.tilted, axis=0)
    if np.sqrt(tilting @ tilting) > BIAS_RAD_S / 2:
        return True
    alike = np.median(lengths(rates - usual)) < BIAS_RAD_S / 2
    return bool(alike and steady.moments >= FEWEST_MOMENTS)


def _stretches(where: Mask) -> list[tuple[int, int]]:
    padded: Mask = np.concatenate(([False], where, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _averaged(values: Array, rate_hz: float) -> Array:
    """[n, 3] running means over `AVERAGED_S` to both sides."""
    half = max(1, round(AVERAGED_S * rate_hz))
    sums = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    n, width = len(values), 2 * half + 1
    at = np.arange(n)
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, n)
    means = np.empty_like(values)
    inner = slice(half, max(half, n - half))
    means[inner] = (sums[width:] - sums[:-width]) / width
    for ends in (slice(0, min(half, n)), slice(max(half, n - half), n)):
        a, b = low[ends], high[ends]
        means[ends] = (sums[b] - sums[a]) / (b - a)[:, None]
    return means
