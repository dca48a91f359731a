"""Whether a wearable samples as often as it was told to."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

__all__ = ["RateFinding", "RateWatch", "rate_word"]

US_PER_S = 1_000_000
WINDOW_S = 2.0
# What is far off needs less of a look.
FAR_OFF, FAR_OFF_S = math.log(1.4), 1.0
# A merely nominal rate may be 5 % off.
WITHIN = math.log(1.07)
AGREES = math.log(1.1)
LEAST_SAMPLES = 12
# The usual step is a median of 64: it turns half of them late, and some may be lost.
LOOKED_BACK = 128
MOST_LOST = math.log(2.0)
COUNTED_WITHIN = math.log(1.25)


@dataclass(frozen=True, slots=True)
class RateFinding:
    """Another rate than the nominal one, or stamps that do not go by the host's time at all.

    Attributes:
        rate_hz: as measured; None where the stamps are stretched.
    """

    rate_hz: float | None


class RateWatch:
    """Holds a stream's stamps, sample count and arrivals against each other over 2 s.

    1. The usual step of the stamps is nominal within 7 %: nothing to say.
    2. Stamps go by the host's time, within 10 %, and so do as many samples as such steps make,
       but for up to a half that is lost: the wearable samples at that other rate.
    3. Samples arrive at the nominal rate, within 10 %: the stamps are stretched, of no use.
    4. Else look again: a link that stalls or catches up tells neither.

    Counted samples have no stamps: their rate is that of arrivals, believed when two windows
    one after the other agree on what is over 25 % off.

    Args:
        rate_hz: nominal.
        slack: how many times faster than real time the host's clock runs: its hiccups last longer.

    Attributes:
        agreed_ago: how many samples before the last look the rate was nominal; None where that
            look did not show it.
    """

    def __init__(self, rate_hz: float, *, slack: float = 1.0) -> None:
        self._period_us = US_PER_S / rate_hz
        self._slack = max(1.0, slack)
        self._window: deque[tuple[int, int, int]] = deque()
        self._before_us: float | None = None
        self.agreed_ago: int | None = None

    def forget(self) -> None:
        """Begin anew, as with a new connection."""
        self._window.clear()
        self._before_us = None

    def stamped(
        self, count: int, device_us: int, arrival_us: int, step_us: float | None
    ) -> RateFinding | None:
        """After a notification: samples so far, newest device time, arrival, usual step."""
        self._add(count, device_us, arrival_us)
        self.agreed_ago = None
        if step_us is None:
            return None
        off = math.log(step_us / self._period_us)
        if abs(off) < WITHIN:
            self.agreed_ago = LOOKED_BACK
            return None
        count0, device0, arrival0 = self._window[0]
        needed_s = self._slack * (FAR_OFF_S if abs(off) > FAR_OFF else WINDOW_S * 0.9)
        samples, arrived = count - count0, arrival_us - arrival0
        if samples < LEAST_SAMPLES or arrived < needed_s * US_PER_S or device_us <= device0:
            return None
        by_host = abs(math.log(arrived / (device_us - device0))) < AGREES
        if by_host and abs(math.log(arrived / samples / step_us)) < MOST_LOST:
            return RateFinding(self._told_hz(step_us))
        if abs(math.log(arrived / samples / self._period_us)) < AGREES:
            return RateFinding(None)
        return None

    def counted(self, count: int, arrival_us: int) -> RateFinding | None:
        """The same for samples without stamps."""
        self._add(count, 0, arrival_us)
        self.agreed_ago = None
        count0, _, arrival0 = self._window[0]
        samples, arrived = count - count0, arrival_us - arrival0
        if samples < LEAST_SAMPLES or arrived < WINDOW_S * 0.9 * US_PER_S * self._slack:
            return None
        usual_us = arrived / samples
        before, self._before_us = self._before_us, usual_us
        self._window.clear()
        self._add(count, 0, arrival_us)
        off = math.log(usual_us / self._period_us)
        if abs(off) < COUNTED_WITHIN:
            self.agreed_ago = samples
            return None
        if before is None:
            return None
        if abs(math.log(before / usual_us)) > AGREES:
            return None
        return RateFinding(self._told_hz((before + usual_us) / 2))

    def _add(self, count: int, device_us: int, arrival_us: int) -> None:
        window = self._window
        if window and arrival_us < window[-1][2]:
            window.clear()
        window.append((count, device_us, arrival_us))
        while arrival_us - window[0][2] > WINDOW_S * US_PER_S * self._slack:
            window.popleft()

    def _told_hz(self, period_us: float) -> float:
        """The rate; a whole fraction of the nominal one is that, which is more exact."""
        share = period_us / self._period_us
        whole = round(share)
        if whole >= 1 and abs(math.log(share / whole)) < WITHIN:
            return US_PER_S / (self._period_us * whole)
        return round(US_PER_S / period_us, 1)


def rate_word(rate_hz: float, nominal_hz: float) -> str:
    """How a marker names this rate beside the nominal one."""
    share = nominal_hz / rate_hz
    return (
        {2: "half", 3: "third", 4: "quarter"}.get(round(share), "off")
        if (abs(share - round(share)) < 0.15)
        else "off"
    )
