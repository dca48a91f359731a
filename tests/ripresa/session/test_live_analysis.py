"""The core on the bus: it moves games, and nothing that comes in can stop it."""

import asyncio

import numpy as np
import pytest

from analytics.exercise.observation import Observation
from builders import SESSION, STREAM, T0_NS, batch, opened
from ripresa.session.live_analysis import LiveAnalysis
from telemetry.clock import ManualClock
from telemetry.latency import Latencies
from telemetry.messages.codec import encode_item
from telemetry.messages.events import ExerciseStarted, SessionOpened, encode_event
from telemetry.messages.live import ControlBatch, SensorSilent, decode_live
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics

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
        bus.publish(TOPICS.event, encode_event(event))
    bus.publish(TOPICS.motion(STREAM), encode_item(opened()))
    await asyncio.sleep(0.01)
    return bus, clock, analysis, told


async def test_motion_becomes_control_with_the_stamps_of_its_way(rig):
    bus, _, analysis, told = rig
    for first in range(0, 120, 10):
        bus.publish(TOPICS.motion(STREAM), encode_item(batch(10, first_index=first)))
    await asyncio.sleep(0.05)
    controls = [m for m in told if isinstance(m, ControlBatch)]
    assert sum(len(m.control) for m in controls) == 120
    assert np.all(np.isfinite(np.concatenate([m.control for m in controls])))
    stamps = controls[-1].stamps
    assert stamps.arrived_ns - stamps.sampled_ns == 7_000_000
    assert analysis._latencies.summary()["radio"]["p50"] == 7.0


async def test_what_cannot_be_read_is_counted_and_stops_nothing(rig, caplog):
    bus, _, analysis, told = rig
    for payload in (b"", b"\xff" * 40, bytes(2_000_000)):
        bus.publish(TOPICS.motion(STREAM), payload)
    bus.publish(TOPICS.event, b"{}")
    bus.publish(TOPICS.motion(STREAM), encode_item(batch(10)))
    await asyncio.sleep(0.05)
    assert analysis.refused == 4
    assert any(isinstance(m, ControlBatch) for m in told)
    assert "refused 1 message(s)" in caplog.text


async def test_a_silent_stream_is_announced_once_and_again_when_it_speaks(rig):
    bus, clock, analysis, told = rig
    watch = asyncio.create_task(analysis.run())
    bus.publish(TOPICS.motion(STREAM), encode_item(batch(10)))
    await asyncio.sleep(0.01)
    await clock.advance(2)
    bus.publish(TOPICS.motion(STREAM), encode_item(batch(10, first_index=10)))
    await asyncio.sleep(0.01)
    watch.cancel()
    assert [m.silent for m in told if isinstance(m, SensorSilent)] == [True, False]


async def test_a_stream_whose_samples_come_late_is_announced_as_late(rig):
    bus, clock, _, told = rig
    await clock.advance(3)
    for first in range(0, 60, 10):
        bus.publish(TOPICS.motion(STREAM), encode_item(batch(10, first_index=first)))
        await asyncio.sleep(0.01)
        await clock.advance(0.16)
    assert [(m.silent, m.why) for m in told if isinstance(m, SensorSilent)] == [(True, "late")]
