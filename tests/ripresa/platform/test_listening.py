"""What listens is looked up in the kernel's tables; a browser's way in is on loopback alone."""

import asyncio
import os
import socket
import stat

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from needs import need_program
from ripresa.platform.broker import SCREEN_KEY, local_broker
from ripresa.platform.child import free_port
from ripresa.platform.listening import listening, wider_than_loopback
from ripresa.platform.websocket_bridge import websocket_bridge


@pytest.mark.parametrize(
    ("address", "wide"),
    [("127.0.0.1", False), ("0.0.0.0", True), ("::1", False), ("::", True)],  # noqa: S104
)
def test_a_listener_is_found_with_its_address(address, wide):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener:
        try:
            listener.bind((address, 0))
        except OSError:
            return  # no such family on this machine
        listener.listen()
        port = listener.getsockname()[1]
        assert (address, port) in listening(os.getpid())
        assert (f"{address}:{port}" in wider_than_loopback(os.getpid())) is wide


async def test_a_browser_reaches_the_broker_on_loopback_and_nobody_else_reaches_it(tmp_path):
    need_program("mosquitto")
    port = free_port()
    async with local_broker(tmp_path, port=free_port(), websocket_port=port) as broker:
        assert ("127.0.0.1", port) in listening(os.getpid())
        assert wider_than_loopback(broker.process.pid) == []
        key = (tmp_path / SCREEN_KEY).read_text()
        assert stat.S_IMODE((tmp_path / SCREEN_KEY).stat().st_mode) == 0o600
        heard = await _over_websocket(port, broker.port, key)
    assert not (tmp_path / SCREEN_KEY).exists()
    assert heard == [b"from a browser"]


async def _over_websocket(port, broker_port, key):

    heard, done = [], asyncio.Event()
    loop = asyncio.get_running_loop()
    listener = paho.Client(CallbackAPIVersion.VERSION2)
    screen = paho.Client(CallbackAPIVersion.VERSION2, transport="websockets")
    screen.ws_set_options(path=f"/{key}")

    def on_message(_client, _user, message):
        heard.append(message.payload)
        loop.call_soon_threadsafe(done.set)

    listener.on_message = on_message
    listener.on_connect = lambda client, *_: client.subscribe("a")

    screen.on_connect = lambda client, *_: client.publish("a", b"from a browser", 1)
    listener.on_subscribe = lambda *_: screen.loop_start()
    screen.connect_async("127.0.0.1", port)
    listener.connect_async("127.0.0.1", broker_port)
    listener.loop_start()
    try:
        async with asyncio.timeout(10):
            await done.wait()
    finally:
        for client in (screen, listener):
            client.disconnect()
            await asyncio.to_thread(client.loop_stop)
    return heard


@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
async def test_a_port_for_browsers_that_is_taken_stops_nothing_and_is_named(tmp_path, caplog, kind):
    need_program("mosquitto")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with local_broker(
            tmp_path, port=free_port(), websocket_port=port, embedded=kind == "amqtt"
        ) as broker:
            assert broker.kind == kind
    assert f"port {port} cannot be used" in caplog.text


@pytest.mark.parametrize(
    ("origin", "comes_in"),
    [
        (None, True),
        ("null", True),
        ("http://localhost:8000", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example:80", False),
    ],
)
async def test_a_web_site_that_is_open_in_the_browser_does_not_reach_the_broker(origin, comes_in):
    port = free_port()
    async with websocket_bridge(port, free_port(), "key"):
        try:
            async with connect(f"ws://127.0.0.1:{port}/key", origin=origin, subprotocols=["mqtt"]):
                came_in = True
        except InvalidStatus:
            came_in = False
    assert came_in is comes_in


@pytest.mark.parametrize("asked", ["", "/", "/ke", "/key2", "/key/", "/?key=key", "/%6Bey", "/KEY"])
async def test_a_page_that_does_not_know_the_key_does_not_reach_the_broker(asked):
    """Not even one that a web site shuts off, so that it names itself as a file does."""
    port = free_port()
    async with websocket_bridge(port, free_port(), "key"):
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{port}{asked}", origin="null", subprotocols=["mqtt"])
