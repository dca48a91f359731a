"""Screens outside: OSC datagrams, and a page that speaks MQTT over WebSocket."""

import asyncio
import socket
import struct
import time

import pytest

from games.inputs.link_thread import bus_on_its_own_thread
from games.outside.browser_page import PAGE, page_address
from games.outside.osc import OscOut, osc_message
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.identity import new_ulid
from telemetry.messages.events import CloseReason, SessionClosed, encode_event
from telemetry.messages.live import ControlBatch, encode_live
from telemetry.messages.notices import WatchedNow
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow

TOPICS = HomeTopics("home", "P001")
SESSION = new_ulid(ManualClock())


def control(*values, t0_ns=10**18):
    return ControlBatch(
        session=SESSION,
        item="1",
        t0_ns=t0_ns,
        dt_us=tuple(16_000 * i for i in range(len(values))),
        control=values,
        calibrated=True,
    )


def test_an_osc_message_is_laid_out_as_the_specification_says():
    # The two examples of the OSC 1.0 specification, "OSC Message Examples".
    first = bytes.fromhex("2f6f7363696c6c61746f722f342f6672657175656e6379002c66000043dc0000")
    assert osc_message("/oscillator/4/frequency", 440.0) == first
    second = bytes.fromhex(
        "2f666f6f000000002c69697366660000000003e8ffffffff68656c6c6f0000003f9df3b640b5b22d"
    )
    assert osc_message("/foo", 1000, -1, "hello", 1.234, 5.678) == second


async def test_every_sample_goes_out_as_one_datagram_in_order():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(2)
        bus = LocalBus()
        out = OscOut(bus, TOPICS, port=listener.getsockname()[1])
        bus.publish(TOPICS.control, encode_live(control(0.25, 0.5)))
        bus.publish(TOPICS.control, b"{")
        closed = SessionClosed(session=SESSION, number=3, t_ns=5, reason=CloseReason.DONE)
        bus.publish(TOPICS.event, encode_event(closed))
        bus.publish(TOPICS.watched, WatchedNow(watchers=("physiotherapist", "admin")).encode())
        bus.publish(TOPICS.watched, b"{")
        await asyncio.sleep(0.01)
        datagrams = [listener.recv(1024) for _ in range(4)]
        out.close()
    assert (out.sent, out.refused) == (4, 2)
    assert datagrams[3].startswith(b"/ripresa/watched\0\0\0\0,s\0\0physiotherapist,admin")
    assert [struct.unpack(">f", d[28:32])[0] for d in datagrams[:2]] == [0.25, 0.5]
    assert datagrams[2].startswith(b"/ripresa/event\0\0,si")
    assert all(SESSION.encode() not in d and b"P001" not in d for d in datagrams)


def test_osc_stays_in_the_home():
    with pytest.raises(ConfigurationError, match="lies outside"):
        OscOut(LocalBus(), TOPICS, host="8.8.8.8")


def test_the_page_loads_nothing_from_elsewhere():
    text = PAGE.read_text()
    assert "http" not in text
    assert "src=" not in text


def test_a_browser_page_follows_the_control_over_websocket(broker, browser):
    plain, web = broker
    browser.get(page_address(TOPICS, web, key=""))
    with bus_on_its_own_thread(lambda: MqttBus(MqttSettings(port=plain), "core")) as bus:
        for n in range(200):
            bus.publish(TOPICS.control, encode_live(control(0.75, t0_ns=10**18 + n)))
            time.sleep(0.05)
            if browser.execute_script("return document.body.dataset.control") == "0.75":
                break
        closed = SessionClosed(session=SESSION, number=3, t_ns=5, reason=CloseReason.DONE)
        bus.publish(TOPICS.event, encode_event(closed), qos=1)
        for _ in range(100):
            heard = browser.execute_script("return document.body.dataset.event")
            if heard:
                break
            time.sleep(0.05)
        watched = "return document.getElementById('watched').textContent"
        for told, roles in ((": ", ("researcher",)), ("", ())):
            bus.publish(TOPICS.watched, WatchedNow(watchers=roles).encode(), qos=1)
            for _ in range(60):
                shown = browser.execute_script(watched)
                if bool(shown) == bool(roles):
                    break
                time.sleep(0.05)
            assert told in shown
            assert ("research" in shown or "ricerca" in shown) == bool(roles)
    assert browser.execute_script("return document.body.dataset.control") == "0.75"
    assert heard == "session.closed"
