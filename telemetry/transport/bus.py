"""The seam to MQTT: a protocol, and the bus that tests use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

from telemetry.errors import TransportTimeout

__all__ = ["Bus", "Handler", "LocalBus", "Message", "topic_matches"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came.

    `acknowledge` tells the broker that it may forget a QoS 1 message; buses that are asked
    for it (`manual_ack`) leave that to the handler, all others have done it already.
    """

    topic: str
    payload: bytes
    retained: bool = False
    acknowledge: Callable[[], None] = field(default=lambda: None, compare=False)


Handler: TypeAlias = Callable[[Message], None]


@runtime_checkable
class Bus(Protocol):
    """Publishes without ever blocking; hands messages to plain functions on the event loop."""

    @property
    def connected(self) -> bool:
        """Whether a broker is there at the moment."""
        ...

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send; at QoS 0 a message is lost while no broker is there."""
        ...

    async def deliver(
        self, topic: str, payload: bytes, *, retain: bool = False, timeout_s: float = 10
    ) -> None:
        """Send at QoS 1 and wait until the broker has it.

        Raises:
            TransportTimeout: it has not, after `timeout_s`; it is still on its way.
        """
        ...

    async def drain(self, timeout_s: float = 10) -> None:
        """Wait until the broker has all that was sent at QoS 1.

        Raises:
            TransportTimeout: it has not, after `timeout_s`; the rest is still on its way.
        """
        ...

    def subscribe(self, topic_filter: str, handler: Handler, *, qos: int = 0) -> None:
        """Hand every matching message to `handler`, now and after each reconnection."""
        ...

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back after each connection, subscriptions already made."""
        ...


def topic_matches(topic_filter: str, topic: str) -> bool:
    """Whether an MQTT topic filter with `+` and a final `#` covers a topic."""
    wanted, parts = topic_filter.split("/"), topic.split("/")
    for i, level in enumerate(wanted):
        if level == "#":
            return True
        if i >= len(parts) or level not in ("+", parts[i]):
            return False
    return len(wanted) == len(parts)


class LocalBus:
    """A broker within one event loop: in order, nothing lost; `connected` can be set to False.

    While disconnected QoS 0 messages vanish and QoS 1 messages wait, as with a real client.
    """

    def __init__(self) -> None:
        self.published: list[Message] = []
        self._connected = True
        self._handlers: list[tuple[str, Handler]] = []
        self._retained: dict[str, bytes] = {}
        self._callbacks: list[Callable[[], None]] = []
        self._waiting: list[tuple[str, bytes, bool]] = []
        self._mended = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether messages pass at the moment."""
        return self._connected

    def disconnect(self) -> None:
        """Cut the line."""
        self._connected = False

    def reconnect(self) -> None:
        """Mend the line; waiting QoS 1 messages go out."""
        self._connected = True
        for callback in self._callbacks:
            callback()
        waiting, self._waiting = self._waiting, []
        for topic, payload, retain in waiting:
            self._deliver(topic, payload, retain)
        self._mended.set()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Hand the message to every matching handler in the loop's next turn."""
        if self._connected:
            self._deliver(topic, payload, retain)
        elif qos:
            self._waiting.append((topic, payload, retain))

    async def deliver(
        self, topic: str, payload: bytes, *, retain: bool = False, timeout_s: float = 10
    ) -> None:
        """Send; while disconnected, wait for the line."""
        self.publish(topic, payload, qos=1, retain=retain)
        await self.drain(timeout_s)

    async def drain(self, timeout_s: float = 10) -> None:
        """Wait until the line is mended, where something waits for it."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._waiting:
                    self._mended.clear()
                    await self._mended.wait()
        except TimeoutError:
            raise TransportTimeout(f"{len(self._waiting)} messages wait for the line") from None

    def subscribe(self, topic_filter: str, handler: Handler, *, qos: int = 0) -> None:  # noqa: ARG002
        """Register a handler; retained messages reach it at once."""
        self._handlers.append((topic_filter, handler))
        for topic, payload in self._retained.items():
            if topic_matches(topic_filter, topic):
                asyncio.get_running_loop().call_soon(
                    handler, Message(topic, payload, retained=True)
                )

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back on `reconnect`, and once in the loop's next turn, as it is connected."""
        self._callbacks.append(callback)
        asyncio.get_running_loop().call_soon(callback)

    def _deliver(self, topic: str, payload: bytes, retain: bool) -> None:  # noqa: FBT001
        message = Message(topic, payload)
        self.published.append(message)
        if retain:
            self._retained[topic] = payload
        for topic_filter, handler in self._handlers:
            if topic_matches(topic_filter, topic):
                asyncio.get_running_loop().call_soon(handler, message)
