"""An erasure in the running clinic, with the broker as shipped: nothing of the patient is left."""

import asyncio
import random

import pytest
from typer.testing import CliRunner

from ingest.journal.reading import JournalReader
from ingest.journal.upkeep import check
from ingest.rights.erasure import traces
from needs import need_program
from ripresa.bench.clinic_under_test import SITE, ClinicUnderTest
from ripresa.bench.honest_home import HonestHome
from ripresa.cli.patient_cli import app
from ripresa.clinic.outbox import Outbox, OutboxLetter
from telemetry.clock import SystemClock
from telemetry.messages.notices import GatewayState, LinkState, PlanNotice
from telemetry.transport.mqtt import MqttBus
from telemetry.transport.topics import GatewayTopics, SiteTopics

pytestmark = pytest.mark.slow
GOAL = "walk to the lake again"


def environment(monkeypatch, clinic):
    settings = clinic.clinic_settings
    for name, value in {
        "RIPRESA_HOME": clinic.state.root,
        "RIPRESA_MQTT_HOST": "127.0.0.1",
        "RIPRESA_MQTT_PORT": settings.port,
        "RIPRESA_MQTT_USERNAME": "clinic",
        "RIPRESA_MQTT_PASSWORD": settings.password,
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("RIPRESA_INFLUX_URL", raising=False)


async def test_no_byte_of_an_erased_patient_is_left_at_the_clinic_or_its_broker(
    tmp_path, monkeypatch
):
    need_program("mosquitto")
    need_program("openssl")
    clock = SystemClock()
    with ClinicUnderTest(tmp_path) as clinic:
        (tmp_path / "homes").mkdir()
        homes, joins = [], {}
        for patient in ("p-017", "p-0171"):
            joins[patient], settings = clinic.enrol(patient)
            home = HonestHome(
                tmp_path / "homes",
                patient=patient,
                site=SITE,
                settings=settings,
                clock=clock,
                day="2026-11-26",
            )
            homes.append(home)
        await clinic.start_broker()
        await clinic.start_clinic()
        notice = PlanNotice(patient="p-017", version=1, plan={"goal": GOAL})
        Outbox(clinic.state.outbox).post(
            OutboxLetter(site=SITE, patient="p-017", what="plan", id="1", notice=notice)
        )
        for home in homes:
            async with home.bus:
                running = asyncio.create_task(home.run(0.1, random.Random(1)))
                gateway = joins[home.patient].gateway
                state = GatewayState(gateway=gateway, state=LinkState.READY)
                topic = GatewayTopics(SITE, gateway).state
                await asyncio.sleep(1)
                home.bus.publish(topic, state.encode(), qos=1, retain=True)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                assert await home.settle(20)
        needles = [b"p-017", GOAL.encode(), homes[0].journal.home.encode()]
        needles += [homes[0].session.encode(), joins["p-017"].gateway.encode()]
        others = [b"p-0171", joins["p-0171"].gateway.encode()]
        environment(monkeypatch, clinic)
        arguments = [
            "erase",
            "p-017",
            "--ground",
            "asked",
            "--yes",
            "--folder",
            str(clinic.compose),
        ]
        done = await asyncio.to_thread(CliRunner().invoke, app, arguments)
        assert done.exit_code == 0, done.output
        places = [clinic.state.root, clinic.compose, tmp_path / "clinic.log"]
        async with asyncio.timeout(40):  # the broker writes its store every ten seconds
            while left := found(places, needles, others):
                await asyncio.sleep(0.5)
        assert left == []
        kept = {GatewayTopics(SITE, joins["p-0171"].gateway).state, SiteTopics(SITE).survey_key}
        assert await retained(clinic) == kept
        assert check(clinic.state.clinic_journal) == []
        with JournalReader(clinic.state.clinic_journal) as reader:
            assert homes[1].lost(reader) == 0
        assert not clinic.look_for_death()
        for home in homes:
            home.journal.close()


def found(places, needles, others):
    roots = [p for p in places if p.is_dir()]
    files = [p for p in places if p.is_file() and any(n in p.read_bytes() for n in needles)]
    return traces(roots, needles, others) + files


async def retained(clinic):
    kept = set()
    bus = MqttBus(clinic.clinic_settings, "looks")

    def note(message):
        if message.retained and message.payload:
            kept.add(message.topic)

    bus.subscribe("ripresa/#", note)
    async with bus:
        await bus.wait_connected()
        await asyncio.sleep(1)
    return kept
