"""The signal core on the live path: motion and events in, control and repetitions out.

Motion comes from the gateway and events from the session service, both in this process; so goes
what the core tells back to the session service. The bus is for whoever else listens, and the way
back from the broker is no part of the way to the game. Keeps one core for the session that is open.
A stream that is silent is announced as such, and again when it speaks. What looks like a fall is
announced, for the session service to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.core import Core
from analytics.falls.watch import FallWatch
from telemetry.messages.events import SessionOpened
from telemetry.messages.live import ControlBatch, FallNoticed, SensorSilent, Stamps, encode_live
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened

from .freshness import SILENT_S, Freshness

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.exercise.observation import Observe
    from telemetry.clock import Clock
    from telemetry.latency import Latencies
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import StreamItem
    from telemetry.transport.bus import Bus
    from telemetry.transport.topics import HomeTopics

    from .freshness import Standing

__all__ = ["LiveAnalysis"]


class LiveAnalysis:
    """A gateway's sink that runs the core; `run` watches for silence until cancelled.

    Args:
        bus: control goes to it.
        topics: the home's.
        clock: stamps and the watch for silence.
        observe: how an exercise item is seen.
        latencies: takes the passage of each batch.
        silent_s: the plan's limit, from which on a stream is silent.

    Attributes:
        core: of the session that is open; None before the first.
        analysed: samples that the core has dealt with.
    """

    def __init__(
        self,
        bus: Bus,
        topics: HomeTopics,
        clock: Clock,
        observe: Observe,
        latencies: Latencies,
        *,
        silent_s: float = SILENT_S,
    ) -> None:
        self._bus = bus
        self._topics = topics
        self._clock = clock
        self._observe = observe
        self._latencies = latencies
        self._silent_s = silent_s
        self._fresh: dict[str, Freshness] = {}
        self._standing: dict[str, Standing] = {}
        self._falls = FallWatch()
        self.core: Core | None = None
        self.analysed = 0
        self.on_live: Callable[[LiveMessage], None] = lambda _: None
        """Told of each message in this process, before the bus is."""

    async def run(self) -> None:
        """Watch for silent streams."""
        while True:
            await self._clock.sleep(SILENT_S / 3)
            now_ns = self._clock.now_ns()
            for stream in list(self._fresh):
                self._look(stream, now_ns)

    def __call__(self, item: StreamItem) -> None:
        """Analyse one item as it comes from a stream."""
        received_ns = self._clock.now_ns()
        self._hear(item, received_ns)
        falls = self._falls.take(item)
        if self.core is None:
            return
        passed = self._passed(item, received_ns) if isinstance(item, MotionBatch) else None
        for live in self.core.take(item):
            if isinstance(live, ControlBatch) and passed is not None:
                analysed_ns = self._clock.now_ns()
                self._latencies.add("core", received_ns, analysed_ns)
                stamps = Stamps(
                    sampled_ns=passed[0],
                    arrived_ns=passed[1],
                    received_ns=received_ns,
                    analysed_ns=analysed_ns,
                )
                live = live.model_copy(update={"stamps": stamps})  # noqa: PLW2901
            self._tell(live)
        if isinstance(item, MotionBatch):
            self.analysed += len(item)
        for fall in falls:
            noticed = FallNoticed(
                session=self.core.session,
                stream=fall.suspicion.stream,
                placement=fall.placement,
                t_ns=fall.t_ns,
            )
            self._tell(noticed)

    def _tell(self, live: LiveMessage) -> None:
        self.on_live(live)
        self._bus.publish(self._topics.control, encode_live(live))

    def _hear(self, item: StreamItem, now_ns: int) -> None:
        if isinstance(item, StreamOpened):
            # Faster clocks squeeze the machine's own hiccups, so patience is in real time there.
            patience = max(1.0, self._clock.speed)
            self._fresh[item.stream] = Freshness(
                item.rate_hz, silent_s=self._silent_s, patience=patience
            )
        fresh = self._fresh.get(item.stream)
        if fresh is None:
            return
        if isinstance(item, StreamEnded):
            del self._fresh[item.stream]
        elif isinstance(item, StreamOpened | MotionBatch):
            fresh.heard(now_ns, item if isinstance(item, MotionBatch) else None)
            self._look(item.stream, now_ns)

    def _look(self, stream: str, now_ns: int) -> None:
        """Say how a stream stands, where that has changed."""
        stands = self._fresh[stream].standing(now_ns)
        if stands == self._standing.get(stream, "fresh"):
            return
        self._standing[stream] = stands
        if self.core is None:
            return
        notice = SensorSilent(
            session=self.core.session,
            stream=stream,
            silent=stands != "fresh",
            why="late" if stands == "late" else "silent",
        )
        self._tell(notice)

    def _passed(self, batch: MotionBatch, received_ns: int) -> tuple[int, int]:
        """When its last sample was taken, and when it arrived; notes how long both took."""
        sampled_ns = batch.t0_ns + int(batch.dt_us[-1]) * 1000
        arrived_ns = sampled_ns + int(batch.lag_us[-1]) * 1000
        self._latencies.add("radio", sampled_ns, arrived_ns)
        self._latencies.add("gateway and broker", arrived_ns, received_ns)
        return sampled_ns, arrived_ns

    def take_event(self, event: SessionEvent) -> None:
        """Go on with the session."""
        if isinstance(event, SessionOpened):
            self.core = Core(event.session, self._observe)
        if self.core is not None:
            for live in self.core.take_event(event):
                self._tell(live)
