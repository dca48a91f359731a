"""Nothing that arrives, waits or is unforeseen stops the intake or makes it deaf."""

import asyncio

import pytest

from builders import batch
from ingest.transfer import intake
from ingest.transfer.dead_letters import dead_letters
from ingest.transfer.receiver import Receiver
from ingest.transfer.uplink import Uplink
from journals import HOME, event_record, item_record, newly_numbered, session_opened
from record_path import PATIENCE, TOPICS, contents, running, some_records, until
from telemetry.clock import SystemClock
from telemetry.messages.record import decode_block, encode_block
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow

WAITING = 300


def clinic_bus(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    return MqttBus(settings, "receiver", manual_ack=True, persistent=True)


async def left_waiting(mosquitto, topic, payload=b"nothing that can be read"):
    """A persistent clinic that has subscribed and gone, and what came meanwhile."""
    bus = clinic_bus(mosquitto)
    bus.subscribe(topic, lambda message: message.acknowledge(), qos=1)
    async with bus:
        await bus.wait_connected()
        await asyncio.sleep(0.2)  # the subscription is on its way; nothing tells when it is made
    sender = MqttBus(MqttSettings(port=mosquitto.port), "sender")
    async with sender:
        await sender.wait_connected()
        for i in range(WAITING):
            sender.publish(topic.replace("+", "p-09"), payload + str(i).encode(), qos=1)
        await asyncio.sleep(0.5)  # 300 small messages over loopback


@pytest.mark.parametrize(
    "topic", ["ripresa/clinic/+/record", "ripresa/elsewhere/+/record"], ids=["same", "other site"]
)
async def test_a_clinic_hears_again_after_a_restart_with_more_waiting_than_the_window(
    home, clinic, mosquitto, topic
):
    await left_waiting(mosquitto, topic)
    bus = clinic_bus(mosquitto)
    receiver = Receiver(bus, clinic, SystemClock(), site="clinic")
    uplink_bus = MqttBus(MqttSettings(port=mosquitto.port), "uplink")
    uplink = Uplink(uplink_bus, home, TOPICS, SystemClock(), limits=PATIENCE)
    await home.append(some_records(20))
    async with bus, uplink_bus, running(receiver, uplink):
        await until(lambda: clinic.committed(home.home) == 20)


async def test_a_handler_that_fails_does_not_hold_the_brokers_window(mosquitto):
    bus, seen = clinic_bus(mosquitto), []

    def failing(message):
        seen.append(message)
        raise RuntimeError("not foreseen")

    bus.subscribe("ripresa/clinic/+/record", failing, qos=1)
    async with bus, MqttBus(MqttSettings(port=mosquitto.port), "sender") as sender:
        await bus.wait_connected()
        await sender.wait_connected()
        await asyncio.sleep(0.2)
        for _ in range(WAITING):
            sender.publish(TOPICS.record, b"x", qos=1)
        await until(lambda: len(seen) == WAITING)


async def test_what_no_check_foresaw_becomes_a_dead_letter_and_the_rest_goes_on(
    home, clinic, monkeypatch
):
    bad = item_record(batch(5, first_index=15))
    whole = intake.insert_record

    def insert_record(db, where, position, record, body):
        if record.body == bad.body:
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        whole(db, where, position, record, body)

    monkeypatch.setattr(intake, "insert_record", insert_record)
    bus, clock = LocalBus(), SystemClock()
    uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
    async with running(Receiver(bus, clinic, clock), uplink):
        await home.append(some_records(10))
        await asyncio.wait_for(uplink.caught_up(), 10)
    assert [letter.position for letter in dead_letters(clinic)] == [4]
    assert len(contents(clinic, home.home)) == 9
    assert "OverflowError" in dead_letters(clinic)[0].reason


async def test_other_homes_are_stored_when_one_message_cannot_be_taken_apart(
    home, clinic, monkeypatch
):
    def fails(payload):
        if payload == b"poison":
            raise RuntimeError("not foreseen")
        return decode_block(payload)

    monkeypatch.setattr(intake, "decode_block", fails)
    bus, clock = LocalBus(), SystemClock()
    uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
    async with running(Receiver(bus, clinic, clock), uplink):
        bus.publish(HomeTopics("clinic", "p-02").record, b"poison", qos=1)
        await home.append(some_records(3))
        await asyncio.wait_for(uplink.caught_up(), 10)
    assert [letter.reason for letter in dead_letters(clinic)] == ["cannot be read (RuntimeError)"]


def test_more_sessions_than_anybody_can_have_are_dead_letters(clinic, monkeypatch):
    monkeypatch.setattr(intake, "SESSIONS_A_PATIENT", 3)
    opened = [session_opened(f"01J000000000000000000000A{n}") for n in range(5)]
    numbered = newly_numbered(clinic, HOME, [event_record(event) for event in opened])
    topic = HomeTopics(opened[0].site, opened[0].patient).record
    intake.store_parcels(clinic, [intake.open_parcel(topic, encode_block(numbered))], now_ns=0)
    assert len(clinic.sessions()) == 3
    reasons = clinic.rows("SELECT reason FROM dead_letter")
    assert len(reasons) == 2
    assert "more sessions than anybody" in reasons[0][0]
