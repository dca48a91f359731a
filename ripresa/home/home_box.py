"""Everything that runs in a home but the wearables: journal, core, session service, uplink."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.exercise.observing import observe_by
from edge.gateway.gateway_state import StateBoard, last_will_payload
from edge.gateway.live_sink import LiveSink
from edge.gateway.record_sink import RecordSink
from ingest.journal.journal import Journal
from ingest.journal.retention import HomeRetention
from ingest.transfer.uplink import Uplink
from ripresa.platform.background import running
from ripresa.session.live_analysis import LiveAnalysis
from ripresa.session.sensor_alignment import SensorAlignment
from ripresa.session.session_service import SessionService
from ripresa.session.stream_positions import Positions
from telemetry.latency import Latencies
from telemetry.messages.notices import LedgerNotice
from telemetry.transport.mqtt import LastWill, MqttBus

from .survey_post import survey_post

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from edge.gateway.counters import Counters
    from ripresa.platform.configuration import Identity
    from telemetry.clock import Clock
    from telemetry.messages.record import Record
    from telemetry.seams import ItemSink
    from therapy.plan.plan import Plan

    from .home import Home

__all__ = ["HomeBox", "home_box", "tell_ledger"]

LEDGER_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class HomeBox:
    """The running parts of a home; `bus` is the loopback broker's, `clinic_bus` the clinic's."""

    bus: MqttBus
    clinic_bus: MqttBus
    journal: Journal
    positions: Positions
    record: RecordSink
    live: LiveSink
    board: StateBoard
    analysis: LiveAnalysis
    alignment: SensorAlignment
    service: SessionService
    uplink: Uplink
    latencies: Latencies

    @property
    def sinks(self) -> list[ItemSink]:
        """What a gateway gives its items to.

        Positions first, so that nothing outruns them, and the record before whatever computes.
        """
        return [self.positions, self.record, self.live, self.analysis, self.alignment]


@contextlib.asynccontextmanager
async def home_box(
    home: Home,
    plan: Plan,
    *,
    from_first_sample: bool = False,
    surveys: bool = False,
    withheld: Callable[[Record], bool] = lambda _record: False,
) -> AsyncIterator[HomeBox]:
    """Run a home's parts as long as the context lasts.

    Args:
        home: whose.
        plan: the version in force.
        from_first_sample: see `Positions`.
        surveys: take anonymous answers to the clinic, where there is a way.
        withheld: whether a record's motion stays here.

    Raises:
        StoreError: the journal cannot be opened.
        TransportError: no loopback broker.
    """
    clock, identity, topics = home.clock, home.identity, home.identity.topics
    will = LastWill(identity.gateway_topics.state, last_will_payload(identity.gateway))
    async with contextlib.AsyncExitStack() as stack:
        journal = Journal.open(home.folder.home_journal, clock)
        stack.callback(journal.close)
        bus = await stack.enter_async_context(MqttBus(home.broker, f"home-{journal.home}"))
        clinic_bus = await stack.enter_async_context(
            MqttBus(home.clinic_broker, f"uplink-{journal.home}", last_will=will)
        )
        await bus.wait_connected()
        positions, latencies = (
            Positions(from_first_sample=from_first_sample),
            Latencies(clock.speed),
        )
        service = SessionService(
            journal,
            bus,
            topics,
            clock,
            spans=positions.spans,
            last_sample_ns=lambda: positions.last_sample_ns,
        )
        record = RecordSink(journal, clock, session=lambda: service.session)
        analysis = LiveAnalysis(
            bus, topics, clock, observe_by(plan), latencies, silent_s=plan.limits.silent_s
        )
        service.on_event, analysis.on_live = analysis.take_event, service.take_live
        box = HomeBox(
            bus=bus,
            clinic_bus=clinic_bus,
            journal=journal,
            positions=positions,
            record=record,
            live=LiveSink(bus, topics),
            board=StateBoard(
                clinic_bus, identity.gateway_topics, clock, backlog=lambda: record.backlog
            ),
            analysis=analysis,
            alignment=SensorAlignment(clock, service, lambda: positions.opened),
            service=service,
            uplink=Uplink(clinic_bus, journal, topics, clock, withheld=withheld),
            latencies=latencies,
        )
        record.start()
        stack.push_async_callback(record.stop)
        programs = [box.analysis.run(), box.service.run(), box.uplink.run()]
        programs.append(HomeRetention(journal, clock).run())
        programs.append(box.alignment.run())
        if surveys and (post := survey_post(home, clinic_bus)) is not None:
            programs.append(post.run())
        await stack.enter_async_context(running(*programs))
        yield box


async def tell_ledger(
    box: HomeBox,
    identity: Identity,
    clock: Clock,
    *,
    counters: Callable[[], dict[str, Counters]],
    emitted: Callable[[], int | None] = lambda: None,
    every_s: float = LEDGER_EVERY_S,
) -> None:
    """Publish what the home counted, again and again, until cancelled.

    Args:
        box: the home.
        identity: whose.
        clock: paces.
        counters: of the gateway.
        emitted: samples that the wearables sent, where that is known.
        every_s: how often.
    """
    while True:
        totals = counters().values()
        notice = LedgerNotice(
            gateway=identity.gateway,
            patient=identity.patient,
            home_ns=clock.now_ns(),
            emitted=emitted(),
            received=sum(c.decoded for c in totals),
            declared_lost=sum(c.declared_lost for c in totals),
            resent=box.uplink.status().resent_samples,
            refused=sum(c.refused_notifications for c in totals) + box.service.refused,
        )
        box.clinic_bus.publish(identity.topics.ledger, notice.encode(), qos=1)
        await clock.sleep(every_s)
