"""Whether a replay is alone on a home's live topics.

Games follow whatever moves there, and people answer to it: a replay amid a session would move the
patient's game, and what the patient asks for would go to the replay.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError, DecodeError
from telemetry.messages.events import decode_event
from telemetry.messages.live import decode_live

from .replaying import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.clock import Clock
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.topics import HomeTopics

    from .replay import Happening
    from .replaying import BusReplay

__all__ = ["AloneOnBus"]

LISTENS_S: Final = 1.0
"""Control of a session under way comes many times a second."""


class AloneOnBus:
    """Listens for sessions that are none of its own replays.

    Args:
        bus: connected.
        topics: of the home that is replayed.
    """

    def __init__(self, bus: Bus, topics: HomeTopics) -> None:
        self._own: set[str] = set()
        self._other: str | None = None
        bus.subscribe(topics.control, lambda m: self._hear(m, decode_live))
        bus.subscribe(topics.event, lambda m: self._hear(m, decode_event))

    async def listen(self, clock: Clock) -> None:
        """Wait long enough to hear a session that is under way.

        Raises:
            ConfigurationError: there is one.
        """
        await clock.sleep(LISTENS_S)
        self.check()

    def check(self) -> None:
        """Go on only while nobody else is there.

        Raises:
            ConfigurationError: somebody is.
        """
        if self._other is not None:
            raise ConfigurationError(
                f"session {self._other} is under way on this broker: a replay would move its game "
                "and mix into what is shown of it; wait for its end, or publish on another broker "
                "(RIPRESA_MQTT_HOST)"
            )

    def amid(self, replay: BusReplay) -> Listener:
        """The replay as a listener that ends with an error when somebody else comes."""
        self._own.add(replay.session)
        return _Amid(self, replay)

    def _hear(self, message: Message, read: Callable[[bytes], LiveMessage | SessionEvent]) -> None:
        with suppress(DecodeError):
            session = read(message.payload).session
            if session not in self._own:
                self._other = session


class _Amid(Listener):
    def __init__(self, alone: AloneOnBus, replay: BusReplay) -> None:
        self._alone, self._replay = alone, replay

    def hear(self, what: Happening, said: Sequence[LiveMessage], *, early: bool) -> None:
        """See `Listener`."""
        self._alone.check()
        self._replay.hear(what, said, early=early)
