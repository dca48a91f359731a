"""Simulated arrival times over a Bluetooth link, whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from edge.clock.clock_model import ClockModel
    from telemetry.messages.motion import Int64Array

__all__ = ["Arrivals", "mapped_error_s", "simulated_arrivals"]

INTERVAL_S = 0.030
PATH_S = 0.004
# What the radio and the stack need before a sample can ride on a connection event.
LEAD_S = 0.002
HOST_EPOCH_US = 1_795_000_000_000_000

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """[n] seconds each: when sampled, by the wearable's clock, and when it arrived."""

    true_s: Float64Array
    device_s: Float64Array
    arrival_s: Float64Array

    def device_us(self) -> Int64Array:
        """Device time as a wearable stamps it."""
        stamps: Int64Array = np.rint(self.device_s * 1e6).astype(np.int64)
        return stamps


def simulated_arrivals(
    rng: np.random.Generator,
    *,
    seconds: float,
    rate_hz: float,
    skew_ppm: float,
    loss: float = 0.02,
    stalls: bool = True,
) -> Arrivals:
    """Samples that ride on connection events every 30 ms.

    One in twenty is sent again, up to four events later; the path takes 4 ms and a jitter of
    about 1 ms; every few minutes the link stalls for up to 4 s and then delivers at once.
    """
    device = np.arange(int(seconds * rate_hz)) / rate_hz
    true = rng.uniform(0, 0.1) + device / (1 + skew_ppm * 1e-6)
    kept = rng.random(len(true)) >= loss
    device, true = device[kept], true[kept]
    phase = rng.uniform(0, INTERVAL_S)
    event = np.ceil((true + LEAD_S - phase) / INTERVAL_S)
    event += (rng.random(len(true)) < 0.05) * rng.integers(1, 5, len(true))
    arrival = phase + event * INTERVAL_S + PATH_S + rng.exponential(0.001, len(true))
    if stalls:
        for start in np.cumsum(rng.exponential(300, int(seconds / 30) + 1)):
            end = start + rng.uniform(0.5, 4)
            caught = (arrival > start) & (arrival < end)
            arrival[caught] = end + rng.uniform(0, 0.01, caught.sum())
    return Arrivals(true, device, np.maximum.accumulate(arrival))


def mapped_error_s(model: ClockModel, arrivals: Arrivals) -> Float64Array:
    """[n] by how much the model's host times are late, sample by sample as they arrive."""
    stamps = arrivals.device_us()
    at = HOST_EPOCH_US + np.rint(arrivals.arrival_s * 1e6).astype(np.int64)
    host = [model.to_host(stamps[i : i + 1], a)[0] for i, a in enumerate(at.tolist())]
    error: Float64Array = (np.array(host) - HOST_EPOCH_US) / 1e6 - arrivals.true_s
    return error
