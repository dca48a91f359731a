"""What changes in how far a stream can be trusted, told once each time it does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from telemetry.messages.motion import QualityKind, StreamQuality

if TYPE_CHECKING:
    from edge.clock.clock_model import Correction

__all__ = ["IN_TIME_US", "LATE_US", "QualityNotes"]

US_PER_S = 1_000_000
LATE_US = US_PER_S // 2
"""Live samples that come later than this pause the game."""
IN_TIME_US = US_PER_S // 4
"""And in time again."""
# A queue that drains at once is a burst, not a lag.
LASTING_US = US_PER_S // 4
LEAST_CORRECTION_US = 30_000
# Rungs of the told uncertainty, each twice the one below.
LEAST_RUNG_US = 2500
DOWN = 0.7


class QualityNotes:
    """Decides when a `StreamQuality` is due; one for each stream, indices are the stream's.

    Uncertainty of the clock is told in rungs of 2.5, 5, 10 ms and so on, rounded up; a lower
    rung only when well below. Lag is told above 0.5 s when it has lasted 0.25 s, again when it
    has doubled or halved, and as good below 0.25 s.

    Args:
        stream: ULID.
        slack: how many times faster than real time the host's clock runs.
    """

    def __init__(self, stream: str, *, slack: float = 1.0) -> None:
        self._stream = stream
        self._slack = max(1.0, slack)
        self._rung_us = 0
        self._told_lag_us = 0
        self._late_since: tuple[int, int] | None = None
        self._states: dict[QualityKind, str] = {}
        self._trusted_from = 0

    @property
    def lag_us(self) -> int:
        """The lag that was told; 0 while in time."""
        return self._told_lag_us

    @property
    def was_late(self) -> bool:
        """Whether the last sample that was looked at was late, told or not."""
        return bool(self._told_lag_us) or self._late_since is not None

    def state(
        self,
        kind: QualityKind,
        state: str,
        *,
        index: int,
        t_ns: int,
        rate_hz: float | None = None,
    ) -> list[StreamQuality]:
        """A state of one kind, told where it is another than before."""
        if self._states.get(kind, "good") == state and rate_hz is None:
            return []
        self._states[kind] = state
        return [self._note(kind, state, index, t_ns, rate_hz=rate_hz)]

    def clock(self, uncertainty_us: int, *, index: int, t_ns: int) -> list[StreamQuality]:
        """How well host times hold."""
        rung = LEAST_RUNG_US * 2 ** max(
            0, math.ceil(math.log2(max(1, uncertainty_us) / LEAST_RUNG_US))
        )
        if rung == self._rung_us or (rung < self._rung_us and uncertainty_us > DOWN * rung):
            return []
        self._rung_us = rung
        return [self._note(QualityKind.CLOCK, "good", index, t_ns, uncertainty_us=rung)]

    def clock_set(self, uncertainty_us: int, *, index: int, t_ns: int) -> list[StreamQuality]:
        """One of the clocks was set: times before and after this index do not belong together."""
        self._rung_us = uncertainty_us
        note = self._note(QualityKind.CLOCK, "set", index, t_ns, uncertainty_us=uncertainty_us)
        return [note]

    def corrected(self, found: Correction, *, index: int, t_ns: int) -> list[StreamQuality]:
        """Times told so far were too late, or begin anew."""
        late = found.late_us >= LEAST_CORRECTION_US * self._slack
        if not late and not found.afresh:
            return []
        notes: list[StreamQuality] = []
        if late and index > self._trusted_from:
            was_late = self._note(
                QualityKind.LAG, "late", self._trusted_from, t_ns, lag_us=found.late_us
            )
            notes = [was_late, self._note(QualityKind.LAG, "good", index, t_ns, lag_us=0)]
            self._told_lag_us, self._late_since = 0, None
        self._trusted_from = index
        return [*notes, *self.clock_set(found.late_us if late else LATE_US, index=index, t_ns=t_ns)]

    def lag(self, lag_us: int, *, index: int, arrival_ns: int) -> list[StreamQuality]:
        """How late the newest sample, of this index, came."""
        worth_us = lag_us / self._slack
        if worth_us <= IN_TIME_US or (worth_us <= LATE_US and not self._told_lag_us):
            self._late_since = None
            if not self._told_lag_us:
                return []
            return [self._told_lag(0, "good", index, arrival_ns)]
        if self._late_since is None:
            self._late_since = (index, arrival_ns)
        first, since_ns = self._late_since
        told = self._told_lag_us
        if not told:
            if arrival_ns - since_ns < LASTING_US * 1000 * self._slack:
                return []
            return [self._told_lag(lag_us, "late", first, arrival_ns)]
        if told / 2 < lag_us < 2 * told:
            return []
        return [self._told_lag(lag_us, "late", index, arrival_ns)]

    def _told_lag(self, lag_us: int, state: str, index: int, t_ns: int) -> StreamQuality:
        self._told_lag_us = lag_us
        return self._note(QualityKind.LAG, state, index, t_ns, lag_us=lag_us)

    def _note(
        self,
        kind: QualityKind,
        state: str,
        index: int,
        t_ns: int,
        *,
        uncertainty_us: int | None = None,
        lag_us: int | None = None,
        rate_hz: float | None = None,
    ) -> StreamQuality:
        return StreamQuality(
            stream=self._stream,
            first_index=index,
            kind=kind,
            state=state,
            uncertainty_us=uncertainty_us,
            lag_us=lag_us,
            rate_hz=rate_hz,
            t_ns=t_ns,
        )
