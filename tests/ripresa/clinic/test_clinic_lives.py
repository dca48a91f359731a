"""The real clinic: one program's fault is its own, and the running process says how it is."""

import asyncio
import contextlib
import socket

import httpx
import pytest

from builders import SESSION
from choosy_broker import allow, choosy
from influx_answers import InfluxAnswers
from ingest.influx.server import InfluxSettings
from ingest.journal.journal import Journal
from ingest.transfer.uplink import Uplink
from journals import event_record, session_opened
from record_path import PATIENCE, TOPICS, some_records, until
from ripresa.care.care_journal import JournalCareRecord
from ripresa.clinic.clinic import ClinicOptions, run_clinic
from ripresa.clinic.status_report import report_lines
from ripresa.platform.configuration import Folder
from ripresa.platform.status_socket import ask_status
from telemetry.clock import ManualClock, ScaledClock, SystemClock
from telemetry.errors import ConfigurationError, TransportError
from telemetry.messages.notices import LedgerNotice, Receipt
from telemetry.transport import mqtt, own_voice
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _told(caplog):
    caplog.set_level("INFO")


def options(folder, mosquitto, **more):
    fields = {
        "folder": Folder(folder).create(),
        "broker": MqttSettings(port=mosquitto.port),
        "site": "+",
        "clock": ScaledClock.start(20),
        "web_port": 0,
    }
    return ClinicOptions(**(fields | more))


@contextlib.asynccontextmanager
async def running_clinic(chosen):
    task = asyncio.create_task(run_clinic(chosen))
    try:
        await until(lambda: task.done() or (chosen.folder.clinic / "status.sock").exists())
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def told_of(document):
    return [trouble["kind"] for trouble in document["troubles"]]


async def status(chosen):
    return await asyncio.to_thread(ask_status, chosen.folder.clinic)


async def until_status(chosen, condition):
    async with asyncio.timeout(20):
        while not condition(found := await status(chosen)):
            await asyncio.sleep(0.05)
    return found


async def test_a_program_that_fails_comes_back_and_the_others_go_on(
    home, tmp_path, mosquitto, monkeypatch
):
    async def fails(_self):
        raise ZeroDivisionError("not foreseen")

    monkeypatch.setattr(JournalCareRecord, "run", fails)
    chosen = options(tmp_path / "c", mosquitto)
    bus = MqttBus(MqttSettings(port=mosquitto.port), "uplink")
    uplink = Uplink(bus, home, TOPICS, SystemClock(), limits=PATIENCE)
    async with running_clinic(chosen) as clinic, bus:
        sending = asyncio.create_task(uplink.run())
        await home.append(some_records(20))
        found = await until_status(
            chosen, lambda s: s["homes"] and s["homes"][0]["committed"] == 20 and s["troubles"]
        )
        assert not clinic.done()
        sending.cancel()
    programs = {p["name"]: p for p in found["programs"]}
    assert programs["figures"]["restarts"] >= 1
    assert programs["receiver"] == {
        "name": "receiver",
        "running": True,
        "restarts": 0,
        "last_error": None,
    }
    assert found["well"] is False
    assert found["homes"][0]["last_record_ns"] > 0
    assert any("figures" in line for line in report_lines(found, "it"))


async def test_a_page_that_cannot_start_is_told_and_stops_nothing(
    home, tmp_path, mosquitto, caplog
):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        chosen = options(tmp_path / "c", mosquitto, web_port=taken.getsockname()[1])
        bus = MqttBus(MqttSettings(port=mosquitto.port), "uplink")
        uplink = Uplink(bus, home, TOPICS, SystemClock(), limits=PATIENCE)
        async with running_clinic(chosen), bus:
            sending = asyncio.create_task(uplink.run())
            await home.append(some_records(20))
            found = await until_status(
                chosen,
                lambda s: s["homes"] and s["homes"][0]["committed"] == 20 and absent(s),
            )
            sending.cancel()
            (trouble,) = absent(found)
            assert str(chosen.web_port) in trouble["en"]
            assert found["well"] is True
            assert caplog.text.count("no web page") == 1
            taken.close()
            await until_status(chosen, lambda s: not absent(s))


def absent(found):
    return [t for t in found["troubles"] if t["kind"] == "part absent"]


