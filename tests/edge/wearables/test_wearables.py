"""Each wearable from motion to stream, over the virtual radio."""

import asyncio

import numpy as np
import pytest

from edge.ble.radio import Radio
from edge.gateway.gateway import Gateway
from edge.virtual.motion_source import swing
from edge.virtual.peripherals.virtual_catalogue import VIRTUAL_WEARABLES, virtual_wearable
from edge.virtual.virtual_radio import VirtualRadio
from edge.wearables.catalogue import WEARABLES
from edge_streams import check_streams, declared_lost, of, stored
from telemetry.clock import ScaledClock
from telemetry.errors import ConfigurationError
from telemetry.messages.motion import MotionBatch, StreamOpened, TimeQuality

pytestmark = pytest.mark.slow

COUNTED = {"witmotion", "thingy52"}
WITHOUT_GYROSCOPE = {"polar-h10"}
# Half a step of the coarsest sensor.
STEP_M_S2 = 0.01
STEP_RAD_S = 0.02


@pytest.mark.parametrize("name", VIRTUAL_WEARABLES)
async def test_its_motion_arrives_whole(name):
    clock, items = ScaledClock.start(10), []
    radio = VirtualRadio(clock)
    wearable = await radio.add(VIRTUAL_WEARABLES[name], swing(8, 60))
    gateway = Gateway(
        Radio(await radio.backend()),
        {wearable.identity: "wrist-left"}.get,
        clock=clock,
        sinks=[items.append],
    )
    async with gateway:
        async with asyncio.timeout(20):
            await wearable.ended.wait()
        await gateway.settled()
    counters = gateway.counters()[wearable.identity]
    await radio.close()

    check_streams(items)
    (opened,) = of(StreamOpened, items)
    assert opened.wearable == wearable.identity
    assert opened.rate_hz == wearable.rate_hz
    assert opened.numbered is (name not in COUNTED)
    assert (opened.time_quality is TimeQuality.FITTED) is (name in COUNTED)
    assert wearable.emitted == stored(items) + declared_lost(items) > 7 * wearable.rate_hz
    assert declared_lost(items) == counters.refused_notifications == 0

    whole = MotionBatch.join(of(MotionBatch, items))
    n = len(whole)
    np.testing.assert_allclose(whole.acc, wearable.motion.acc[:n], atol=STEP_M_S2)
    if name in WITHOUT_GYROSCOPE:
        assert whole.gyr is None
    else:
        np.testing.assert_allclose(whole.gyr, wearable.motion.gyr[:n], atol=STEP_RAD_S)
    assert (np.diff(whole.t_ns) > 0).all()


@pytest.mark.parametrize("name", ["movesense", "witmotion", "dot", "thingy52", "open-imu"])
async def test_it_also_works_over_the_shortest_mtu_that_it_takes(name):
    clock, items = ScaledClock.start(4), []
    radio = VirtualRadio(clock)
    (minimum,) = [w.minimum_mtu for w in WEARABLES if w.model.endswith(name)]
    wearable = await radio.add(VIRTUAL_WEARABLES[name], swing(3, 60), max_mtu=max(23, minimum))
    if name == "open-imu":
        wearable.samples_per_notification = 1
    gateway = Gateway(
        Radio(await radio.backend()),
        {wearable.identity: "wrist-left"}.get,
        clock=clock,
        sinks=[items.append],
    )
    async with gateway:
        async with asyncio.timeout(20):
            await wearable.ended.wait()
        await gateway.settled()
    await radio.close()
    assert stored(items) == wearable.emitted > 0


async def test_too_short_an_mtu_is_told_once_and_not_sample_by_sample(caplog):
    clock, items = ScaledClock.start(1), []
    radio = VirtualRadio(clock)
    wearable = await radio.add(virtual_wearable("polar-h10"), swing(3, 60), max_mtu=185)
    gateway = Gateway(
        Radio(await radio.backend()),
        {wearable.identity: "sternum"}.get,
        clock=clock,
        sinks=[items.append],
    )
    told = "the link carries 185 bytes, 232 are needed"
    async with gateway, asyncio.timeout(20):
        while told not in caplog.text:
            await asyncio.sleep(0.01)
    await radio.close()
    assert items == []


def test_an_unknown_name_is_told_what_there_is():
    with pytest.raises(ConfigurationError, match="there are dot, witmotion"):
        virtual_wearable("abacus")


@pytest.mark.parametrize("name", ["dot", "movesense", "open-imu", "polar-h10", "polar-verity"])
async def test_after_a_lost_link_values_and_index_still_fit(name):
    clock, items = ScaledClock.start(8), []
    radio = VirtualRadio(clock)
    wearable = await radio.add(VIRTUAL_WEARABLES[name], swing(24, 60))
    gateway = Gateway(
        Radio(await radio.backend()),
        {wearable.identity: "wrist-left"}.get,
        clock=clock,
        sinks=[items.append],
    )
    async with gateway, asyncio.timeout(30):
        while wearable.emitted < 0.3 * len(wearable.motion):
            await asyncio.sleep(0.01)
        radio.air.cut_link(wearable.address)
        await wearable.ended.wait()
        await gateway.settled()
    connections = gateway.counters()[wearable.identity].connections
    await radio.close()
    check_streams(items)
    assert connections == 2
    assert len(of(StreamOpened, items)) == 1
    assert wearable.emitted == stored(items) + declared_lost(items)
    for batch in of(MotionBatch, items):
        sensed = slice(batch.first_index, batch.next_index)
        np.testing.assert_allclose(batch.acc, wearable.motion.acc[sensed], atol=STEP_M_S2)
        if batch.gyr is not None:
            np.testing.assert_allclose(batch.gyr, wearable.motion.gyr[sensed], atol=STEP_RAD_S)
