"""A bus that behaves as badly as a broker may: for rehearsing faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from telemetry.transport.bus import Bus, LocalBus

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from telemetry.transport.bus import Handler

__all__ = ["CuttableBus", "RoughLine", "Weather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How likely each fate of a message is; what is left over arrives as it should."""

    drop: float = 0.0
    repeat: float = 0.0
    hold: float = 0.0
    """Kept back, and handed out later in any order."""
    spoil: float = 0.0
    """Some bytes of a block of records are changed, or its end is cut off."""


class CuttableBus(Bus, Protocol):
    """A bus that can be cut and mended."""

    def disconnect(self) -> None:
        """Let nothing pass."""
        ...

    def reconnect(self) -> None:
        """Let messages pass again."""
        ...


class RoughLine:
    """A `Bus` within one event loop whose messages meet with `Weather`."""

    def __init__(
        self, dice: random.Random, weather: Weather, inner: CuttableBus | None = None
    ) -> None:
        self._dice = dice
        self._weather = weather
        self._inner = inner or LocalBus()
        self._held: list[tuple[str, bytes]] = []

    @property
    def connected(self) -> bool:
        """Whether messages pass at the moment."""
        return self._inner.connected

    def cut(self) -> None:
        """Cut the line; whatever was held back is forgotten."""
        self._held.clear()
        self._inner.disconnect()

    def mend(self) -> None:
        """Let messages pass again."""
        self._inner.reconnect()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send, as the weather lets it."""
        fate, weather = self._dice.random(), self._weather
        for likely, happen in (
            (weather.drop, self._drop),
            (weather.repeat, self._repeat),
            (weather.hold, self._hold),
            (weather.spoil, self._spoil),
        ):
            if fate < likely:
                happen(topic, payload)
                return
            fate -= likely
        self._inner.publish(topic, payload, qos=qos, retain=retain)
        if self._held and self._dice.random() < 0.3:
            self._dice.shuffle(self._held)
            while self._held:
                self._inner.publish(*self._held.pop())

    async def deliver(
        self, topic: str, payload: bytes, *, retain: bool = False, timeout_s: float = 10
    ) -> None:
        """Send, and wait for the line; not for the weather."""
        self.publish(topic, payload, qos=1, retain=retain)
        await self.drain(timeout_s)

    async def drain(self, timeout_s: float = 10) -> None:
        """Wait until the line is mended, where something waits for it."""
        await self._inner.drain(timeout_s)

    def subscribe(self, topic_filter: str, handler: Handler, *, qos: int = 0) -> None:
        """Hand every matching message that arrives to `handler`."""
        self._inner.subscribe(topic_filter, handler, qos=qos)

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back when the line is mended, and soon."""
        self._inner.on_connect(callback)

    def _drop(self, topic: str, payload: bytes) -> None:
        pass

    def _repeat(self, topic: str, payload: bytes) -> None:
        for _ in range(self._dice.randint(2, 4)):
            self._inner.publish(topic, payload)

    def _hold(self, topic: str, payload: bytes) -> None:
        self._held.append((topic, payload))

    def _spoil(self, topic: str, payload: bytes) -> None:
        if not topic.endswith("/record"):
            self._inner.publish(topic, payload)
            return
        spoiled = bytearray(payload)
        if self._dice.random() < 0.3:
            del spoiled[self._dice.randrange(len(spoiled)) :]
        for _ in range(self._dice.randint(1, 4) if spoiled else 0):
            spoiled[self._dice.randrange(len(spoiled))] ^= 1 << self._dice.randrange(8)
        self._inner.publish(topic, bytes(spoiled))
