"""The journey by the real session service and its journal, from one session to the next."""

import asyncio

import pytest

from games.journey.scene_walk import scene_variant
from homes import one_exercise_home
from ripresa.demo.demo_patient import DemoPatient
from ripresa.home.home_at_work import HomeAtWork
from ripresa.home.way.walked_sessions import journey_for, progress_of_home
from telemetry.messages.requests import NotePrompt, ReportPain, ReportUnwell
from therapy.session.session_state import SessionStage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]


@pytest.fixture
def home(tmp_path, mosquitto):
    return one_exercise_home(tmp_path / "home", mosquitto.port)


async def held(at_work, home, *asks):
    """A session in which something is asked for as soon as the check-in is answered."""
    service = at_work.box.service
    holding = asyncio.create_task(at_work.hold_session(by_keys=True))
    patient = DemoPatient(at_work.box.bus, home.identity.topics, home.clock, service)
    await service.wait_for(lambda state: not state.closed)
    found = journey_for(at_work)
    await patient.answer_questions(SessionStage.CHECK_IN)
    await patient.start_exercise()
    scene = NotePrompt(mechanism="scene", variant=scene_variant(found.scene), language="it")
    for ask in (scene, *asks):
        at_work.request(ask)
    await holding
    return found


async def test_a_session_that_was_stopped_has_its_stop_its_plant_and_its_scene(home):
    async with HomeAtWork.at_work(home) as at_work:
        first = await held(at_work, home, ReportPain(pain=2), ReportUnwell())
        second = await held(at_work, home, ReportUnwell())
    assert first.before.stops == 0
    assert first.after == second.before == second.after, "two sessions of a day are one stop"
    assert second.before.stops == 1
    assert second.scene != first.scene
    assert second.garden == first.plants[:1]


async def test_progress_is_read_while_the_session_is_on(home):
    async with HomeAtWork.at_work(home) as at_work:
        await held(at_work, home, ReportUnwell())
        own = await asyncio.to_thread(progress_of_home, home, at_work.plan)
    assert own.days == 1
    assert own.repetitions == 0


@pytest.mark.parametrize(("seed", "drawn"), [(None, {None}), ("study", {"given", "offered"})])
async def test_a_choice_is_drawn_only_where_a_study_gave_a_seed(home, monkeypatch, seed, drawn):
    if seed is not None:
        monkeypatch.setenv("RIPRESA_TRIAL_SEED", seed)
    async with HomeAtWork.at_work(home) as at_work:
        found = await held(at_work, home, ReportUnwell())
    assert found.choice in drawn
