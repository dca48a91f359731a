"""How much each home may send: judged by topic, before anything is decoded.

Three allowances, each a bucket that fills at a steady rate up to a limit. All that a topic
sends counts in the first, which bounds what it costs the network, and in the second, which bounds
what it costs the disk in a day; what could not be stored counts in the third. Who has spent one is
turned away until it has filled again: an honest home sends again what is not acknowledged, so
it loses time, and nobody else loses anything.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

__all__ = ["Quota", "QuotaLimits"]

NS_PER_S: Final = 1_000_000_000
SECONDS_A_DAY: Final = 86_400
TURNED_LATELY_S: Final = 900
"""An honest home tries again every two minutes at most: after this it is over."""
TOPICS: Final = 10_000
"""So many are remembered; the one that has been silent longest is forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLimits:
    """Twelve wearables at 100 Hz are 60 kB/s; the limits hold a home's catching up as well.

    Five such hours are 1 GB; a home that was cut off for weeks brings the rest of its 4 GB.
    """

    bytes_a_second: float = 512_000
    bytes_at_once: float = 24 << 20
    bytes_a_day: float = 1 << 30
    bytes_saved: float = 4 << 30
    bad_a_second: float = 0.2
    bad_at_once: float = 20


@dataclass(slots=True)
class _Allowance:
    bytes_left: float
    day_left: float
    bad_left: float
    seen_ns: int
    turned_away: int = 0
    turned_ns: int = 0

    def turn_away(self, now_ns: int) -> None:
        self.turned_away += 1
        self.turned_ns = now_ns


class Quota:
    """The allowances of all topics."""

    def __init__(self, limits: QuotaLimits | None = None) -> None:
        self._limits = limits or QuotaLimits()
        self._topics: OrderedDict[str, _Allowance] = OrderedDict()

    def takes(self, topic: str, size: int, now_ns: int) -> bool:
        """Whether a message of `size` bytes may come in."""
        allowance = self._filled(topic, now_ns)
        if min(allowance.bytes_left, allowance.day_left) < size or allowance.bad_left < 1:
            allowance.turn_away(now_ns)
            return False
        allowance.bytes_left -= size
        allowance.day_left -= size
        return True

    def note_bad(self, topic: str, now_ns: int, count: int = 1) -> None:
        """Count messages or records that could not be stored."""
        allowance = self._filled(topic, now_ns)
        allowance.bad_left = max(0.0, allowance.bad_left - count)

    def spoilt(self, topic: str, now_ns: int) -> bool:
        """Whether so much of a topic could not be stored that it is not looked at for a while."""
        allowance = self._filled(topic, now_ns)
        if allowance.bad_left >= 1:
            return False
        allowance.turn_away(now_ns)
        return True

    def turned_away(self) -> dict[str, int]:
        """How many messages of which topics were turned away."""
        return {topic: a.turned_away for topic, a in self._topics.items() if a.turned_away}

    def turned_lately(self, now_ns: int) -> dict[str, int]:
        """The same, of the topics of which one was turned away within TURNED_LATELY_S."""
        since_ns = now_ns - TURNED_LATELY_S * NS_PER_S
        found = self.turned_away()
        return {t: n for t, n in found.items() if self._topics[t].turned_ns > since_ns}

    def _filled(self, topic: str, now_ns: int) -> _Allowance:
        limits = self._limits
        found = self._topics.get(topic)
        if found is None:
            found = _Allowance(limits.bytes_at_once, limits.bytes_saved, limits.bad_at_once, now_ns)
            self._topics[topic] = found
            if len(self._topics) > TOPICS:
                self._topics.popitem(last=False)
        self._topics.move_to_end(topic)
        seconds = max(0, now_ns - found.seen_ns) / NS_PER_S
        found.seen_ns = max(now_ns, found.seen_ns)
        found.bytes_left = min(
            limits.bytes_at_once, found.bytes_left + seconds * limits.bytes_a_second
        )
        found.day_left = min(
            limits.bytes_saved, found.day_left + seconds * limits.bytes_a_day / SECONDS_A_DAY
        )
        found.bad_left = min(limits.bad_at_once, found.bad_left + seconds * limits.bad_a_second)
        return found
