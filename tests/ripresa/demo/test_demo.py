"""The whole chain, with real processes: nothing is lost, and a repeat gives the same."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from needs import need_program
from ripresa.demo.demo import DemoOptions, run_demo
from ripresa.demo.demo_place import DemoPlace
from ripresa.platform.configuration import Identity
from telemetry.errors import ConfigurationError
from telemetry.transport.mqtt import MqttBus, MqttSettings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SHORT = "spar:3:FEL:1"
"""22 s of a healthy adult's forward arm raises."""


async def play(watch=None, **options):
    chosen = {"recording": SHORT, "speed": 4.0, "headless": True, "game": None} | options
    return await run_demo(DemoOptions(**chosen), watch)


def nothing_is_lost(ledger):
    return (ledger.emitted, ledger.lost, ledger.duplicates) == (ledger.stored, 0, 0)


async def exercise_goes_on(demo, share=0.3):
    """Wait until the wearable has sent so much of its recording."""
    while demo.played() < share * demo.total:
        await asyncio.sleep(0.02)


async def test_a_recording_reaches_the_clinic_and_the_same_again_hashes_alike(tmp_path):
    need_program("mosquitto")
    first = await play(game="volo", keep=tmp_path / "kept")
    assert first.repetitions == pytest.approx(20, abs=1)
    assert nothing_is_lost(first.ledger)
    assert first.ledger.emitted > 1300
    assert first.live_equals_recorded
    assert 110 < first.rom_deg.median < 175
    assert first.adherence.dose == pytest.approx(first.repetitions / 20)
    assert {"radio", "core", "game", "sample to frame"} <= first.latency_ms.keys()
    assert (tmp_path / "kept" / "pictures" / "volo.png").stat().st_size > 10_000
    assert json.loads(first.model_dump_json())["results_hash"] == first.results_hash
    again = await play(speed=6.0)
    assert again.results_hash == first.results_hash


async def test_without_mosquitto_an_embedded_broker_serves():
    summary = await play(embedded_broker=True)
    assert summary.repetitions == pytest.approx(20, abs=1)
    assert nothing_is_lost(summary.ledger)


async def test_a_broker_killed_for_5_s_costs_nothing_of_the_recording():
    need_program("mosquitto")

    async def disturb(demo):
        await exercise_goes_on(demo)
        demo.broker.process.kill(away_s=5)
        await asyncio.Event().wait()

    summary = await play(disturb, speed=2.0)
    assert nothing_is_lost(summary.ledger)
    assert summary.repetitions == pytest.approx(20, abs=1)
    # What moves the game has gone on beside the broker.
    assert summary.live_equals_recorded


async def test_a_receiver_killed_for_5_s_costs_nothing():
    need_program("mosquitto")
    starts = []

    async def disturb(demo):
        await exercise_goes_on(demo)
        demo.clinic.kill(away_s=5)
        try:
            await asyncio.Event().wait()
        finally:
            starts.append(demo.clinic.starts)

    summary = await play(disturb, speed=2.0)
    assert starts == [2]
    assert nothing_is_lost(summary.ledger)
    assert summary.live_equals_recorded


async def test_rubbish_on_every_topic_stops_nothing_and_is_counted():
    need_program("mosquitto")
    refused = []

    async def disturb(demo):
        topics = Identity().topics
        async with MqttBus(MqttSettings(port=demo.broker.port), "vandal") as vandal:
            await vandal.wait_connected()
            await exercise_goes_on(demo, 0.2)
            for topic in (
                topics.motion("x"),
                topics.event,
                topics.control,
                topics.request,
                topics.record,
                topics.ack,
            ):
                for payload in (b"", b"\x00\xff" * 20, b"{}", bytes(2 << 20)):
                    vandal.publish(topic, payload, qos=1)
            try:
                await asyncio.Event().wait()
            finally:
                refused.append(demo.box.service.refused)

    summary = await play(disturb)
    assert nothing_is_lost(summary.ledger)
    assert summary.live_equals_recorded
    assert refused[0] >= 4, "of requests; nothing in the home reads the others back"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"recording": "spar:1:ABD"}, "write spar:SUBJECT:EXERCISE:SIDE"),
        ({"recording": "spar:11:ABD:0"}, "subjects 1 to 10"),
        ({"recording": "spar:1:XYZ:0"}, "exercises ABD"),
        ({"speed": 0.0}, "not positive"),
    ],
)
async def test_a_wrong_wish_is_named_before_anything_starts(options, says):
    with pytest.raises(ConfigurationError, match=says):
        await play(**options)


def test_a_picture_that_cannot_be_kept_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "volo.png").write_bytes(b"png")
    place = SimpleNamespace(options=DemoOptions(), picture=tmp_path / "volo.png")
    place._saved_picture = lambda: DemoPlace._saved_picture(place)
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path / "home"))
    assert list(DemoPlace.files(place)) == ["picture"]
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path / "volo.png"))
    assert DemoPlace.files(place) == {}


async def test_a_kept_folder_is_never_overwritten(tmp_path):
    (tmp_path / "home").mkdir()
    with pytest.raises(ConfigurationError, match="never overwritten"):
        await play(keep=tmp_path)
