"""The core beside the gateway: it moves games, whatever the broker does."""

import asyncio
import contextlib

import numpy as np
import pytest

from analytics.exercise.observation import Observation
from builders import SESSION, STREAM, T0_NS, batch, opened
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from ripresa.session.live_analysis import LiveAnalysis
from ripresa.session.session_service import SessionService
from telemetry.clock import ManualClock
from telemetry.latency import Latencies
from telemetry.messages.events import ExerciseStarted, SessionOpened
from telemetry.messages.live import ControlBatch, SensorSilent, decode_live
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from therapy.session.agenda import agenda_of
from therapy.session.session_settings import SessionSettings
from therapy_builders import plan

TOPICS = HomeTopics("clinic", "p-1")


def observe(_started, _opened, _known):
    return Observation(stream=STREAM, axis=(1.0, 0.0, 0.0), what="forearm elevation")


def events():
    yield SessionOpened(
        session=SESSION,
        number=0,
        t_ns=T0_NS,
        patient="p-1",
        site="clinic",
        plan_version=1,
        day="2026-01-01",
        posture="standing",
    )
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
