"""A session without a wearable goes from check-in to results, and claims nothing."""

import asyncio

import pytest

from analytics.monitoring.facts import Fact, FactOrigin, SessionFile
from homes import one_exercise_home
from ripresa.demo.demo_patient import DemoPatient
from ripresa.home.history import counting_result, last_targets, past_of
from ripresa.home.home_at_work import HomeAtWork
from telemetry.errors import ConfigurationError
from telemetry.messages.events import SessionOpened
from telemetry.messages.live import RepetitionCounted
from telemetry.messages.requests import ReportPain, ReportUnwell
from telemetry.messages.results import AdherenceResult
from therapy.session.session_state import SessionStage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]


@pytest.fixture
def home(tmp_path, mosquitto):
    return one_exercise_home(tmp_path / "home", mosquitto.port)


async def play_by_keys(at_work, repetitions):
    """What a person with keys and the counting of them do together."""
    service, clock = at_work.box.service, at_work.home.clock
    patient = DemoPatient(at_work.box.bus, at_work.home.identity.topics, clock, service)
    await service.wait_for(lambda _: True)
    await patient.answer_questions(SessionStage.CHECK_IN)
    await patient.start_exercise()
    for number in range(1, repetitions + 1):
        at_work.count(
            RepetitionCounted(
                session=service.session,
                item=service.state.current.item.id,
                number=number,
                t_ns=clock.now_ns(),
                begun_ns=clock.now_ns() - 3_000_000,
                turned_ns=clock.now_ns() - 1_000_000,
                range_deg=None,
                peak_deg=None,
                reached=1.0,
            )
        )
    await service.wait_for(lambda s: s.counted == repetitions)
    await patient.end_exercise()
    await patient.answer_questions(SessionStage.CHECK_OUT)


async def test_a_session_by_keys_is_self_reported_and_never_measured(home):
    async with HomeAtWork.at_work(home) as at_work:
        doing = asyncio.create_task(play_by_keys(at_work, 6))
        session = await at_work.hold_session(by_keys=True)
        await doing
        journal, plan = at_work.box.journal, at_work.plan
        events = journal.events(session)
        result = counting_result(journal, session)
        (adherence,) = [r for r in journal.results(session) if isinstance(r, AdherenceResult)]
        day = plan.day_of(home.clock.now_ns())
        past = past_of(journal, [plan], day)
        targets = last_targets(journal, plan)
    assert next(e for e in events if isinstance(e, SessionOpened)).wearables == ()
    assert events[-1].reason == "done"
    assert result.items == ()
    assert adherence.state == "self-reported"
    assert adherence.dose == pytest.approx(6 / plan.items[0].asked.amount)
    assert (adherence.range, adherence.quality) == (None, None)
    assert past.done_today["abduction"] == 6, "the day's cap holds for what is told, too"
    assert targets == {}, "keys find no range"
    known = SessionFile("home", session)
    for position, told in enumerate((*events, result)):
        known.take(Fact(FactOrigin(own=False, home="home", position=position), told, session))
    assert not known.done(plan)
    assert [d.amount for d in known.reported()] == [6]


async def test_without_a_bound_wearable_a_session_says_how_to_do_without(home):
    async with HomeAtWork.at_work(home) as at_work:
        with pytest.raises(ConfigurationError, match="--keys"):
            await at_work.hold_session()


async def in_the_journal(at_work, kind, patience_s=10):
    async with asyncio.timeout(patience_s):
        while True:
            session = at_work.state.session
            if any(e.type == kind for e in at_work.box.journal.events(session)):
                return
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("broker_up", [True, False], ids=["broker up", "broker down"])
async def test_pain_and_unwell_reach_the_journal_broker_or_not(home, mosquitto, broker_up):
    async with HomeAtWork.at_work(home) as at_work:
        service = at_work.box.service
        holding = asyncio.create_task(at_work.hold_session(by_keys=True))
        patient = DemoPatient(at_work.box.bus, home.identity.topics, home.clock, service)
        await service.wait_for(lambda _: True)
        await patient.answer_questions(SessionStage.CHECK_IN)
        await patient.start_exercise()
        if not broker_up:
            mosquitto.kill()
        at_work.request(ReportPain(pain=2))
        await in_the_journal(at_work, "pain.reported")
        at_work.request(ReportUnwell())
        await in_the_journal(at_work, "unwell.reported")
        session = await holding
        closed = at_work.box.journal.events(session)[-1]
    assert closed.reason == "unwell"
