"""The web view's answers, and who may ask."""

import asyncio
import json
import socket

import httpx
import pytest
import websockets

from dashboards.views.loss_ledger import LossLedger
from dashboards.web.app import STATIC, create_app
from dashboards.web.serving import serve
from ingest.journal.journal import Journal
from journals import event_record, receive, session_opened
from refusals import assert_told_in_both
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError, StoreBusy
from telemetry.messages.events import encode_event
from telemetry.transport.bus import LocalBus


@pytest.fixture
def reader(pretend):
    return pretend.MemoryReader(
        {pretend.session: pretend.script()}, {pretend.session: pretend.results()}
    )


def client(app, host="127.0.0.1"):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}")


async def test_the_overview_lists_sessions_newest_first(pretend, reader):
    later = "01J00000000000000000000002"
    reader.kept_events[later] = pretend.script(later, t0_ns=pretend.t0_ns + 10**15)
    async with client(create_app(reader)) as web:
        found = (await web.get("/api/overview")).json()
    assert [s["session"] for s in found["sessions"]] == [later, pretend.session]
    assert found["has_bus"] is False


async def test_a_recorded_session_is_told_whole(pretend, reader):
    async with client(create_app(reader, plan=pretend.plan_of)) as web:
        view = (await web.get(f"/api/sessions/{pretend.session}")).json()
    item = view["items"][0]
    assert (item["done"], item["prescribed"]) == (20, 20)
    assert item["range_of_motion"]["what"]["it"] == "elevazione dell'avambraccio, gomito teso"
    assert view["adherence"]["range"] == 0.95


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/sessions/01J0000000000000000000000Z", 404),
        ("/api/sessions/not-a-ulid", 422),
        ("/static/../web.py", 404),
        ("/static/%2e%2e/web.py", 404),
    ],
)
async def test_what_is_not_there_is_said(reader, path, status):
    async with client(create_app(reader)) as web:
        assert (await web.get(path)).status_code == status


async def test_who_guesses_anothers_session_name_shadows_it_nowhere(tmp_path):
    with Journal.open(tmp_path / "clinic.db", ManualClock()) as clinic:
        homes = {"01J0000000000000000000H0BD": "p-66", "01J0000000000000000000H0ME": "p-01"}
        for home, patient in homes.items():
            receive(clinic, [event_record(session_opened(patient=patient))], home, patient)
        async with client(create_app(clinic)) as web:
            listed = (await web.get("/api/overview")).json()["sessions"]
            assert {one["home"]: one["patient"] for one in listed} == homes
            for one in listed:
                address = f"/api/sessions/{one['session']}"
                assert (await web.get(address)).status_code == 409
                shown = (await web.get(address, params={"home": one["home"]})).json()
                assert shown["patient"] == one["patient"]


async def test_a_busy_journal_is_told_by_its_kind_and_its_own_words_are_for_the_log(
    pretend, caplog
):
    class Busy(pretend.MemoryReader):
        def events(self, _session, **_home):
            raise StoreBusy("journal x is locked: close what holds it")

    async with client(create_app(Busy())) as web:
        answer = await web.get(f"/api/sessions/{pretend.session}")
    assert answer.status_code == 503
    assert_told_in_both(answer)
    assert "journal x" not in answer.text
    assert "try again soon" in answer.json()["detail"]["en"]
    assert "journal x is locked: close what holds it" in caplog.text


async def test_the_ledger_counts_what_the_page_itself_could_not_read(pretend, reader):
    bus = LocalBus()
    app = create_app(reader, bus, ledger=lambda: LossLedger(emitted=10, stored=9, refused=1))
    bus.publish(pretend.topics.control, b"rubbish")
    await asyncio.sleep(0)
    async with client(app) as web:
        found = (await web.get("/api/ledger")).json()
    assert (found["emitted"], found["stored"], found["refused"]) == (10, 9, 2)


