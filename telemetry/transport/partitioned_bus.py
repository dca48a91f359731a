"""A bus that brings one partition's messages only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .partition import Partition

if TYPE_CHECKING:
    from collections.abc import Callable

    from .bus import Bus, Handler, Message

__all__ = ["PartitionedBus"]


class PartitionedBus:
    """What goes out is unchanged; of what comes in, another partition's is left out.

    What is left out is acknowledged to the broker and to nobody else: the home goes on sending
    until the partition that holds it has stored the record.

    Args:
        bus: the connection.
        partition: whose patients' messages come through.
    """

    def __init__(self, bus: Bus, partition: Partition) -> None:
        self._bus = bus
        self._partition = partition
        self.left_out = 0
        """Messages that were another partition's."""

    @property
    def connected(self) -> bool:
        """Whether a broker is there at the moment."""
        return self._bus.connected

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send."""
        self._bus.publish(topic, payload, qos=qos, retain=retain)

    async def deliver(
        self, topic: str, payload: bytes, *, retain: bool = False, timeout_s: float = 10
    ) -> None:
        """Send at QoS 1 and wait until the broker has it.

        Raises:
            TransportTimeout: it has not, after `timeout_s`.
        """
        await self._bus.deliver(topic, payload, retain=retain, timeout_s=timeout_s)

    async def drain(self, timeout_s: float = 10) -> None:
        """Wait until the broker has all that was sent at QoS 1.

        Raises:
            TransportTimeout: it has not, after `timeout_s`.
        """
        await self._bus.drain(timeout_s)

    def subscribe(self, topic_filter: str, handler: Handler, *, qos: int = 0) -> None:
        """Hand every matching message of this partition to `handler`."""

        def take(message: Message) -> None:
            topic = Partition.own_topic(message.topic)
            if self._partition.takes(topic):
                handler(message if topic == message.topic else replace(message, topic=topic))
            else:
                self.left_out += 1
                message.acknowledge()

        for wanted in self._partition.filters(topic_filter):
            self._bus.subscribe(wanted, take, qos=qos)

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back after each connection."""
        self._bus.on_connect(callback)
