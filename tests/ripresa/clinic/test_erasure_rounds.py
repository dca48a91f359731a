"""An erasure in the running clinic, with the broker as shipped: nothing of the patient is left."""

import asyncio
import random
import shutil
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from influxd import Influxd, Influxd2
from ingest.influx.admin import patient_series, set_up
from ingest.influx.server import InfluxSettings, InfluxWriter
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from ingest.journal.upkeep import check
from ingest.rights.audit import AuditKey
from ingest.rights.consent import ConsentState, set_consent
from ingest.rights.erasure import traces
from needs import need_program
from ripresa.bench.clinic_under_test import SITE, ClinicUnderTest
from ripresa.bench.honest_home import HonestHome
from ripresa.cli.patient_cli import app
from ripresa.clinic.erasure_rounds import ErasureParts, ErasureRounds
from ripresa.clinic.outbox import Outbox, OutboxLetter
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock, SystemClock
from telemetry.errors import StoreBusy
from telemetry.messages.notices import GatewayState, LinkState, PlanNotice
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import GatewayTopics, HomeTopics, SiteTopics
from telemetry.trouble import TroubleBoard, TroubleKind

pytestmark = pytest.mark.slow
GOAL = "walk to the lake again"


@pytest.fixture
def influx(tmp_path):
    """A database for the clinic: 2.7 where it is on the PATH, else 1.8."""
    folder = tmp_path / "influx"
    folder.mkdir()
    new = shutil.which("influxd2") is not None
    server = (Influxd2 if new else Influxd)(folder)
    server.start()
    names = {"MOTION_BUCKET": "motion", "MINUTES_BUCKET": "minutes", "THERAPY_BUCKET": "therapy"}
    if not new:
        names = {key: server.create_bucket(name) for key, name in names.items()}
    named = {"URL": server.url, "TOKEN": "t" * 20, "ORG": "clinic", "MOTION_DAYS": "0", **names}
    settings = InfluxSettings.from_environment(
        {f"RIPRESA_INFLUX_{name}": value for name, value in named.items()}
    )
    if new:
        with InfluxWriter(settings) as writer:
            set_up(writer, settings)
    yield SimpleNamespace(
        settings=settings, named={f"RIPRESA_INFLUX_{k}": v for k, v in named.items()}
    )
    server.kill()


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


@pytest.mark.nightly
async def test_no_byte_of_an_erased_patient_is_left_at_the_clinic_or_its_broker(
    tmp_path, monkeypatch, influx
):
    need_program("mosquitto")
    need_program("openssl")
    with ClinicUnderTest(tmp_path) as clinic:
        (tmp_path / "homes").mkdir()
        joins = {patient: clinic.enrol(patient) for patient in ("p-017", "p-0171")}
        await clinic.start_broker()
        await clinic.start_clinic(more=influx.named)
        homes = [
            await lived(clinic, tmp_path / "homes", patient, *joins[patient]) for patient in joins
        ]
        gateways = {patient: join.gateway for patient, (join, _) in joins.items()}
        needles = [b"p-017", GOAL.encode(), homes[0].journal.home.encode()]
        needles += [homes[0].session.encode(), gateways["p-017"].encode()]
        others = [b"p-0171", gateways["p-0171"].encode()]
        environment(monkeypatch, clinic)
        for name, value in influx.named.items():
            monkeypatch.setenv(name, value)
        await until_database_has(influx, "p-017")
        with JournalReader(clinic.state.clinic_journal) as reader:
            before = counts_of(reader, "p-0171")
        folder = ["--folder", str(clinic.compose)]
        async with asyncio.timeout(60):
            arguments = ["erase", "p-017", "--ground", "asked", "--yes", *folder]
            done = await asyncio.to_thread(CliRunner().invoke, app, arguments)
            assert done.exit_code == 0, done.output
            places = [clinic.state.root, clinic.compose, tmp_path / "clinic.log"]
            while found(places, needles, others):  # the broker writes its store every ten seconds
                await asyncio.sleep(0.5)
        for wait_s in (0, 6):  # the figures' follower looks every five seconds: nothing comes back
            await asyncio.sleep(wait_s)
            with InfluxWriter(influx.settings) as writer:
                assert patient_series(writer, influx.settings, "p-017") == 0
                assert patient_series(writer, influx.settings, "p-0171") > 0
        kept = {GatewayTopics(SITE, gateways["p-0171"]).state, SiteTopics(SITE).survey_key}
        kept.add(HomeTopics(SITE, "p-0171").plan)
        assert await retained(clinic) == kept
        assert check(clinic.state.clinic_journal) == []
        with JournalReader(clinic.state.clinic_journal) as reader:
            assert homes[1].lost(reader) == 0
            assert counts_of(reader, "p-0171") == before
        assert not clinic.look_for_death()
        for home in homes:
            home.journal.close()


