"""Whole games without a window: pictures, results, requests over a bus."""

import asyncio
import json
import math
import socket
import threading

import pytest

from games.engine.play import play, play_over_mqtt
from games.inputs import link_thread
from games.inputs.link_thread import bus_on_its_own_thread
from games.inputs.wearable import BusLink
from games.rules.control import Invitation
from games.rules.setting import Setting
from telemetry.clock import ManualClock, ScaledClock
from telemetry.errors import ConfigurationError, TransportError
from telemetry.identity import new_ulid
from telemetry.messages.events import CloseReason, SessionClosed, encode_event
from telemetry.messages.live import ControlBatch, RepetitionCounted, encode_live
from telemetry.messages.requests import ReportPain, decode_request
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow

TOPICS = HomeTopics("home", "P001")
SHORT = Setting(sets=1, repetitions=2)


@pytest.fixture
def session():
    return new_ulid(ManualClock())


def batch(session, t0_ns, control, **changes):
    fields = {
        "session": session,
        "item": "arm",
        "t0_ns": t0_ns,
        "dt_us": tuple(i * 16_667 for i in range(len(control))),
        "control": tuple(control),
        "calibrated": True,
    }
    return ControlBatch(**{**fields, **changes})


def test_headless_play_needs_nothing_and_leaves_a_picture_and_a_result(tmp_path):
    picture, file = tmp_path / "volo.png", tmp_path / "volo.json"
    result = play("volo", headless=True, setting=SHORT, picture=picture, json_file=file)
    assert result["stopped_by"] == "done"
    assert result["repetitions"] == 2
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert json.loads(file.read_text())["digest"] == result["digest"]


def test_the_same_seed_gives_the_same_play():
    one = Setting(sets=1, repetitions=1)
    first, second = (play("volo", headless=True, setting=one) for _ in range(2))
    assert first["digest"] == second["digest"]


def test_an_unknown_game_is_named_in_one_line_with_those_there_are():
    with pytest.raises(ConfigurationError, match="no game 'calcio': there are .*volo"):
        play("calcio", headless=True)


async def test_the_link_hands_on_each_sample_with_its_own_instant(session):
    bus, clock = LocalBus(), ManualClock()
    link = BusLink(bus, TOPICS, clock)
    t0_ns = clock.now_ns()
    bus.publish(TOPICS.control, encode_live(batch(session, t0_ns, [0.1, 0.2, 0.3])))
    await asyncio.sleep(0)
    arrivals = link.poll(clock.now_ns(), Invitation())
    assert [a.sample.control for a in arrivals] == [0.1, 0.2, 0.3]
    assert [a.sample.t_ns - t0_ns for a in arrivals] == [0, 16_667_000, 33_334_000]


async def test_the_link_leaves_out_what_it_cannot_read_and_what_belongs_to_no_item(session):
    bus, clock = LocalBus(), ManualClock()
    link = BusLink(bus, TOPICS, clock)
    bus.publish(TOPICS.control, b"{")
    bus.publish(TOPICS.control, encode_live(batch(session, 1, [0.5], item=None)))
    await asyncio.sleep(0)
    assert link.poll(clock.now_ns(), Invitation()) == []
    assert link.refused == 1


async def test_the_link_ends_with_its_session(session):
    bus, clock = LocalBus(), ManualClock()
    link = BusLink(bus, TOPICS, clock)
    bus.publish(TOPICS.control, encode_live(batch(session, 1, [0.5])))
    closed = SessionClosed(session=session, number=9, t_ns=2, reason=CloseReason.DONE)
    bus.publish(TOPICS.event, encode_event(closed))
    await asyncio.sleep(0)
    assert link.ended


async def test_a_request_names_its_session_and_goes_out_at_qos_1(session):
    bus = LocalBus()
    link = BusLink(bus, TOPICS, ManualClock())
    bus.publish(TOPICS.control, encode_live(batch(session, 1, [0.5])))
    await asyncio.sleep(0)
    link.request(ReportPain(pain=4))
    sent = [m for m in bus.published if m.topic == TOPICS.request]
    request = decode_request(sent[0].payload)
    assert (request.session, request.what, request.pain) == (session, "pain.reported", 4)


def feed(bus, clock, session, stop):
    """A wearable's control: raises of 4 s at 60 Hz, sample by sample, then the session's end.

    Samples keep their rate however late they are sent.
    """
    began_ns, counted = clock.now_ns(), 0
    for n in range(13 * 60):
        seconds = n / 60
        t_ns = began_ns + round(seconds * 1e9)
        while clock.now_ns() < t_ns:
            if stop.wait(1 / 240):
                return
        if (number := int((seconds - 0.5) / 4)) > counted:
            counted = number
            repetition = RepetitionCounted(
                session=session,
                item="arm",
                number=number,
                t_ns=t_ns,
                range_deg=None,
                peak_deg=None,
                reached=1.0,
            )
            bus.publish(TOPICS.control, encode_live(repetition))
        raised = 0.5 - 0.5 * math.cos(2 * math.pi * seconds / 4)
        calibrated = seconds > 4
        bus.publish(
            TOPICS.control, encode_live(batch(session, t_ns, [raised], calibrated=calibrated))
        )
    closed = SessionClosed(session=session, number=9, t_ns=clock.now_ns(), reason=CloseReason.DONE)
    bus.publish(TOPICS.event, encode_event(closed), qos=1)


def test_a_game_follows_a_wearable_over_a_real_broker(tmp_path, session, mosquitto):
    clock, stop = ScaledClock.start(4), threading.Event()
    settings = MqttSettings(port=mosquitto.port)
    with bus_on_its_own_thread(lambda: MqttBus(settings, "wearable")) as bus:
        feeder = threading.Thread(target=feed, args=(bus, clock, session, stop))
        result = play_over_mqtt(
            "volo",
            settings,
            TOPICS,
            client_id="game",
            clock=clock,
            headless=True,
            setting=Setting(sets=1, repetitions=20),
            picture=tmp_path / "volo.png",
            on_ready=feeder.start,
            stop_after_s=40,
        )
        stop.set()
        feeder.join()
    assert result["stopped_by"] == "source ended"
    assert result["repetitions"] == 2
    assert [o["counted"] for o in result["outcomes"]] == [[2], [3]]
    assert result["refused"] == 0
    assert result["latency_ms"]["sample_to_frame"]["n"] == result["samples"] > 100


def test_without_a_broker_the_game_says_so_in_one_line(monkeypatch):
    monkeypatch.setattr(link_thread, "CONNECT_TIMEOUT_S", 0.3)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        settings = MqttSettings(port=held.getsockname()[1])
    with pytest.raises(TransportError, match="no MQTT broker answers at 127.0.0.1"):
        play_over_mqtt("volo", settings, TOPICS, client_id="game", headless=True)
