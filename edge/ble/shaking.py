"""Which wearable is being shaken: told by the samples of its own connection."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from edge.wearables.wearable import Reading

__all__ = ["ShakeWatch"]

LOOKED_AT_S = 1.0
# Shaking a wearable in the hand; walking with it on the wrist stays below 4 m/s².
SHAKEN_M_S2 = 5.0


class ShakeWatch:
    """Sees a shake: over a second the norm of acceleration varies by more than 5 m/s² (SD).

    Args:
        rate_hz: of the wearable.
    """

    def __init__(self, rate_hz: float) -> None:
        self._norms: deque[float] = deque(maxlen=max(4, round(LOOKED_AT_S * rate_hz)))
        self.seen = False

    def take(self, reading: Reading) -> None:
        """Look at some more samples."""
        self._norms.extend(np.linalg.norm(reading.acc.astype(np.float64), axis=1).tolist())
        if len(self._norms) == self._norms.maxlen and np.std(self._norms) > SHAKEN_M_S2:
            self.seen = True
