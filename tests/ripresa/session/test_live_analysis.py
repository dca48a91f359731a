"""The core beside the gateway: it moves games, whatever the broker does."""

import asyncio
import contextlib

import numpy as np
import pytest

from analytics.exercise.observation import Observation
from builders import SESSION, STREAM, T0_NS, batch, opened, session_opened
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from ripresa.session.live_analysis import LiveAnalysis
from ripresa.session.session_service import SessionService
from telemetry.clock import ManualClock
from telemetry.latency import Latencies
from telemetry.messages.events import ExerciseStarted
from telemetry.messages.live import (
    ControlBatch,
    FallNoticed,
    RepetitionCounted,
    SensorSilent,
    decode_live,
    encode_live,
)
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from therapy.session.agenda import agenda_of
from therapy.session.session_settings import SessionSettings
from therapy_builders import plan

TOPICS = HomeTopics("clinic", "p-1")


def observe(_started, _opened, _known):
    return Observation(stream=STREAM, axis=(1.0, 0.0, 0.0), what="forearm elevation")


def events():
    yield session_opened()
    yield ExerciseStarted(
        session=SESSION,
        number=1,
        t_ns=T0_NS,
        item="1",
        exercise="arm-abduction",
        side="right",
        spans={STREAM: 0},
    )


@pytest.fixture
async def rig():
    bus, clock = LocalBus(), ManualClock(T0_NS)
    analysis = LiveAnalysis(bus, TOPICS, clock, observe, Latencies())
    told = []
    bus.subscribe(TOPICS.control, lambda m: told.append(decode_live(m.payload)))
    for event in events():
        analysis.take_event(event)
    analysis(opened())
    await asyncio.sleep(0.01)
    return bus, clock, analysis, told


async def test_motion_becomes_control_with_the_stamps_of_its_way(rig):
    _, _, analysis, told = rig
    for first in range(0, 120, 10):
        analysis(batch(10, first_index=first))
    await asyncio.sleep(0.05)
    controls = [m for m in told if isinstance(m, ControlBatch)]
    assert sum(len(m.control) for m in controls) == 120
    assert np.all(np.isfinite(np.concatenate([m.control for m in controls])))
    stamps = controls[-1].stamps
    assert stamps.arrived_ns - stamps.sampled_ns == 7_000_000
    assert analysis._latencies.summary()["radio"]["p50"] == 7.0


async def test_a_silent_stream_is_announced_once_and_again_when_it_speaks(rig):
    _, clock, analysis, told = rig
    watch = asyncio.create_task(analysis.run())
    analysis(batch(10))
    await asyncio.sleep(0.01)
    await clock.advance(2)
    analysis(batch(10, first_index=10))
    await asyncio.sleep(0.01)
    watch.cancel()
    assert [m.silent for m in told if isinstance(m, SensorSilent)] == [True, False]


async def test_the_plans_own_limit_decides_when_a_stream_is_silent():
    bus, clock, told = LocalBus(), ManualClock(T0_NS), []
    analysis = LiveAnalysis(bus, TOPICS, clock, observe, Latencies(), silent_s=3.0)
    bus.subscribe(TOPICS.control, lambda m: told.append(decode_live(m.payload)))
    for event in events():
        analysis.take_event(event)
    analysis(opened())
    watch = asyncio.create_task(analysis.run())
    analysis(batch(10))
    for seconds in (2.5, 1.0):
        await asyncio.sleep(0.01)
        assert not [m for m in told if isinstance(m, SensorSilent)]
        await clock.advance(seconds)
    await asyncio.sleep(0.01)
    watch.cancel()
    assert [m.silent for m in told if isinstance(m, SensorSilent)] == [True]


async def test_a_stream_whose_samples_come_late_is_announced_as_late(rig):
    _, clock, analysis, told = rig
    await clock.advance(3)
    for first in range(0, 60, 10):
        analysis(batch(10, first_index=first))
        await asyncio.sleep(0.01)
        await clock.advance(0.16)
    assert [(m.silent, m.why) for m in told if isinstance(m, SensorSilent)] == [(True, "late")]


async def test_a_fault_in_what_is_analysed_ends_no_session(tmp_path, caplog):
    def fails(event):
        raise ArithmeticError(event.type)

    clock = ManualClock(T0_NS)
    with contextlib.closing(Journal.open(tmp_path / "journal.sqlite", clock)) as journal:
        service = SessionService(
            journal, LocalBus(), TOPICS, clock, spans=dict, last_sample_ns=lambda: None
        )
        service.on_event = fails
        agreed = plan()
        agenda = agenda_of(agreed, agreed.day_of(T0_NS))
        await service.open(SessionSettings(plan=agreed, site="clinic", agenda=agenda, worn=()))
        recorded = [
            e.type for e in JournalReader(tmp_path / "journal.sqlite").events(service.session)
        ]
    assert recorded[:1] == ["session.opened"]
    assert service.events[0].type == "session.opened"
    assert "could not be analysed" in caplog.text


def repetition(session, number=1):
    return RepetitionCounted(
        session=session,
        item="1",
        number=number,
        t_ns=T0_NS,
        range_deg=None,
        peak_deg=None,
        reached=1.0,
    )


@contextlib.asynccontextmanager
async def in_session(tmp_path, *, by_keys=False):
    """A session service of its own journal, with a session open and a bus that can be cut."""
    bus, clock = LocalBus(), ManualClock(T0_NS)
    with contextlib.closing(Journal.open(tmp_path / "journal.sqlite", clock)) as journal:
        service = SessionService(
            journal, bus, TOPICS, clock, spans=dict, last_sample_ns=lambda: None
        )
        agreed = plan()
        agenda = agenda_of(agreed, agreed.day_of(T0_NS))
        settings = SessionSettings(
            plan=agreed,
            site="clinic",
            agenda=agenda,
            worn=(),
            measured=not by_keys,
            by_keys=by_keys,
        )
        await service.open(settings)
        yield bus, service


async def waiting(service):
    """What waits for the session service, in order."""
    for _ in range(3):
        await asyncio.sleep(0)
    queue = service._occurrences
    return [queue.get_nowait() for _ in range(queue.qsize())]


async def test_what_the_core_tells_reaches_the_session_while_the_broker_is_away(tmp_path):
    async with in_session(tmp_path) as (bus, service):
        analysis = LiveAnalysis(bus, TOPICS, ManualClock(T0_NS), observe, Latencies())
        analysis.on_live = service.take_live
        session = service.session
        fall = FallNoticed(session=session, stream=STREAM, placement="wrist-right", t_ns=T0_NS)
        silent = SensorSilent(session=session, stream=STREAM, silent=True)

        class Tells:
            def take_event(self, _event):
                return [repetition(session), silent, fall]

        opened, started = events()
        analysis.take_event(opened)
        analysis.core = Tells()
        bus.disconnect()
        analysis.take_event(started)
        came = await waiting(service)
    assert [type(c).__name__ for c in came] == [
        "RepetitionCounted",
        "SensorSilent",
        "FallSuspected",
    ]


@pytest.mark.parametrize(("by_keys", "counts"), [(False, 0), (True, 1)])
async def test_only_where_no_sensor_is_worn_may_a_screen_count_over_the_bus(
    tmp_path, by_keys, counts
):
    async with in_session(tmp_path, by_keys=by_keys) as (bus, service):
        bus.publish(TOPICS.control, encode_live(repetition(service.session)))
        bus.publish(TOPICS.control, b"rubbish")
        came = await waiting(service)
    assert len(came) == counts
    assert service.refused == counts
