"""How old a stream's newest sample is, against what its frames and its link allow."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from telemetry.messages.motion import MotionBatch

__all__ = ["LATE_S", "SILENT_S", "Freshness", "Standing"]

Standing: TypeAlias = Literal["fresh", "late", "silent"]

SILENT_S = 0.3
"""The least time without a sample that pauses the game."""
LATE_S = 0.5
"""A sample that comes this much later than it was taken pauses the game."""
IN_TIME_S = 0.25
# A queue that drains at once is a burst, not a lag.
LASTING_S = 0.25
# A frame may come one connection event, or one lost event, after it was due.
FRAMES = 1.5
LOOKED_BACK = 8
NS_PER_S = 1_000_000_000


class Freshness:
    """Judges one stream.

    A wearable that sends frames of half a second is not silent between two of them: allowed is
    one and a half times the longest of its last frames, 0.3 s at the least.

    Args:
        rate_hz: of the stream.
        silent_s: allowed at any rate; less than 0.3 s counts as that.
        patience: how many times longer everything may take, on a clock that runs faster than
            real time.
    """

    def __init__(
        self, rate_hz: float, *, silent_s: float = SILENT_S, patience: float = 1.0
    ) -> None:
        self._least_ns = max(SILENT_S, silent_s) * NS_PER_S
        self._period_ns = NS_PER_S / rate_hz
        self._patience = patience
        self._frames_ns: deque[float] = deque(maxlen=LOOKED_BACK)
        self._heard_ns: int | None = None
        self._late = False
        self._late_since_ns: int | None = None

    @property
    def allowed_ns(self) -> float:
        """How long it may say nothing."""
        frame_ns = FRAMES * max(self._frames_ns, default=0.0)
        return max(self._least_ns, frame_ns) * self._patience

    def heard(self, now_ns: int, batch: MotionBatch | None = None) -> None:
        """It said something, where a batch is given with samples that are so old."""
        self._heard_ns = now_ns
        if batch is None:
            return
        self._frames_ns.append(len(batch) * self._period_ns)
        age_s = (now_ns - batch.t0_ns - int(batch.dt_us[-1]) * 1000) / NS_PER_S / self._patience
        if age_s <= (IN_TIME_S if self._late else LATE_S):
            self._late, self._late_since_ns = False, None
        elif self._late_since_ns is None:
            self._late_since_ns = now_ns
        elif now_ns - self._late_since_ns >= LASTING_S * NS_PER_S:
            self._late = True

    def standing(self, now_ns: int) -> Standing:
        """How it stands now."""
        if self._heard_ns is not None and now_ns - self._heard_ns > self.allowed_ns:
            return "silent"
        return "late" if self._late else "fresh"
