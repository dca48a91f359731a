"""Kinds of wrong time stamps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

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


def _in_pairs(_: np.random.Generator, s: WornSignal) -> WornSignal:
    """Every other stamp is the one before it (zed-ros-wrapper #577)."""
    rows = np.arange(len(s))
    return s.stamped(s.stamp_us[rows - rows % 2])


def _bunched(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """So many 1 ms apart, then a long step, as a driver stamps what it reads (kalibr #582)."""
    n = int(rng.integers(4, 8))
    rows = np.arange(len(s))
    return s.stamped(s.stamp_us[rows - rows % n] + 1000 * (rows % n))


def _uneven(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """Steps between 0.6 and 1.4 of a period, which do not add up (MSCL #390): all is right."""
    return s.stamped(s.stamp_us + rng.uniform(-0.2, 0.2, len(s)) * 1e6 / s.rate_hz)


def _now_and_then(rng: np.random.Generator, s: WornSignal, share: float) -> npt.NDArray[np.bool_]:
    """Some, but not the last: nothing follows it by which it could be placed."""
    odd: npt.NDArray[np.bool_] = rng.random(len(s)) < share
    odd[-1] = False
    return odd


def _some_zero(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """A stamp of zero now and then (pyshimmer #44)."""
    return s.stamped(np.where(_now_and_then(rng, s, 0.01), 0, s.stamp_us))


def _some_far(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """A stamp that is 40 to 150 s ahead, now and then (openvr #1125)."""
    ahead_us = rng.uniform(40e6, 150e6, len(s)) * _now_and_then(rng, s, 0.003)
    return s.stamped(s.stamp_us + ahead_us)


def _wrapping_early(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """They begin anew where nobody wrote that they do (ubertooth #96)."""
    return s.stamped(s.stamp_us % int(rng.choice([1 << 24, 10_000_000, 65_536_000])))


def _other_unit(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """Milliseconds, tenths of them or ticks of 21.75 µs, told as microseconds (STMems #168)."""
    return s.stamped(s.stamp_us / rng.choice([1000.0, 100.0, 21.75]))


def _set_by_years(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """In mid-item the wearable sets its own clock, by days (happimeter-watch #28)."""
    at = int(len(s) * rng.uniform(0.35, 0.65))
    stamps = s.stamp_us.astype(float)
    stamps[at:] += rng.choice([-1.0, 1.0]) * rng.uniform(1e8, 1e9)
    return s.stamped(stamps)


def _running_fast(rng: np.random.Generator, s: WornSignal) -> WornSignal:
    """An oscillator without a crystal: its clock runs 1 to 5 % fast, or slow."""
    first = s.stamp_us[0]
    off = rng.choice([-1.0, 1.0]) * rng.uniform(0.01, 0.05)
    return s.stamped(first + (s.stamp_us - first) * (1 + off))


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
    Kind("stamps in pairs", one_of(_in_pairs)),
    Kind("stamps bunched", one_of(_bunched)),
    Kind("stamps uneven", one_of(_uneven), told=False),
    Kind("stamps of zero now and then", one_of(_some_zero), told=False),
    Kind("stamps far ahead now and then", one_of(_some_far), told=False),
    Kind("stamps that wrap early", one_of(_wrapping_early)),
    Kind("stamps of another unit", one_of(_other_unit)),
    Kind("wearable's clock set in mid-item", one_of(_set_by_years)),
    Kind("wearable's clock far off a crystal's", one_of(_running_fast)),
)
