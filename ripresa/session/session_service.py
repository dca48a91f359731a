"""The session service: the only writer of a session's events.

A shell around the pure state machine of `therapy.session.session`. Requests of games and screens,
repetitions, silences and suspected falls of the live core, and the time go in, one after the
other; each step's events are in the journal before they are announced. While the journal is
busy the step is tried again, and nothing else moves.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from telemetry.clock import SystemClock
from telemetry.errors import DecodeError, StoreBusy
from telemetry.identity import new_ulid
from telemetry.messages.events import HeartMeasured, SessionEvent, encode_event
from telemetry.messages.live import (
    FallNoticed,
    RepetitionCounted,
    SensorSilent,
    Unfollowed,
    decode_live,
)
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.requests import NoteHeartRate, OpenSession, decode_request
from therapy.session.session import Advance, advance, open_session
from therapy.session.session_state import FallSuspected, Moment, Tick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edge.wearables.standard import HeartRate
    from telemetry.clock import Clock
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.requests import Request
    from telemetry.seams import Recorder
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.topics import HomeTopics
    from therapy.session.session_settings import SessionSettings
    from therapy.session.session_state import Occurrence, SessionState

__all__ = ["SessionService"]

log = logging.getLogger(__name__)

MOST_BPM = 300
TICK_S = 1.0
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0


class SessionService:
    """Runs one session at a time; `run` as a task until cancelled.

    Args:
        recorder: the home's journal.
        bus: requests come from it, and where no sensor is worn repetitions of screens that count
            keys; events are announced on it.
        topics: the home's.
        clock: stamps events.
        spans: for each open stream the index of its next sample.
        last_sample_ns: host time of the newest sample, None before the first.
    """

    def __init__(
        self,
        recorder: Recorder,
        bus: Bus,
        topics: HomeTopics,
        clock: Clock,
        *,
        spans: Callable[[], Mapping[str, int]],
        last_sample_ns: Callable[[], int | None],
    ) -> None:
        self._recorder = recorder
        self._bus = bus
        self._topics = topics
        self._clock = clock
        self._spans = spans
        self._last_sample_ns = last_sample_ns
        self._occurrences: asyncio.Queue[Occurrence] = asyncio.Queue()
        self._changed = asyncio.Condition()
        self.on_opening: Callable[[OpenSession], None] = lambda _: None
        """Told of requests to open a session, which only whoever holds the plan can do."""
        self.on_event: Callable[[SessionEvent], None] = lambda _: None
        """Told of each event once it is recorded, before the bus is."""
        self.state: SessionState | None = None
        self.events: list[SessionEvent] = []
        """Events of the session, in order."""
        self.heart: HeartMeasured | None = None
        """The session's newest heart rate."""
        self._beatless: set[str] = set()
        self.refused = 0
        """Messages that could not be read, and requests that did not fit."""
        self._hears_keys = False
        bus.subscribe(topics.request, self._on_request, qos=1)

    @property
    def session(self) -> str | None:
        """The session under way; None outside one."""
        return None if self.state is None or self.state.closed else self.state.session

    async def open(self, settings: SessionSettings) -> str:
        """Open a session.

        Returns:
            Its ULID.

        Raises:
            SessionNotAllowed: the plan allows none now.
            StoreError: the journal refuses for good.
        """
        session = new_ulid(self._clock)
        self.events, self.heart = [], None
        self._beatless.clear()
        if settings.by_keys and not self._hears_keys:
            self._bus.subscribe(self._topics.control, self._on_keys)
            self._hears_keys = True
        if isinstance(self._clock, SystemClock):
            settings = replace(settings, clock_synchronised=self._clock.synchronised)
        await self._take(open_session(settings, session=session, moment=self._moment()))
        return session

    def request(self, request: Request) -> None:
        """Put a request in without the bus: a broker that is down delays nothing."""
        self._occurrences.put_nowait(request)

    def happened(self, what: Occurrence) -> None:
        """Put in what this home itself has seen, e.g. the outcome of a calibration."""
        self._occurrences.put_nowait(what)

    def count(self, repetition: RepetitionCounted) -> None:
        """Count a repetition that keys made, where no sensor is worn."""
        self._occurrences.put_nowait(repetition)

    def take_live(self, live: LiveMessage) -> None:
        """Take what the live core tells: repetitions, silences, items given up, suspected falls."""
        if isinstance(live, RepetitionCounted | SensorSilent | Unfollowed):
            self._occurrences.put_nowait(live)
        elif isinstance(live, FallNoticed) and live.session == self.session:
            self._occurrences.put_nowait(FallSuspected(live.placement))

    def note_heart_rate(self, wearable: str, _t_ns: int, measured: HeartRate) -> None:
        """Record a heart rate; where the sensor says itself that it is none, that, once.

        0 is what sensors say when they find no beat; without skin contact they go on with an old
        or a made-up one, which is kept nowhere.
        """
        session = self.session
        if session is None:
            return
        known = 0 < measured.bpm <= MOST_BPM and measured.contact is not False
        if not known and wearable in self._beatless:
            return
        (self._beatless.discard if known else self._beatless.add)(wearable)
        rate = measured.bpm if known else None
        noted = NoteHeartRate(wearable=wearable, rate_bpm=rate, contact=measured.contact)
        self.request(noted.stamped(new_ulid(self._clock), session))

    async def run(self) -> None:
        """Deal with what happens until cancelled."""
        ticking = asyncio.create_task(self._tick(), name="session tick")
        try:
            while True:
                what = await self._occurrences.get()
                if isinstance(what, OpenSession):
                    self.on_opening(what)
                    continue
                if self.state is None:
                    continue
                step = advance(self.state, what, self._moment())
                if step.refused is not None:
                    self._refuse(step.refused)
                await self._take(step)
        finally:
            ticking.cancel()

    async def wait_for(self, condition: Callable[[SessionState], bool]) -> SessionState:
        """Wait until the session's state fulfils a condition."""
        async with self._changed:
            while self.state is None or not condition(self.state):
                await self._changed.wait()
            return self.state

    def _moment(self) -> Moment:
        return Moment(self._clock.now_ns(), self._spans())

    async def _take(self, step: Advance) -> None:
        """Record a step's events, then announce them, then stand in its state."""
        if step.events:
            await self._record(step.events)
            self.events.extend(step.events)
            for event in step.events:
                self._tell(event)
                self._bus.publish(self._topics.event, encode_event(event))
                if isinstance(event, HeartMeasured):
                    self.heart = event
        async with self._changed:
            self.state = step.state
            self._changed.notify_all()

    def _tell(self, event: SessionEvent) -> None:
        try:
            self.on_event(event)
        except Exception:  # a fault in what is computed ends no session
            log.exception("a %s could not be analysed", event.type)

    async def _record(self, events: Sequence[SessionEvent]) -> None:
        records = [
            NewRecord(t_ns=e.t_ns, kind=RecordKind.EVENT, body=encode_event(e), session=e.session)
            for e in events
        ]
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._recorder.append(records)
            except StoreBusy as e:
                log.warning("session events wait: %s", e)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                return

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(TICK_S)
            self._occurrences.put_nowait(Tick(self._last_sample_ns()))

    def _on_request(self, message: Message) -> None:
        try:
            request = decode_request(message.payload)
        except DecodeError as e:
            self._refuse(str(e))
            return
        self.request(request)

    def _on_keys(self, message: Message) -> None:
        if self.state is None or not self.state.by_keys:
            return
        try:
            live = decode_live(message.payload)
        except DecodeError as e:
            self._refuse(str(e))
            return
        if isinstance(live, RepetitionCounted):
            self.count(live)

    def _refuse(self, why: str) -> None:
        self.refused += 1
        log.warning("refused: %s", why)
