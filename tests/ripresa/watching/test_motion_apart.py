"""Consent to raw motion withdrawn, with clinic, home and broker in processes of their own."""

import contextlib
import os
import subprocess
import sys
import time

import httpx
import pytest

from builders import batch, opened
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from journals import event_record, item_record, session_opened
from ports import free_port
from record_path import contents
from ripresa.clinic.care_desk import CareDesk
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import SystemClock
from telemetry.messages.record import RecordKind
from therapy.plan.plan_file import sample_plan

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(180)]

PATIENT = "demo-patient"
SESSION = "01J0000000000000000000000A"
AROUND = f"/api/patients/{PATIENT}/around"


@contextlib.contextmanager
def program(folder, broker, *words):
    env = {**os.environ, "RIPRESA_HOME": str(folder.root), "RIPRESA_MQTT_PORT": str(broker.port)}
    with (folder.root / "told.log").open("wb") as told:
        command = [sys.executable, "-m", "ripresa", *words]
        running = subprocess.Popen(command, env=env, stdout=told, stderr=told)
    try:
        yield
    finally:
        running.terminate()
        running.wait(30)


def until(what, holds=bool):
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.HTTPError):
            if holds(found := what()):
                return found
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.1)


def kinds(path, home):
    with JournalReader(path) as reader:
        return [kind for _, kind, *_ in contents(reader, home)]


def test_no_raw_motion_arrives_where_it_was_withdrawn_and_the_page_says_who_confirmed(
    tmp_path, mosquitto
):
    clinic, home = Folder(tmp_path / "clinic").create(), Folder(tmp_path / "home").create()
    PlanFolder(home.plans).add(sample_plan())
    with CareDesk.at(clinic, SystemClock()) as desk:
        desk.enrol(PATIENT, "demo-clinic")
    with Journal.open(home.home_journal, SystemClock()) as journal:
        begun = session_opened(SESSION, patient=PATIENT, site="demo-clinic")
        moved = [item_record(batch(50, first_index=50 * n), session=SESSION) for n in range(4)]
        journal.append_now([event_record(begun), item_record(opened(), session=SESSION), *moved])
        name = journal.home
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def at_home(web):
        (motion,) = [c for c in web.get(AROUND).json()["consents"] if c["what"] == "motion"]
        return motion["at_home"]

    with (
        httpx.Client(base_url=url, headers={"Origin": url}) as web,
        program(clinic, mosquitto, "clinic", "run", "--web-port", str(port)),
    ):
        until(lambda: web.get(AROUND).status_code == 200)
        told = {"what": "motion", "given": False, "day": "2023-11-10", "by": "anna"}
        assert web.post(f"{AROUND}/consent", json=told).status_code == 200
        assert at_home(web) == "waiting"
        with program(home, mosquitto, "home", "run"):
            until(lambda: at_home(web) == "done")
            arrived = until(
                lambda: kinds(clinic.clinic_journal, name),
                lambda found: found.count(RecordKind.DROPPED) == len(moved),
            )
        seen = web.get(f"/api/sessions/{SESSION}/curve", params={"home": name})
    assert RecordKind.MOTION not in arrived
    assert RecordKind.EVENT in arrived
    assert kinds(home.home_journal, name).count(RecordKind.MOTION) == len(moved)
    assert seen.json()["items"] == []
