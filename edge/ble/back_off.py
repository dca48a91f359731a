"""When a device that failed may be tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.clock import NS_PER_S

if TYPE_CHECKING:
    import random

__all__ = ["BackOff"]


class BackOff:
    """Exponential, capped, jittered, by address.

    Args:
        rng: spreads attempts, so that several gateways or wearables do not march in step.
        first_s: the pause after one failure; doubled by each further one up to `cap_s`.
        forgive_s: a connection that lasted this long makes good for the failures before it.
    """

    def __init__(
        self,
        rng: random.Random,
        *,
        first_s: float = 0.25,
        cap_s: float = 8.0,
        forgive_s: float = 5.0,
    ) -> None:
        self._rng = rng
        self._first_s = first_s
        self._cap_s = cap_s
        self._forgive_s = forgive_s
        self._failures: dict[str, tuple[int, int]] = {}

    def failed(self, address: str, now_ns: int, *, lasted_s: float) -> float:
        """Note a connection that ended; returns the pause in seconds."""
        count, _ = self._failures.get(address, (0, 0))
        count = 1 if lasted_s >= self._forgive_s else count + 1
        pause_s = min(self._cap_s, self._first_s * 2.0 ** (count - 1))
        pause_s *= self._rng.uniform(0.5, 1.0)
        self._failures[address] = (count, now_ns + int(pause_s * NS_PER_S))
        return pause_s

    def over(self, address: str, now_ns: int) -> bool:
        """Whether the address may be tried now; also when the clock was set back meanwhile."""
        left_ns = self._failures.get(address, (0, 0))[1] - now_ns
        return not 0 < left_ns <= self._cap_s * NS_PER_S
