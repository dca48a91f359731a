"""Kinds of wrong links: what is sent is right, and comes late, not, twice, or out of order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .kind import Kind
from .stamp_kinds import one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .scene import WrongScene
    from .signal import WornSignal

__all__ = ["LINK_KINDS"]


def _creeping(by_s: tuple[float, float]) -> Callable[[np.random.Generator, WornSignal], WornSignal]:
    """Later and later, by so many seconds a minute, up to 15 s."""

    def change(rng: np.random.Generator, s: WornSignal) -> WornSignal:
        late_us = s.arrival_us / 60 * rng.uniform(*by_s)
        return s.arriving(s.arrival_us + np.minimum(late_us, 15e6))

    return change


def _bursting(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """The link stalls again and again, and then catches up at once."""
    arrival = s.arrival_us.copy()
    for start in np.arange(2e6, arrival[-1], 6e6):
        end = start + rng.uniform(2e5, 1.5e6)
        caught = (arrival > start) & (arrival < end)
        arrival[caught] = end + np.arange(caught.sum()) * 300
    return s.arriving(np.maximum.accumulate(arrival))


def _constant_lag(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
    which = int(rng.integers(len(scene.signals)))
    signal = scene.signals[which]
    late = signal.arriving(signal.arrival_us + rng.choice((1e5, 2e5, 4e5)))
    return scene.with_signal(which, late)


def _half_rate(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    return s.only(np.arange(int(rng.integers(2)), len(s), 2))


def _lossy(share: float) -> Callable[[np.random.Generator, WornSignal], WornSignal]:
    def change(rng: np.random.Generator, s: WornSignal) -> WornSignal:
        return s.only(np.flatnonzero(rng.random(len(s)) >= share))

    return change


def _doubled(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    rows = np.repeat(np.arange(len(s)), 1 + (rng.random(len(s)) < 0.15))
    return s.only(rows)


def _sent_again(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """Some come once more, a few samples later."""
    again = np.flatnonzero(rng.random(len(s)) < 0.1)
    key = np.concatenate([np.arange(len(s)), again + rng.uniform(1.1, 6, len(again))])
    rows = np.concatenate([np.arange(len(s)), again])
    return s.only(rows[np.argsort(key, kind="stable")])


def _reordered(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    moved = rng.random(len(s)) < 0.05
    return s.only(np.argsort(np.arange(len(s)) + 1.6 * moved, kind="stable"))


def _reconnecting(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    starts = np.sort(rng.uniform(0.2, 0.8, 2)) * s.arrival_us[-1]
    kept = np.ones(len(s), bool)
    for start in starts:
        kept &= ~((s.arrival_us > start) & (s.arrival_us < start + rng.uniform(5e5, 3e6)))
    cut = s.only(np.flatnonzero(kept))
    return replace(cut, cut_us=tuple(starts.astype(int).tolist()))


LINK_KINDS = (
    Kind("link creeping slowly", one_of(_creeping((1.2, 1.8)))),
    Kind("link creeping fast", one_of(_creeping((5.0, 20.0)))),
    Kind("link bursting", one_of(_bursting), told=False),
    Kind("link lags by a constant", _constant_lag, joints=True, judge="core"),
    Kind("half the rate", one_of(_half_rate)),
    Kind("loss of 1 %", one_of(_lossy(0.01))),
    Kind("loss of 5 %", one_of(_lossy(0.05))),
    Kind("loss of 20 %", one_of(_lossy(0.20))),
    Kind("notifications doubled", one_of(_doubled), told=False),
    Kind("notifications sent again", one_of(_sent_again), told=False),
    Kind("notifications reordered", one_of(_reordered)),
    Kind("link reconnecting", one_of(_reconnecting)),
)
