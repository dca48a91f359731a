"""bleak's real BlueZ backend, against a stand-in for bluetoothd on a private bus."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from edge.ble.radio import Radio
from edge.gateway.gateway import Gateway
from edge.virtual.process import RadioProcess
from edge_streams import check_streams, of, stored
from needs import need_program
from telemetry.clock import ScaledClock
from telemetry.errors import TransportError
from telemetry.messages.motion import MotionBatch, StreamGap, StreamOpened

pytestmark = pytest.mark.slow

RECOVERS_S = 15.0


@pytest.fixture
def private_bus(monkeypatch):
    """A D-Bus of our own in the place of the system's."""
    if sys.platform != "linux":
        pytest.skip("BlueZ is Linux's")
    daemon = subprocess.Popen(
        [need_program("dbus-daemon"), "--session", "--print-address", "--nofork", "--nopidfile"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", daemon.stdout.readline().strip())
    # bleak keeps one manager a loop; a fresh loop a test makes it a fresh one a bus.
    yield
    daemon.terminate()
    daemon.wait()


class Bluetoothd:
    """The stand-in's process."""

    def __init__(self, transport):
        self._transport = transport
        self.process = None

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "edge.virtual.bluez",
            self._transport,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ.copy(),
        )
        async with asyncio.timeout(20):
            assert await self.process.stdout.readline() == b"ready\n"

    async def kill(self):
        self.process.kill()
        await self.process.wait()

    async def refuse(self, *errors):
        await self.ask(refuse=errors)

    async def ask(self, **what):
        self.process.stdin.write(json.dumps(what).encode() + b"\n")
        await self.process.stdin.drain()


@contextlib.asynccontextmanager
async def bluetoothd(transport):
    daemon = Bluetoothd(transport)
    await daemon.start()
    try:
        yield daemon
    finally:
        if daemon.process.returncode is None:
            await daemon.kill()


async def until(condition, timeout_s):
    started = time.monotonic()
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.05)
    return time.monotonic() - started


def samples(items):
    return sum(len(b) for b in of(MotionBatch, items))


@pytest.mark.usefixtures("private_bus")
async def test_wearables_stream_through_the_real_backend_past_refusals_and_a_killed_daemon():
    clock, items = ScaledClock.start(), []
    async with (
        RadioProcess(["dot", "open-imu"], clock) as radio,
        bluetoothd(radio.transport) as daemon,
    ):
        await daemon.refuse("InProgress", "Failed")
        placements = dict(zip(radio.identities, ("wrist-right", "thigh-left"), strict=True))
        gateway = Gateway(
            Radio(connect_timeout_s=5), placements.get, clock=clock, sinks=[items.append]
        )
        async with gateway:
            await until(lambda: len(gateway.streams()) == 2 and samples(items) > 100, 20)

            await daemon.kill()
            await asyncio.sleep(1)
            before = samples(items)
            await daemon.start()
            await until(lambda: samples(items) > before + 100, RECOVERS_S)
            await until(lambda: all(c.connections >= 2 for c in gateway.counters().values()), 15)
            await asyncio.sleep(0.5)
            streams = gateway.streams()
        emitted = await radio.emitted()
    check_streams(items)
    assert len(streams) == 2
    # The wearables ran on: the same streams, and what was missed is declared.
    assert len(of(StreamOpened, items)) == 2
    assert {g.reason for g in of(StreamGap, items)} == {"link lost"}
    lost = sum(g.count or 0 for g in of(StreamGap, items))
    assert sum(emitted) >= stored(items) + lost > 0


@contextlib.asynccontextmanager
async def wearable_behind(daemon_does):
    """A Movesense behind the stand-in, which knows the device already and then does as asked."""
    clock, items, states = ScaledClock.start(), [], []
    async with RadioProcess(["movesense"], clock) as radio, bluetoothd(radio.transport) as daemon:
        first = Radio(connect_timeout_s=5)
        heard = asyncio.Event()
        await first.start_scan(lambda _: heard.set())
        await asyncio.wait_for(heard.wait(), 10)
        await first.stop_scan()
        await daemon.ask(**daemon_does)
        gateway = Gateway(
            Radio(connect_timeout_s=5),
            {radio.identities[0]: "wrist-right"}.get,
            clock=clock,
            sinks=[items.append],
            board=SimpleNamespace(wearable=states.append, gateway=lambda _: None),
        )
        async with gateway:
            yield items, states


@pytest.mark.usefixtures("private_bus")
@pytest.mark.parametrize("trouble", ["stick", "hide"])
async def test_an_object_that_bluez_is_stuck_with_is_removed_and_samples_flow(trouble, caplog):
    async with wearable_behind({trouble: True}) as (items, states):
        await until(lambda: samples(items) > 60, 60)
    reasons = [state.reason for state in states if state.reason and state.state == "lost"]
    assert all("next:" in reason or "again" in reason for reason in reasons)
    assert any("forget the device" in reason for reason in reasons)
    assert all(state.wearable.startswith("movesense-") for state in states)
    assert "close other programs" not in caplog.text
    assert "firmware" not in caplog.text


@pytest.mark.usefixtures("private_bus")
async def test_services_that_come_late_are_waited_for():
    async with wearable_behind({"late_s": 2.0}) as (items, _):
        await until(lambda: samples(items) > 60, 30)


@pytest.mark.usefixtures("private_bus")
async def test_a_daemon_that_is_not_there_is_told_with_what_to_do():
    with pytest.raises(TransportError, match="adapter|bluetoothd") as told:
        await Radio().start_scan(lambda _: None)
    assert ": " in str(told.value)


async def test_a_missing_system_bus_is_told_with_what_to_do(monkeypatch):
    if sys.platform != "linux":
        pytest.skip("BlueZ is Linux's")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(TransportError, match="systemctl start dbus bluetooth"):
        await Radio().start_scan(lambda _: None)