async def test_no_ledger_is_null(reader):
    async with client(create_app(reader)) as web:
        assert (await web.get("/api/ledger")).json() is None


async def test_a_name_of_elsewhere_is_refused(reader):
    """A page of the internet must not read this one through a name that points here."""
    async with client(create_app(reader), host="evil.example") as web:
        assert (await web.get("/api/overview")).status_code == 400


async def test_nothing_may_come_from_elsewhere_and_health_data_is_not_kept(reader):
    async with client(create_app(reader)) as web:
        page, data = await web.get("/"), await web.get("/api/overview")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert data.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.*")), ids=lambda p: p.name)
def test_no_shipped_file_of_ours_names_another_host(path):
    if "vendor" in path.parts:
        return
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "http" + "://" not in text.replace("`${scheme}://", "")
    assert "https://" not in text


async def test_the_pages_own_files_are_sent_small_and_nobodys_data_is_compressed(reader):
    async with client(create_app(reader)) as web:
        script = await web.get("/static/scripts/texts.js")
        data = await web.get("/api/overview")
    assert script.headers["content-encoding"] == "gzip"
    assert script.text == (STATIC / "scripts" / "texts.js").read_text("utf-8")
    assert "content-encoding" not in data.headers


def test_the_chart_library_ships_with_its_licence():
    folder = STATIC / "vendor" / "uplot"
    assert "MIT License" in (folder / "LICENSE").read_text()
    assert "uPlot" in (folder / "uPlot.iife.min.js").read_text()


async def test_a_taken_usual_port_gives_another(reader, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr("dashboards.web.serving.USUAL_PORT", taken.getsockname()[1])
        async with serve(create_app(reader)) as page:
            assert page.port != taken.getsockname()[1]
            async with httpx.AsyncClient() as web:
                assert (await web.get(page.url)).status_code == 200


async def test_a_number_that_is_no_port_is_named(reader):
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1:99999 .*another port"):
        async with serve(create_app(reader), port=99999):
            pass


async def test_a_taken_port_that_was_asked_for_is_named(reader):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port} .*another port"):
            async with serve(create_app(reader), port=port):
                pass


async def test_the_socket_gives_the_session_and_the_movement(pretend, reader):
    bus = LocalBus()
    app = create_app(reader, bus, plan=pretend.plan_of)
    async with serve(app, port=0) as page:
        address = f"ws://127.0.0.1:{page.port}/api/live/{pretend.patient}"
        async with websockets.connect(address) as line:
            for event in pretend.script()[:6]:
                bus.publish(pretend.topics.event, encode_event(event))
            bus.publish(pretend.topics.control, pretend.encode_live(pretend.control(20)))
            samples, state = [], None
            async with asyncio.timeout(5):
                while not samples or state is None:
                    frame = json.loads(await line.recv())
                    samples += frame["angle_deg"]
                    state = frame["state"] or state
    assert state["session"]["patient"] == pretend.patient
    assert samples == [round(a, 2) for a in pretend.control(20).angle_deg]


async def test_a_page_of_elsewhere_gets_no_socket(pretend, reader):
    app = create_app(reader, LocalBus())
    async with serve(app, port=0) as page:
        address = f"ws://127.0.0.1:{page.port}/api/live/{pretend.patient}"
        with pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(address, origin="https://evil.example"):
                pass


async def test_the_server_ends_with_a_page_still_open(pretend, reader):
    app = create_app(reader, LocalBus())
    async with asyncio.timeout(20), serve(app, port=0) as page:
        line = await websockets.connect(f"ws://127.0.0.1:{page.port}/api/live/{pretend.patient}")
    await line.wait_closed()


async def test_every_answer_is_described(reader):
    async with client(create_app(reader, LocalBus())) as web:
        described = (await web.get("/api/openapi.json")).json()
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["responses"]["200"]["content"]["application/json"]["schema"], path
    assert {"/api/overview", "/api/ledger", "/api/sessions/{session}"} <= described["paths"].keys()
