"""The signal core on the live path: motion and events in, control and repetitions out.

Motion comes from the gateway and events from the session service, both in this process; so goes
what the core tells back to the session service. The bus is for whoever else listens, and the way
back from the broker is no part of the way to the game. Keeps one core for the session that is open.
A stream that is silent is announced as such, and again when it speaks. What looks like a fall is
announced, for the session service to ask.

A core that fails, or does not come back, costs neither recording nor session: another one takes the
open item up from here. One that fails again and again gives the item up, and says so; the next item
has a new one, and at the session's close everything is computed from the recording anyway.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from analytics.core import Core
from analytics.falls.watch import FallWatch
from telemetry.messages.events import ExerciseEnded, ExerciseStarted, SessionOpened
from telemetry.messages.live import (
    ControlBatch,
    FallNoticed,
    RepetitionCounted,
    SensorSilent,
    Stamps,
    Unfollowed,
    encode_live,
)
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened

from .freshness import SILENT_S, Freshness
from .overrun import in_thread, interrupted_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.exercise.observation import Observe
    from telemetry.clock import Clock
    from telemetry.latency import Latencies
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import SessionResult
    from telemetry.transport.bus import Bus
    from telemetry.transport.topics import HomeTopics

    from .freshness import Standing

__all__ = ["LiveAnalysis"]

log = logging.getLogger(__name__)

T = TypeVar("T")
W = TypeVar("W")

CALL_CPU_S = 1.0
"""A packet takes a tenth of a millisecond; what takes this long never ends."""
RESULT_CPU_S = 120.0
MOST_FAILURES = 3
"""Of one item; after so many it is given up."""


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
        core: of the session that is open; None before the first, and while an item is given up.
        analysed: samples that the core has dealt with.
        failures: of the core, in this session.
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
        self._within = interrupted_after(CALL_CPU_S)
        self._opened: dict[str, StreamOpened] = {}
        self._next: dict[str, int] = {}
        """Of each stream the index after what was taken."""
        self._events: list[SessionEvent] = []
        self._failed_in_item = 0
        self._told = 0
        """The open item's highest number of a repetition that was told."""
        self._counted_before = 0
        """Repetitions that another core counted in the open item."""
        self.core: Core | None = None
        self.analysed = 0
        self.failures = 0
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
        falls = self._attempt(self._falls.take, item)
        if falls is None:
            self._falls, falls = FallWatch(), []
        passed = self._passed(item, received_ns) if isinstance(item, MotionBatch) else None
        for live in self._taken(item):
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
        if isinstance(item, MotionBatch) and self.core is not None:
            self.analysed += len(item)
        for fall in falls if self._session is not None else ():
            noticed = FallNoticed(
                session=self._session,
                stream=fall.suspicion.stream,
                placement=fall.placement,
                t_ns=fall.t_ns,
            )
            self._tell(noticed)

    def take_event(self, event: SessionEvent) -> None:
        """Go on with the session."""
        if isinstance(event, SessionOpened):
            self.core, self._events, self.failures = Core(event.session, self._observe), [event], 0
        elif self._session == event.session:
            self._events.append(event)
        else:
            return
        if isinstance(event, ExerciseStarted):
            self._failed_in_item, self._told, self._counted_before = 0, 0, 0
            if self.core is None:
                self._begin_anew()
                return
        if self.core is None:
            return
        told = self._attempt(self.core.take_event, event)
        if told is None:
            self._begin_anew()
        for live in told or ():
            self._tell(live)

    async def result(self, plan_version: int) -> SessionResult | None:
        """What it found; None where it saw nothing, or where the core failed on the way."""
        if self.core is None or self.failures:
            return None
        try:
            return await in_thread(
                RESULT_CPU_S, self.core.result, plan_version=plan_version, provisional=True
            )
        except Exception:  # the results that count come from the recording
            log.exception("the live core has no result")
            return None

    @property
    def _session(self) -> str | None:
        return self._events[0].session if self._events else None

    def _taken(self, item: StreamItem) -> list[LiveMessage]:
        """What the core makes of an item."""
        if self.core is None:
            return []
        told = self._attempt(self.core.take, item)
        if told is None:
            self._begin_anew()
            return []
        return told

    def _attempt(self, take: Callable[[W], list[T]], what: W) -> list[T] | None:
        """What a call gives; None where it fails or does not come back."""
        try:
            with self._within:
                return take(what)
        except Exception:  # a fault in what is computed ends no session
            self._within.left()
            log.exception("a %s could not be analysed", type(what).__name__)
            return None

    def _begin_anew(self) -> None:
        """Go on with another core after one has failed, or give the open item up."""
        item = self._open_item()
        self.core = None
        while self.core is None:
            self.failures += 1
            self._failed_in_item += 1
            if self._failed_in_item > MOST_FAILURES:
                if item is not None:
                    log.error("item %s is followed no more", item.item)
                    self._tell(Unfollowed(session=item.session, item=item.item))
                return
            made = self._attempt(self._made_anew, item)
            self.core = made[0] if made else None
        self._counted_before = self._told

    def _made_anew(self, item: ExerciseStarted | None) -> list[Core]:
        """A core that knows the session's events, and sees the open item from here on."""
        core = Core(self._events[0].session, self._observe)
        for opened in self._opened.values():
            core.take(opened)
        for event in self._events:
            if event is item:
                from_now = {s: max(i, self._next.get(s, i)) for s, i in item.spans.items()}
                core.take_event(item.model_copy(update={"spans": from_now}))
            else:
                core.take_event(event)
        return [core]

    def _open_item(self) -> ExerciseStarted | None:
        for event in reversed(self._events):
            if isinstance(event, ExerciseEnded):
                return None
            if isinstance(event, ExerciseStarted):
                return event
        return None

    def _tell(self, live: LiveMessage) -> None:
        if isinstance(live, RepetitionCounted):
            number = live.number + self._counted_before
            self._told = max(self._told, number)
            live = live.model_copy(update={"number": number})
        self.on_live(live)
        self._bus.publish(self._topics.control, encode_live(live))

    def _hear(self, item: StreamItem, now_ns: int) -> None:
        if isinstance(item, StreamOpened):
            self._opened[item.stream] = item
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
            self._opened.pop(item.stream, None)
        elif isinstance(item, StreamOpened | MotionBatch):
            if isinstance(item, MotionBatch):
                self._next[item.stream] = item.next_index
            fresh.heard(now_ns, item if isinstance(item, MotionBatch) else None)
            self._look(item.stream, now_ns)

    def _look(self, stream: str, now_ns: int) -> None:
        """Say how a stream stands, where that has changed."""
        stands = self._fresh[stream].standing(now_ns)
        if stands == self._standing.get(stream, "fresh"):
            return
        self._standing[stream] = stands
        if self._session is None:
            return
        notice = SensorSilent(
            session=self._session,
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
