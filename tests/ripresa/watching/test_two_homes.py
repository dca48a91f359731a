"""The real clinic and its real broker with two homes: who is seen live, by whom, and who is not."""

import asyncio
import contextlib
import json
from types import SimpleNamespace

import httpx
import pytest
from websockets.asyncio.client import connect

from clinic_broker import ClinicBroker
from influxd import free_port
from ingest.enrolment.enrolment import enrol_home, init_clinic
from ingest.journal.journal import Journal
from ingest.transfer.uplink import Uplink
from journals import event_record, session_opened
from needs import need_program
from record_path import PATIENCE, until
from ripresa.clinic.clinic import ClinicOptions, run_clinic
from ripresa.platform.background import running
from ripresa.platform.configuration import Folder
from ripresa.watching.live_consent import LiveConsent
from ripresa.watching.live_relay import LiveRelay
from telemetry.clock import SystemClock
from telemetry.identity import new_ulid
from telemetry.messages.live import ControlBatch, encode_live
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow
CLOCK = SystemClock()


class WatchedHome:
    """A home in the middle of a session: its uplink and its relay, on a line of its own."""

    def __init__(self, broker, join, place, *, allowed):
        self.topics = HomeTopics(join.site, join.patient)
        self.session = new_ulid(CLOCK)
        self.own, self.clinic = LocalBus(), broker.home(join, place)
        consent = place / "live_view.json"
        LiveConsent(allowed=allowed, t_ns=0).keep(consent)
        self.journal = Journal.open(place / "journal.sqlite", CLOCK)
        self.uplink = Uplink(self.clinic, self.journal, self.topics, CLOCK, limits=PATIENCE)
        self.relay = LiveRelay(
            self.own,
            self.clinic,
            self.topics,
            CLOCK,
            apart=True,
            session=lambda: self.session,
            consent=consent,
        )

    @contextlib.asynccontextmanager
    async def training(self):
        opened = session_opened(
            self.session, patient=self.topics.patient, site="clinic", t_ns=CLOCK.now_ns()
        )
        await self.journal.append([event_record(opened)])
        async with self.clinic, running(self.uplink.run(), self.relay.run(), self._move()):
            yield self
        self.journal.close()

    async def _move(self):
        while True:
            batch = ControlBatch(
                session=self.session,
                item="1",
                t0_ns=CLOCK.now_ns(),
                dt_us=(0,),
                control=(0.5,),
                angle_deg=(float(self.topics.patient[-1]),),
            )
            self.own.publish(self.topics.control, encode_live(batch))
            self.own.publish(self.topics.motion(self.session), b"raw")
            await asyncio.sleep(0.02)


@pytest.fixture
async def scene(tmp_path):
    need_program("openssl")
    init_clinic(tmp_path, site="clinic", hosts=["localhost", "127.0.0.1"])
    joins = [enrol_home(tmp_path, f"p-0{n}") for n in (1, 2)]
    with ClinicBroker(tmp_path) as broker:
        for name in ("h1", "h2"):
            (tmp_path / name).mkdir()
        first = WatchedHome(broker, joins[0], tmp_path / "h1", allowed=True)
        second = WatchedHome(broker, joins[1], tmp_path / "h2", allowed=False)
        chosen = ClinicOptions(
            folder=Folder(tmp_path / "clinic").create(),
            broker=broker.settings,
            site="clinic",
            clock=CLOCK,
            web_port=(port := free_port()),
        )
        task = asyncio.create_task(run_clinic(chosen))
        try:
            async with first.training(), second.training(), broker.clinic("spy") as spy:
                heard = []
                spy.subscribe("#", lambda m: heard.append(m.topic))
                await spy.wait_connected()
                await both_listed(port)
                yield SimpleNamespace(first=first, second=second, port=port, task=task, heard=heard)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def lease_of(socket):
    """The next word on the lease, whatever was shown before it."""
    async with asyncio.timeout(15):
        while "lease" not in (frame := json.loads(await socket.recv())):
            pass
    return frame["lease"], frame["reason"]


@contextlib.asynccontextmanager
async def watching(scene, home):
    """A page's socket, and what came of asking."""
    async with connect(f"ws://127.0.0.1:{scene.port}/api/live/{home.topics.patient}") as socket:
        assert await lease_of(socket) == ("none", "")
        await socket.send("ask")
        assert await lease_of(socket) == ("asked", "")
        yield socket, await lease_of(socket)


async def both_listed(port):
    """Wait until the clinic knows of both sessions."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as page:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    found = (await page.get("/api/live")).json()
                    if len(found["live"]) == 2:
                        assert found["by_lease"] is True
                        return
                await asyncio.sleep(0.05)


async def test_only_the_home_that_agreed_is_seen_and_only_by_its_own_watchers(scene):
    first, second = scene.first, scene.second
    async with watching(scene, first) as (socket, told):
        assert told == ("given", "")
        assert first.relay.watched_by() == ("clinic",)
        async with asyncio.timeout(10):
            while not (frame := json.loads(await socket.recv())).get("angle_deg"):
                pass
        assert set(frame["angle_deg"]) == {1.0}
        async with watching(scene, second) as (other, refused):
            assert refused == ("refused", "no consent")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(other.recv(), 0.5)
        assert second.relay.watched_by() == ()
    await until(lambda: first.relay.watched_by() == ())
    live = {topic for topic in scene.heard if "/live/" in topic}
    requests = {home.topics.live_request for home in (first, second)}
    assert live - requests == {first.topics.control}


async def test_the_end_of_the_clinic_ends_what_is_seen(scene):
    async with watching(scene, scene.first) as (_, told):
        assert told == ("given", "")
        scene.task.cancel()  # its pages let go as they are closed
        await until(lambda: scene.first.relay.watched_by() == ())
        before = len(scene.heard)
        await asyncio.sleep(0.2)
        assert scene.first.topics.control not in scene.heard[before:]
