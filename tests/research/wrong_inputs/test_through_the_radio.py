"""What a wearable sends wrong, over a virtual radio, through a real gateway and the core.

An arm is raised six times. Whatever becomes of the stamps or the link on the way, the range that
is published holds the true one or is refused with a reason, and the fault is told.
"""

import asyncio
import random
import struct
from dataclasses import replace

import numpy as np
import pytest

from edge.ble.radio import Radio
from edge.gateway.gateway import Gateway
from edge.virtual.motion_source import SensedMotion
from edge.virtual.peripherals.virtual_dot import VirtualDot
from edge.virtual.virtual_radio import VirtualRadio
from research.session_cases.published import analysed, published_of
from research.session_cases.simulated_session import LEAD_S, TAIL_S, Person, simulate_item
from telemetry.clock import ScaledClock
from telemetry.messages.codec import decode_item, encode_item
from telemetry.messages.events import ExerciseEnded, ExerciseStarted
from telemetry.messages.motion import MotionBatch, StreamGap, StreamQuality

SPEED = 8.0
STAMP = struct.Struct("<I")

pytestmark = [pytest.mark.slow, pytest.mark.nightly]


def stamped(change):
    """Every notification with another stamp: `change` gets its number and its own."""
    numbers = iter(range(1 << 20))

    def tamper(payload):
        (own,) = STAMP.unpack_from(payload)
        return [STAMP.pack(int(change(next(numbers), own)) % (1 << 32)) + payload[4:]]

    return tamper


def coarse():
    kept = [0]

    def change(n, own):
        kept[0] = own if n % 4 == 0 else kept[0]
        return kept[0]

    return stamped(change)


def jittered():
    rng = random.Random(3)
    return stamped(lambda _, own: own + rng.gauss(0, 12_000))


def stretched():
    first = []

    def change(_, own):
        first.append(own) if not first else None
        return first[0] + (own - first[0]) * 1.25

    return stamped(change)


def frozen():
    kept = []

    def change(n, own):
        if n == 600:
            kept.append(own)
        return kept[0] if kept else own

    return stamped(change)


def swapped():
    held = []

    def tamper(payload):
        held.append(payload)
        if len(held) < 2:
            return []
        one, two = held
        held.clear()
        return [two[:4] + one[4:], one[:4] + two[4:]]

    return tamper


def halved():
    numbers = iter(range(1 << 20))
    return lambda payload: [payload] if next(numbers) % 2 == 0 else []


def queued(wearable, wait_s):
    """Notifications wait in order, each until `wait_s` of its time has passed."""
    queue, loop = asyncio.Queue(), asyncio.get_running_loop()
    begun = loop.time()

    async def drain():
        while True:
            due, payload = await queue.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            own, wearable.tamper = wearable.tamper, None
            wearable.notify(wearable._payload, payload)
            wearable.tamper = own

    draining = asyncio.ensure_future(drain())

    def tamper(payload):
        now = loop.time()
        queue.put_nowait((now + wait_s((now - begun) * SPEED) / SPEED, payload))
        return []

    return tamper, draining, queue


STAMP_FAULTS = {
    "zero": (lambda: stamped(lambda *_: 0), "stamps zero"),
    "one for four": (coarse, "stamps coarse"),
    "jittered by 12 ms": (jittered, "stamps jittered"),
    "neighbours swapped": (swapped, "stamps out of order"),
    "1.25 times too far apart": (stretched, "stamps stretched"),
    "frozen after 10 s": (frozen, "stamps frozen"),
    "half the samples": (halved, "rate half"),
}


def item():
    return simulate_item("abduction", Person(repetitions=6), 4)


async def heard(found, do, *, boot_us=60_000_000):
    """The items that the gateway records of one DOT while the item is done."""
    clock, items = ScaledClock.start(SPEED), []
    readings = found.streams()[0].readings.astype(np.float32)
    motion = SensedMotion(readings[:, :3], readings[:, 3:6], 60.0)
    radio = VirtualRadio(clock)
    dot = await radio.add(VirtualDot, motion, boot_us=boot_us)
    gateway = Gateway(
        Radio(await radio.backend()),
        {dot.identity: found.streams()[0].placement}.get,
        clock=clock,
        sinks=[lambda item: items.append(decode_item(encode_item(item)))],
    )
    try:
        async with asyncio.timeout(60), gateway:
            await do(dot, radio)
            await gateway.settled(quiet_s=0.3)
    finally:
        await radio.close()
    return items, dot.emitted