async def test_what_a_bound_left_out_is_told(tmp_path, mosquitto, monkeypatch):
    chosen = options(tmp_path / "c", mosquitto)
    path = chosen.folder.clinic_journal
    with Journal.open(path, SystemClock()) as journal, journal.writing() as db:
        db.executemany("INSERT INTO forgone VALUES ('home-a', ?)", [(1,), (2,)])
    monkeypatch.setattr(JournalCareRecord, "left_out", {"home-b": 7})
    async with running_clinic(chosen):
        wanted = ["dead letters gone", "figures bounded"]
        found = await until_status(chosen, lambda s: sorted(told_of(s)) == wanted)
    told = {t["kind"]: t["en"] for t in found["troubles"]}
    assert told["dead letters gone"].startswith("2 messages")
    assert "home-a" in told["dead letters gone"]
    assert told["figures bounded"].startswith("7 facts of home home-b")
    assert (found["forgone"], found["left_out"]) == (2, {"home-b": 7})
    assert found["well"] is True


async def test_a_broker_that_refuses_the_password_is_told_once_with_what_to_do(
    tmp_path, mosquitto, caplog
):
    mosquitto.kill()
    configuration = mosquitto.folder / "mosquitto.conf"
    configuration.write_text(f"listener {mosquitto.port} 127.0.0.1\nallow_anonymous false\n")
    mosquitto.run()
    broker = MqttSettings(port=mosquitto.port, username="clinic", password="wrong")  # noqa: S106
    chosen = options(tmp_path / "c", mosquitto, broker=broker)
    async with running_clinic(chosen):
        found = await until_status(chosen, lambda s: told_of(s) == ["broker refuses"])
        await asyncio.to_thread(ask_status, chosen.folder.clinic)
        (trouble,) = found["troubles"]
        assert "RIPRESA_MQTT_PASSWORD" in trouble["en"]
        assert found["well"] is False
        await until(lambda: "RIPRESA_MQTT_PASSWORD" in caplog.text)
        assert caplog.text.count("RIPRESA_MQTT_PASSWORD") == 1


async def test_a_clinic_that_may_not_hear_its_homes_says_so_and_of_which_topic(
    tmp_path, mosquitto, monkeypatch
):
    monkeypatch.setattr(mqtt, "ASK_AGAIN_S", 0.2)
    choosy(mosquitto, "ripresa/+/+/record")
    chosen = options(tmp_path / "c", mosquitto)
    async with running_clinic(chosen):
        found = await until_status(chosen, lambda s: told_of(s) == ["topic unheard"])
        assert found["troubles"][0]["subject"] == "ripresa/+/+/record"
        assert found["broker"]["connected"] is True
        assert found["well"] is False
        async with MqttBus(MqttSettings(port=mosquitto.port), "keeper") as bus:
            await bus.wait_connected()
            allow(bus, "ripresa/+/+/record")
            await bus.drain()
        await until_status(chosen, lambda s: s["well"] and not s["troubles"])


@pytest.mark.parametrize("may_read", [True, False])
async def test_a_clinic_to_which_its_broker_delivers_nothing_says_so(
    tmp_path, mosquitto, monkeypatch, may_read
):
    """Mosquitto's access list refuses no subscription: it delivers nothing."""
    monkeypatch.setattr(own_voice, "EVERY_S", 20.0)
    mosquitto.kill()
    rights = mosquitto.folder / "acl"
    rights.write_text("topic write ripresa/#\n" + "topic read ripresa/#\n" * may_read)
    (mosquitto.folder / "mosquitto.conf").write_text(
        f"listener {mosquitto.port} 127.0.0.1\nallow_anonymous true\nuser root\nacl_file {rights}\n"
    )
    mosquitto.run()
    chosen = options(tmp_path / "c", mosquitto)
    async with running_clinic(chosen):
        found = await until_status(chosen, lambda s: s["broker"]["connected"])
        if may_read:
            until_ns = found["now_ns"] + round(5 * 20e9)
            found = await until_status(chosen, lambda s: s["now_ns"] > until_ns)
            assert "topic unheard" not in told_of(found)
        else:
            found = await until_status(chosen, lambda s: "topic unheard" in told_of(s))
            assert found["well"] is False


