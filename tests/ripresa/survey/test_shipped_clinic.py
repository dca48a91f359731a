"""The questionnaire through the clinic as shipped: its broker, its access list, `clinic run`."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from games.persuasion.questionnaire import SurveyAnswer
from ingest.enrolment.enrolment import joined
from ingest.journal.journal import Journal
from ingest.transfer.uplink import Uplink
from journals import event_record, session_opened
from needs import need_program
from ripresa.bench.clinic_under_test import SITE, ClinicUnderTest
from ripresa.home.survey_box import SurveyBox
from ripresa.home.survey_post import SurveyPost, anonymous_bus
from ripresa.survey.quarters import survey_of
from ripresa.survey.wallet import SurveyWallet
from telemetry.clock import SystemClock
from telemetry.transport.mqtt import MqttBus
from telemetry.transport.topics import HomeTopics, SiteTopics

pytestmark = pytest.mark.slow


async def test_two_enrolled_homes_answer_once_each_and_leave_no_name(tmp_path):
    need_program("mosquitto")
    need_program("openssl")
    survey = survey_of(datetime.now(UTC).date())
    patients, clock = ("p-01", "p-02"), SystemClock()
    with ClinicUnderTest(tmp_path) as clinic:
        for patient in patients:
            clinic.enrol(patient)
        await clinic.start_broker()
        await clinic.start_clinic()
        ways = {p: joined(tmp_path / "joined" / p) for p in patients}
        for patient in patients:  # the clinic must know a home of the site
            told = ways[patient].broker
            with Journal.open(tmp_path / f"{patient}.db", clock) as journal:
                await said_something(journal, told, patient, clock)
        await asyncio.gather(*(answers(tmp_path, ways[p], survey, clock) for p in patients))
        kept = json.loads((clinic.state.survey_answers / f"{survey}.json").read_text())
        assert len(kept["marks"]) == len(kept["taken"]) == 2
        assert not clinic.look_for_death()
        text = b"".join(p.read_bytes() for p in clinic.state.survey_keys.iterdir())
        assert b"p-0" not in text


async def answers(folder, way, survey, clock):
    box = SurveyBox(folder / f"{way.patient}-surveys")
    box.keep(SurveyAnswer(survey, {"fun": 4}))
    home, site = HomeTopics(SITE, way.patient), SiteTopics(SITE)
    async with MqttBus(way.broker, "uplink") as bus:
        wallet = SurveyWallet(box._folder, bus, home, site)
        post = SurveyPost(box, wallet, lambda: anonymous_bus(way.surveys), site, clock)
        async with asyncio.timeout(90):
            while wallet.issued(survey) is None:
                post.ask()
                await asyncio.sleep(0.5)
            while box.waiting():
                await post.send_one()
    assert box.answered() == {survey}


async def said_something(journal, settings, patient, clock):
    async with MqttBus(settings, "uplink") as bus:
        uplink = Uplink(bus, journal, HomeTopics(SITE, patient), clock)
        running = asyncio.create_task(uplink.run())
        await journal.append([event_record(session_opened(patient=patient, site=SITE))])
        await uplink.caught_up()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
