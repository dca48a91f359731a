"""From the page to a real home: the running clinic sends what was signed, and the page says so."""

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.clinic import ClinicOptions, run_clinic
from ripresa.home.home import Home
from ripresa.home.home_at_work import HomeAtWork
from ripresa.home.plan_reception import plan_arrives
from ripresa.platform.configuration import Folder, Identity
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import SystemClock
from telemetry.transport.mqtt import MqttSettings
from therapy_builders import item, plan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

PATIENT = "p-1"
PLACE = f"/api/patients/{PATIENT}/plan"


@pytest.fixture
def folder(tmp_path):
    """A clinic's, at which one patient is enrolled."""
    found = Folder(tmp_path / "clinic").create()
    with CareDesk.at(found, SystemClock()) as desk:
        desk.enrol(PATIENT, "milano")
    return found


@pytest.fixture
def home(tmp_path, mosquitto):
    broker = MqttSettings(port=mosquitto.port)
    return Home(
        folder=Folder(tmp_path / "home").create(),
        identity=Identity(site="milano", patient=PATIENT, gateway="gw-1"),
        broker=broker,
        clinic_broker=replace(broker, host="localhost"),
        clock=SystemClock(),
    )


@contextlib.asynccontextmanager
async def page_of(folder, mosquitto, caplog):
    """The real clinic, and somebody at its page."""
    caplog.set_level("INFO")
    options = ClinicOptions(
        folder=folder,
        broker=MqttSettings(port=mosquitto.port),
        site="+",
        clock=SystemClock(),
        web_port=0,
    )
    task = asyncio.create_task(run_clinic(options))
    try:
        async with asyncio.timeout(20):
            while not (told := [r.args[0] for r in caplog.records if r.msg == "web page at %s"]):
                assert not task.done(), task
                await asyncio.sleep(0.02)
        url = told[0].rstrip("/")
        async with httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=30) as web:
            yield web
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def said(web, what, **body):
    answer = await web.post(f"{PLACE}/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def written(web, **changed):
    """A template, changed, signed and sent; which version that is."""
    view = await said(web, "start", source="template", template="stroke-arm", side="left")
    draft = view["draft"]
    view = await said(web, "draft", revision=draft["revision"], body=draft["body"] | changed)
    view = await said(web, "sign", revision=view["draft"]["revision"], by="anna")
    await said(web, "send", version=view["newest"])
    return view["newest"]


async def until_state(web, version, state):
    async with asyncio.timeout(30):
        while True:
            view = (await web.get(PLACE)).json()
            found = next(v for v in view["versions"] if v["version"] == version)
            if found["state"] == state:
                return found
            await asyncio.sleep(0.1)


async def test_a_home_takes_what_the_page_sent_and_the_page_shows_it(
    folder, home, mosquitto, caplog
):
    async with page_of(folder, mosquitto, caplog) as web:
        version = await written(web, goal="le scale")
        await until_state(web, version, "published")
        await plan_arrives(home, patience_s=20)
        found = await until_state(web, version, "taken")
        assert found["signed_by"] == "anna"
        assert (await web.get(PLACE)).json()["in_force"] == version
    kept = PlanFolder(home.folder.plans).version(PATIENT, version)
    assert kept.goal == "le scale"
    assert kept.digest() == PlanFolder(folder.plans).version(PATIENT, version).digest()


@pytest.mark.nightly
async def test_a_home_that_refuses_is_told_on_the_page_with_its_reason(
    folder, home, mosquitto, caplog
):
    today = datetime.now(UTC).date()
    there = PlanFolder(home.folder.plans)
    there.add(plan(item(), version=1, valid_from="2020-01-01"))
    there.add(plan(item(), version=2, valid_from=today.isoformat(), goal="another"))
    async with page_of(folder, mosquitto, caplog) as web, HomeAtWork.at_work(home):
        first = await written(web)
        refused = await until_state(web, first, "refused")
        assert "is there with other content" in refused["note"]
        assert "c'è già con altro contenuto" in refused["note_it"]
        assert PATIENT not in refused["note"] + refused["note_it"]
        assert (await web.get(PLACE)).json()["in_force"] is None
