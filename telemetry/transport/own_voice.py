"""Whether what a program says at its broker comes back to it.

A broker may take a subscription and then deliver nothing of it: Mosquitto's access list works so.
No answer tells of that. So something is said now and then on a topic of one's own, which comes back
like all else. Only where nothing at all came meanwhile, twice in a row, it is deaf: what waits in a
queue may hold one's own voice up for long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from telemetry.messages.record import Ack

from .bus import Bus
from .topics import HomeTopics

if TYPE_CHECKING:
    from telemetry.clock import Clock

__all__ = ["HearingBus", "OwnVoice"]

EVERY_S: Final = 120.0
MISSED: Final = 2


class HearingBus(Bus, Protocol):
    """A bus that counts what comes."""

    heard: int


class OwnVoice:
    """Says something now and then, and listens; `run` until cancelled.

    Args:
        bus: says and hears.
        site: whose topics the clinic may write; `+` for all.
        home: the clinic's own ULID: nobody else's topic.
        clock: paces.
    """

    def __init__(self, bus: HearingBus, site: str, home: str, clock: Clock) -> None:
        self.topic = HomeTopics("clinic" if site == "+" else site, home).ack
        self._bus = bus
        self._said = Ack(home=home, position=0).encode()
        self._clock = clock
        self._missed = 0
        bus.subscribe(self.topic, lambda message: message.acknowledge(), qos=1)

    @property
    def deaf(self) -> bool:
        """Whether nothing comes, though there is something to hear."""
        return self._missed >= MISSED

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            before, there = self._bus.heard, self._bus.connected
            if there:
                self._bus.publish(self.topic, self._said, qos=1)
            await self._clock.sleep(EVERY_S)
            if self._bus.heard > before:
                self._missed = 0
            elif there and self._bus.connected:
                self._missed += 1
