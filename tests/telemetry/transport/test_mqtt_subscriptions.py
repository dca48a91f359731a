"""A broker that lets somebody in, and does not let them hear: it is looked at, and told."""

import asyncio

import pytest

from choosy_broker import allow, choosy
from telemetry.transport import mqtt
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.mqtt_subscriptions import MqttSubscriptions


async def until(found):
    async with asyncio.timeout(20):
        while not found():
            await asyncio.sleep(0.02)


class Reason:
    def __init__(self, value):
        self.is_failure = value >= 0x80


class Asked:
    """A client of which nothing goes out."""

    def __init__(self):
        self.asked = []

    def subscribe(self, wanted):
        self.asked.append([name for name, _ in wanted])
        return 0, len(self.asked)


async def test_what_a_broker_does_not_let_us_hear_is_known_by_name_and_the_rest_comes(
    mosquitto, caplog
):
    choosy(mosquitto, "mine/record")
    async with MqttBus(MqttSettings(port=mosquitto.port), "a") as bus:
        heard = []
        bus.subscribe("mine/ack", lambda m: heard.append(m.payload), qos=1)
        bus.subscribe("mine/record", lambda m: heard.append(m.payload), qos=1)
        await bus.wait_connected()
        await until(lambda: bus.unheard)
        assert bus.unheard == ("mine/record",)
        bus.subscribe("mine/plan", lambda m: heard.append(m.payload), qos=1)
        for topic in ("mine/record", "mine/ack", "mine/plan"):
            await bus.deliver(topic, topic.encode())
        await until(lambda: b"mine/plan" in heard)
        assert bus.unheard == ("mine/record",)
    assert heard == [b"mine/ack", b"mine/plan"]
    assert caplog.text.count("does not let us hear mine/record") == 1


async def test_a_right_that_is_given_later_is_noticed_without_a_new_connection(
    mosquitto, monkeypatch
):
    monkeypatch.setattr(mqtt, "ASK_AGAIN_S", 0.2)
    choosy(mosquitto, "mine/record")
    async with MqttBus(MqttSettings(port=mosquitto.port), "a") as bus:
        heard = []
        bus.subscribe("mine/record", lambda m: heard.append(m.payload), qos=1)
        await bus.wait_connected()
        await until(lambda: bus.unheard)
        allow(bus, "mine/record")
        await until(lambda: not bus.unheard)
        await bus.deliver("mine/record", b"x")
        await until(lambda: heard == [b"x"])


@pytest.mark.parametrize("value", [0, 1, 0x80])
def test_an_answer_is_taken_by_its_number_and_one_to_no_question_changes_nothing(value):
    asked = Asked()
    known = MqttSubscriptions(asked, "here")
    for name in ("a", "b"):
        known.add(name, lambda _: None, 1)
    assert known.ask()
    known.answered(7, [Reason(0x80)])
    assert known.refused == ()
    known.answered(1, [Reason(value), Reason(0)])
    assert known.refused == (("a",) if value == 0x80 else ())
    known.answered(1, [Reason(0x80), Reason(0x80)])
    assert "b" not in known.refused


def test_after_a_new_connection_an_old_answer_is_nobodys():
    known = MqttSubscriptions(Asked(), "here")
    known.add("a", lambda _: None, 1)
    known.ask()
    known.ask()
    known.answered(1, [Reason(0x80)])
    assert known.refused == ()
    known.answered(2, [Reason(0x80)])
    assert known.refused == ("a",)
