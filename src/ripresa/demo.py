"""The demo: a recording travels from a virtual wearable to the clinic, on this machine.

It starts a broker, the clinic and the game as processes of their own, and runs the home here.
Everything after the radio is the program that runs in a home and in a clinic.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from edge.gateway import Gateway
from edge.radio import Radio
from edge.recordings import RecordingName, load_recording
from edge.virtual.catalogue import virtual_wearable
from edge.virtual.radio import VirtualRadio
from ingest.influx import MOTION, THERAPY
from ingest.influx_server import InfluxSettings
from ingest.ledger import balance
from ingest.reading import JournalReader
from telemetry.clock import ScaledClock
from telemetry.errors import ConfigurationError, TransportError
from telemetry.events import Worn
from telemetry.mqtt import MqttSettings
from telemetry.results import results_hash
from therapy.agenda import agenda_of
from therapy.library import spar_exercise
from therapy.plan_file import sample_plan
from therapy.session_state import Stage

from .beside import running
from .broker import LocalBroker, local_broker
from .child import Child, free_port, wait_for_port
from .closing import close_session
from .configuration import Folder, Identity, ripresa_home
from .demo_patient import DemoPatient
from .display import has_display
from .home_box import HomeBox, HomeOptions, home_box, tell_ledger
from .plans import PlanFolder
from .running import log_to
from .summary import AdherenceFigures, DemoSummary, LedgerFigures, RangeFigures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from edge.motion_source import Motion
    from edge.virtual.peripheral import VirtualWearable
    from therapy.plan import Plan, PlanItem

    from .closing import ClosedSession
    from .latency import Percentiles

__all__ = ["Demo", "DemoOptions", "Watch", "run_demo"]

log = logging.getLogger(__name__)

WEB_PORT = 8470
UPLINK_PATIENCE_S = 90
"""Real seconds that the clinic may be away at the end before the demo gives up waiting."""
GAME_PATIENCE_S = 30
DATABASE_PATIENCE_S = 60

SIDES = {0: "right", 1: "left"}
"""How SPAR's sides are worn, by the direction of the watch's x axis along the forearm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What `ripresa demo` was asked for.

    Attributes:
        recording: `spar:SUBJECT:EXERCISE:SIDE`.
        wearable: which kind replays it, see `edge.virtual.catalogue`.
        speed: of all clocks.
        headless: no window and no browser.
        keep: folder that outlives the demo; None: a temporary one.
        embedded_broker: amqtt within this process even where mosquitto is there.
        web: serve the page.
        game: which game is played; None: none.
    """

    recording: str = "spar:1:ABD:0"
    wearable: str = "dot"
    speed: float = 1.0
    headless: bool = False
    keep: Path | None = None
    embedded_broker: bool = False
    game: str | None = "volo"


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
    with _state_folder(options) as folder, _logging_to(folder.logs / "home.log"):
        return await _Run(options, name, motion, clock, folder).play(watch)


class _Run:
    """One demo's parts, in the order in which they come to life."""

    def __init__(
        self,
        options: DemoOptions,
        name: RecordingName,
        motion: Motion,
        clock: ScaledClock,
        folder: Folder,
    ) -> None:
        self.options = options
        self.name = name
        self.motion = motion
        self.clock = clock
        self.folder = folder
        self.kind = virtual_wearable(options.wearable)
        self.identity = Identity()
        self.side = SIDES[name.side]
        self.placement = f"wrist-{self.side}"
        self.plan, self.item = _plan_for(name, self.side)
        self.game_json = folder.root / "game.json"
        self.picture = folder.pictures / "volo.png"

    async def play(self, watch: Watch | None) -> DemoSummary:
        PlanFolder(self.folder.plans).add(self.plan)
        async with contextlib.AsyncExitStack() as stack:
            broker = await stack.enter_async_context(
                local_broker(self.folder.logs, embedded=self.options.embedded_broker)
            )
            settings = MqttSettings(port=broker.port)
            web_port = free_port(WEB_PORT)
            clinic = await stack.enter_async_context(self._clinic(broker.port, web_port))
            await wait_for_port(web_port, "the web page", 30)
            radio = VirtualRadio(self.clock)
            stack.push_async_callback(radio.close)
            worn = await radio.add(self.kind, self.motion)
            box = await stack.enter_async_context(
                home_box(
                    HomeOptions(
                        journal=self.folder.home_journal,
                        identity=self.identity,
                        broker=settings,
                        clinic=settings,
                        plan=self.plan,
                        clock=self.clock,
                        from_first_sample=True,
                    )
                )
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
            game = await stack.enter_async_context(self._game(broker.port))
            results = await self._session(demo, radio, worn)
            await self._reach_the_clinic(demo)
            await self._reach_the_database(demo)
            await _finished(game)
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
                self.plan,
                self.identity.site,
                agenda_of(self.plan, day, only={self.item.id}, assess=False),
                [
                    Worn(
                        wearable=worn.identity,
                        model=self.options.wearable,
                        placement=self.placement,
                    )
                ],
                range_source="first repetitions of the recording",
            )
            await patient.answer_questions(Stage.CHECK_IN)
            await patient.place_wearables()
            async with gateway:
                demo.stage = "exercise"
                await box.positions.wait_for_streams(1)
                await patient.start_exercise()
                box.positions.pin()
                await worn.ended.wait()
                await gateway.settled()
                demo.stage = "check-out"
                await patient.end_exercise()
            await box.record.stop()
            await patient.answer_questions(Stage.CHECK_OUT)
            await box.service.wait_for(lambda s: s.closed)
            demo.stage = "results"
            core = box.analysis.core
            assert core is not None  # noqa: S101 - a session was open
            closed = await close_session(
                box.journal,
                session,
                self.plan,
                [self.item.id],
                clock,
                provisional=core.result(plan_version=self.plan.version, provisional=True),
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
        if InfluxSettings.from_environment(os.environ) is None:
            return
        demo.stage = "database"
        with (
            JournalReader(self.folder.clinic_journal) as clinic,
            contextlib.suppress(TimeoutError),
        ):
            async with asyncio.timeout(DATABASE_PATIENCE_S):
                while min(clinic.cursor(f) for f in (MOTION, THERAPY)) < clinic.last_seq():  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
                return
        log.warning("InfluxDB has not taken everything within %d s", DATABASE_PATIENCE_S)

    def _clinic(self, broker_port: int, web_port: int) -> Child:
        return Child(
            "clinic",
            [
                *_PYTHON,
                "clinic",
                "run",
                "--site",
                self.identity.site,
                "--web-port",
                str(web_port),
            ],
            self.folder.logs / "clinic.log",
            environment=self._environment(broker_port),
        )

    @contextlib.asynccontextmanager
    async def _game(self, broker_port: int) -> AsyncIterator[Child | None]:
        """The game as a process of its own, ready before the first sample comes."""
        if self.options.game is None:
            yield None
            return
        ready = self.folder.root / "game.ready"
        command = [
            *_PYTHON,
            "play",
            self.options.game,
            "--input",
            "wearable",
            "--self-paced",
            "--json",
            str(self.game_json),
            "--ready-file",
            str(ready),
        ]
        if self.options.headless or not has_display():
            command += ["--headless", "--picture", str(self.picture)]
        log_file = self.folder.logs / "game.log"
        environment = self._environment(broker_port)
        async with Child("game", command, log_file, environment=environment, keep=False) as game:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GAME_PATIENCE_S):
                    while not ready.exists() and game.returncode is None:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
            yield game

    def _environment(self, broker_port: int) -> dict[str, str]:
        return {
            **self.identity.as_environment(),
            "RIPRESA_HOME": str(self.folder.root),
            "RIPRESA_CLOCK": self.clock.spec,
            "RIPRESA_MQTT_HOST": "127.0.0.1",
            "RIPRESA_MQTT_PORT": str(broker_port),
        }

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
        item = final.items[0]
        rom = item.range_of_motion
        return DemoSummary(
            session=final.session,
            patient=self.plan.patient,
            recording=str(self.name),
            exercise=item.exercise,
            repetitions=len(item.repetitions),
            repetitions_prescribed=round(self.item.asked.amount),
            rom_deg=rom
            and RangeFigures(
                median=rom.median_deg, p10=rom.p10_deg, p90=rom.p90_deg, what=rom.what
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
            latency_ms=demo.box.latencies.summary() | self._game_latencies(),
            results_hash=results_hash(final),
            files=self._files(),
        )

    def _game_latencies(self) -> dict[str, Percentiles]:
        with contextlib.suppress(OSError, ValueError, KeyError):
            told = json.loads(self.game_json.read_text(encoding="utf-8"))["latency_ms"]
            names = {"arrival_to_frame": "game", "sample_to_frame": "sample to frame"}
            return {
                name: {"p50": told[hop]["p50"], "p95": told[hop]["p95"], "p99": told[hop]["p99"]}
                for hop, name in names.items()
                if told.get(hop)
            }
        return {}

    def _files(self) -> dict[str, str]:
        files = {}
        if self.options.keep is not None:
            files = {
                "home journal": str(self.folder.home_journal),
                "clinic journal": str(self.folder.clinic_journal),
                "logs": str(self.folder.logs),
            }
        if self.picture.exists():
            kept = self.picture
            if self.options.keep is None:
                kept = Folder(ripresa_home()).create().pictures / "demo-volo.png"
                shutil.copyfile(self.picture, kept)
            files["picture"] = str(kept)
        return files


_PYTHON = (sys.executable, "-m", "ripresa")


def _plan_for(name: RecordingName, side: str) -> tuple[Plan, PlanItem]:
    """The sample plan, worn and done on the recording's side, and the recording's item."""
    exercise = spar_exercise(name.exercise)
    plan = sample_plan()
    items = tuple(
        item.model_copy(update={"side": side, "placements": (f"wrist-{side}",)})
        for item in plan.items
    )
    plan = plan.model_copy(update={"items": items})
    return plan, next(item for item in items if item.exercise == exercise.id)


@contextlib.contextmanager
def _state_folder(options: DemoOptions) -> Iterator[Folder]:
    """A fresh folder; a kept one gets a subfolder of its own for each demo."""
    if options.keep is not None:
        root = options.keep.expanduser().resolve()
        if (root / "home").exists():
            raise ConfigurationError(
                f"{root} holds an earlier demo: name another folder, recordings are never "
                "overwritten"
            )
        yield Folder(root).create()
        return
    root = Path(tempfile.mkdtemp(prefix="ripresa-demo-"))
    try:
        yield Folder(root).create()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    """What the home logs is for its file; a person sees the progress."""
    handler = log_to(file)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


async def _finished(game: Child | None) -> None:
    """Give the game time to end well by itself."""
    if game is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GAME_PATIENCE_S):
                await game.wait()
