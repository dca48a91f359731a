"""From a press on the page to the home and back: seen as long as the home allows, and no longer."""

import asyncio
import contextlib
import json
from types import SimpleNamespace

import pytest

from dashboards.access.principal import ANYBODY, Principal, Role
from dashboards.live.live_feed import LiveFeed
from dashboards.live.live_leases import LiveLeases, watcher_of
from dashboards.live.running_sessions import RunningSessions
from ripresa.watching.lease_book import LeaseBook
from ripresa.watching.live_consent import LiveConsent
from ripresa.watching.live_relay import LiveRelay
from telemetry.clock import ManualClock
from telemetry.messages.live import ControlBatch, encode_live
from telemetry.messages.notices import LiveRequest, WatchedNow
from telemetry.seams import SessionSummary
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics

SESSION = "01J00000000000000000000001"
TOPICS = HomeTopics("clinic", "p-01")
T0_NS = 1_790_000_000_000_000_000


class Reader:
    """A clinic's journal in which one session is open."""

    def __init__(self, opened_ns=T0_NS):
        self.open = SessionSummary(
            session=SESSION,
            patient="p-01",
            day="2026-09-21",
            opened_ns=opened_ns,
            closed_ns=None,
            reason=None,
            home="01J000000000000000000000HM",
        )

    def newest_sessions(self, *, limit, patient=None):
        return [self.open][:limit] if patient in (None, "p-01") else []

    def events(self, _session, **_home):
        return []


class Scene:
    """A home with a broker of its own, a clinic with one, and one page that watches."""

    def __init__(self, folder):
        self.clock, self.own, self.clinic = ManualClock(T0_NS), LocalBus(), LocalBus()
        self.consent, self.session = folder / "live_view.json", SESSION
        self.motion_kept = False
        LiveConsent(allowed=True, t_ns=T0_NS).keep(self.consent)
        self.relay = self.started_home()
        reader = Reader()
        self.feed = LiveFeed(self.clinic, reader, lambda *_: None, self.clock)
        self.running = RunningSessions(reader, self.feed, self.clock)
        self.withdrawn = False
        self.leases = LiveLeases(
            self.clinic, self.running, lambda _: "clinic", self.clock, lambda _: self.withdrawn
        )
        self.told = []

    def started_home(self):
        return LiveRelay(
            self.own,
            self.clinic,
            TOPICS,
            self.clock,
            apart=True,
            session=lambda: self.session,
            consent=self.consent,
            barred=lambda: self.motion_kept,
        )

    def move(self, session=SESSION):
        batch = ControlBatch(
            session=session, item="1", t0_ns=self.clock.now_ns(), dt_us=(0,), control=(0.5,)
        )
        self.own.publish(TOPICS.control, encode_live(batch))
        self.own.publish(TOPICS.motion("01J0000000000000000000000S"), b"raw")

    def shown(self):
        """Topics under `live` that have reached the clinic's broker from the home."""
        sent = (m.topic for m in self.clinic.published)
        return [t for t in sent if "/live/" in t and t != TOPICS.live_request]

    @property
    def last(self):
        return self.told[-1].lease, self.told[-1].reason

    async def pass_s(self, seconds):
        for _ in range(seconds):
            await self.clock.advance(1)
            await settle()


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def scene(tmp_path):
    found = Scene(tmp_path)
    running = asyncio.create_task(found.relay.run())
    await settle()
    yield found
    running.cancel()


@contextlib.asynccontextmanager
async def watching(scene, watcher="physiotherapist"):
    async with scene.leases.held("p-01", watcher, scene.told.append) as lease:
        lease.ask(scene.running.of("p-01"))
        await settle()
        yield lease


async def test_nothing_leaves_the_home_before_somebody_asks(scene):
    scene.move()
    await settle()
    assert scene.shown() == []


async def test_a_press_shows_movement_and_events_and_never_motion(scene):
    async with watching(scene):
        assert scene.last == ("given", "")
        assert scene.relay.watched_by() == ("physiotherapist",)
        scene.move()
        scene.own.publish(TOPICS.event, json.dumps({"session": SESSION}).encode())
        await settle()
        assert sorted(scene.shown()) == [TOPICS.control, TOPICS.event]
    await settle()
    assert scene.relay.watched_by() == ()
    scene.move()
    await settle()
    assert len(scene.shown()) == 2


async def test_screens_of_the_home_hear_who_watches_and_when_nobody_does(scene):
    def told():
        sent = [m.payload for m in scene.own.published if m.topic == TOPICS.watched]
        return [WatchedNow.decode(p).watchers for p in sent]

    await scene.pass_s(2)
    assert told() == []
    async with watching(scene):
        await scene.pass_s(2)
        assert set(told()) == {("physiotherapist",)}
    await settle()
    await scene.pass_s(3)
    assert told()[-1] == ()
    assert told().count(()) == 1
    assert TOPICS.watched not in {m.topic for m in scene.clinic.published}


async def test_a_consent_that_was_withdrawn_at_the_clinic_ends_it_whatever_the_home_says(scene):
    async with watching(scene) as lease:
        assert scene.last == ("given", "")
        scene.withdrawn = True
        await scene.pass_s(6)
        assert scene.last == ("over", "no consent")
        assert scene.relay.watched_by() == ()
        lease.ask(SESSION)
        await settle()
        assert scene.last == ("refused", "no consent")
        assert scene.relay.watched_by() == ()


