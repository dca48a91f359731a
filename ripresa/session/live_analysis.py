"""The signal core on the live path: motion and events in, control and repetitions out.

Keeps one core for the session that is open. Anything that cannot be decoded is counted and
reported once in a while; it stops nothing. A stream that is silent is announced as such, and
again when it speaks. What looks like a fall is announced, for the session service to ask.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from analytics.core import Core
from analytics.falls.watch import FallWatch
from telemetry.errors import DecodeError
from telemetry.messages.codec import decode_item
from telemetry.messages.events import SessionOpened, decode_event
from telemetry.messages.live import ControlBatch, FallNoticed, SensorSilent, Stamps, encode_live
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened

if TYPE_CHECKING:
    from analytics.exercise.observation import Observe
    from telemetry.clock import Clock
    from telemetry.latency import Latencies
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.topics import HomeTopics

__all__ = ["SILENT_S", "LiveAnalysis"]

log = logging.getLogger(__name__)

SILENT_S = 0.3
"""A stream without a sample for this long pauses the game."""


class LiveAnalysis:
    """Listens on a bus and runs the core; `run` watches for silence until cancelled.

    Args:
        bus: live motion and events come from it; control goes to it.
        topics: the home's.
        clock: stamps and the watch for silence.
        observe: how an exercise item is seen.
        latencies: takes the passage of each batch.
    """

    def __init__(
        self, bus: Bus, topics: HomeTopics, clock: Clock, observe: Observe, latencies: Latencies
    ) -> None:
        self._bus = bus
        self._topics = topics
        self._clock = clock
        self._observe = observe
        self._latencies = latencies
        self._heard_ns: dict[str, int] = {}
        self._silent: set[str] = set()
        self._falls = FallWatch()
        self.core: Core | None = None
        self.refused = 0
        bus.subscribe(topics.motion(), self._take_motion)
        bus.subscribe(topics.event, self._take_event)

    async def run(self) -> None:
        """Watch for silent streams."""
        # Faster clocks squeeze the machine's own hiccups, so patience is in real time there.
        patience_ns = int(SILENT_S * max(1.0, self._clock.speed) * 1e9)
        while True:
            await self._clock.sleep(SILENT_S / 3)
            now_ns = self._clock.now_ns()
            for stream, heard_ns in self._heard_ns.items():
                if now_ns - heard_ns > patience_ns and stream not in self._silent:
                    self._say_silent(stream, silent=True)

    def _take_motion(self, message: Message) -> None:
        received_ns = self._clock.now_ns()
        try:
            item = decode_item(message.payload)
        except DecodeError as e:
            self._refuse(message.topic, e)
            return
        if isinstance(item, StreamOpened | MotionBatch):
            self._heard_ns[item.stream] = received_ns
            if item.stream in self._silent:
                self._say_silent(item.stream, silent=False)
        elif isinstance(item, StreamEnded):
            self._heard_ns.pop(item.stream, None)
        falls = self._falls.take(item)
        if self.core is None:
            return
        stamps = self._stamp(item, received_ns) if isinstance(item, MotionBatch) else None
        for live in self.core.take(item):
            if isinstance(live, ControlBatch) and stamps is not None:
                analysed_ns = self._clock.now_ns()
                self._latencies.add("core", received_ns, analysed_ns)
                stamped = stamps.model_copy(update={"analysed_ns": analysed_ns})
                live = live.model_copy(update={"stamps": stamped})  # noqa: PLW2901
            self._bus.publish(self._topics.control, encode_live(live))
        for fall in falls:
            noticed = FallNoticed(
                session=self.core.session,
                stream=fall.suspicion.stream,
                placement=fall.placement,
                t_ns=fall.t_ns,
            )
            self._bus.publish(self._topics.control, encode_live(noticed))

    def _stamp(self, batch: MotionBatch, received_ns: int) -> Stamps:
        sampled_ns = batch.t0_ns + int(batch.dt_us[-1]) * 1000
        arrived_ns = sampled_ns + int(batch.lag_us[-1]) * 1000
        self._latencies.add("radio", sampled_ns, arrived_ns)
        self._latencies.add("gateway and broker", arrived_ns, received_ns)
        return Stamps(
            sampled_ns=sampled_ns,
            arrived_ns=arrived_ns,
            received_ns=received_ns,
            analysed_ns=received_ns,
        )

    def _take_event(self, message: Message) -> None:
        try:
            event = decode_event(message.payload)
        except DecodeError as e:
            self._refuse(message.topic, e)
            return
        if isinstance(event, SessionOpened):
            self.core = Core(event.session, self._observe)
        if self.core is not None:
            for live in self.core.take_event(event):
                self._bus.publish(self._topics.control, encode_live(live))

    def _say_silent(self, stream: str, *, silent: bool) -> None:
        (self._silent.add if silent else self._silent.discard)(stream)
        if self.core is not None:
            notice = SensorSilent(session=self.core.session, stream=stream, silent=silent)
            self._bus.publish(self._topics.control, encode_live(notice))

    def _refuse(self, topic: str, error: DecodeError) -> None:
        self.refused += 1
        # Powers of two: the first ones are told, a flood is not.
        if self.refused & (self.refused - 1) == 0:
            log.warning("refused %d message(s); the last, on %s: %s", self.refused, topic, error)