async def test_a_broker_that_is_away_and_back_is_told(tmp_path, mosquitto):
    chosen = options(tmp_path / "c", mosquitto)
    async with running_clinic(chosen):
        await until_status(chosen, lambda s: s["broker"]["connected"])
        mosquitto.kill()
        found = await until_status(chosen, lambda s: not s["well"])
        assert found["troubles"][0]["kind"] == "broker away"
        mosquitto.start()
        await until_status(chosen, lambda s: s["well"] and s["broker"]["connected"])


async def test_two_clinics_on_one_folder_do_not_fight(tmp_path, mosquitto):
    chosen = options(tmp_path / "c", mosquitto)
    async with running_clinic(chosen):
        with pytest.raises(ConfigurationError, match="another clinic runs"):
            await run_clinic(chosen)
        assert (await status(chosen))["well"]


def test_where_no_clinic_runs_that_is_said(tmp_path):
    with pytest.raises(TransportError, match="nothing runs"):
        ask_status(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "clinic.example.org"])  # noqa: S104
async def test_the_page_listens_on_loopback_only(tmp_path, mosquitto, host):
    with pytest.raises(ConfigurationError, match="web"):
        await run_clinic(options(tmp_path / "c", mosquitto, web_host=host))
    assert not (tmp_path / "c" / "clinic" / "journal.sqlite").exists()


async def test_what_is_stored_already_never_ends_a_start(tmp_path, mosquitto):
    """A record that an older program let in, with a day that does not exist."""
    chosen = options(tmp_path / "c", mosquitto)
    with Journal.open(chosen.folder.clinic_journal, ManualClock()) as journal:
        journal.append_now([event_record(session_opened())])
        with journal.writing() as db:
            bad = event_record(session_opened()).body.replace(b"2023-11-14", b"2026-99-99")
            db.execute("UPDATE record SET body = ?", (bad,))
            db.execute("UPDATE session SET day = '2026-99-99'")
    async with running_clinic(chosen) as clinic:
        await until_status(chosen, lambda s: s["broker"]["connected"])
        await asyncio.sleep(0.5)  # half a minute of its clock: everything has had its turn
        assert not clinic.done()
        assert SESSION


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (HomeTopics("s", "p-2").ledger, LedgerNotice(gateway="gw", patient="p-1").encode()),
        (
            HomeTopics("s", "p-2").receipt,
            Receipt(
                patient="p-1", what="command", id="x", state="done", t_ns=0, note="\x1b[2J"
            ).encode(),
        ),
    ],
)
async def test_content_that_contradicts_its_topic_is_refused(
    tmp_path, mosquitto, topic, payload, caplog
):
    chosen = options(tmp_path / "c", mosquitto)
    sender = MqttBus(MqttSettings(port=mosquitto.port), "sender")
    async with running_clinic(chosen), sender:
        await sender.wait_connected()
        await until_status(chosen, lambda s: s["broker"]["connected"])
        sender.publish(topic, payload, qos=1)
        await until(lambda: "names another patient" in caplog.text)
    assert "\x1b" not in caplog.text


async def test_the_page_and_the_status_tell_the_same_of_every_follower(tmp_path, mosquitto, caplog):
    with InfluxAnswers(state="bucket") as answers:
        settings = InfluxSettings(url=answers.url, token="-", org="o")  # noqa: S106
        chosen = options(tmp_path / "c", mosquitto, influx=settings)
        async with running_clinic(chosen):
            found = await until_status(
                chosen, lambda s: any(t["kind"] == "database bucket" for t in s["troubles"])
            )
            await until(lambda: any(r.msg == "web page at %s" for r in caplog.records))
            url = next(r.args[0] for r in caplog.records if r.msg == "web page at %s")
            async with httpx.AsyncClient() as client:
                page = (await client.get(f"{url}api/clinic")).json()
            answers.state = "well"
            await until_status(chosen, lambda s: not s["troubles"])
    names = {follower["name"] for follower in found["followers"]}
    assert names == {f"influx:{n}" for n in ("motion", "therapy", "minutes", "angles", "figures")}
    assert found["well"] is True
    assert any("ripresa influx setup" in line for line in page["troubles_it"])
    assert any(line.startswith("influx:figures") for line in page["lines_en"])
