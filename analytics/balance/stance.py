"""When somebody stood: stretches without a step, a turn or a change of posture.

A sensor on the sternum feels the trunk, not the feet: it cannot tell how the feet stand, nor a
person who stands from one who sits upright.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.smoothing import running_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array, Indices, Mask

__all__ = ["AGAIN_S", "LEAST_SHARE", "MOST_FORCE_M_S2", "MOST_TURN_RAD_S", "Stance", "stances_in"]

MOST_TURN_RAD_S: Final = 0.45
MOST_FORCE_M_S2: Final = 0.7
"""Root mean squares over WINDOW_S from which on somebody steps, turns or sits down: of the angular
rate, and of the force's size about its usual one. Heavy sway stays at a half of them."""
WINDOW_S: Final = 0.5
BRIDGED_S: Final = 0.7
"""What is unquiet for less, as seen over WINDOW_S, such as a cough, ends no stance."""
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


def stances_in(
    index: Indices,
    acc: Array,
    gyr: Array,
    rate_hz: float,
    asked_s: float,
    *,
    gyroscope: bool = True,
    resting: Sequence[tuple[int, int]] = (),
) -> list[Stance]:
    """The stances of an item.

    1. Where the angular rate and the force stay small, nobody steps, turns or sits down.
    2. Stretches of that, bridged over jolts, that lie in one posture: that of most of the time.
    3. One that is longer than asked counts anew after AGAIN_S, as often as it is whole.

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
        return []
    quiet = _quiet(acc, gyr, rate_hz, gyroscope=gyroscope)
    for begun, over in resting:
        quiet &= ~((index >= begun) & (index < over))
    lost = np.diff(index, prepend=index[0]) > BRIDGED_S * rate_hz
    runs = _runs(quiet, lost, rate_hz)
    runs = _in_posture(runs, acc)
    found: list[Stance] = []
    for a, b in runs:
        step = round((asked_s + AGAIN_S) * rate_hz)
        whole = round(asked_s * rate_hz)
        at = a
        while True:
            stop = min(b, at + whole)
            long_enough = stop - at >= LEAST_SHARE * whole
            if at > a and not long_enough:
                break
            found.append(Stance(int(index[at]), int(index[stop - 1]) + 1, long_enough))
            at += step
            if at >= b:
                break
    return found


def _quiet(acc: Array, gyr: Array, rate_hz: float, *, gyroscope: bool) -> Mask:
    size = np.sqrt((acc * acc).sum(axis=1))
    off = size - np.median(size)
    quiet: Mask = running_mean(off * off, rate_hz, WINDOW_S) < MOST_FORCE_M_S2**2
    if gyroscope:
        quiet &= running_mean((gyr * gyr).sum(axis=1), rate_hz, WINDOW_S) < MOST_TURN_RAD_S**2
    return quiet


def _runs(quiet: Mask, lost: Mask, rate_hz: float) -> list[tuple[int, int]]:
    """Stretches of rows, from and to; samples lost before a row end one."""
    holes = np.flatnonzero(lost).tolist()
    bounds = [0, *holes, len(quiet)]
    runs: list[tuple[int, int]] = []
    for first, last in pairwise(bounds):
        own: list[tuple[int, int]] = []
        edges = np.diff(np.concatenate(([False], quiet[first:last], [False])).astype(np.int8))
        starts, stops = np.flatnonzero(edges > 0) + first, np.flatnonzero(edges < 0) + first
        for a, b in zip(starts.tolist(), stops.tolist(), strict=True):
            if own and (a - own[-1][1]) / rate_hz <= BRIDGED_S:
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