async def lived(clinic, folder, patient, join, settings):
    """A home that was sent its plan, and sent a session and its state."""
    plan = {"goal": GOAL if patient == "p-017" else ""}
    notice = PlanNotice(patient=patient, version=1, plan=plan)
    Outbox(clinic.state.outbox).post(
        OutboxLetter(site=SITE, patient=patient, what="plan", id="1", notice=notice)
    )
    day = {"site": SITE, "clock": SystemClock(), "day": "2026-11-26"}
    home = HonestHome(folder, patient=patient, settings=settings, **day)
    async with home.bus:
        running = asyncio.create_task(home.run(0.1, random.Random(1)))
        state = GatewayState(gateway=join.gateway, state=LinkState.READY)
        await asyncio.sleep(1)
        topic = GatewayTopics(SITE, join.gateway).state
        home.bus.publish(topic, state.encode(), qos=1, retain=True)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await home.settle(20)
    return home


async def until_database_has(influx, patient):
    with InfluxWriter(influx.settings) as writer:
        async with asyncio.timeout(30):
            while not patient_series(writer, influx.settings, patient):
                await asyncio.sleep(0.2)


def counts_of(reader, patient):
    return reader.rows(
        "SELECT r.kind, count(*), sum(length(r.body)) FROM record r JOIN home h ON h.id = r.home "
        "WHERE h.patient = ? GROUP BY r.kind ORDER BY r.kind",
        (patient,),
    )


def test_a_kept_demo_is_erased_with_its_home_although_its_broker_is_gone(
    kept, tmp_path, monkeypatch
):
    folder = tmp_path / "demo"
    shutil.copytree(kept.folder, folder)
    with JournalReader(kept.home) as reader:
        needles = [b"demo-patient", reader.home.encode(), kept.session.encode()]
    assert traces([folder], needles)
    monkeypatch.setenv("RIPRESA_HOME", str(folder))
    monkeypatch.setenv("RIPRESA_MQTT_PORT", "1")
    monkeypatch.delenv("RIPRESA_INFLUX_URL", raising=False)
    arguments = ["erase", "demo-patient", "--ground", "asked", "--yes", "--folder", str(folder)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert traces([folder], needles) == []
    assert check(Folder(folder).clinic_journal) == []


async def test_who_was_restricted_while_the_database_was_away_leaves_it_when_it_is_back(
    tmp_path, monkeypatch
):
    folder, clock, board = Folder(tmp_path).create(), ManualClock(), TroubleBoard()
    key, tried, away = AuditKey.at(folder.audit_key), [], [True, True]

    def step_for(patient):
        def step():
            tried.append(patient)
            if away:
                away.pop()
                raise StoreBusy("no InfluxDB")

        return {"database": step}

    monkeypatch.setattr("ripresa.clinic.erasure_rounds.database_step", step_for)
    with Journal.open(folder.clinic_journal, clock) as journal:
        told = {"on": True, "actor": "pt", "now_ns": 1, "ground": "asked"}
        set_consent(journal, key, "p-01", ConsentState.RESTRICTED, **told)
        parts = ErasureParts(folder, MqttSettings(), clock)
        rounds = asyncio.create_task(ErasureRounds(journal, folder, parts, clock, board).run())
        shown = []
        async with asyncio.timeout(20):
            while len(shown) < 8:
                await asyncio.sleep(0.02)
                shown.append(board.has(TroubleKind.ERASURE_WAITS))
                await clock.advance(20)
        rounds.cancel()
    assert True in shown
    assert not shown[-1]
    assert tried == ["p-01"] * 3, "and is not looked for any more"


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
