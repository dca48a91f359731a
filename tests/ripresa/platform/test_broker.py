"""A broker on loopback, whichever there is."""

import asyncio

import pytest

from needs import need_program
from ripresa.platform.broker import local_broker
from ripresa.platform.child import free_port
from telemetry.transport.mqtt import MqttBus, MqttSettings


async def a_message_passes(port):
    async with MqttBus(MqttSettings(port=port), "a") as bus:
        got = asyncio.Event()
        bus.subscribe("x", lambda _: got.set(), qos=1)
        await bus.wait_connected()
        bus.publish("x", b"", qos=1)
        async with asyncio.timeout(10):
            await got.wait()


@pytest.mark.parametrize("embedded", [False, True])
async def test_messages_pass_on_loopback(tmp_path, embedded):
    if not embedded:
        need_program("mosquitto")
    async with local_broker(tmp_path, port=free_port(), embedded=embedded) as broker:
        assert broker.kind == ("amqtt" if embedded else "mosquitto")
        await a_message_passes(broker.port)


async def test_a_second_broker_takes_another_port(tmp_path):
    port = free_port()
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    async with local_broker(folders[0], port=port) as a, local_broker(folders[1], port=port) as b:
        assert a.port == port
        assert b.port != port
        await a_message_passes(b.port)
