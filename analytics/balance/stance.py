"""When somebody stood: stretches without a step, a turn or a change of posture.

A sensor on the sternum feels the trunk, not the feet: it cannot tell how the feet stand, nor a
person who stands from one who sits upright.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.liveness import feels_alive
from analytics.signals.smoothing import running_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analytics.signals.arrays import Array, Indices, Mask

__all__ = [
    "AGAIN_S", "BRIDGED_S", "FORCE_M_S2", "LEAST_SHARE", "TURN_RAD_S", "WINDOW_S", "Stance",
    "Stances", "most_felt", "stances_in",
]  # fmt: skip

FORCE_M_S2: Final = (0.35, 0.7)
TURN_RAD_S: Final = (0.2, 0.45)
"""Root mean squares over WINDOW_S, of the force's size about its usual one and of the angular rate,
below which nobody steps, turns or sits down, and from which on everybody does. Simulated sway stays
at a third of the lower ones, a small step reaches 1.0 m/s² and 0.35 rad/s."""
OF_USUAL: Final = 3.0
"""Times the person's usual, between these: who sways heavily is never as quiet as others."""
WINDOW_S: Final = 0.5
BRIDGED_S: Final = 0.7
"""What is unquiet for less, as seen over WINDOW_S, such as a cough, ends no stance."""
MAYBE_S: Final = 1.2
"""What is unquiet for less may be a cough, however short a step may be."""
LEAST_S: Final = 3.0
LEAST_SHARE: Final = 0.8
"""Of the time that is asked for: a stance that is shorter is an attempt."""
AGAIN_S: Final = 5.0
"""Who goes on standing after the time that is asked for begins anew after so long."""
POSTURE_DEG: Final = 30.0


@dataclass(frozen=True, slots=True)
class Stance:
    """One stretch of standing still, in samples: first, and after the last.

    Attributes:
        start, stop: of it.
        whole: it lasted as long as was asked for.
    """

    start: int
    stop: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Stances:
    """The stances of an item, and between which numbers of whole ones it may hold.

    Attributes:
        found: in order.
        low, high: of whole ones, where a short jolt was a step, and where a longer one was none.
    """

    found: list[Stance]
    low: int
    high: int


def most_felt(usual: float, bounds: tuple[float, float]) -> float:
    """From which on it is no sway of somebody whose usual one is that."""
    return min(max(OF_USUAL * usual, bounds[0]), bounds[1])


def stances_in(
    index: Indices,
    acc: Array,
    gyr: Array,
    rate_hz: float,
    asked_s: float,
    *,
    gyroscope: bool = True,
    resting: Sequence[tuple[int, int]] = (),
) -> Stances:
    """The stances of an item.

    1. Where the angular rate and the force stay small beside the person's own, nobody steps, turns
       or sits down.
    2. Stretches of that, bridged over jolts, in which the sensor is worn, not laid aside, and that
       lie in one posture: that of most of the time.
    3. One that is longer than asked counts anew after AGAIN_S, as often as it is whole.
    4. A short jolt may be a step, a longer one none: the whole ones are counted once more where
       every jolt ends a stance, and where MAYBE_S of it do not.

    Args:
        index: [n] of the samples.
        acc: [n, 3] m/s².
        gyr: [n, 3] rad/s.
        rate_hz: of the samples.
        asked_s: how long to stand.
        gyroscope: whether there is one.
        resting: first and last index of marked rests, in which nothing counts.
    """
    if not len(index):
        return Stances([], 0, 0)
    quiet = _quiet(acc, gyr, rate_hz, gyroscope=gyroscope)
    for begun, over in resting:
        quiet &= ~((index >= begun) & (index < over))
    lost = np.diff(index, prepend=index[0]) > BRIDGED_S * rate_hz

    def bridged(seconds: float) -> list[Stance]:
        worn = [r for r in _runs(quiet, lost, rate_hz, seconds) if feels_alive(gyr[slice(*r)])]
        runs = _in_posture(worn, acc)
        return [s for run in runs for s in _stances(run, index, rate_hz, asked_s)]

    usual = bridged(BRIDGED_S)
    whole = [sum(s.whole for s in found) for found in (bridged(0.0), usual, bridged(MAYBE_S))]
    return Stances(usual, min(whole), max(whole))


def _stances(
    run: tuple[int, int], index: Indices, rate_hz: float, asked_s: float
) -> Iterator[Stance]:
    """Those of one stretch of standing, from and to rows."""
    at, stop = run
    step, whole = round((asked_s + AGAIN_S) * rate_hz), round(asked_s * rate_hz)
    first = True
    while at < stop:
        end = min(stop, at + whole)
        long_enough = end - at >= LEAST_SHARE * whole
        if first or long_enough:
            yield Stance(int(index[at]), int(index[end - 1]) + 1, long_enough)
        at, first = at + step, False


def _quiet(acc: Array, gyr: Array, rate_hz: float, *, gyroscope: bool) -> Mask:
    size = np.sqrt((acc * acc).sum(axis=1))
    off = size - np.median(size)
    quiet = _below(running_mean(off * off, rate_hz, WINDOW_S), FORCE_M_S2)
    if gyroscope:
        quiet &= _below(running_mean((gyr * gyr).sum(axis=1), rate_hz, WINDOW_S), TURN_RAD_S)
    return quiet


def _below(mean_square: Array, bounds: tuple[float, float]) -> Mask:
    most = most_felt(float(np.sqrt(np.median(mean_square))), bounds)
    return np.asarray(mean_square < most * most)


def _runs(quiet: Mask, lost: Mask, rate_hz: float, bridged_s: float) -> list[tuple[int, int]]:
    """Stretches of rows, from and to; samples lost before a row end one."""
    holes = np.flatnonzero(lost).tolist()
    bounds = [0, *holes, len(quiet)]
    runs: list[tuple[int, int]] = []
    for first, last in pairwise(bounds):
        own: list[tuple[int, int]] = []
        edges = np.diff(np.concatenate(([False], quiet[first:last], [False])).astype(np.int8))
        starts, stops = np.flatnonzero(edges > 0) + first, np.flatnonzero(edges < 0) + first
        for a, b in zip(starts.tolist(), stops.tolist(), strict=True):
            if own and (a - own[-1][1]) / rate_hz <= bridged_s:
                own[-1] = (own[-1][0], b)
            else:
                own.append((a, b))
        runs += own
    return [(a, b) for a, b in runs if (b - a) / rate_hz >= LEAST_S]


def _in_posture(runs: list[tuple[int, int]], acc: Array) -> list[tuple[int, int]]:
    if not runs:
        return []
    ups = np.array([acc[a:b].mean(axis=0) for a, b in runs])
    ups /= np.maximum(np.linalg.norm(ups, axis=1, keepdims=True), 1e-9)
    lengths = np.array([b - a for a, b in runs])
    near = ups @ ups.T > np.cos(np.deg2rad(POSTURE_DEG))
    usual = int(np.argmax(near @ lengths))
    return [run for run, alike in zip(runs, near[usual].tolist(), strict=True) if alike]
