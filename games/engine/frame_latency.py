"""How long a sample takes to its frame, in real milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.latency import Latencies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.inputs.source import ArrivedSample

__all__ = ["FrameLatency"]

HOPS = ("arrival_to_frame", "sample_to_frame")


class FrameLatency:
    """Collects, frame by frame.

    `arrival_to_frame` is the game's own share, `sample_to_frame` the whole chain from the
    sensor's instant. Clock time is turned into real time by the clock's speed.
    """

    def __init__(self, speed: float) -> None:
        self._latencies = Latencies(speed)

    def submitted(self, arrivals: Iterable[ArrivedSample], now_ns: int) -> None:
        """A frame with these samples was handed to the display at `now_ns`."""
        for arrival in arrivals:
            self._latencies.add("arrival_to_frame", arrival.arrived_ns, now_ns)
            if arrival.sampled_ns is not None:
                self._latencies.add("sample_to_frame", arrival.sampled_ns, now_ns)

    def summary(self) -> dict[str, dict[str, float] | None]:
        """Of both the percentiles and `n`, how many there were; None of nothing."""
        found = self._latencies.summary()
        return {hop: self._told(hop) if hop in found else None for hop in HOPS}

    def _told(self, hop: str) -> dict[str, float]:
        summary = self._latencies.summary()[hop]
        return {
            "p50": summary["p50"],
            "p95": summary["p95"],
            "p99": summary["p99"],
            "n": float(self._latencies.count(hop)),
        }
