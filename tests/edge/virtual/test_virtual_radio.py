"""The virtual radio itself, by bleak's own classes."""

import asyncio

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import (
    BleakCharacteristicNotFoundError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from edge.virtual.motion_source import swing
from edge.virtual.peripherals.virtual_dot import VirtualDot
from edge.virtual.virtual_radio import VirtualRadio
from edge.wearables import dot
from telemetry.clock import ScaledClock

pytestmark = pytest.mark.slow

START = bytes((1, 1, dot.MODE_RATE))


@pytest.fixture
async def radio():
    radio = VirtualRadio(ScaledClock.start(10))
    yield radio
    await radio.close()


async def client_of(radio, wearable, **more):
    backend = await radio.backend()
    address = str(wearable.address).removesuffix("/P")
    return BleakClient(address, backend=backend.client, **backend.options, **more)


async def test_a_scan_finds_name_and_company(radio):
    await radio.add(VirtualDot, swing(1, 60))
    backend = await radio.backend()
    found = await BleakScanner.discover(
        0.3, return_adv=True, backend=backend.scanner, **backend.options
    )
    ((device, advertisement),) = found.values()
    assert device.name == advertisement.local_name == "Movella DOT"
    assert 0x0886 in advertisement.manufacturer_data


async def test_errors_of_the_peer_come_out_as_bleaks(radio):
    wearable = await radio.add(VirtualDot, swing(1, 60))
    async with await client_of(radio, wearable) as client:
        with pytest.raises(BleakGATTProtocolError):
            await client.write_gatt_char(dot.MEASUREMENT_CONTROL, b"\xff", response=True)
        with pytest.raises(BleakCharacteristicNotFoundError):
            await client.read_gatt_char("dead")
        assert bytes(await client.read_gatt_char(dot.BATTERY)) == bytes((87, 0))


async def test_an_absent_device_times_out_and_the_next_connection_works(radio):
    wearable = await radio.add(VirtualDot, swing(1, 60))
    absent = BleakClient(
        "C0:00:00:00:00:99",
        timeout=0.2,
        backend=(await radio.backend()).client,
        **(await radio.backend()).options,
    )
    for _ in range(2):
        with pytest.raises(BleakDeviceNotFoundError):
            await absent.connect()
    async with await client_of(radio, wearable) as client:
        assert client.is_connected


async def test_a_request_under_way_when_the_link_breaks_fails_as_bleaks_error(radio):
    wearable = await radio.add(VirtualDot, swing(1, 60))
    gone = asyncio.Event()
    client = await client_of(radio, wearable, disconnected_callback=lambda _: gone.set())
    await client.connect()
    radio.air.take_away(wearable.address)
    with pytest.raises(BleakError):
        await client.read_gatt_char(dot.BATTERY)
    async with asyncio.timeout(2):
        await gone.wait()
    assert not client.is_connected
    radio.air.bring_back(wearable.address)
    await client.connect()
    assert client.is_connected
    await client.disconnect()


async def test_a_short_absence_delays_and_loses_nothing(radio):
    wearable = await radio.add(VirtualDot, swing(5, 60))
    client, received = await client_of(radio, wearable), []
    await client.connect()
    await client.start_notify(dot.PAYLOAD_MEDIUM, lambda _, data: received.append(bytes(data)))
    await client.write_gatt_char(dot.MEASUREMENT_CONTROL, START, response=True)
    radio.air.take_away(wearable.address)
    await asyncio.sleep(0.2)
    while_away = len(received)
    radio.air.bring_back(wearable.address)
    await wearable.ended.wait()
    async with asyncio.timeout(10):
        while len(received) < wearable.emitted:
            await asyncio.sleep(0.01)
    assert while_away < 60
    stamps = [int.from_bytes(p[:4], "little") for p in received]
    assert len(received) == wearable.emitted == 300
    assert stamps == sorted(stamps)
    await client.disconnect()


async def test_a_connection_interval_paces_delivery_in_order():
    radio = VirtualRadio(ScaledClock.start(1), interval_s=0.05)
    wearable = await radio.add(VirtualDot, swing(0.5, 60))
    client, received = await client_of(radio, wearable), []
    loop = asyncio.get_running_loop()
    await client.connect()
    await client.start_notify(
        dot.PAYLOAD_MEDIUM, lambda _, data: received.append((loop.time(), bytes(data)))
    )
    await client.write_gatt_char(dot.MEASUREMENT_CONTROL, START, response=True)
    await wearable.ended.wait()
    async with asyncio.timeout(10):
        while len(received) < wearable.emitted:
            await asyncio.sleep(0.01)
    await client.disconnect()
    await radio.close()
    stamps = [int.from_bytes(p[:4], "little") for _, p in received]
    assert stamps == sorted(stamps)
    assert len(stamps) == 30
    # Three samples of 60 Hz share an event of 50 ms: far fewer arrivals than samples.
    assert len({round(at / 0.05) for at, _ in received}) < 20


class LateClock:
    """A clock of a machine so busy that whenever it is looked at ten more seconds have passed."""

    speed = 1.0

    def __init__(self):
        self._now_ns = 0

    def now_ns(self):
        self._now_ns += 10_000_000_000
        return self._now_ns

    async def sleep(self, _seconds):
        await asyncio.sleep(0)


async def test_who_waits_for_a_sample_goes_on_before_the_next_however_busy_the_machine():
    radio = VirtualRadio(LateClock())
    wearable = await radio.add(VirtualDot, swing(5.0, 60.0))
    wearable.start_run()
    seen = []
    for count in (1, 7, 7, 100, 299):
        await wearable.reached(count)
        seen.append(wearable.emitted)
    await wearable.ended.wait()
    await radio.close()
    assert seen == [1, 7, 7, 100, 299]
    assert wearable.emitted == 300
