"""How long a sample takes to its frame, in real milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.inputs.source import ArrivedSample

__all__ = ["Latencies", "percentiles"]


def percentiles(values_ms: list[float]) -> dict[str, float] | None:
    """p50, p95, p99 and how many; None of nothing."""
    if not values_ms:
        return None
    p50, p95, p99 = np.percentile(np.array(values_ms), (50, 95, 99))
    return {
        "p50": round(float(p50), 2),
        "p95": round(float(p95), 2),
        "p99": round(float(p99), 2),
        "n": float(len(values_ms)),
    }


class Latencies:
    """Collects, frame by frame.

    `arrival_to_frame` is the game's own share, `sample_to_frame` the whole chain from the
    sensor's instant. Clock time is turned into real time by the clock's speed.
    """

    def __init__(self, speed: float) -> None:
        self._per_ms = 1e6 * speed
        self._arrival: list[float] = []
        self._sample: list[float] = []

    def submitted(self, arrivals: Iterable[ArrivedSample], now_ns: int) -> None:
        """A frame with these samples was handed to the display at `now_ns`."""
        for arrival in arrivals:
            self._arrival.append((now_ns - arrival.arrived_ns) / self._per_ms)
            if arrival.sampled_ns is not None:
                self._sample.append((now_ns - arrival.sampled_ns) / self._per_ms)

    def summary(self) -> dict[str, dict[str, float] | None]:
        """Percentiles of both."""
        return {
            "arrival_to_frame": percentiles(self._arrival),
            "sample_to_frame": percentiles(self._sample),
        }
