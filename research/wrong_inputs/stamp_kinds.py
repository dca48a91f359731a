"""Kinds of wrong time stamps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kind import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from .kind import Apply
    from .scene import WrongScene
    from .signal import WornSignal

__all__ = ["STAMP_KINDS", "one_of"]


def one_of(change: Callable[[np.random.Generator, WornSignal], WornSignal]) -> Apply:
    """Do this to one sensor, drawn."""

    def apply(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
        which = int(rng.integers(len(scene.signals)))
        return scene.with_signal(which, change(rng, scene.signals[which]))

    return apply


def _zero(_: np.random.Generator, s: WornSignal) -> WornSignal:
    return s.stamped(0.0 * s.stamp_us)


def _constant(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    return s.stamped(0.0 * s.stamp_us + rng.integers(1, 1 << 31))


def _coarse(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    rows = np.arange(len(s))
    return s.stamped(s.stamp_us[rows - rows % int(rng.integers(3, 9))])


def _jittered(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    return s.stamped(s.stamp_us + rng.normal(0, rng.uniform(9e3, 3e4), len(s)))


def _swapped(_: np.random.Generator, s: WornSignal) -> WornSignal:
    rows = np.arange(len(s) - len(s) % 2) ^ 1
    return s.only(np.arange(len(rows))).stamped(s.stamp_us[rows])


def _backward(_: np.random.Generator, s: WornSignal) -> WornSignal:
    return s.stamped(2.0 * s.stamp_us[-1] - s.stamp_us)


def _stretched(by: tuple[float, ...]) -> Callable[[np.random.Generator, WornSignal], WornSignal]:
    def change(rng: np.random.Generator, s: WornSignal) -> WornSignal:
        first = s.stamp_us[0]
        return s.stamped(first + (s.stamp_us - first) * rng.choice(by))

    return change


def _before_epoch(_: np.random.Generator, s: WornSignal) -> WornSignal:
    return s.stamped(s.stamp_us - 1.7e15)


def _reset(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    at = int(len(s) * rng.uniform(0.3, 0.7))
    stamps = s.stamp_us.astype(float)
    stamps[at:] -= stamps[at] - rng.uniform(0, 2e6)
    return s.stamped(stamps)


def _frozen(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    at = int(len(s) * rng.uniform(0.3, 0.6))
    return s.stamped(np.minimum(s.stamp_us, s.stamp_us[at]))


STAMP_KINDS = (
    Kind("stamps zero", one_of(_zero)),
    Kind("stamps constant", one_of(_constant)),
    Kind("stamps coarse", one_of(_coarse)),
    Kind("stamps jittered", one_of(_jittered)),
    Kind("stamps swapped", one_of(_swapped)),
    Kind("stamps backward", one_of(_backward)),
    Kind("stamps stretched", one_of(_stretched((1.15, 1.25, 1.5, 2.0)))),
    Kind("stamps compressed", one_of(_stretched((0.5, 0.7, 0.8, 0.88)))),
    Kind("stamps before the epoch", one_of(_before_epoch), told=False),
    Kind("stamps reset", one_of(_reset)),
    Kind("stamps frozen", one_of(_frozen)),
)
