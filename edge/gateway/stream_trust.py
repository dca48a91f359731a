"""How far one wearable's stream can be trusted: clock, lag, link, stamps and rate, as it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge.clock.rate_watch import RateWatch, rate_word
from telemetry.messages.motion import QualityKind

from .quality_notes import IN_TIME_US, QualityNotes

if TYPE_CHECKING:
    from edge.clock.clock_model import ClockModel
    from edge.clock.rate_watch import RateFinding
    from edge.clock.sample_grid import SampleGrid
    from edge.clock.stamp_watch import StampFault
    from telemetry.messages.motion import StreamQuality

__all__ = ["StreamTrust"]

US_PER_S = 1_000_000
LONG_AGO_US = -(1 << 62)
LOOK_AGAIN_US = 100_000
CLOCK_EVERY_US = US_PER_S
# A crystal is not put right that often: its stamps run too fast.
MOST_CORRECTIONS = 3
CORRECTIONS_WITHIN_US = 60 * US_PER_S


class StreamTrust:
    """Watches one wearable and says what changes; markers carry the open stream's indices.

    Args:
        rate_hz: of the stream.
        asked_hz: what the wearable was told to.
        slack: how many times faster than real time the host's clock runs.

    Attributes:
        stamps: why stamps are not used; None while they are.
        stretched: whether the clock was put right so often that its stamps run too fast.
    """

    def __init__(self, rate_hz: float, asked_hz: float, *, slack: float = 1.0) -> None:
        self._slack = slack
        self._rate_hz = rate_hz
        self._asked_hz = asked_hz
        self._notes = QualityNotes("", slack=slack)
        self._rate = RateWatch(rate_hz, slack=slack)
        self._received = 0
        self._looked_us = self._clock_told_us = LONG_AGO_US
        self._corrections: list[int] = []
        self._link_lost = False
        self._rate_held_to = 0
        self.stamps: StampFault | None = None
        self.stretched = False

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is not as it should be, in short words."""
        told = []
        if self._rate_hz != self._asked_hz:
            told.append(f"{self._rate_hz:g} samples a second, not {self._asked_hz:g}")
        if self.stamps is not None:
            told.append(f"time stamps {self.stamps}: samples are counted")
        if self._notes.lag_us:
            told.append(f"late by {self._notes.lag_us / US_PER_S:.1f} s")
        return tuple(told)

    def opened(self, stream: str, t_ns: int = 0) -> list[StreamQuality]:
        """A stream begins, or goes on: what is known of its stamps holds from its start."""
        self._notes = notes = QualityNotes(stream, slack=self._slack)
        self._clock_told_us = LONG_AGO_US
        self._rate_held_to = 0
        if self.stamps is None:
            return []
        return notes.state(QualityKind.STAMPS, self.stamps, index=0, t_ns=t_ns)

    def other_rate(self, rate_hz: float, t_ns: int) -> list[StreamQuality]:
        """The open stream is at this rate, and not at the one that it tells, since last seen so."""
        return self._notes.state(
            QualityKind.RATE,
            rate_word(rate_hz, self._asked_hz),
            index=self._rate_held_to,
            t_ns=t_ns,
            rate_hz=rate_hz,
        )

    def link_lost(self, index: int, t_ns: int) -> list[StreamQuality]:
        """The connection went."""
        self._link_lost = True
        self._rate.forget()
        return self._notes.state(QualityKind.LINK, "lost", index=index, t_ns=t_ns)

    def stamps_given_up(self, fault: StampFault, *, index: int, t_ns: int) -> list[StreamQuality]:
        """The stamps are of no use from this index on."""
        self.stamps = fault
        self._rate.forget()
        return self._notes.state(QualityKind.STAMPS, fault, index=index, t_ns=t_ns)

    def device_clock_set(self, index: int, *, t_ns: int) -> list[StreamQuality]:
        """The wearable's clock was set while the run went on."""
        uncertainty_us = round(2 * US_PER_S / self._rate_hz)
        return self._notes.clock_set(uncertainty_us, index=index, t_ns=t_ns)

    def clock_seen(self, clock: ClockModel, newest: int, arrival_ns: int) -> list[StreamQuality]:
        """After a notification whose last sample has the index `newest`."""
        notes = self._notes
        told: list[StreamQuality] = []
        arrival_us = arrival_ns // 1000
        due = not 0 <= arrival_us - self._clock_told_us < CLOCK_EVERY_US
        if not (due or self._link_lost or clock.lag_us > IN_TIME_US or notes.was_late):
            # The common case, at each notification; corrections come with a second's end.
            return told
        if self._link_lost:
            self._link_lost = False
            told += notes.state(QualityKind.LINK, "good", index=newest, t_ns=arrival_ns)
        found = clock.corrected()
        if found is not None:
            corrected = notes.corrected(found, index=newest, t_ns=arrival_ns)
            told += corrected
            if corrected:
                self._note_correction(arrival_us)
        told += notes.lag(clock.lag_us, index=newest, arrival_ns=arrival_ns)
        if due:
            self._clock_told_us = arrival_us
            told += notes.clock(clock.uncertainty_us, index=newest, t_ns=arrival_ns)
        return told

    def rate_seen(
        self, received: int, grid: SampleGrid | None, newest: int, arrival_us: int
    ) -> RateFinding | None:
        """After so many samples, up to the index `newest`; `grid` None where they are counted."""
        self._received += received
        if 0 <= arrival_us - self._looked_us < LOOK_AGAIN_US:
            return None
        self._looked_us = arrival_us
        if grid is None:
            found = self._rate.counted(self._received, arrival_us)
        else:
            found = self._rate.stamped(self._received, grid.device_us, arrival_us, grid.step_us)
        if self._rate.agreed_ago is not None:
            self._rate_held_to = max(0, newest - self._rate.agreed_ago)
        return found

    def _note_correction(self, arrival_us: int) -> None:
        since = arrival_us - CORRECTIONS_WITHIN_US
        self._corrections = [c for c in self._corrections if since < c <= arrival_us]
        self._corrections.append(arrival_us)
        self.stretched = len(self._corrections) >= MOST_CORRECTIONS
