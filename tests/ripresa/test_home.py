"""A home holds sessions with a wearable on a radio of its own, and mends what a crash left."""

import asyncio
import contextlib

import pytest

from edge.binding import Bindings, bindings_file
from edge.virtual.process import RadioProcess
from ripresa.configuration import Folder, Identity
from ripresa.demo_patient import DemoPatient
from ripresa.history import counting_result, past_of
from ripresa.home import Home, HomeAtWork
from ripresa.plans import PlanFolder
from telemetry.clock import ScaledClock
from telemetry.errors import ConfigurationError
from telemetry.mqtt import MqttSettings
from telemetry.results import AdherenceResult
from therapy.plan_file import sample_plan
from therapy.session_state import Stage

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def home(tmp_path, mosquitto):
    folder = Folder(tmp_path / "home").create()
    plan = sample_plan()
    items = tuple(i for i in plan.items if i.id == "abduction")
    PlanFolder(folder.plans).add(plan.model_copy(update={"items": items}))
    broker = MqttSettings(port=mosquitto.port)
    return Home(
        folder=folder,
        identity=Identity(),
        broker=broker,
        clinic=broker,
        clock=ScaledClock.start(4),
    )


@contextlib.asynccontextmanager
async def wearable(home, monkeypatch):
    """A DOT that swings for ever, on a radio in its own process, bound to the wrist."""
    async with RadioProcess(["dot"], home.clock) as radio:
        monkeypatch.setenv("RIPRESA_RADIO", radio.transport)
        path = bindings_file(home.folder.root)
        Bindings.load(path).bind(radio.identities[0], "wrist-right").save(path)
        yield radio


async def exercise(at_work, seconds):
    """Do as a person at the screen would, until the session closes."""
    service, clock = at_work.box.service, at_work.home.clock
    patient = DemoPatient(at_work.box.bus, at_work.home.identity.topics, clock, service)
    await service.wait_for(lambda _: True)
    await patient.answer_questions(Stage.CHECK_IN)
    await patient.place_wearables()
    await at_work.box.positions.wait_for_streams(1)
    await patient.start_exercise()
    await clock.sleep(seconds)
    await patient.end_exercise()
    if service.state.stage is Stage.READY_TO_ASSESS:
        at_work.request("assessment.ended")
        await service.wait_for(lambda s: s.stage is Stage.CHECK_OUT)
    await patient.answer_questions(Stage.CHECK_OUT)


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
