"""A home that trains while its clinic is besieged, and what came of its records."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.journal.journal import Journal
from ingest.transfer.send_window import WindowLimits
from ingest.transfer.uplink import Uplink
from telemetry.identity import new_ulid
from telemetry.messages.codec import encode_item
from telemetry.messages.events import PainReported, SessionOpened, encode_event
from telemetry.messages.motion import MotionBatch
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from ingest.journal.reading import JournalReader
    from telemetry.clock import Clock

__all__ = ["HonestHome"]

BATCH: Final = 20
WINDOW: Final = WindowLimits(patience_s=2, max_pause_s=4)


class HonestHome:
    """Records, sends, and notes how long each acknowledgement took.

    Args:
        folder: of its journal.
        patient: its pseudonym.
        site: its clinic's.
        settings: its way to the broker.
        clock: stamps and paces.
        day: of its session, as its clock has it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        patient: str,
        site: str,
        settings: MqttSettings,
        clock: Clock,
        day: str,
    ) -> None:
        self.patient = patient
        self._clock = clock
        self.journal = Journal.open(folder / f"{patient}.sqlite", clock)
        self.session, self.stream = new_ulid(clock), new_ulid(clock)
        self._day = day
        self._site = site
        self.bus = MqttBus(settings, f"uplink-{patient}")
        topics = HomeTopics(site, patient)
        self._uplink = Uplink(self.bus, self.journal, topics, clock, limits=WINDOW, poll_s=0.5)
        self._index = self._number = 0
        self.acks: list[tuple[float, float]] = []
        """(when, how long), in seconds of `time.monotonic`."""

    async def run(self, every_s: float, dice: random.Random) -> None:
        """Record and send until cancelled; acknowledgements are timed one after the other."""
        sending = asyncio.create_task(self._uplink.run())
        await self.journal.append([self._opened()])
        timing: asyncio.Task[None] | None = None
        try:
            await asyncio.sleep(every_s * dice.random())
            while not sending.done():
                records = [self._motion()]
                if dice.random() < 0.2:
                    records.append(self._pain())
                await self.journal.append(records)
                if timing is None or timing.done():
                    timing = asyncio.create_task(self._time_ack())
                await asyncio.sleep(every_s * (0.5 + dice.random()))
            await sending
        finally:
            sending.cancel()
            if timing is not None:
                timing.cancel()

    async def settle(self, timeout_s: float) -> bool:
        """Send what is left; False where it is not all acknowledged in time."""
        sending = asyncio.create_task(self._uplink.run())
        try:
            async with asyncio.timeout(timeout_s):
                await self._uplink.caught_up()
        except TimeoutError:
            return False
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        return True

    @property
    def acked(self) -> int:
        """Up to where the clinic has confirmed its records."""
        return self._uplink.status().acked

    def lost(self, clinic: JournalReader) -> int:
        """Records that the clinic does not hold as they were written."""
        return len(self._mine(self.journal) - self._mine(clinic))

    def misattributed(self, clinic: JournalReader) -> int:
        """What the clinic takes for this home's and this home has not written."""
        home = clinic.home_of(self.patient, self.journal.home)
        foreign = self._mine(clinic) - self._mine(self.journal)
        events = {encode_event(e) for e in clinic.events(self.session, home=home)}
        own = {encode_event(e) for e in self.journal.events(self.session)}
        summary = clinic.session(self.session, home=home)
        results = clinic.results(self.session, home=home)
        wrong = summary is not None and summary.patient != self.patient
        return len(foreign) + len(events - own) + len(results) + wrong

    def _mine(self, journal: JournalReader) -> set[tuple[int, bytes]]:
        found: set[tuple[int, bytes]] = set()
        after = 0
        home = journal.home_of(self.patient, self.journal.home) or self.journal.home
        while page := journal.records(after, home=home, limit=1000):
            after = page[-1].position
            found |= {(record.position, record.body) for record in page}
        return found

    async def _time_ack(self) -> None:
        began = time.monotonic()
        await self._uplink.caught_up()
        self.acks.append((began, time.monotonic() - began))

    def _opened(self) -> NewRecord:
        event = SessionOpened(
            session=self.session,
            number=0,
            t_ns=self._clock.now_ns(),
            patient=self.patient,
            site=self._site,
            plan_version=1,
            day=self._day,
            posture="standing",
        )
        return NewRecord(
            t_ns=event.t_ns,
            kind=RecordKind.EVENT,
            body=encode_event(event),
            session=self.session,
        )

    def _pain(self) -> NewRecord:
        self._number += 1
        event = PainReported(
            session=self.session, number=self._number, t_ns=self._clock.now_ns(), pain=1
        )
        return NewRecord(
            t_ns=event.t_ns,
            kind=RecordKind.EVENT,
            body=encode_event(event),
            session=self.session,
        )

    def _motion(self) -> NewRecord:
        batch = MotionBatch(
            stream=self.stream,
            first_index=self._index,
            t0_ns=self._clock.now_ns() // 1000 * 1000,
            dt_us=(np.arange(BATCH) * 10_000).astype(np.int32),
            lag_us=np.zeros(BATCH, np.int32),
            acc=np.full((BATCH, 3), self._index, np.float32),
        )
        self._index += BATCH
        return NewRecord(
            t_ns=batch.t0_ns,
            kind=RecordKind.MOTION,
            body=encode_item(batch),
            session=self.session,
            stream=self.stream,
        )
