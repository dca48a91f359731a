"""At a region's broker everybody comes in as themselves, under a name of their own."""

import asyncio
from dataclasses import replace

import pytest

from telemetry.transport.mqtt import MqttBus
from telemetry.transport.partition import Partition
from telemetry.transport.partitioned_bus import PartitionedBus
from telemetry.transport.topics import HomeTopics

from .conftest import SITE, at

FIRST, SECOND = HomeTopics(SITE, "p-one"), HomeTopics(SITE, "p-two")


async def is_refused(bus):
    """Wait until the broker has said no."""
    async with bus, asyncio.timeout(30):
        while bus.refused is None and not bus.connected:
            await asyncio.sleep(0.02)
        return not bus.connected


async def sent_until(bus, topic, payload, came):
    """Send again until it has come, as homes do: a subscription takes the nodes a moment."""
    async with asyncio.timeout(30):
        while not came():
            await bus.deliver(topic, payload)
            await asyncio.sleep(0.2)


@pytest.mark.nightly
@pytest.mark.asyncio
async def test_a_home_speaks_for_itself_only_and_each_partition_hears_its_own(region):
    one, two = region.enrol("p-one"), region.enrol("p-two")
    heard = []
    async with region.running() as nodes:
        receivers = [
            MqttBus(at(region.clinic, nodes), f"receiver-{k}", manual_ack=True, persistent=True)
            for k in (0, 1)
        ]
        for k, bus in enumerate(receivers):
            part = PartitionedBus(bus, Partition(k, 2, sorted_by_broker=True))
            part.subscribe(
                "ripresa/+/+/record",
                lambda m, k=k: (heard.append((k, m.topic, m.payload)), m.acknowledge()),
                qos=1,
            )
        acks = []
        homes = [MqttBus(at(one, nodes), "uplink-one"), MqttBus(at(two, nodes), "uplink-two")]
        homes[0].subscribe(FIRST.ack, lambda m: acks.append(m.payload), qos=1)
        homes[1].subscribe(FIRST.ack, lambda _: acks.append(b"stolen"), qos=1)
        async with receivers[0], receivers[1], homes[0], homes[1]:
            for bus in (*receivers, *homes):
                await bus.wait_connected()
            for home, topics, payload in (
                (homes[1], SECOND, b"two"),
                (homes[0], FIRST, b"one"),
            ):
                await sent_until(
                    home, topics.record, payload, lambda p=payload: p in [x for *_, x in heard]
                )
            homes[1].publish(FIRST.record, b"forged", qos=1)
            await sent_until(receivers[0], FIRST.ack, b"stored", lambda: acks)
            await sent_until(
                homes[0], FIRST.record, b"last", lambda: b"last" in [x for *_, x in heard]
            )
    for k, topic, _ in heard:
        assert Partition(k, 2).takes(topic)
    assert {payload for _, _, payload in heard} == {b"last", b"one", b"two"}
    assert set(acks) == {b"stored"}


@pytest.mark.asyncio
async def test_nobody_takes_over_anothers_session_or_comes_in_unknown(region):
    one, two = region.enrol("p-one"), region.enrol("p-two")
    async with region.running(doorkeepers=2) as nodes:
        for name in ("receiver-x", "page-x", "erasure-x"):
            # Nobody has come under it yet, and it is the clinic's all the same.
            assert await is_refused(MqttBus(at(two, nodes), name))
        owner = MqttBus(at(one, nodes), "uplink-one", persistent=True)
        kept = []
        owner.subscribe(FIRST.ack, lambda m: kept.append(m.payload), qos=1)
        async with owner:
            await owner.wait_connected()
            thief = MqttBus(at(two, nodes), "uplink-one", persistent=True)
            assert await is_refused(thief)
            assert owner.connected
            clinic = MqttBus(at(region.clinic, nodes), "receiver-x")
            async with clinic:
                await clinic.wait_connected()
                await sent_until(clinic, FIRST.ack, b"1", lambda: kept)
        for settings in (
            replace(one, password="guessed"),  # noqa: S106 - it is wrong
            replace(one, username=f"{SITE}.p-none"),
            replace(one, username="doorkeeper", password=region.keys.door),
        ):
            assert await is_refused(MqttBus(at(settings, nodes), "uplink-three"))
        late = region.enrol("p-late")
        async with MqttBus(at(late, nodes), "uplink-late") as bus:
            await bus.wait_connected()


@pytest.mark.asyncio
async def test_who_may_not_hear_something_knows_it(region):
    """A home that asks for another's answers, and for its own."""
    one = region.enrol("p-one")
    async with region.running() as nodes:
        home = MqttBus(at(one, nodes), "uplink-one")
        heard = []
        home.subscribe(FIRST.ack, lambda m: heard.append(m.payload), qos=1)
        home.subscribe(SECOND.ack, lambda m: heard.append(m.payload), qos=1)
        clinic = MqttBus(at(region.clinic, nodes), "receiver-x")
        async with home, clinic, asyncio.timeout(30):
            await home.wait_connected()
            await clinic.wait_connected()
            while not home.unheard:
                await asyncio.sleep(0.02)
            assert home.unheard == (SECOND.ack,)
            await sent_until(clinic, FIRST.ack, b"own", lambda: heard)
            assert home.connected
