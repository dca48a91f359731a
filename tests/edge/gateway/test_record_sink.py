"""From stream items to records."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import quality
from edge.gateway.record_sink import RecordSink
from edge_streams import (
    START_NS,
    STREAM,
    MemoryRecorder,
    batch,
    check_streams,
    declared_lost,
    of,
    stored,
)
from telemetry.clock import ScaledClock
from telemetry.messages.motion import (
    MotionBatch,
    StreamEnded,
    StreamGap,
    StreamOpened,
    StreamQuality,
)
from telemetry.messages.record import RecordKind


def opened(rate_hz=50.0, stream=STREAM):
    return StreamOpened(
        stream=stream,
        wearable="w-1",
        model="test",
        placement="wrist-right",
        rate_hz=rate_hz,
        opened_ns=START_NS,
    )


def ended(next_index, stream=STREAM):
    return StreamEnded(stream=stream, next_index=next_index, reason="stopped", t_ns=START_NS)


@pytest.fixture
def clock():
    return ScaledClock.start(1000)


@given(st.lists(st.integers(1, 70), min_size=1, max_size=30))
def test_batches_are_closed_by_count_however_notifications_were_cut(sizes):
    async def run():
        recorder = MemoryRecorder()
        sink = RecordSink(recorder, ScaledClock.start(1000))
        sink.start()
        sink(opened())
        first = 0
        for size in sizes:
            sink(batch(first, size))
            first += size
        sink(ended(first))
        assert await sink.stop() == 0
        return recorder.items

    items = asyncio.run(run())
    check_streams(items)
    total, lengths = sum(sizes), [len(b) for b in of(MotionBatch, items)]
    assert lengths == [50] * (total // 50) + ([total % 50] if total % 50 else [])


async def test_records_carry_kind_session_and_stream(clock):
    recorder, session = MemoryRecorder(), ["01K0000000000000000000000S"]
    sink = RecordSink(recorder, clock, session=lambda: session[0])
    sink.start()
    sink(opened())
    sink(batch(0, 50))
    session[0] = None
    sink(ended(50))
    await sink.stop()
    assert [r.kind for r in recorder.records] == [
        RecordKind.STREAM,
        RecordKind.MOTION,
        RecordKind.STREAM,
    ]
    assert [r.session for r in recorder.records] == ["01K0000000000000000000000S"] * 2 + [None]
    assert {r.stream for r in recorder.records} == {STREAM}


async def test_a_refusing_recorder_is_tried_again_in_order(clock):
    recorder = MemoryRecorder()
    sink = RecordSink(recorder, clock)
    sink.start()
    recorder.refusing = True
    sink(opened())
    for i in range(20):
        sink(batch(50 * i, 50))
    await asyncio.sleep(0.05)
    assert (recorder.records, sink.backlog) == ([], 1000)
    recorder.refusing = False
    sink(ended(1000))
    assert await sink.stop() == 0
    check_streams(recorder.items)
    assert stored(recorder.items) == sink.journalled == 1000


async def test_a_full_backlog_drops_the_oldest_motion_into_one_declared_gap(clock):
    recorder = MemoryRecorder()
    sink = RecordSink(recorder, clock, backlog_samples=200)
    sink.start()
    recorder.refusing = True
    sink(opened())
    for i in range(20):
        sink(batch(50 * i, 50))
        await asyncio.sleep(0.002)
    recorder.refusing = False
    sink(ended(1000))
    await sink.stop()
    items = recorder.items
    check_streams(items)
    assert stored(items) + declared_lost(items) == 1000
    assert sink.dropped == declared_lost(items) >= 750
    gaps = of(StreamGap, items)
    assert {g.reason for g in gaps} == {"journal full"}
    assert len(gaps) == 1


async def test_a_quality_marker_cuts_no_batch(clock):
    recorder = MemoryRecorder()
    sink = RecordSink(recorder, clock)
    sink.start()
    sink(opened())
    sink(batch(0, 70))
    marker = quality(STREAM, first_index=60)
    sink(marker)
    sink(batch(70, 80))
    await sink.stop()
    check_streams(recorder.items)
    assert [len(b) for b in of(MotionBatch, recorder.items)] == [50, 50, 50]
    assert of(StreamQuality, recorder.items) == [marker]


async def test_what_cannot_be_stored_at_the_end_is_told(clock):
    recorder = MemoryRecorder()
    recorder.refusing = True
    sink = RecordSink(recorder, clock)
    sink.start()
    sink(opened())
    sink(batch(0, 70))
    assert await sink.stop(timeout_s=0.05) == 70


async def test_a_clock_that_was_set_does_not_share_a_batch(clock):
    recorder = MemoryRecorder()
    sink = RecordSink(recorder, clock)
    sink.start()
    sink(opened())
    sink(batch(0, 10))
    sink(batch(10, 10, start_ns=START_NS + 200_000 * 10**9))
    sink(ended(20))
    await sink.stop()
    check_streams(recorder.items)
    assert [len(b) for b in of(MotionBatch, recorder.items)] == [10, 10]


async def test_streams_do_not_mix(clock):
    recorder, other = MemoryRecorder(), "01K0000000000000000000000B"
    sink = RecordSink(recorder, clock)
    sink.start()
    for stream in (STREAM, other):
        sink(opened(stream=stream))
    for i in range(10):
        sink(batch(10 * i, 10))
        sink(batch(10 * i, 10, stream=other))
    await sink.stop()
    for stream in (STREAM, other):
        mine = [i for i in recorder.items if i.stream == stream]
        check_streams(mine)
        assert stored(mine) == 100
