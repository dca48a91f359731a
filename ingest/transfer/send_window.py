"""What the uplink may send next: a pure sliding window over positions.

    steady   send what follows, up to the window's limits, as long as acknowledgements come
    probing  nothing came for `patience_s`: send the first unacknowledged record alone, again
             after a pause that doubles up to `max_pause_s`; any acknowledgement that comes is
             believed, and sending goes on from the position after it

A receiver that is away for a week therefore finds a few thousand single records in its broker,
not a week's repeats of the window. An acknowledgement that is lower than an earlier one is
believed only while probing: in steady state it is an old one that came late; while probing it
says that the clinic's journal is an older copy, and what it lacks is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SendWindow", "WindowLimits"]

NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowLimits:
    """How much may be under way without acknowledgement, and how long to wait for one."""

    records: int = 4000
    size_bytes: int = 4 << 20
    patience_s: float = 5.0
    max_pause_s: float = 60.0


class SendWindow:
    """State of one home's sending.

    Args:
        acked: the highest position known to be committed at the clinic.
        now_ns: the clock's time.
    """

    def __init__(self, acked: int, now_ns: int, limits: WindowLimits | None = None) -> None:
        self.limits = limits or WindowLimits()
        self.acked = acked
        self.sent = acked
        """The last position sent since the last rewind."""
        self.highest = acked
        """The last position ever sent: what lies below is a repeat."""
        self.probing = True
        """Starts by asking: the clinic may know more or less than we remember."""
        self._under_way: list[tuple[int, int]] = []  # (last position, bytes) of each block
        self._pause_s = limits.patience_s if limits else WindowLimits().patience_s
        self._next_probe_ns = now_ns
        self._heard_ns = now_ns

    @property
    def bytes_under_way(self) -> int:
        """Size of what is sent and not acknowledged."""
        return sum(size for _, size in self._under_way)

    def acknowledge(self, position: int, now_ns: int) -> bool:
        """Take an acknowledgement; True where it says something new."""
        if position <= self.acked and not self.probing:
            return False
        news = position != self.acked
        self.acked = position
        self._heard_ns = now_ns
        if self.probing:
            self.sent = position
            self._under_way.clear()
            self.probing = False
            self._pause_s = self.limits.patience_s
        else:
            self.sent = max(self.sent, position)
            self._under_way = [(last, size) for last, size in self._under_way if last > position]
        return news

    def reconnected(self, now_ns: int) -> None:
        """The line is back: ask at once where the clinic stands."""
        self.probing = True
        self._pause_s = self.limits.patience_s
        self._next_probe_ns = now_ns

    def tick(self, now_ns: int) -> None:
        """Let time pass: silence with something under way leads to probing."""
        if self.probing:
            return
        if self.sent == self.acked:
            self._heard_ns = now_ns
        elif now_ns - self._heard_ns >= self.limits.patience_s * NS_PER_S:
            self.probing = True
            self._next_probe_ns = now_ns

    def room(self, now_ns: int) -> tuple[int, int, int]:
        """What may be sent now: after which position, how many records, how many bytes.

        Zero records: nothing for the moment.
        """
        if self.probing:
            return self.acked, int(now_ns >= self._next_probe_ns), 1
        records = self.limits.records - (self.sent - self.acked)
        size = self.limits.size_bytes - self.bytes_under_way
        return self.sent, records if size > 0 else 0, size

    def note_sent(self, last: int, size: int, now_ns: int) -> None:
        """A block that ends with position `last` was handed to the bus."""
        if self.probing:
            self._next_probe_ns = now_ns + round(self._pause_s * NS_PER_S)
            self._pause_s = min(2 * self._pause_s, self.limits.max_pause_s)
        else:
            if self.sent == self.acked:
                self._heard_ns = now_ns
            self.sent = last
            self._under_way.append((last, size))
        self.highest = max(self.highest, last)

    def wait_s(self, now_ns: int) -> float:
        """How long nothing will change by itself."""
        if self.probing:
            return max(0.0, (self._next_probe_ns - now_ns) / NS_PER_S)
        if self.sent > self.acked:
            left_ns = self._heard_ns + self.limits.patience_s * NS_PER_S - now_ns
            return max(0.0, left_ns / NS_PER_S)
        return self.limits.patience_s
