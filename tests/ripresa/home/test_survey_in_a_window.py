"""A survey from the real program's window over a real broker to what researchers read."""

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

import ripresa
from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from needs import need_program
from ports import free_port
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.clinic import ClinicOptions, run_clinic
from ripresa.platform.background import running
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from ripresa.survey.survey_answers import survey_report
from telemetry.clock import ManualClock, SystemClock
from telemetry.errors import RipresaError
from telemetry.messages.results import SurveyTold
from telemetry.transport.mqtt import MqttSettings
from therapy.plan.plan import Plan
from therapy.questionnaires.surveys import SURVEYS
from walker import Walker

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(420)]

WALKED = Path(__file__).parents[2] / "support" / "walked_home.py"
PATIENT = "demo-patient"

PLAN = {
    "patient": PATIENT,
    "version": 1,
    "valid_from": "2020-01-01",
    "limits": {"rest_s": 5},
    "items": [
        {
            "id": "raise",
            "exercise": "forward-arm-raise",
            "side": "right",
            "posture": "seated",
            "placements": ["wrist-right"],
            "dose": {"sets": 1, "repetitions": 2},
            "assessment": "never",
            "game": "volo",
        }
    ],
}


def told_in(path):
    with contextlib.suppress(RipresaError), JournalReader(path) as reader:
        every = [r for s in reader.sessions() for r in reader.results(s.session, home=s.home)]
        return [r for r in every if isinstance(r, SurveyTold)]
    return []


async def test_a_survey_that_a_window_asked_is_told_to_researchers(display, tmp_path, mosquitto):
    need_program("xdotool")
    home, clinic = Folder(tmp_path / "home").create(), Folder(tmp_path / "clinic").create()
    PlanFolder(home.plans).add(Plan.model_validate(PLAN))
    story = PatientStory(patient=PATIENT)
    for back in (4, 2):
        story.session(days_before(back), 20)
    with Journal.open(home.home_journal, ManualClock(at(MONDAY))) as journal:
        appended(journal, story.facts)
    with CareDesk.at(clinic, SystemClock()) as desk:
        desk.enrol(PATIENT, "demo-clinic")
    options = ClinicOptions(
        folder=clinic,
        broker=MqttSettings(port=mosquitto.port),
        site="+",
        clock=SystemClock(),
        web_port=free_port(),
    )
    own = {"RIPRESA_HOME": str(home.root), "RIPRESA_MQTT_PORT": str(mosquitto.port)}
    async with running(run_clinic(options)):
        words = [WALKED, "it", 1.0, tmp_path, "--keys"]
        env = {**os.environ, **own}
        walker = await asyncio.to_thread(Walker, display, "one key", words, env=env)
        try:
            await asyncio.to_thread(walker.walk)
        finally:
            walker.end()
        async with asyncio.timeout(30):
            while len(told := told_in(clinic.clinic_journal)) < 2:
                await asyncio.sleep(0.2)
    answers = {
        item.id: 2 if item.options is None else [*item.options][1]
        for item in SURVEYS["session-3"].items
    }
    assert [(t.survey, t.state, t.answers) for t in told] == [
        ("session-3", "asked", {}),
        ("session-3", "answered", answers),
    ]
    (found,) = ripresa.sessions(clinic.clinic_journal)
    assert ripresa.load_session(found.session, clinic.clinic_journal).results[-1] == told[-1]
    first = survey_report([clinic.clinic_journal]).distributions[0]
    assert (first.survey, first.asked, first.answered) == ("session-3", 1, 1)
    assert first.items is None, "of one answer nothing is told"
