"""The bus on a real broker behaves as the one for tests does."""

import asyncio
import threading

import pytest

from telemetry.errors import NotAuthorised, TransportError, TransportTimeout
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import LastWill, MqttBus, MqttSettings

pytestmark = pytest.mark.slow


async def until(condition, timeout_s=10):
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


async def test_messages_reach_every_matching_handler(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    async with MqttBus(settings, "a") as a, MqttBus(settings, "b") as b:
        got, all_of_them = [], []
        b.subscribe("x/+", got.append, qos=1)
        b.subscribe("#", all_of_them.append)
        await a.wait_connected()
        await b.wait_connected()
        # The broker takes a client's subscriptions in order: by the last one all hold.
        await until(lambda: a.publish("ready", b"") or all_of_them)
        a.publish("x/1", b"one", qos=1)
        a.publish("y", b"two")
        await until(lambda: {m.topic for m in all_of_them} == {"ready", "x/1", "y"})
        await until(lambda: got)
        assert [m.payload for m in got] == [b"one"]


async def test_subscriptions_survive_a_killed_broker(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    async with MqttBus(settings, "a") as bus:
        got, connections = [], []
        bus.subscribe("x", got.append, qos=1)
        bus.on_connect(lambda: connections.append(1))
        await bus.wait_connected()
        mosquitto.kill()
        await until(lambda: not bus.connected)
        bus.publish("x", b"lost")
        mosquitto.start()
        await until(lambda: bus.connected)
        bus.publish("x", b"after", qos=1)
        await until(lambda: got)
        assert [m.payload for m in got] == [b"after"]
        assert len(connections) == 2


async def test_a_handler_that_fails_stops_no_other_message(mosquitto):
    async with MqttBus(MqttSettings(port=mosquitto.port), "a") as bus:
        got = []

        def handler(message):
            got.append(message.payload)
            if message.payload == b"bad":
                raise ValueError(message.payload)

        bus.subscribe("x", handler, qos=1)
        await bus.wait_connected()
        for payload in (b"bad", b"good"):
            bus.publish("x", payload, qos=1)
        await until(lambda: len(got) == 2)


async def test_the_last_will_speaks_when_the_connection_breaks(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    async with MqttBus(settings, "watcher") as watcher:
        got = []
        watcher.subscribe("state", got.append, qos=1)
        await watcher.wait_connected()
        mortal = MqttBus(settings, "mortal", last_will=LastWill("state", b"lost"))
        await mortal.__aenter__()
        await mortal.wait_connected()
        mortal._client._sock_close()
        await until(lambda: got)
        assert got[0].payload == b"lost"
        await mortal.__aexit__()


async def test_a_missing_broker_is_named_with_its_address(unused_tcp_port):
    async with MqttBus(MqttSettings(port=unused_tcp_port), "a") as bus:
        with pytest.raises(TransportError, match=f"127.0.0.1:{unused_tcp_port}"):
            await bus.wait_connected(0.2)


def test_a_password_never_shows():
    assert "secret" not in repr(MqttSettings(username="u", password="secret"))  # noqa: S106


async def test_the_local_bus_keeps_qos_1_and_drops_qos_0_while_cut():
    bus, got = LocalBus(), []
    bus.subscribe("x", got.append)
    bus.disconnect()
    bus.publish("x", b"0")
    bus.publish("x", b"1", qos=1)
    bus.reconnect()
    bus.publish("x", b"2")
    await until(lambda: len(got) == 2)
    assert [m.payload for m in got] == [b"1", b"2"]


async def test_the_local_bus_hands_out_retained_messages():
    bus, got = LocalBus(), []
    bus.publish("x", b"kept", retain=True)
    bus.subscribe("x", got.append)
    await until(lambda: got)
    assert got[0].payload == b"kept"
    assert got[0].retained


async def test_a_broker_that_knows_us_not_is_told_apart_from_one_that_is_away(mosquitto):
    config = mosquitto.folder / "mosquitto.conf"
    mosquitto.kill()
    config.write_text(config.read_text().replace("anonymous true", "anonymous false"))
    mosquitto.run()
    async with MqttBus(MqttSettings(port=mosquitto.port, username="who"), "a") as bus:
        with pytest.raises(NotAuthorised, match="check user and password"):
            await bus.wait_connected(1)
    mosquitto.kill()
    async with MqttBus(MqttSettings(port=mosquitto.port), "a") as bus:
        with pytest.raises(TransportTimeout, match="is it running"):
            await bus.wait_connected(0.2)


async def test_a_delivery_is_over_when_the_broker_has_it(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    async with MqttBus(settings, "a") as bus:
        await bus.wait_connected()
        await bus.deliver("kept", b"one", retain=True)
        for n in range(300):
            bus.publish("kept", b"%d" % n, qos=1, retain=True)
        await bus.drain()
    # Another connection asks: what was drained outlives the one that sent it.
    async with MqttBus(settings, "b") as bus:
        got = []
        bus.subscribe("kept", got.append, qos=1)
        await until(lambda: got)
        assert got[0].payload == b"299"


async def test_what_is_sent_while_the_broker_is_away_is_waited_for(mosquitto):
    async with MqttBus(MqttSettings(port=mosquitto.port), "a") as bus:
        await bus.wait_connected()
        mosquitto.kill()
        await until(lambda: not bus.connected)
        with pytest.raises(TransportTimeout, match="has not taken what was sent"):
            await bus.deliver("x", b"later", timeout_s=0.1)
        bus.publish("x", b"too", qos=1)
        mosquitto.start()
        await bus.drain(30)


async def test_the_bus_for_tests_waits_for_its_line_alike():
    bus = LocalBus()
    await bus.deliver("x", b"at once")
    bus.disconnect()
    with pytest.raises(TransportTimeout):
        await bus.deliver("x", b"later", timeout_s=0.01)
    waiting = asyncio.create_task(bus.drain())
    await asyncio.sleep(0)
    assert not waiting.done()
    bus.reconnect()
    await waiting
    assert [m.payload for m in bus.published] == [b"at once", b"later"]


def watches_no_sockets(*_):
    raise NotImplementedError


@pytest.fixture(params=["watches sockets", "watches none"])
def a_loop(request, monkeypatch):
    """The usual event loop, and one as Windows has it."""
    none = request.param == "watches none"
    if none:
        for name in ("add_reader", "add_writer", "remove_reader", "remove_writer"):
            monkeypatch.setattr(asyncio.SelectorEventLoop, name, watches_no_sockets)
    return none


async def test_much_more_than_a_socket_takes_at_once_comes_through_in_order(mosquitto, a_loop):
    settings = MqttSettings(port=mosquitto.port)
    sent = [bytes([n]) * 400_000 for n in range(20)]
    async with MqttBus(settings, "a") as a, MqttBus(settings, "b") as b:
        got = []
        b.subscribe("x", lambda message: got.append(message.payload), qos=1)
        await a.wait_connected()
        await b.wait_connected()
        await b.deliver("own", b"")
        for payload in sent:
            a.publish("x", payload, qos=1)
        await a.drain(30)
        await until(lambda: len(got) == len(sent))
        assert got == sent
        assert (b._line._polling is not None) == a_loop


async def test_no_thread_stays_and_other_threads_may_publish(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    before = set(threading.enumerate())
    async with MqttBus(settings, "a") as bus:
        got = []
        bus.subscribe("x", lambda message: got.append(message.payload), qos=1)
        await bus.wait_connected()
        more = [t for t in threading.enumerate() if t not in before]
        assert all(t.name.startswith("asyncio_") for t in more), "only who connects"
        await asyncio.to_thread(lambda: [bus.publish("x", b"%d" % n, qos=1) for n in range(50)])
        await until(lambda: len(got) == 50)
        assert got == [b"%d" % n for n in range(50)]


async def test_what_was_published_last_goes_out_before_the_leave(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    async with MqttBus(settings, "b") as b:
        got = []
        b.subscribe("x", lambda message: got.append(message.payload))
        await b.wait_connected()
        await b.deliver("own", b"")
        async with MqttBus(settings, "a") as a:
            await a.wait_connected()
            for n in range(100):
                a.publish("x", b"%d" % n)
        await until(lambda: len(got) == 100)


async def test_who_leaves_while_it_connects_leaves_no_connection(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    async with MqttBus(settings, "a") as bus:
        pass
    assert bus._client.socket() is None
    assert not bus.connected
