"""Kinds of wrong time: two sensors that do not agree, and a home's clock that is set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from .kind import Kind

if TYPE_CHECKING:
    from .kind import Apply
    from .scene import WrongScene

__all__ = ["TIME_KINDS"]


def _offset(ms: int) -> Apply:
    """One sensor's samples were taken so much later than they say, and come as late."""

    def apply(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
        which = int(rng.integers(len(scene.signals)))
        signal = scene.signals[which]
        behind = round(ms / 1000 * signal.rate_hz)
        rows = np.minimum(np.arange(len(signal)) + behind, len(signal) - 1)
        return scene.with_signal(which, signal.read_as(signal.readings[rows]))

    return apply


def _drifting(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
    """One clock runs 0.6 % slow, stamps, samples and all."""
    signal = scene.signals[1]
    rows = np.minimum(np.arange(len(signal)) * 1.006 + rng.uniform(0, 1), len(signal) - 1)
    return scene.with_signal(1, signal.read_as(signal.readings[rows.astype(int)]))


def _one_late(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
    """One sensor comes 1 to 3 s late from the middle of the item on."""
    which = int(rng.integers(len(scene.signals)))
    signal = scene.signals[which]
    middle_us = (scene.from_us + scene.to_us) / 2
    late_us = np.clip(signal.arrival_us - middle_us, 0, rng.uniform(1e6, 3e6))
    return scene.with_signal(which, signal.arriving(signal.arrival_us + late_us))


def _one_reset(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
    """One sensor reboots during the item: half a second without it, its clock at zero."""
    which = int(rng.integers(len(scene.signals)))
    signal = scene.signals[which]
    at_us = int(scene.from_us + rng.uniform(0.3, 0.7) * (scene.to_us - scene.from_us))
    back = int(np.searchsorted(signal.arrival_us, at_us + 500_000))
    kept = np.flatnonzero((signal.arrival_us < at_us) | (np.arange(len(signal)) >= back))
    stamps = signal.stamp_us.copy()
    stamps[back:] -= stamps[back] - 120_000
    cut = signal.stamped(stamps).only(kept)
    return scene.with_signal(which, replace(cut, cut_us=(at_us,)))


def _set(seconds: float) -> Apply:
    """The home's clock is set in the middle of the item."""

    def apply(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
        at_us = scene.from_us + rng.uniform(0.3, 0.7) * (scene.to_us - scene.from_us)
        signals = tuple(
            s.arriving(s.arrival_us + 1e6 * seconds * (s.arrival_us >= at_us))
            for s in scene.signals
        )
        return replace(scene, signals=signals)

    return apply


def _at(when: str) -> Apply:
    """The session begins at this time, UTC, by the home's clock."""
    epoch_ns = int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()) * 1_000_000_000

    def apply(_: np.random.Generator, scene: WrongScene) -> WrongScene:
        return replace(scene, epoch_ns=epoch_ns)

    return apply


TIME_KINDS = (
    *(
        Kind(f"sensors {ms} ms apart", _offset(ms), joints=True, judge="core")
        for ms in (20, 50, 100, 200, 500)
    ),
    Kind("sensors drift apart", _drifting, joints=True, judge="core"),
    Kind("one sensor late", _one_late, joints=True),
    Kind("one sensor reset", _one_reset, joints=True),
    Kind("home's clock set back", _set(-3.0)),
    Kind("home's clock set forward", _set(3.0)),
    Kind("home's clock set by years", _set(56 * 365.25 * 86_400.0)),
    Kind("wrong day", _at("2027-01-09T08:00"), told=False),
    Kind("before the time is known", _at("1970-01-01T00:00:20"), told=False),
    Kind("night to summer time", _at("2026-03-29T00:59:50"), told=False),
    Kind("night from summer time", _at("2026-10-25T00:59:50"), told=False),
)
