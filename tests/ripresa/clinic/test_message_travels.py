"""From the page through the running clinic and a real broker to a home's session, and back."""

import asyncio
import contextlib

import httpx
import pytest

from games.session.letter_page import told_read
from homes import one_exercise_home
from ingest.journal.journal import Journal
from journals import event_record
from ports import free_port
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.clinic import ClinicOptions, run_clinic
from ripresa.home.home_at_work import HomeAtWork
from ripresa.home.prompting import letters_for
from ripresa.platform.background import running
from ripresa.platform.configuration import Folder
from telemetry.clock import SystemClock
from telemetry.messages.events import ExerciseReported, SessionClosed, SessionOpened
from telemetry.messages.requests import AnswerCheck, ReportUnwell
from telemetry.transport.mqtt import MqttSettings
from therapy.plan.plan_file import sample_plan
from therapy.session.questions import untroubled_answer
from therapy.session.session_state import SessionStage

pytestmark = pytest.mark.slow

PATIENT = "demo-patient"


class Desk:
    """A physiotherapist's page at a running clinic."""

    def __init__(self, url):
        self.web = httpx.AsyncClient(base_url=url, headers={"Origin": url})

    async def around(self):
        answer = await self.web.get(f"/api/patients/{PATIENT}/around")
        return answer.json() if answer.status_code == 200 else None

    async def post(self, path, **body):
        answer = await self.web.post(f"/api/patients/{PATIENT}/around/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def until(self, holds, timeout_s=30):
        async with asyncio.timeout(timeout_s):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    found = await self.around()
                    if found is not None and holds(found):
                        return found
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def clinic_desk(folder, mosquitto):
    """The real clinic, with the patient let in, and a page at it."""
    port = free_port()
    options = ClinicOptions(
        folder=folder,
        broker=MqttSettings(port=mosquitto.port),
        site="+",
        clock=SystemClock(),
        web_port=port,
    )
    with CareDesk.at(folder, SystemClock()) as desk:
        desk.enrol(PATIENT, "demo-clinic")
    async with running(run_clinic(options)):
        desk = Desk(f"http://127.0.0.1:{port}")
        await desk.until(bool)
        yield desk


async def session(at_work, meanwhile=lambda: None, **answers):
    """One session by keys up to its exercises; then the person feels unwell."""
    service = at_work.box.service
    holding = asyncio.create_task(at_work.hold_session(by_keys=True))
    await service.wait_for(lambda s: not s.closed and s.asking and not s.answered)
    meanwhile()
    asked = []
    while service.state.stage is SessionStage.CHECK_IN:
        question, number = service.state.asking[0], len(service.events)
        asked.append(question.id)
        told = answers.get(question.id, untroubled_answer(question))
        at_work.request(AnswerCheck(question=question.id, answer=told))
        await service.wait_for(lambda _, n=number: len(service.events) > n)
    at_work.request(ReportUnwell())
    await holding
    return asked


async def test_a_message_is_sent_taken_read_once_and_told_as_read(tmp_path, mosquitto):
    home = one_exercise_home(tmp_path / "home", mosquitto.port)
    async with clinic_desk(Folder(tmp_path / "clinic").create(), mosquitto) as desk:
        for text in ("Bravo, la spalla va meglio.", "Domani più piano."):
            found = await desk.post("messages", text=text, by="anna")
        assert [x["state"] for x in found["letters"]] == ["sent", "sent"]
        async with HomeAtWork.at_work(home) as at_work:
            letters = letters_for(at_work, "it")
            found = await desk.until(lambda a: a["letters"][0]["state"] == "delivered")
            assert [x["state"] for x in found["letters"]] == ["delivered", "delivered"]
            first, second = letters()

            def read_one():
                at_work.request(told_read(first.message, "it"))

            await session(at_work, read_one)
            assert letters() == [second], "what was not read waits for the next session"
            found = await desk.until(lambda a: a["letters"][1]["state"] == "read")
            assert found["letters"][0]["state"] == "delivered"
            assert found["letters"][1]["text"] == first.text
            assert found["letters"][1]["read_ms"] > found["letters"][1]["t_ms"]
        async with HomeAtWork.at_work(home) as at_work:
            await desk.post(f"messages/{second.message}/withdraw", by="anna")
            letters = letters_for(at_work, "it")
            async with asyncio.timeout(20):
                while letters():
                    await asyncio.sleep(0.05)


def done_days_ago(home, days):
    """A session by keys, so many days ago, in the home's own journal."""
    plan = sample_plan()
    t_ns = home.clock.now_ns() - days * 86_400 * 10**9
    head = {"session": "01J00000000000000000000001", "t_ns": t_ns}
    told = [
        SessionOpened(
            **head,
            number=0,
            patient=PATIENT,
            site="demo-clinic",
            plan_version=plan.version,
            day=plan.day_of(t_ns).isoformat(),
            posture="seated",
        ),
        ExerciseReported(**head, number=1, item="abduction", amount=20, unit="repetitions"),
        SessionClosed(**head, number=2, reason="done"),
    ]
    with Journal.open(home.folder.home_journal, home.clock) as journal:
        journal.append_now([event_record(event) for event in told])


async def test_what_got_in_the_way_is_asked_after_misses_and_stands_on_the_page(
    tmp_path, mosquitto
):
    home = one_exercise_home(tmp_path / "home", mosquitto.port)
    done_days_ago(home, 9)
    async with (
        clinic_desk(Folder(tmp_path / "clinic").create(), mosquitto) as desk,
        HomeAtWork.at_work(home) as at_work,
    ):
        assert "barrier" in await session(at_work, barrier="pain")
        found = await desk.until(lambda a: a["barriers"])
        assert [one["answer"] for one in found["barriers"]] == ["pain"]
        assert "barrier" not in await session(at_work), "it was asked today"
