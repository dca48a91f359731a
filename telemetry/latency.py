"""How long each hop takes: percentiles of a bounded, evenly thinned collection.

The one definition of a percentile for everything that is timed: nearest rank, so that each is a
value that was measured.
"""

from __future__ import annotations

from typing_extensions import TypedDict

__all__ = ["Latencies", "Percentiles", "percentiles"]

KEEP = 8192


class Percentiles(TypedDict):
    """Milliseconds."""

    p50: float
    p95: float
    p99: float


def percentiles(values_ms: list[float]) -> Percentiles | None:
    """50th, 95th and 99th percentile by nearest rank; None of nothing."""
    if not values_ms:
        return None
    ordered = sorted(values_ms)

    def at(percent: int) -> float:
        rank = max(0, -(-percent * len(ordered) // 100) - 1)
        return round(ordered[rank], 3)

    return {"p50": at(50), "p95": at(95), "p99": at(99)}


class Latencies:
    """Collects by hop; when a hop's collection is full, every second value goes.

    Args:
        speed: of the clock that the stamps were read from; latencies are real time.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._values_ms: dict[str, list[float]] = {}
        self._stride: dict[str, int] = {}
        self._seen: dict[str, int] = {}

    def add(self, hop: str, start_ns: int, end_ns: int) -> None:
        """One passage of `hop`, by two stamps of the shared clock."""
        seen = self._seen[hop] = self._seen.get(hop, -1) + 1
        if seen % self._stride.get(hop, 1):
            return
        values = self._values_ms.setdefault(hop, [])
        values.append((end_ns - start_ns) / 1e6 / self._speed)
        if len(values) >= KEEP:
            del values[1::2]
            self._stride[hop] = self._stride.get(hop, 1) * 2

    def count(self, hop: str) -> int:
        """How many passages of `hop` there were."""
        return self._seen.get(hop, -1) + 1

    def summary(self) -> dict[str, Percentiles]:
        """Percentiles of each hop that was passed at all."""
        found = {hop: percentiles(values) for hop, values in self._values_ms.items()}
        return {hop: p for hop, p in found.items() if p is not None}
