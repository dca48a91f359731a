"""The demo: a recording travels from a virtual wearable to the clinic, on this machine.

It starts a broker, the clinic and the game as processes of their own, and runs the home here.
Everything after the radio is the program that runs in a home and in a clinic.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from edge.ble.radio import Radio
from edge.gateway.gateway import Gateway
from edge.virtual.peripherals.virtual_catalogue import virtual_wearable
from edge.virtual.recordings import RecordingName, load_recording
from edge.virtual.virtual_radio import VirtualRadio
from ingest.influx.server import InfluxSettings
from ingest.journal.ledger import balance
from ingest.journal.reading import JournalReader
from ripresa.home.home_box import HomeBox, home_box, tell_ledger
from ripresa.platform.background import running
from ripresa.platform.broker import LocalBroker, local_broker
from ripresa.platform.child import Child, free_port, wait_for_port
from ripresa.platform.configuration import Identity
from ripresa.platform.status_socket import ask_status
from ripresa.session.closing import close_session
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ScaledClock
from telemetry.errors import TransportError
from telemetry.messages.events import Worn
from telemetry.messages.results import results_hash
from telemetry.transport.mqtt import MqttSettings
from therapy.exercises.dose import Tempo
from therapy.exercises.library import spar_exercise
from therapy.plan.plan_file import sample_plan
from therapy.session.agenda import agenda_of
from therapy.session.session_settings import SessionSettings
from therapy.session.session_state import SessionStage

from .demo_patient import DemoPatient
from .demo_place import DemoOptions, DemoPlace, demo_folder, finished
from .summary import (
    AdherenceFigures,
    CountDoubt,
    DemoSummary,
    LedgerFigures,
    PeakFigures,
    RangeFigures,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from edge.virtual.motion_source import SensedMotion
    from edge.virtual.peripheral import VirtualWearable
    from ripresa.session.closing import ClosedSession
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

__all__ = ["Demo", "DemoOptions", "Watch", "run_demo"]

log = logging.getLogger(__name__)

WEB_PORT = 8470
PATIENCE_S = 5.0
"""Real seconds without a wearable before the demo says what it waits for."""
UPLINK_PATIENCE_S = 90
"""Real seconds that the clinic may be away at the end before the demo gives up waiting."""
DATABASE_PATIENCE_S = 60

SIDES = {0: "right", 1: "left"}
"""How SPAR's sides are worn, by the direction of the watch's x axis along the forearm."""


@dataclass(slots=True)
class Demo:
    """A running demo, for those who watch it or disturb it.

    Attributes:
        played: samples that the wearable has sent, of `total`.
    """

    broker: LocalBroker
    clinic: Child
    web_url: str
    total: int
    played: Callable[[], int]
    box: HomeBox
    stage: str = "starting"

    @property
    def repetitions(self) -> int:
        """Counted live so far."""
        state = self.box.service.state
        return 0 if state is None else state.counted


Watch: TypeAlias = "Callable[[Demo], Coroutine[Any, Any, None]]"
"""Runs beside a demo and is cancelled at its end: a progress bar, or a test that kills parts."""


async def run_demo(options: DemoOptions, watch: Watch | None = None) -> DemoSummary:
    """Run one demo to its end.

    Args:
        options: what to play.
        watch: runs beside it.

    Raises:
        RipresaError: a part cannot start, or the clinic did not take everything in time.
    """
    name, motion = load_recording(options.recording)
    clock = ScaledClock.start(options.speed)
    with demo_folder(options) as folder:
        place = DemoPlace(options=options, folder=folder, identity=Identity(), clock=clock)
        return await _Run(place, name, motion).play(watch)


class _Run:
    """One demo's parts, in the order in which they come to life."""

    def __init__(
        self,
        place: DemoPlace,
        name: RecordingName,
        motion: SensedMotion,
    ) -> None:
        self.at = place
        self.options = place.options
        self.name = name
        self.motion = motion
        self.clock = place.clock
        self.folder = place.folder
        self.identity = place.identity
        self.kind = virtual_wearable(place.options.wearable)
        self.side = SIDES[name.side]
        self.placement = f"wrist-{self.side}"
        self.plan, self.item = _plan_for(name, self.side)

    async def play(self, watch: Watch | None) -> DemoSummary:
        PlanFolder(self.folder.plans).add(self.plan)
        async with contextlib.AsyncExitStack() as stack:
            broker = await stack.enter_async_context(
                local_broker(self.folder.logs, embedded=self.options.embedded_broker)
            )
            settings = MqttSettings(port=broker.port)
            web_port = free_port(WEB_PORT)
            clinic = await stack.enter_async_context(self.at.clinic(broker.port, web_port))
            await wait_for_port(web_port, "the web page", 30)
            radio = VirtualRadio(self.clock)
            stack.push_async_callback(radio.close)
            worn = await radio.add(self.kind, self.motion)
            box = await stack.enter_async_context(
                home_box(self.at.home(settings), self.plan, from_first_sample=True)
            )
            demo = Demo(
                broker=broker,
                clinic=clinic,
                web_url=f"http://127.0.0.1:{web_port}/",
                total=len(worn.motion),
                played=lambda: worn.emitted,
                box=box,
            )
            if watch is not None:
                await stack.enter_async_context(running(watch(demo)))
            game = await stack.enter_async_context(self.at.game(broker.port))
            results = await self._session(demo, radio, worn)
            await self._reach_the_clinic(demo)
            await self._reach_the_database(demo)
            await finished(game)
            return self._summary(demo, worn, results)

    async def _session(
        self, demo: Demo, radio: VirtualRadio, worn: VirtualWearable
    ) -> ClosedSession:
        """From opening to results."""
        box, clock = demo.box, self.clock
        patient = DemoPatient(box.bus, self.identity.topics, clock, box.service)
        gateway = Gateway(
            Radio(await radio.backend()),
            {worn.identity: self.placement}.get,
            clock=clock,
            sinks=box.sinks,
            board=box.board,
            on_heart_rate=box.service.note_heart_rate,
        )
        telling = tell_ledger(
            box,
            self.identity,
            clock,
            counters=gateway.counters,
            emitted=lambda: worn.emitted,
        )
        async with running(telling):
            demo.stage = "check-in"
            day = self.plan.day_of(clock.now_ns())
            session = await box.service.open(
                SessionSettings(
                    plan=self.plan,
                    site=self.identity.site,
                    agenda=agenda_of(self.plan, day, only={self.item.id}, assess=False),
                    worn=(
                        Worn(
                            wearable=worn.identity,
                            model=self.options.wearable,
                            placement=self.placement,
                        ),
                    ),
                    range_source="first repetitions of the recording",
                )
            )
            await patient.answer_questions(SessionStage.CHECK_IN)
            await patient.place_wearables()
            async with gateway:
                demo.stage = "exercise"
                await _first_stream(box, worn.identity)
                await patient.start_exercise()
                box.positions.pin()
                await worn.ended.wait()
                await gateway.settled()
                demo.stage = "check-out"
                await patient.end_exercise()
            await box.record.stop()
            await patient.answer_questions(SessionStage.CHECK_OUT)
            await box.service.wait_for(lambda s: s.closed)
            demo.stage = "results"
            closed = await close_session(
                box.journal,
                session,
                self.plan,
                [self.item.id],
                clock,
                provisional=await box.analysis.result(self.plan.version),
            )
            # What the wearable and the gateway counted in the end is told once more.
            await clock.sleep(1.1)
        return closed

    async def _reach_the_clinic(self, demo: Demo) -> None:
        demo.stage = "clinic"
        try:
            async with asyncio.timeout(UPLINK_PATIENCE_S):
                await demo.box.uplink.caught_up()
        except TimeoutError:
            status = demo.box.uplink.status()
            raise TransportError(
                f"the clinic has not confirmed {status.backlog} records within "
                f"{UPLINK_PATIENCE_S} s; they are safe in {self.folder.home_journal}"
            ) from None

    async def _reach_the_database(self, demo: Demo) -> None:
        """Where a database is configured, wait until the clinic's followers are through."""
        if InfluxSettings.from_environment() is None:
            return
        demo.stage = "database"
        try:
            async with asyncio.timeout(DATABASE_PATIENCE_S):
                # Followers are other processes' threads: only asking tells how far they are.
                while any(f["lag"] for f in await self._followers()):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        except TimeoutError:
            log.warning("InfluxDB has not taken everything within %d s", DATABASE_PATIENCE_S)
        except TransportError as e:
            log.warning("the clinic could not be asked how far InfluxDB is: %s", e)

    async def _followers(self) -> list[dict[str, Any]]:
        status = await asyncio.to_thread(ask_status, self.folder.clinic)
        followers: list[dict[str, Any]] = status["followers"]
        return followers

    def _summary(self, demo: Demo, worn: VirtualWearable, results: ClosedSession) -> DemoSummary:
        """Figures as the clinic's journal has them."""
        final = results.final
        with JournalReader(self.folder.clinic_journal) as clinic:
            stored = balance(
                clinic,
                clinic.streams(final.session),
                emitted=worn.emitted,
                resent=demo.box.uplink.status().resent_samples,
            )
        if not final.items:
            raise TransportError("nothing was recorded: the wearable gave no sample")
        item = final.items[0]
        rom, peak = item.range_of_motion, item.active_peak
        return DemoSummary(
            session=final.session,
            patient=self.plan.patient,
            recording=str(self.name),
            exercise=item.exercise,
            repetitions=len(item.repetitions),
            repetitions_prescribed=round(self.item.asked.amount),
            rom_deg=rom
            and RangeFigures(
                median=rom.median_deg,
                p10=rom.p10_deg,
                p90=rom.p90_deg,
                what=rom.what,
                band=None
                if rom.band_low_deg is None or rom.band_high_deg is None
                else (rom.band_low_deg, rom.band_high_deg),
            ),
            peak_deg=peak
            and PeakFigures(
                peak=peak.peak_deg,
                start=peak.start_deg,
                band=(peak.band_low_deg, peak.band_high_deg),
            ),
            count=CountDoubt(
                low=item.count_low,
                high=item.count_high,
                attempts=len(item.attempts),
                other_s=sum(o.end_s - o.start_s for o in item.other_movement),
                alike=item.alike,
                judged=item.judged,
            ),
            not_observable=item.not_observable,
            adherence=AdherenceFigures(dose=results.adherence.dose, range=results.adherence.range),
            ledger=LedgerFigures(
                emitted=worn.emitted,
                stored=stored.stored,
                lost=worn.emitted - stored.stored,
                duplicates=stored.duplicates,
                resent=stored.resent,
            ),
            live_equals_recorded=results.provisional is not None
            and results_hash(results.provisional) == results_hash(final),
            latency_ms=demo.box.latencies.summary() | self.at.game_latencies(),
            results_hash=results_hash(final),
            files=self.at.files(),
        )


