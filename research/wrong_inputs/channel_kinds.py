"""Kinds of wrong values: stamps and links are right, and only what the samples hold is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from research.session_cases.channel_faults import CHANNEL_FAULTS

from .kind import Kind
from .stamp_kinds import one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.signals.arrays import Array

    from .kind import Apply
    from .scene import WrongScene
    from .signal import WornSignal

__all__ = ["CHANNEL_KINDS"]

GRAVITY_M_S2 = 9.80665
CLIPPED_AT = 0.6
"""Share of its own fastest turning: a slow sensor never reaches a fixed one."""


def _changed(change: Callable[[np.random.Generator, Array], Array]) -> Apply:
    def on(rng: np.random.Generator, s: WornSignal) -> WornSignal:
        return s.read_as(change(rng, s.readings.copy()))

    return one_of(on)


def _known(name: str) -> Apply:
    return _changed(CHANNEL_FAULTS[name])


def _axes_swapped(rng: np.random.Generator, readings: Array) -> Array:
    """Two axes of one of the two sensors."""
    at = 3 * int(rng.integers(2))
    a, b = rng.permutation(3)[:2] + at
    readings[:, [a, b]] = readings[:, [b, a]]
    return readings


def _clipped(_: np.random.Generator, scene: WrongScene) -> WrongScene:
    """The livelier gyroscope's range ends at three fifths of the fastest that it turns."""
    fastest = [float(np.quantile(np.abs(s.readings[:, 3:]), 0.999)) for s in scene.signals]
    which = int(np.argmax(fastest))
    readings, most = scene.signals[which].readings.copy(), CLIPPED_AT * fastest[which]
    readings[:, 3:] = np.clip(readings[:, 3:], -most, most)
    return scene.with_signal(which, scene.signals[which].read_as(readings))


def _drifting_scale(rng: np.random.Generator, readings: Array) -> Array:
    """The gyroscope's scale goes astray while the item lasts."""
    readings[:, 3:] *= np.linspace(1, rng.choice([0.6, 1.6]), len(readings))[:, None]
    return readings


def _sign_flipped(rng: np.random.Generator, readings: Array) -> Array:
    readings[:, int(rng.integers(6))] *= -1
    return readings


def _half_scale(rng: np.random.Generator, readings: Array) -> Array:
    at = 3 * int(rng.integers(2))
    readings[:, at : at + 3] /= 2
    return readings


def _wrong_unit(rng: np.random.Generator, readings: Array) -> Array:
    if rng.random() < 0.5:
        readings[:, :3] /= GRAVITY_M_S2
    else:
        readings[:, 3:] = np.clip(np.degrees(readings[:, 3:]), -34.0, 34.0)
    return readings


def _biased(rng: np.random.Generator, readings: Array) -> Array:
    readings[:, 3 + int(rng.integers(3))] += np.radians(rng.uniform(10, 40))
    return readings


def _norm(rng: np.random.Generator, readings: Array) -> Array:
    readings[:, :3] *= rng.choice([0.85, 1.15])
    return readings


def _held(rng: np.random.Generator, readings: Array) -> Array:
    """Each reading stands for several samples, freshly stamped (optor_vi-stereo-v1 #5)."""
    rows = np.arange(len(readings))
    held: Array = readings[rows - rows % int(rng.integers(5, 9))]
    return held


CHANNEL_KINDS = tuple(
    Kind(f"channels: {name}", apply, judge="core")
    for name, apply in (
        ("axis stuck", _known("accelerometer axis stuck")),
        ("gyroscope zero", _known("gyroscope zeroed")),
        ("accelerometer zero", _known("accelerometer zeroed")),
        ("frozen", _known("all frozen")),
        ("saturated", _clipped),
        ("axes swapped", _changed(_axes_swapped)),
        ("sign flipped", _changed(_sign_flipped)),
        ("half scale", _changed(_half_scale)),
        ("scale drifts", _changed(_drifting_scale)),
        ("wrong unit", _changed(_wrong_unit)),
        ("glitches", _known("glitches in 5 %")),
        ("bias", _changed(_biased)),
        ("norm of gravity", _changed(_norm)),
        ("each held for several", _changed(_held)),
    )
)
