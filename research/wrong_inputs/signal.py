"""What one worn sensor sends: values, its own stamps, and when they come in at the home."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

__all__ = ["WornSignal", "clean_signal"]

Indices = npt.NDArray[np.int64]

CONNECTION_INTERVAL_US = 15_000
PATH_US = 4_000
JITTER_US = 1_500
SKEW_PPM = 20.0
BOOT_S = (20.0, 4000.0)


@dataclass(frozen=True, slots=True, eq=False)
class WornSignal:
    """One sensor's notifications of one sample each, in the order in which they come in.

    Attributes:
        placement: where it is worn.
        rate_hz: that it was told to sample at.
        readings: [n, 6] acc m/s², gyr rad/s.
        stamp_us: [n] by its own clock.
        arrival_us: [n] at the home, from the session's begin, not decreasing.
        cut_us: when its connection breaks; it is back with the next sample.
        bound: whether the home takes it for the wearable that is bound there.
    """

    placement: str
    rate_hz: float
    readings: Array
    stamp_us: Indices
    arrival_us: Indices
    cut_us: tuple[int, ...] = ()
    bound: bool = True

    def __len__(self) -> int:
        return len(self.stamp_us)

    def only(self, rows: Indices) -> WornSignal:
        """Some of its notifications, in this order; each comes in when it would have."""
        return replace(
            self,
            readings=self.readings[rows],
            stamp_us=self.stamp_us[rows],
            arrival_us=np.maximum.accumulate(self.arrival_us[rows]),
        )

    def read_as(self, readings: Array) -> WornSignal:
        """With other values."""
        return replace(self, readings=readings)

    def stamped(self, stamp_us: npt.NDArray[Any]) -> WornSignal:
        """With other stamps."""
        return replace(self, stamp_us=np.rint(stamp_us).astype(np.int64))

    def arriving(self, arrival_us: npt.NDArray[Any]) -> WornSignal:
        """Coming in at other times."""
        return replace(self, arrival_us=np.rint(arrival_us).astype(np.int64))


def clean_signal(
    rng: np.random.Generator, placement: str, rate_hz: float, readings: Array
) -> WornSignal:
    """As a healthy wearable sends it: an even clock, connection events of 15 ms, a short path."""
    n = len(readings)
    taken_us = np.arange(n) * 1e6 / rate_hz
    skew = 1 + rng.normal(0, SKEW_PPM) * 1e-6
    stamps = rng.uniform(*BOOT_S) * 1e6 + taken_us * skew
    phase = rng.uniform(0, CONNECTION_INTERVAL_US)
    event = np.ceil((taken_us - phase) / CONNECTION_INTERVAL_US)
    arrival = phase + event * CONNECTION_INTERVAL_US + PATH_US + rng.exponential(JITTER_US, n)
    return WornSignal(
        placement,
        rate_hz,
        readings,
        np.rint(stamps).astype(np.int64),
        np.rint(np.maximum.accumulate(arrival)).astype(np.int64),
    )
