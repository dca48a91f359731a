"""What a program says comes back to it, or it is deaf and knows it."""

import asyncio

import pytest

from telemetry.clock import ManualClock
from telemetry.transport import own_voice
from telemetry.transport.bus import LocalBus
from telemetry.transport.own_voice import EVERY_S, OwnVoice

HOME = "01J0000000000000000000H0ME"


class Counting(LocalBus):
    """A bus that counts what comes, unless it is deaf."""

    def __init__(self):
        super().__init__()
        self.heard, self.deaf = 0, False

    def subscribe(self, topic_filter, handler, *, qos=0):
        def take(message):
            if not self.deaf:
                self.heard += 1
                handler(message)

        super().subscribe(topic_filter, take, qos=qos)


@pytest.fixture
async def scene():
    clock, bus = ManualClock(), Counting()
    voice = OwnVoice(bus, "+", HOME, clock)
    task = asyncio.create_task(voice.run())
    await asyncio.sleep(0)

    async def passes(times=1):
        for _ in range(times):
            await clock.advance(EVERY_S)

    yield voice, bus, passes
    task.cancel()


async def test_what_comes_back_is_heard_and_what_does_not_twice_is_deafness(scene):
    voice, bus, passes = scene
    await passes(3)
    assert not voice.deaf
    bus.deaf = True
    await passes(1)
    assert not voice.deaf
    await passes(own_voice.MISSED)
    assert voice.deaf
    bus.deaf = False
    await passes(2)
    assert not voice.deaf


async def test_whoever_hears_others_is_not_deaf_and_nor_is_one_without_a_broker(scene):
    voice, bus, passes = scene
    bus.deaf = True
    for _ in range(4):
        bus.heard += 1
        await passes()
        bus.heard += 1
    assert not voice.deaf
    bus.disconnect()
    await passes(4)
    assert not voice.deaf
