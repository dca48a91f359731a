"""A home holds sessions with a wearable on a radio of its own, and mends what a crash left."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from edge.ble.binding import Bindings, bindings_file
from edge.ble.identity_guard import Remembered
from edge.virtual.process import RadioProcess
from games.persuasion.session_prompts import Told
from homes import one_exercise_home
from ripresa.cli.main import app
from ripresa.clinic.outbox import Outbox, OutboxLetter, OutboxPublisher
from ripresa.demo.demo_patient import DemoPatient
from ripresa.home.erasing import erase
from ripresa.home.history import counting_result, last_targets, past_of
from ripresa.home.home_at_work import HomeAtWork
from ripresa.home.plan_reception import plan_arrives
from ripresa.home.prompting import Levels, letters_for, prompts_for
from ripresa.home.todays_plan import plan_for_today
from ripresa.home.unlocking import Unlocking, standing_locked
from ripresa.platform.background import running
from ripresa.session.plan_folder import PlanFolder
from ripresa.watching.motion_kept import MotionKept
from telemetry.errors import ConfigurationError
from telemetry.identity import new_ulid
from telemetry.messages.events import HeartMeasured
from telemetry.messages.notices import Command, PlanNotice, TherapistMessage
from telemetry.messages.requests import AnswerCheck, EndAssessment, ReportUnwell
from telemetry.messages.results import AdherenceResult
from telemetry.transport.mqtt import MqttBus
from therapy.plan.plan_file import sample_plan
from therapy.session.questions import untroubled_answer
from therapy.session.session_state import SessionStage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def home(tmp_path, mosquitto):
    return one_exercise_home(tmp_path / "home", mosquitto.port)


@contextlib.asynccontextmanager
async def wearable(home, monkeypatch, kind="dot"):
    """One that swings for ever, on a radio in its own process, bound to the wrist."""
    async with RadioProcess([kind], home.clock) as radio:
        monkeypatch.setenv("RIPRESA_RADIO", radio.transport)
        path = bindings_file(home.folder.root)
        Bindings.load(path).bind(radio.identities[0], "wrist-right").save(path)
        yield radio


async def exercise(at_work, seconds):
    """Do as a person at the screen would, until the session closes."""
    service, clock = at_work.box.service, at_work.home.clock
    patient = DemoPatient(at_work.box.bus, at_work.home.identity.topics, clock, service)
    await service.wait_for(lambda _: True)
    await patient.answer_questions(SessionStage.CHECK_IN)
    await patient.place_wearables()
    await at_work.box.positions.wait_for_streams(1)
    await patient.start_exercise()
    await clock.sleep(seconds)
    await patient.end_exercise()
    if service.state.stage is SessionStage.READY_TO_ASSESS:
        at_work.request(EndAssessment())
        await service.wait_for(lambda s: s.stage is SessionStage.CHECK_OUT)
    await patient.answer_questions(SessionStage.CHECK_OUT)


async def test_a_session_is_held_from_check_in_to_results(home, monkeypatch):
    async with wearable(home, monkeypatch), HomeAtWork.at_work(home) as at_work:
        doing = asyncio.create_task(exercise(at_work, 20))
        session = await at_work.hold_session()
        await doing
        journal = at_work.box.journal
        result = counting_result(journal, session)
        assert len(result.items[0].repetitions) >= 3
        assert result.items[0].range_of_motion is not None
        assert any(isinstance(r, AdherenceResult) for r in journal.results(session))
        day = at_work.plan.day_of(home.clock.now_ns())
        past = past_of(journal, [at_work.plan], day)
        assert past.done_today["abduction"] == len(result.items[0].repetitions)
        assert last_targets(journal, at_work.plan)["abduction"] > 30


async def test_a_heart_rate_is_recorded_and_controls_nothing(home, monkeypatch):
    async with wearable(home, monkeypatch, "polar-verity"), HomeAtWork.at_work(home) as at_work:
        doing = asyncio.create_task(exercise(at_work, 15))
        session = await at_work.hold_session()
        await doing
        events = at_work.box.journal.events(session)
    rates = [e.rate_bpm for e in events if isinstance(e, HeartMeasured)]
    assert rates
    assert all(40 < rate < 100 for rate in rates)
    assert [e.number for e in events] == list(range(len(events)))
    assert events[-1].reason == "done"


async def test_a_session_that_a_crash_left_open_is_closed_at_its_last_sample(home, monkeypatch):
    async with wearable(home, monkeypatch):
        async with HomeAtWork.at_work(home) as at_work:
            holding = asyncio.create_task(at_work.hold_session())
            doing = asyncio.create_task(exercise(at_work, 1e6))
            await at_work.box.service.wait_for(lambda s: s.open_item and s.counted >= 2)
            await home.clock.sleep(8)
            doing.cancel()
            holding.cancel()
            await asyncio.gather(holding, doing, return_exceptions=True)
        async with HomeAtWork.at_work(home) as at_work:
            journal = at_work.box.journal
            (summary,) = journal.sessions()
            assert summary.reason == "interrupted"
            assert counting_result(journal, summary.session).items[0].repetitions


async def test_without_a_plan_a_home_says_what_to_do(home):
    for path in home.folder.plans.iterdir():
        path.unlink()
    with pytest.raises(ConfigurationError, match="no plan is in force"):
        async with HomeAtWork.at_work(home):
            pass


async def until(condition, timeout_s=20):
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def clinic_of(home, tmp_path):
    """The part of a clinic that speaks to homes."""
    outbox = Outbox(tmp_path / "outbox")
    async with MqttBus(home.broker, "clinic") as bus:
        publisher = OutboxPublisher(bus, outbox, home.clock)
        await bus.wait_connected()
        async with running(publisher.run()):
            yield outbox


async def test_a_published_plan_reaches_the_home_and_is_answered(home, tmp_path):
    plan = sample_plan().model_copy(update={"version": 7})
    notice = PlanNotice(patient=plan.patient, version=7, plan=plan.model_dump(mode="json"))
    letter = OutboxLetter(
        site=home.identity.site, patient=plan.patient, what="plan", id="7", notice=notice
    )
    async with clinic_of(home, tmp_path) as outbox, HomeAtWork.at_work(home):
        outbox.post(letter)
        await until(lambda: outbox.letters()[0].answer == "taken")
    assert PlanFolder(home.folder.plans).version(plan.patient, 7) == plan


async def test_a_home_that_has_just_joined_waits_for_its_first_plan(home, tmp_path):
    (kept,) = home.folder.plans.iterdir()
    kept.unlink()
    plan = sample_plan()
    notice = PlanNotice(patient=plan.patient, version=1, plan=plan.model_dump(mode="json"))
    letter = OutboxLetter(
        site=home.identity.site, patient=plan.patient, what="plan", id="1", notice=notice
    )
    with pytest.raises(ConfigurationError, match="no plan is in force"):
        await plan_arrives(home)
    joined = replace(home, clinic_broker=replace(home.broker, host="localhost"))
    with pytest.raises(ConfigurationError, match="no plan is in force"):
        await plan_arrives(joined, patience_s=0.2)
    async with clinic_of(home, tmp_path) as outbox:
        outbox.post(letter)
        await plan_arrives(joined, patience_s=20)
        await until(lambda: outbox.letters()[0].answer == "taken")
    assert plan_for_today(home) == plan


async def test_between_sessions_a_home_goes_over_to_a_newer_plan(home, tmp_path):
    plan = sample_plan().model_copy(update={"version": 7})
    notice = PlanNotice(patient=plan.patient, version=7, plan=plan.model_dump(mode="json"))
    letter = OutboxLetter(
        site=home.identity.site, patient=plan.patient, what="plan", id="7", notice=notice
    )
    async with clinic_of(home, tmp_path) as outbox, HomeAtWork.at_work(home) as at_work:
        serving = asyncio.create_task(at_work.serve())
        outbox.post(letter)
        async with asyncio.timeout(20):
            await serving
        assert at_work.outdated
        assert at_work.erasing is None
    async with HomeAtWork.at_work(home) as at_work:
        assert at_work.plan == plan
        assert not at_work.outdated


async def test_a_plan_that_a_home_cannot_read_is_refused_with_the_reason(home, tmp_path):
    notice = PlanNotice(patient=home.identity.patient, version=7, plan={"version": 7})
    letter = OutboxLetter(
        site=home.identity.site, patient=notice.patient, what="plan", id="7", notice=notice
    )
    async with clinic_of(home, tmp_path) as outbox, HomeAtWork.at_work(home):
        outbox.post(letter)
        await until(lambda: outbox.letters()[0].answer == "refused")
        assert "field required" in outbox.letters()[0].note


async def test_an_erasure_deletes_all_at_home_and_every_letter_to_it(home, tmp_path):
    command = Command(
        command="01J00000000000000000000001", what="erase", patient=home.identity.patient
    )
    letter = OutboxLetter(
        site=home.identity.site,
        patient=command.patient,
        what="command",
        id=command.command,
        notice=command,
    )
    met = Remembered(address="C0:00:00:00:00:01", serial="7")
    Bindings().bind("dot-1", "wrist-right", met=met).save(home.folder.devices)
    async with clinic_of(home, tmp_path) as outbox:
        outbox.post(letter)
        async with HomeAtWork.at_work(home) as at_work:
            await at_work.serve()
            assert at_work.erasing == command
        assert await erase(home, command) > 0
        await until(lambda: not outbox.letters())
    assert not home.folder.devices.exists()
    assert not [
        path
        for path in home.folder.root.rglob("*")
        if path.is_file() and home.identity.patient.encode() in path.read_bytes()
    ]


async def test_withdrawn_therapy_opens_no_session_until_it_is_resumed(home, tmp_path):
    async with HomeAtWork.at_work(home) as at_work, clinic_of(home, tmp_path) as outbox:
        for what, state in (("withdraw", True), ("resume", False)):
            command = Command(
                command=new_ulid(home.clock), what=what, patient=home.identity.patient
            )
            outbox.post(
                OutboxLetter(
                    site=home.identity.site,
                    patient=command.patient,
                    what="command",
                    id=command.command,
                    notice=command,
                )
            )
            await until(lambda: outbox.letters()[0].answer == "done")
            assert home.folder.withdrawn.exists() is state
            if state:
                with pytest.raises(ConfigurationError, match="withdrawn"):
                    await at_work.hold_session()


async def test_motion_stays_at_home_as_the_clinic_was_told_also_after_a_restart(home, tmp_path):
    for what, stays in (("keep motion", True), ("send motion", False)):
        command = Command(command=new_ulid(home.clock), what=what, patient=home.identity.patient)
        async with HomeAtWork.at_work(home), clinic_of(home, tmp_path) as outbox:
            outbox.post(
                OutboxLetter(
                    site=home.identity.site,
                    patient=command.patient,
                    what="command",
                    id=command.command,
                    notice=command,
                )
            )
            await until(lambda: outbox.letters()[0].answer == "done")
        assert MotionKept(home.folder.motion_kept).now is stays


async def test_a_fall_locks_standing_over_sessions_until_the_clinic_unlocks(home, tmp_path):
    async with HomeAtWork.at_work(home) as at_work, clinic_of(home, tmp_path) as outbox:
        service = at_work.box.service

        async def opened(**answers):
            holding = asyncio.create_task(at_work.hold_session(by_keys=True))
            await service.wait_for(lambda s: not s.closed and s.asking and not s.answered)
            while service.state.stage is SessionStage.CHECK_IN:
                question, number = service.state.asking[0], len(service.events)
                told = answers.get(question.id, untroubled_answer(question))
                at_work.request(AnswerCheck(question=question.id, answer=told))
                await service.wait_for(lambda _, n=number: len(service.events) > n)
            left = service.state.agenda
            at_work.request(ReportUnwell())
            await holding
            return left

        assert await opened(fallen=False)
        assert await opened(fallen=None) == ()
        assert await opened(fallen=False) == ()
        command = Command(
            command=new_ulid(home.clock),
            what="unlock",
            patient=home.identity.patient,
            value={"t_ns": home.clock.now_ns(), "actor": "physio"},
        )
        outbox.post(
            OutboxLetter(
                site=home.identity.site,
                patient=command.patient,
                what="command",
                id=command.command,
                notice=command,
            )
        )
        await until(lambda: outbox.letters()[0].answer == "done")
        plan = at_work.plan
        assert not standing_locked(
            at_work.box.journal, plan.patient, Unlocking.load(home.folder.unlocking)
        )


def test_levels_are_remembered_and_a_damaged_file_begins_anew(tmp_path, caplog):
    levels = Levels(tmp_path / "levels.json")
    assert levels.load() == {}
    levels.save({"abduction": 0.4, "row": 7})
    assert levels.load() == {"abduction": 0.4, "row": 1.0}
    (tmp_path / "levels.json").write_text("[1]")
    assert levels.load() == {}
    assert "cannot be read" in caplog.text


async def test_the_sessions_prompts_know_the_goal(home):
    async with HomeAtWork.at_work(home) as at_work:
        prompts = prompts_for(at_work, "it")
        texts = " ".join(p.text for p in prompts(Told()))
    assert at_work.plan.goal in texts


@pytest.mark.parametrize("shown", [True, False])
async def test_the_therapists_messages_wait_in_the_persons_language_where_the_plan_shows_them(
    home, shown
):
    told = TherapistMessage(
        message="01J00000000000000000000001", text_it="Brava!", text_en="Well done!"
    )
    async with HomeAtWork.at_work(home) as at_work:
        at_work.messages.take(told)
        off = at_work.plan.persuasion.model_copy(update={"therapists_message": shown})
        at_work.plan = at_work.plan.model_copy(update={"persuasion": off})
        texts = [letter.text for letter in letters_for(at_work, "en")()]
    assert texts == (["Well done!"] if shown else [])


def test_reminders_are_a_calendar_that_names_nobody(home, monkeypatch, tmp_path):
    monkeypatch.setenv("RIPRESA_HOME", str(home.folder.root))
    file = tmp_path / "ripresa.ics"
    told = CliRunner().invoke(app, ["home", "reminders", str(file)])
    assert told.exit_code == 0, told.output
    text = file.read_text()
    assert text.startswith("BEGIN:VCALENDAR")
    assert "BEGIN:VALARM" in text
    assert home.identity.patient not in text
