"""Whether a wearable's time stamps are any use: each step is looked at, and the last 2 s judged."""

from __future__ import annotations

from collections import Counter, deque
from enum import StrEnum

__all__ = ["StampFault", "StampWatch"]

LOOKED_BACK_S = 2.0
LEAST_S = 0.5
LEAST_SAMPLES = 8
MOST_IRREGULAR = 0.15


class StampFault(StrEnum):
    """Why stamps are of no use."""

    ZERO = "zero"
    FROZEN = "frozen"
    COARSE = "coarse"
    JITTERED = "jittered"
    DISORDERED = "out of order"
    STRETCHED = "stretched"


class StampWatch:
    """Counts irregular steps among the last 2 s of samples.

    Stamps are of no use once more than 15 % of the last 2 s, of half a second at the least, were
    irregular; what most of them were names the fault.

    Args:
        rate_hz: nominal.
    """

    def __init__(self, rate_hz: float) -> None:
        self._most = max(LEAST_SAMPLES, round(LOOKED_BACK_S * rate_hz))
        self._least = max(LEAST_SAMPLES, round(LEAST_S * rate_hz))
        self._noted = 0
        # Only the odd ones are kept, each with its number: mostly there are none.
        self._odd: deque[tuple[int, StampFault]] = deque()

    def note(self, fault: StampFault | None) -> None:
        """Take note of one sample's step; None: as it should be."""
        self._noted += 1
        if fault is not None:
            self._odd.append((self._noted, fault))
        while self._odd and self._odd[0][0] <= self._noted - self._most:
            self._odd.popleft()

    def verdict(self) -> StampFault | None:
        """What is wrong with the stamps; None while they are good enough."""
        looked_at = min(self._noted, self._most)
        if len(self._odd) <= MOST_IRREGULAR * looked_at or looked_at < self._least:
            return None
        return Counter(fault for _, fault in self._odd).most_common(1)[0][0]

    def forget(self) -> None:
        """Begin anew, as with a new connection."""
        self._odd.clear()
        self._noted = 0
