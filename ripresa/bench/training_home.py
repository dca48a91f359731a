"""A home in the middle of a session, whose arm goes up and down: what pages that watch look at."""

from __future__ import annotations

import asyncio
import contextlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ingest.journal.journal import Journal
from ingest.transfer.uplink import Uplink
from ripresa.platform.background import running
from ripresa.watching.live_consent import LiveConsent
from ripresa.watching.live_relay import LiveRelay
from telemetry.clock import SystemClock
from telemetry.identity import new_ulid
from telemetry.messages.events import SessionOpened, encode_event
from telemetry.messages.live import ControlBatch, encode_live
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

__all__ = ["TrainingHome"]

BATCHES_A_SECOND: Final = 30


@dataclass(frozen=True, slots=True)
class TrainingHome:
    """Whose home it is, where it keeps its journal, and by which broker it reaches the clinic."""

    site: str
    patient: str
    folder: Path
    broker: MqttSettings

    @contextlib.asynccontextmanager
    async def training(self) -> AsyncIterator[str]:
        """Open a session, agree to be seen, and train as long as the context lasts.

        Yields:
            The session's ULID.
        """
        clock, topics = SystemClock(), HomeTopics(self.site, self.patient)
        own, session = LocalBus(), new_ulid(clock)
        self.folder.mkdir(parents=True, exist_ok=True)
        consent = self.folder / "live_view.json"
        LiveConsent(allowed=True, t_ns=clock.now_ns()).keep(consent)
        with Journal.open(self.folder / "journal.sqlite", clock) as journal:
            bus = MqttBus(self.broker, f"training-{journal.home}")
            uplink = Uplink(bus, journal, topics, clock)
            relay = LiveRelay(
                own, bus, topics, clock, apart=True, session=lambda: session, consent=consent
            )
            opened = self._opened(session, clock.now_ns())
            record = NewRecord(
                t_ns=opened.t_ns,
                kind=RecordKind.EVENT,
                body=encode_event(opened),
                session=session,
            )
            await journal.append([record])
            async with bus, running(uplink.run(), relay.run(), _move(own, topics, session)):
                yield session

    def _opened(self, session: str, now_ns: int) -> SessionOpened:
        return SessionOpened(
            session=session,
            number=0,
            t_ns=now_ns,
            patient=self.patient,
            site=self.site,
            plan_version=1,
            day=datetime.now(UTC).date().isoformat(),
            posture="seated",
            wearables=(),
        )


async def _move(own: LocalBus, topics: HomeTopics, session: str) -> None:
    """An arm that goes up and down, as the core tells it: 60 samples a second."""
    clock = SystemClock()
    while True:
        now_ns = clock.now_ns()
        phase = (now_ns % 4_000_000_000) / 4e9
        angle = 80.0 - 70.0 * math.cos(math.tau * phase)
        batch = ControlBatch(
            session=session,
            item="1",
            t0_ns=now_ns,
            dt_us=(0, 16_667),
            control=(angle / 150, angle / 150),
            angle_deg=(angle, angle),
            calibrated=True,
        )
        own.publish(topics.control, encode_live(batch))
        await asyncio.sleep(1 / BATCHES_A_SECOND)
