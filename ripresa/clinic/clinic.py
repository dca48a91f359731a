"""The clinic in one process: receiver, database follower where one is configured, web view.

What can be wrong with a setting is found before anything runs, and raised. Then each program
is supervised by itself: what fails later is a trouble on the board, and the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboards.surveys.survey_api import ShutSurveys
from dashboards.web.app import LOOPBACK_NAMES, create_app
from dashboards.web.serving import serve
from ingest.influx.database_watch import DatabaseWatch
from ingest.influx.server import InfluxWriter
from ingest.rights.audit import AuditKey
from ingest.transfer.intake import Bar
from ingest.transfer.quota import Quota
from ripresa.access.access_audit import access_trail, deed_writer, had_users
from ripresa.access.way_in import WayIn, hold_reach, reaches_wide
from ripresa.care.clinic_store import ClinicStore
from ripresa.care.operations import OperationsFollower
from ripresa.care.patient_sites import PatientSites
from ripresa.plans.clinic_plans import ClinicPlans
from ripresa.plans.draft_folder import DraftFolder
from ripresa.platform.configuration import LOOPBACK
from ripresa.platform.folder_lock import folder_lock
from ripresa.platform.listening import wider_than_loopback
from ripresa.platform.status_socket import status_served
from ripresa.platform.supervise import Supervisor
from ripresa.region.clinic_names import PAGE, RECEIVER
from ripresa.region.held_partition import hold_partition
from ripresa.survey.issuing import SurveyIssuing
from ripresa.survey.signing_keys import SigningKeys
from ripresa.survey.survey_codes import SurveyCodes
from telemetry.errors import ConfigurationError, StoreError, TransportError
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.own_voice import OwnVoice
from telemetry.transport.partition import Partition
from telemetry.transport.partitioned_bus import PartitionedBus
from telemetry.trouble import TroubleBoard, TroubleKind

from .around.treatment import Treatment
from .care_desk import CareDesk
from .clinic_status import ClinicStatus
from .erasure_rounds import ErasureParts, ErasureRounds
from .intake_parts import clinic_intake
from .ledger_board import LedgerBoard
from .outbox import Outbox, OutboxPublisher
from .status_report import clinic_state
from .survey_desk import SurveyArchive, SurveyDesk
from .wrong_clock import plainly_wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import FastAPI

    from ingest.influx.database_watch import Follows
    from ingest.influx.server import InfluxSettings
    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock
    from telemetry.transport.bus import Bus

__all__ = ["ClinicOptions", "run_clinic", "surveys_by_code"]

log = logging.getLogger(__name__)

PAGE_AGAIN_S = 30.0


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
        published_on_loopback: the page may listen wider, because whoever runs this container
            publishes its port to this machine only.
        behind_proxy: addresses or networks of proxies that bring the page to others by TLS.
        host_names: by which browsers reach it through them.
        partition: which of several clinics on this broker it is.
    """

    folder: Folder
    broker: MqttSettings
    site: str
    clock: Clock
    influx: InfluxSettings | None = None
    time_zone: str = "Europe/Rome"
    web_host: str = LOOPBACK
    web_port: int | None = None
    published_on_loopback: bool = False
    behind_proxy: tuple[str, ...] = ()
    host_names: tuple[str, ...] = ()
    partition: Partition = Partition()  # noqa: RUF009 - frozen


async def run_clinic(options: ClinicOptions) -> None:
    """Run until cancelled.

    Raises:
        RipresaError: a part cannot start; the message says which and what to do.
    """
    clock, board = options.clock, TroubleBoard()
    hold_reach(options)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(folder_lock(options.folder.clinic, "clinic"))
        hold_partition(options.folder, partition := options.partition)
        way_in = stack.enter_context(WayIn(options.folder, clock))
        way_in.hold_to_users(options)
        store = stack.enter_context(ClinicStore(options.folder, clock, options.time_zone))
        journal, plans = store.journal, store.plans
        records, live = _connections(options, journal.home)
        ours, ours_live = PartitionedBus(records, partition), PartitionedBus(live, partition)
        # All that listens is wired before a connection opens: what waits comes at once.
        receiver = clinic_intake(
            ours,
            journal,
            clock,
            site=options.site,
            quota=(quota := Quota()),
            board=board,
            audit_key=options.folder.audit_key,
        )
        audit_key = AuditKey.at(options.folder.audit_key)
        trail = access_trail(journal, audit_key, clock, board)

        def clock_wrong() -> bool:
            return plainly_wrong(clock.now_ns(), journal, counted.offset_s.values())

        counted = LedgerBoard(ours_live, options.site, journal, clock)
        outbox = OutboxPublisher(ours_live, Outbox(options.folder.outbox), clock)
        care = store.care(
            heard=counted.heard,
            clock_wrong=clock_wrong,
        )
        outbox.note = care.note
        sites = PatientSites(journal)
        written = ClinicPlans(
            care.figures,
            plans,
            DraftFolder(options.folder.drafts),
            CareDesk(journal, options.folder, clock, folded=care.folded),
            sites,
        )
        programs: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "receiver": receiver.run,
            "figures": care.run,
            "outbox": outbox.run,
            "access trail": trail.run,
            "curves": (curves := store.curves(options.folder.curves)).run,
        }
        programs |= _surveys(
            options,
            store,
            audit_key,
            board,
            records=ours,
            live=ours_live,
            clock_wrong=clock_wrong,
        )
        followers: tuple[Follows, ...] = ()
        writer: InfluxWriter | None = None
        if options.influx is not None:
            writer = stack.enter_context(InfluxWriter(options.influx))
            recorded = await asyncio.to_thread(store.followers, writer, options.influx)
            figures = store.figures(care, writer, options.influx)
            followers = (*recorded, figures)
            programs |= {follower.status().name: follower.run for follower in recorded}
            programs |= {figures.status().name: figures.run}
            watch = DatabaseWatch(writer, options.influx, followers, board, clock)
            programs["database watch"] = watch.run
        supervisor = Supervisor(clock, board)
        status = ClinicStatus(
            journal,
            (records, live),
            receiver,
            followers,
            supervisor,
            quota,
            board,
            clock,
            options.broker,
            counted.offset_s,
            lambda: care.set_aside,
            lambda: care.left_out,
            voice := OwnVoice(live, options.site, journal.home, clock),
        )
        programs["own voice"] = voice.run
        programs["watch"] = status.run
        app = create_app(
            journal,
            ours_live,
            ledger=counted.ledger,
            plan=plans.version,
            care=care,
            plans=written,
            treatment=Treatment(
                care,
                journal,
                options.folder,
                clock,
                deed_writer(journal, audit_key, clock),
            ),
            surveys=surveys_by_code(stack, options.folder, clock, board) or ShutSurveys(),
            clock=clock,
            state=lambda sees: clinic_state(status.document(), sees),
            entrance=way_in.entrance(
                sites,
                plain_http=options.published_on_loopback,
                trail=trail,
                had_users=had_users(journal),
            ),
            provider=way_in.provider(),
            site_of=sites,
            curve=curves.curve,
            host_names=(*LOOPBACK_NAMES, *options.host_names),
        )
        if options.influx is not None and writer is not None:
            programs["influx:operations"] = OperationsFollower(
                ours_live,
                options.site,
                writer,
                options.influx.therapy_bucket,
                clock,
                document=status.document,
                part="" if partition.is_whole else str(partition),
            ).run
        parts = ErasureParts(options.folder, options.broker, clock)
        programs["erasures"] = ErasureRounds(journal, options.folder, parts, clock, board).run
        await stack.enter_async_context(records)
        await stack.enter_async_context(live)
        programs["web page"] = lambda: _show_page(app, options, board)
        await stack.enter_async_context(status_served(options.folder.clinic, status.document))
        await stack.enter_async_context(supervisor.running(programs))
        await asyncio.Event().wait()