def published(found, items):
    """What the core makes of them; the item spans all of its streams but lead and tail."""
    streams, ends = {}, {}
    for one in items:
        streams.setdefault(one.stream, []).append(one)
        if isinstance(one, MotionBatch):
            ends[one.stream] = one.next_index
    first = next(iter(streams))
    rate_hz = streams[first][0].rate_hz
    *_, last = ends
    started = {first: round(LEAD_S * rate_hz) if len(streams) == 1 else 0}
    if streams[first][-1].reason == "rebooted":
        # It rebooted before the item began.
        started = {last: 60}
        ends.pop(first)
    ended = {**ends, last: ends[last] - round(TAIL_S / 2 * streams[last][0].rate_hz)}
    recording = found.case("radio", "radio").recording
    events = tuple(
        event.model_copy(update={"spans": started})
        if isinstance(event, ExerciseStarted)
        else event.model_copy(update={"spans": ended})
        if isinstance(event, ExerciseEnded)
        else event
        for event in recording.events
    )
    changed = replace(recording, events=events, streams=tuple(map(tuple, streams.values())))
    results = analysed(changed).items
    return published_of(results[0]) if results else None


def told(items):
    marks = {f"{i.kind} {i.state}" for i in items if isinstance(i, StreamQuality)}
    return marks | {f"gap {i.reason}" for i in items if isinstance(i, StreamGap)}


def stored(items):
    return sum(len(i) for i in items if isinstance(i, MotionBatch))


def lost(items):
    return sum(i.count or 0 for i in items if isinstance(i, StreamGap))


def check_range(found, items):
    shown = published(found, items)
    if shown is None or shown.refused:
        assert shown is None or shown.reason
    else:
        assert shown.holds(found.truth()), (shown, found.truth().range_deg(shown.spans))
    return shown


async def to_its_end(dot, _radio):
    await dot.ended.wait()


async def test_a_healthy_wearable_is_published_and_nothing_is_told():
    found = item()
    items, emitted = await heard(found, to_its_end)
    assert stored(items) == emitted
    # A machine that is busy itself holds up an accelerated clock.
    assert {word for word in told(items) if not word.endswith("good")} <= {"lag late"}
    assert not check_range(found, items).refused


@pytest.mark.parametrize("fault", sorted(STAMP_FAULTS))
async def test_useless_stamps_and_half_the_rate_are_told_and_make_no_wrong_range(fault):
    found, (made, word) = item(), STAMP_FAULTS[fault]

    async def do(dot, radio):
        dot.tamper = made()
        await to_its_end(dot, radio)

    items, emitted = await heard(found, do)
    assert {word, "stamps out of order"} & told(items)
    sent = emitted // 2 if fault == "half the samples" else emitted
    assert stored(items) >= 0.95 * sent
    if fault != "half the samples":
        assert lost(items) < 0.1 * sent, "no losses are invented"
    check_range(found, items)


async def test_a_link_that_creeps_to_5_s_is_told_and_makes_no_wrong_range():
    found = item()

    async def do(dot, radio):
        dot.tamper, draining, queue = queued(dot, lambda t: min(5.0, t / 6))
        await to_its_end(dot, radio)
        while not queue.empty():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        draining.cancel()

    items, emitted = await heard(found, do)
    assert "lag late" in told(items)
    assert stored(items) >= emitted - 2
    check_range(found, items)


@pytest.mark.parametrize("pause_s", [0.2, 0.5])
async def test_a_restart_within_a_second_of_boot_loses_nothing_undeclared(pause_s):
    found = item()

    async def do(dot, radio):
        while dot.emitted < 30:
            await asyncio.sleep(0.005)
        await dot.reboot(pause_s=pause_s)
        await to_its_end(dot, radio)

    items, emitted = await heard(found, do, boot_us=300_000)
    # So soon after boot nothing tells a reboot from a short absence: either is right.
    assert {"gap rebooted", "gap link lost"} & told(items)
    assert stored(items) >= emitted - 8, "none is taken for a repeat"
    check_range(found, items)


@pytest.mark.parametrize("away_s", [1.0, 4.0])
async def test_a_lost_link_stays_one_stream(away_s):
    found = item()

    async def do(dot, radio):
        while dot.emitted < 700:
            await asyncio.sleep(0.005)
        radio.air.take_away(dot.address)
        await asyncio.sleep(max(0.9, away_s / SPEED))
        radio.air.bring_back(dot.address)
        await to_its_end(dot, radio)

    items, emitted = await heard(found, do)
    assert len({i.stream for i in items}) == 1
    assert stored(items) + lost(items) == emitted
    assert {"link lost", "link good"} <= told(items)
    check_range(found, items)
