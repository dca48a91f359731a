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


def _halving(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """From some moment on every other sample: a link that asked for less."""
    at = int(len(s) * rng.uniform(0.3, 0.6))
    return s.only(np.concatenate([np.arange(at), np.arange(at, len(s), 2)]))


def _dropped_at_a_time(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """Its buffer overflows: now and then 0.3 to 2 s are lost on a link that holds."""
    kept = np.ones(len(s), bool)
    for start in np.arange(3e6, s.arrival_us[-1], 8e6):
        end = start + rng.uniform(3e5, 2e6)
        kept &= ~((s.arrival_us >= start) & (s.arrival_us < end))
    return s.only(np.flatnonzero(kept))


def _falling_silent(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """It sends nothing more, and its link is given up after 2 s (MetaWear-SDK-Android #32)."""
    until_us = s.arrival_us[-1] * rng.uniform(0.4, 0.6)
    heard = s.only(np.flatnonzero(s.arrival_us < until_us))
    return replace(heard, cut_us=(int(until_us + 2e6),))


def _sent_again_after_a_break(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """After a reconnection the last second comes once more (xDrip-Experimental #69)."""
    at = int(len(s) * rng.uniform(0.4, 0.6))
    again = np.arange(max(0, at - int(s.rate_hz)), len(s))
    back = s.only(np.concatenate([np.arange(at), again]))
    return replace(back, cut_us=(int(s.arrival_us[at]),))


def _late_over_a_break(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """Late by seconds, it loses its link and brings the rest of its queue afterwards."""
    at = int(len(s) * rng.uniform(0.4, 0.6))
    late_us = np.minimum(s.arrival_us / s.arrival_us[at], 1) * rng.uniform(2.5e6, 10e6)
    late = s.arriving(s.arrival_us + late_us)
    begun, ended = late.arrival_us[at], late.arrival_us[at] + rng.uniform(5e5, 3e6)
    gone = (late.arrival_us >= begun) & (late.arrival_us < ended)
    return replace(late.only(np.flatnonzero(~gone)), cut_us=(int(begun),))


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
    Kind("notifications reordered", one_of(_reordered), told=False),
    Kind("link reconnecting", one_of(_reconnecting)),
    Kind("rate halves in mid-item", one_of(_halving)),
    Kind("seconds lost on a link that holds", one_of(_dropped_at_a_time)),
    Kind("falls silent in mid-item", one_of(_falling_silent)),
    Kind("sent again after a reconnection", one_of(_sent_again_after_a_break)),
    Kind("late over a reconnection", one_of(_late_over_a_break)),
)
