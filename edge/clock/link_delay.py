"""How late samples come over a link, and whether one may be that late after an absence."""

from __future__ import annotations

__all__ = ["LinkDelay"]

US_PER_S = 1_000_000
EARLY_US = US_PER_S // 2
# What a link or a wearable may hold back before its samples count as another run's.
LATE_US = 30 * US_PER_S
RECONNECTED_LATE_US = 2 * US_PER_S
# Nothing heard for longer, and then a set clock: what was taken meanwhile is lost.
UNHEARD_US = 100_000


class LinkDelay:
    """Device time of the samples placed so far against their arrival at the host.

    Args:
        wrap_us: where device time begins anew by itself; None: never.
        slack: how many times faster than real time the host's clock runs.

    Attributes:
        arrival_us: of the last sample.
    """

    def __init__(self, wrap_us: int | None, slack: float) -> None:
        self._wrap_us = wrap_us
        self._slack = max(1.0, slack / 4)
        self._late_us = RECONNECTED_LATE_US * self._slack
        self._least_us = self._device_us = 0
        self.arrival_us = 0

    def begin(self, device_us: int, arrival_us: int) -> None:
        """A run begins: how late its first sample is nobody knows."""
        self._least_us = arrival_us - device_us

    def add(self, device_us: int, arrival_us: int) -> None:
        """One more sample, placed at this device time."""
        self._device_us, self.arrival_us = device_us, arrival_us
        self._least_us = min(self._least_us, arrival_us - device_us)

    def passed(self, step_us: int, at_us: int) -> bool:
        """Whether time passed at the host, too, as by a step of the stamps."""
        return at_us - self.arrival_us > step_us / 2

    def as_long(self, step_us: int, at_us: int, within_us: float) -> bool:
        """Whether as much time passed at the host as by a step of the stamps."""
        return abs(at_us - self.arrival_us - step_us) < within_us

    def soon(self, at_us: int, within_us: int) -> bool:
        """Whether an arrival comes so soon after the last one."""
        return 0 <= at_us - self.arrival_us <= within_us * self._slack

    def unheard(self, at_us: int, expected_us: float) -> bool:
        """Whether so long nothing came before it that what was taken meanwhile is lost."""
        return at_us - self.arrival_us - expected_us > UNHEARD_US * self._slack

    def whole_step(self, step_us: int, at_us: int) -> int:
        """Of steps that differ by whole wraps the one nearest to what passed at the host."""
        if self._wrap_us is None:
            return step_us
        wraps = round((at_us - self.arrival_us - step_us) / self._wrap_us)
        return step_us + max(0, wraps) * self._wrap_us

    def plausible(self, step_us: int, at_us: int, *, reconnected_raw: int | None) -> bool:
        """Whether a sample so far from the last one may come now.

        Args:
            step_us: by the stamps.
            at_us: its arrival.
            reconnected_raw: its stamp as it came, where it is the first of a connection.
        """
        late_us = at_us - (self._device_us + step_us) - self._least_us
        most_us = LATE_US if reconnected_raw is None else self._most_us(reconnected_raw, at_us)
        return step_us > 0 and -EARLY_US <= late_us <= most_us

    def _most_us(self, raw: int, at_us: int) -> float:
        """How late the first sample of a connection may be and still belong to the run."""
        absent_us = at_us - self.arrival_us
        was_late_us = self.arrival_us - self._device_us - self._least_us
        if raw > absent_us + self._late_us:
            # No clock that began anew at zero meanwhile is there yet.
            return max(self._late_us, min(LATE_US, was_late_us + absent_us))
        return max(self._late_us, min(LATE_US, was_late_us))