async def test_a_home_that_did_not_agree_refuses_with_the_reason(scene):
    LiveConsent(allowed=False, t_ns=T0_NS).keep(scene.consent)
    async with watching(scene):
        assert scene.last == ("refused", "no consent")
        assert scene.relay.watched_by() == ()
        scene.move()
        await settle()
    assert scene.shown() == []


async def test_another_session_of_the_home_is_not_seen(scene):
    async with watching(scene):
        scene.move("01J00000000000000000000009")
        await settle()
        assert scene.shown() == []


async def test_a_lease_ends_after_ten_minutes_unless_somebody_presses_again(scene):
    async with watching(scene) as lease:
        await scene.pass_s(590)
        assert scene.last == ("given", "")
        lease.ask(SESSION)
        await settle()
        assert scene.relay.watched_by() == ("physiotherapist",)
        await scene.pass_s(60)
        assert scene.last == ("given", "")
        await scene.pass_s(545)
        assert scene.last == ("over", "")
        assert scene.relay.watched_by() == ()
    assert {m.retained for m in scene.clinic.published} == {False}


async def test_whoever_renews_is_never_seen_to_go(scene):
    seen = set()
    async with watching(scene) as lease:
        for _ in range(5):
            lease.ask(SESSION)
            for _ in range(20):
                await asyncio.sleep(0)
                seen.add(scene.relay.watched_by())
        assert seen == {("physiotherapist",)}


@pytest.mark.parametrize("before", [False, True], ids=["none", "given"])
async def test_a_press_while_the_journal_is_busy_is_answered_and_leaves_nobody_watching(
    scene, before
):
    async with scene.leases.held("p-01", "physiotherapist", scene.told.append) as lease:
        if before:
            lease.ask(SESSION)
            await settle()
            assert scene.relay.watched_by() == ("physiotherapist",)
        lease.fail()
        await settle()
        assert scene.last == ("refused", "no answer")
        assert scene.relay.watched_by() == ()
        lease.ask(SESSION)
        await settle()
        assert scene.last == ("given", "")


@pytest.mark.parametrize(
    "part", ["session", "consent", "motion", "home", "home's line", "clinic's line"]
)
async def test_the_end_of_any_part_ends_it(scene, part):
    async with watching(scene):
        assert scene.last == ("given", "")
        if part == "session":
            scene.session = None
        elif part == "consent":
            LiveConsent(allowed=False, t_ns=T0_NS).keep(scene.consent)
        elif part == "motion":
            scene.motion_kept = True
        elif part == "home":
            # What is started anew knows of no lease, and its holder is told so.
            scene.relay._book = LeaseBook()
        else:
            scene.clinic.disconnect()
            scene.clinic.reconnect()
        await scene.pass_s(7)
        assert scene.last[0] == "over"
        assert scene.relay.watched_by() == ()
        before = len(scene.shown())
        scene.move()
        await settle()
        assert len(scene.shown()) == before


async def test_a_clinic_that_is_killed_watches_no_more_after_a_moment(scene):
    async with scene.leases.held("p-01", "clinic", scene.told.append) as lease:
        lease.ask(SESSION)
        await settle()
        lease._send = lambda _wish: False  # as killed: it says nothing any more
        await scene.pass_s(20)
        assert scene.relay.watched_by() == ()


async def test_a_home_that_does_not_answer_is_said(tmp_path):
    scene = Scene(tmp_path)
    scene.clinic._handlers = [h for h in scene.clinic._handlers if h[0] != TOPICS.live_request]
    await settle()
    async with watching(scene):
        await scene.pass_s(16)
        assert scene.last == ("refused", "no answer")


@pytest.mark.parametrize(
    "change",
    [{"patient": "p-02"}, {"what": "hold"}, {"what": "end"}, {"session": "7" * 26}],
)
async def test_a_wish_that_is_not_the_homes_own_gains_nothing(scene, change):
    fields = {"what": "ask", "lease": "01K00000000000000000000001", "patient": "p-01"}
    wish = LiveRequest(**(fields | {"session": SESSION} | change))
    scene.clinic.publish(TOPICS.live_request, wish.encode())
    await settle()
    assert scene.relay.watched_by() == ()


async def test_a_wish_that_a_broker_kept_is_not_heard(scene):
    wish = LiveRequest(
        what="ask", lease="01K00000000000000000000001", patient="p-01", session=SESSION
    )
    scene.relay._take(SimpleNamespace(retained=True, payload=wish.encode()))
    assert scene.relay.watched_by() == ()


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"null", b"[]", b"x" * 100_000])
async def test_rubbish_stops_nothing(scene, payload):
    scene.clinic.publish(TOPICS.live_request, payload)
    scene.clinic.publish(TOPICS.receipt, payload + b'"live"')
    await settle()
    async with watching(scene):
        assert scene.last == ("given", "")


def test_the_patient_is_told_a_role_and_nobodys_name():
    both = Principal(name="anna", roles=frozenset({Role.ADMIN, Role.PHYSIOTHERAPIST}))
    assert watcher_of(both) == "physiotherapist"
    assert watcher_of(ANYBODY) == "clinic"
    assert watcher_of(Principal(name="token:x", scope=frozenset())) == "clinic"
