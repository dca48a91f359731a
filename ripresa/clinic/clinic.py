"""The clinic in one process: receiver, database follower where one is configured, web view."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics.monitoring.worklist import MonitoredHours
from dashboards.views.loss_ledger import LossLedger
from dashboards.web.app import create_app
from dashboards.web.serving import serve
from ingest.influx.followers import influx_followers
from ingest.influx.server import InfluxWriter
from ingest.journal.journal import Journal
from ingest.journal.ledger import balance
from ingest.places import Places
from ingest.rights.audit import AuditKey
from ingest.rights.consent import Consent
from ingest.transfer.receiver import Receiver
from ripresa.platform.background import running
from ripresa.platform.configuration import LOOPBACK
from ripresa.session.plan_folder import PlanFolder
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.messages.notices import LedgerNotice
from telemetry.messages.record import RecordKind
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import GatewayTopics

from .care_journal import JournalCareRecord
from .outbox import Outbox, OutboxPublisher
from .survey_desk import SurveyArchive, SurveyDesk

if TYPE_CHECKING:
    from ingest.influx.server import InfluxSettings
    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock
    from telemetry.seams import SessionSummary
    from telemetry.transport.bus import Bus, Message

__all__ = ["ClinicOptions", "run_clinic"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicOptions:
    """What a clinic is started with.

    Attributes:
        folder: holds its journal and plans.
        broker: its MQTT broker.
        site: whose homes it serves; `+` for all.
        clock: stamps and paces.
        influx: the database to follow the journal into; None: none.
        time_zone: of the clinic, where its days end.
        web_host: where the web page listens.
        web_port: exactly this one; None: the usual one, or a free one.
    """

    folder: Folder
    broker: MqttSettings
    site: str
    clock: Clock
    influx: InfluxSettings | None = None
    time_zone: str = "Europe/Rome"
    web_host: str = LOOPBACK
    web_port: int | None = None


async def run_clinic(options: ClinicOptions) -> None:
    """Run until cancelled.

    Raises:
        RipresaError: a part cannot start; the message says which and what to do.
    """
    clock = options.clock
    plans = PlanFolder(options.folder.plans)
    async with contextlib.AsyncExitStack() as stack:
        journal = Journal.open(options.folder.clinic_journal, clock)
        stack.callback(journal.close)
        records = MqttBus(
            options.broker, f"receiver-{journal.home}", manual_ack=True, persistent=True
        )
        live = MqttBus(options.broker, f"page-{journal.home}")
        consent = Consent(journal, AuditKey.at(Places(options.folder.root).audit_key))
        # All that listens is wired before a connection opens: what waits comes at once.
        receiver = Receiver(records, journal, clock, site=options.site, barred=consent.barred)
        desk = SurveyDesk(records, SurveyArchive(options.folder.survey_answers), site=options.site)
        counted = LedgerBoard(live, options.site, journal, clock)
        outbox = OutboxPublisher(live, Outbox(options.folder.outbox), clock)
        care = JournalCareRecord(
            journal,
            plans.version,
            clock,
            _hours(options.time_zone),
            restricted=consent.restricted,
            heard=counted.heard,
        )
        outbox.note = care.note
        app = create_app(
            journal, live, ledger=counted.ledger, plan=plans.version, care=care, clock=clock
        )
        for bus in (records, live):
            await stack.enter_async_context(bus)
        page = await stack.enter_async_context(
            serve(app, host=options.web_host, port=options.web_port)
        )
        log.info("web page at %s", page.url)
        programs = [receiver.run(), care.run(), outbox.run(), desk.run()]
        if options.influx is not None:
            writer = stack.enter_context(InfluxWriter(options.influx))
            followers = influx_followers(
                journal,
                writer,
                options.influx,
                clock,
                doses=plans,
                restricted=consent.restricted,
            )
            programs += [follower.run() for follower in followers]
        await stack.enter_async_context(running(*programs))
        await asyncio.Event().wait()


def _hours(time_zone: str) -> MonitoredHours:
    """When somebody looks at alerts: the usual hours, in the clinic's time zone.

    Raises:
        ConfigurationError: there is no such time zone.
    """
    try:
        ZoneInfo(time_zone)
    except (OSError, ValueError, KeyError) as e:
        raise ConfigurationError(f"time zone {time_zone!r}: give e.g. Europe/Rome") from e
    return MonitoredHours(time_zone=time_zone)


class LedgerBoard:
    """The loss ledger of the newest session: what its home counted, and what is stored here.

    While a session runs, sums are taken from the journal's index; once it is closed its
    streams are added up index by index, once.

    Args:
        bus: the homes' notices come from it.
        site: whose.
        journal: the clinic's.
        clock: the clinic's.
    """

    def __init__(self, bus: Bus, site: str, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self.heard: dict[str, int] = {}
        """When each patient's home was last heard of, by the clinic's clock."""
        self.offset_s: dict[str, float] = {}
        """How far each patient's home's clock is ahead of the clinic's, by its last notice."""
        self._notices: dict[str, LedgerNotice] = {}
        self._balanced: dict[str, LossLedger] = {}
        self._refused = 0
        bus.subscribe(GatewayTopics(site, "+").ledger, self._take, qos=1)

    def ledger(self) -> LossLedger:
        """The account so far."""
        sessions = self._journal.sessions()
        if not sessions:
            return LossLedger(refused=self._refused)
        newest = sessions[-1]
        told = self._notices.get(newest.patient)
        counted = self._stored(newest)
        if told is None:
            return counted.model_copy(update={"refused": self._refused})
        # A home tells once a second; what is stored here has been sent and received.
        update = {
            "emitted": None if told.emitted is None else max(told.emitted, counted.stored),
            "received": max(told.received, counted.stored),
            "lost": max(counted.lost, told.declared_lost),
            "resent": told.resent,
            "clock_offset_s": self.offset_s.get(newest.patient),
            "refused": self._refused + told.refused,
        }
        return counted.model_copy(update=update)

    def _stored(self, session: SessionSummary) -> LossLedger:
        if session.closed_ns is None:
            motion = self._journal.counts(session=session.session).get(RecordKind.MOTION)
            return LossLedger(stored=0 if motion is None else motion.samples)
        known = self._balanced.get(session.session)
        if known is None:
            streams = self._journal.streams(session.session, home=session.home)
            sums = balance(self._journal, streams, home=session.home)
            known = LossLedger(stored=sums.stored, lost=sums.lost, duplicates=sums.duplicates)
            self._balanced = {session.session: known}
        return known

    def _take(self, message: Message) -> None:
        try:
            notice = LedgerNotice.decode(message.payload)
        except DecodeError as e:
            self._refused += 1
            log.warning("refused: %s", e)
            return
        self._notices[notice.patient] = notice
        if message.retained:
            return  # an old word, kept by the broker: it tells nothing of now
        now_ns = self._clock.now_ns()
        self.heard[notice.patient] = now_ns
        if notice.home_ns is not None:
            self.offset_s[notice.patient] = (notice.home_ns - now_ns) / 1e9
