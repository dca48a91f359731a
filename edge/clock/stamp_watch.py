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
        self._window: deque[StampFault | None] = deque(
            maxlen=max(LEAST_SAMPLES, round(LOOKED_BACK_S * rate_hz))
        )
        self._least = max(LEAST_SAMPLES, round(LEAST_S * rate_hz))
        self._counts: Counter[StampFault] = Counter()
        self._irregular = 0

    def note(self, fault: StampFault | None) -> None:
        """Take note of one sample's step; None: as it should be."""
        window = self._window
        if len(window) == window.maxlen and (gone := window[0]) is not None:
            self._counts[gone] -= 1
            self._irregular -= 1
        window.append(fault)
        if fault is not None:
            self._counts[fault] += 1
            self._irregular += 1

    def verdict(self) -> StampFault | None:
        """What is wrong with the stamps; None while they are good enough."""
        if self._irregular <= MOST_IRREGULAR * len(self._window) or len(self._window) < self._least:
            return None
        return self._counts.most_common(1)[0][0]

    def forget(self) -> None:
        """Begin anew, as with a new connection."""
        self._window.clear()
        self._counts.clear()
        self._irregular = 0
