"""The socket of a virtual radio: hosts come, crash and come again."""

import asyncio
import subprocess
import sys

import pytest

from edge.virtual.listener import AdapterListener
from edge.virtual.process import _free_port
from telemetry.errors import ConfigurationError, TransportError

RESET = bytes.fromhex("01030c00")


class Heard:
    def __init__(self):
        self.packets = []

    def on_packet(self, packet):
        self.packets.append(packet)


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def listening(port):
    listener = AdapterListener(f"tcp-server:127.0.0.1:{port}")
    heard = Heard()
    listener.source.set_packet_sink(heard)
    return listener, heard


async def test_a_new_host_is_answered_though_the_old_ones_end_is_told_later():
    port = _free_port()
    listener, heard = await listening(port)
    async with listener:
        _, old = await asyncio.open_connection("127.0.0.1", port)
        old.write(RESET)
        await until(lambda: len(heard.packets) == 1)
        answers, new = await asyncio.open_connection("127.0.0.1", port)
        new.write(RESET)
        await until(lambda: len(heard.packets) == 2)
        old.close()
        await asyncio.sleep(0.05)
        listener.on_packet(b"answer")
        async with asyncio.timeout(10):
            assert await answers.readexactly(6) == b"answer"


async def test_half_a_packet_of_a_crashed_host_does_not_spoil_the_next_ones():
    port = _free_port()
    listener, heard = await listening(port)
    async with listener:
        _, crashing = await asyncio.open_connection("127.0.0.1", port)
        crashing.write(RESET[:2])
        await crashing.drain()
        await asyncio.sleep(0.05)
        crashing.transport.abort()
        _, new = await asyncio.open_connection("127.0.0.1", port)
        new.write(RESET)
        await until(lambda: heard.packets)
        assert heard.packets == [RESET]


async def test_a_packet_without_a_host_is_dropped():
    listener, _ = await listening(_free_port())
    async with listener:
        listener.on_packet(b"nobody there")


@pytest.mark.parametrize("spec", ["", "pty:x", "tcp-server:", "tcp-server:host", "tcp-server::9x"])
def test_where_to_listen_is_said_clearly(spec):
    with pytest.raises(ConfigurationError, match="tcp-server:127"):
        AdapterListener(spec)


def test_a_radio_that_is_started_in_the_background_goes_on_without_a_traceback():
    command = ["-m", "edge.virtual.serve", "--listen", f"tcp-server:127.0.0.1:{_free_port()}"]
    serving = subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert b'"ready": true' in serving.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            serving.wait(0.3)
    finally:
        serving.terminate()
        _, errors = serving.communicate()
    assert not errors


async def test_a_taken_port_is_told():
    port = _free_port()
    listener, _ = await listening(port)
    async with listener:
        with pytest.raises(TransportError, match=f"cannot listen on 127.0.0.1:{port}"):
            async with AdapterListener(f"tcp-server:127.0.0.1:{port}"):
                pass
