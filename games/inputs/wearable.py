"""The control from a wearable: analytics' `ControlBatch` over the bus, and requests back.

`BusLink` is the game's end of the bus. Its handlers may run on another thread than the game's
loop (an MQTT bus has an event loop of its own), so what passes between the two is one deque.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING

from games.rules.control import ControlSample
from games.rules.heart_rate import shown_bpm
from telemetry.errors import RipresaError
from telemetry.identity import new_ulid
from telemetry.messages.events import (
    ExerciseEnded,
    ExerciseStarted,
    HeartMeasured,
    SessionClosed,
    decode_event,
)
from telemetry.messages.live import ControlBatch, RepetitionCounted, decode_live
from telemetry.messages.requests import encode_request

from .source import ArrivedSample

if TYPE_CHECKING:
    from games.rules.control import Invitation
    from telemetry.clock import Clock
    from telemetry.messages.requests import Request
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.topics import HomeTopics

__all__ = ["BusLink", "arrivals_of"]

log = logging.getLogger(__name__)

MOST_WAITING = 4096


class BusLink:
    """Control in, requests out.

    Args:
        bus: connected or not; what is asked for at QoS 1 waits for it.
        topics: the home's.
        clock: stamps arrivals; the same clock as the rest of the box.
        item: play only this exercise item; None: whichever is on.

    Attributes:
        ended: the session was closed, or the item that was played has ended.
        session: as the newest control batch or event names it.
        refused: messages that could not be read.
    """

    def __init__(
        self, bus: Bus, topics: HomeTopics, clock: Clock, *, item: str | None = None
    ) -> None:
        self._bus = bus
        self._topics = topics
        self._clock = clock
        self._item = item
        self._played: str | None = None
        self._heart: HeartMeasured | None = None
        self._waiting: deque[ArrivedSample] = deque(maxlen=MOST_WAITING)
        self._counted: list[RepetitionCounted] = []
        self._lock = threading.Lock()
        self.ended = False
        self.session: str | None = None
        self.refused = 0
        bus.subscribe(topics.control, self._on_control)
        bus.subscribe(topics.event, self._on_event)

    @property
    def waiting(self) -> bool:
        """Whether a sample has come in that was not given yet."""
        return bool(self._waiting)

    def poll(self, now_ns: int, invited: Invitation) -> list[ArrivedSample]:  # noqa: ARG002 - the seam's
        """All samples that have come in."""
        with self._lock:
            arrivals = list(self._waiting)
            self._waiting.clear()
        return arrivals

    def counted(self) -> list[RepetitionCounted]:
        """Repetitions that analytics counted since the last call."""
        with self._lock:
            counted = list(self._counted)
            self._counted.clear()
        return counted

    def heart_bpm(self) -> int | None:
        """The heart rate, where one is worn and fresh."""
        return shown_bpm(self._heart, self._clock.now_ns())

    def request(self, wish: Request) -> None:
        """Ask the session service for an event, at QoS 1; returns at once."""
        stamped = wish.stamped(new_ulid(self._clock), self.session)
        self._bus.publish(self._topics.request, encode_request(stamped), qos=1)

    def _on_control(self, message: Message) -> None:
        arrived_ns = self._clock.now_ns()
        try:
            batch = decode_live(message.payload)
        except RipresaError as e:
            self._refuse(e)
            return
        if isinstance(batch, RepetitionCounted) and batch.item == self._played:
            with self._lock:
                self._counted.append(batch)
        if not isinstance(batch, ControlBatch):
            return
        self.session = batch.session
        if batch.item is None or self._item not in (None, batch.item):
            return
        self._played = batch.item
        arrivals = arrivals_of(batch, arrived_ns)
        with self._lock:
            self._waiting.extend(arrivals)

    def _on_event(self, message: Message) -> None:
        try:
            event = decode_event(message.payload)
        except RipresaError as e:
            self._refuse(e)
            return
        if self.session is not None and event.session != self.session:
            return
        self.session = event.session
        if isinstance(event, HeartMeasured):
            self._heart = event
        elif isinstance(event, ExerciseStarted) and self._item in (None, event.item):
            self._played = event.item
        elif isinstance(event, SessionClosed) or (
            isinstance(event, ExerciseEnded) and event.item == self._played
        ):
            self.ended = True

    def _refuse(self, error: RipresaError) -> None:
        self.refused += 1
        if self.refused == 1:
            log.warning("game left out a message: %s", error)


def arrivals_of(batch: ControlBatch, arrived_ns: int) -> list[ArrivedSample]:
    """A batch's samples, each with its own instant."""
    arrivals = []
    frame_ns = 1000 * (batch.dt_us[-1] - batch.dt_us[0]) if batch.dt_us else 0
    for i, (dt_us, control) in enumerate(zip(batch.dt_us, batch.control, strict=False)):
        t_ns = batch.t0_ns + dt_us * 1000
        sample = ControlSample(t_ns, control, batch.target, batch.limit)
        angle = batch.angle_deg[i] if batch.angle_deg and i < len(batch.angle_deg) else None
        arrivals.append(
            ArrivedSample(sample, arrived_ns, batch.item, t_ns, batch.calibrated, angle, frame_ns)
        )
    return arrivals