async def _first_stream(box: HomeBox, wearable: str, *, patience_s: float = PATIENCE_S) -> None:
    """Wait until the wearable sends; say what it is that one waits for, and how it stands."""
    told = ""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                return await box.positions.wait_for_streams(1)
        stands = next((s for s in box.board.known() if s.wearable == wearable), None)
        how = "not found yet" if stands is None else stands.reason or stands.state.value
        if how != told:
            told = how
            log.warning("waiting for the wearable %s: %s", wearable, how)


def _plan_for(name: RecordingName, side: str) -> tuple[Plan, PlanItem]:
    """The sample plan, worn and done on the recording's side, and the recording's item.

    Whoever was recorded was asked for no tempo, so the plan sets no bounds to it: under the
    sample plan's own almost every repetition would be too fast.
    """
    exercise = spar_exercise(name.exercise)
    plan = sample_plan()
    items = tuple(
        item.model_copy(
            update={
                "side": side,
                "placements": (f"wrist-{side}",),
                "tempo": _unbounded(item.paced),
            }
        )
        for item in plan.items
    )
    plan = plan.model_copy(update={"items": items})
    return plan, next(item for item in items if item.exercise == exercise.id)


def _unbounded(tempo: Tempo) -> Tempo:
    return Tempo.of(tempo.up.s, tempo.hold.s, tempo.down.s, bounded=False)