def _surveys(
    options: ClinicOptions,
    store: ClinicStore,
    audit_key: AuditKey,
    board: TroubleBoard,
    *,
    records: Bus,
    live: Bus,
    clock_wrong: Callable[[], bool],
) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
    """The programs of the anonymous surveys.

    A survey has one key, published for a whole site: a clinic in parts has none of them, since
    each part would make its own.
    """
    if not options.partition.is_whole:
        return {}
    keys = SigningKeys(options.folder.survey_keys, audit_key)
    answers = SurveyArchive(options.folder.survey_answers)

    def shut(now: bool) -> None:  # noqa: FBT001 - whether they are
        name = options.folder.survey_answers.name
        if now:
            board.show(TroubleKind.SURVEYS_SHUT, name, options.clock.now_ns())
        else:
            board.clear(TroubleKind.SURVEYS_SHUT, name)

    desk = SurveyDesk(records, answers, keys, site=options.site, shut=shut)
    issuing = SurveyIssuing(
        live,
        keys,
        options.clock,
        site=options.site,
        sites=lambda: {h.site for h in store.journal.homes() if h.site},
        barred=lambda patient: store.consent.barred("", patient) not in (None, Bar.MOTION),
        clock_wrong=clock_wrong,
    )
    return {"survey desk": desk.run, "survey credentials": issuing.run}


def _connections(options: ClinicOptions, home: str) -> tuple[MqttBus, MqttBus]:
    """The clinic's two connections: for records, which the broker keeps for it, and for the rest.

    The halves of a clinic that was cut in two have one ULID, and need two names at a broker.
    """
    name = f"{home}-{options.partition.index}" if options.partition.index else home
    return (
        MqttBus(options.broker, f"{RECEIVER}{name}", manual_ack=True, persistent=True),
        MqttBus(options.broker, f"{PAGE}{name}"),
    )


async def _show_page(app: FastAPI, options: ClinicOptions, board: TroubleBoard) -> None:
    """Serve the page; where it cannot start that is a trouble, and the intake goes on."""
    clock, told = options.clock, ""
    while True:
        try:
            async with serve(
                app, host=options.web_host, port=options.web_port, proxies=options.behind_proxy
            ) as page:
                board.clear(TroubleKind.PART_ABSENT, told)
                log.info("web page at %s", page.url)
                for wide in wider_than_loopback(os.getpid()):
                    if not (options.published_on_loopback or reaches_wide(options)):
                        board.show(TroubleKind.LISTENS_WIDE, wide, clock.now_ns())
                await asyncio.Event().wait()
        except (ConfigurationError, TransportError) as e:
            if board.show(TroubleKind.PART_ABSENT, found := f"web page: {e}", clock.now_ns()):
                log.warning("no web page, the rest goes on: %s", e)
            if found != told:
                board.clear(TroubleKind.PART_ABSENT, told)
            told = found
        await clock.sleep(PAGE_AGAIN_S)


def surveys_by_code(
    stack: contextlib.ExitStack | contextlib.AsyncExitStack,
    folder: Folder,
    clock: Clock,
    board: TroubleBoard,
) -> SurveyCodes | None:
    """The surveys by code; None where they cannot be kept, for which no clinic stands still."""
    try:
        return stack.enter_context(SurveyCodes(folder.survey_codes, clock))
    except StoreError as e:
        log.error("surveys by code are not served: %s", e)  # noqa: TRY400 - one line says it
        board.show(TroubleKind.SURVEYS_SHUT, folder.survey_codes.name, clock.now_ns())
        return None
