"""A fall on the bus: motion goes in, one question comes out, and it is in the journal."""

import asyncio
import contextlib

import numpy as np
import pytest

from analytics.exercise.observation import Observation
from asking import request_of
from builders import STREAM, T0_NS
from edge.wearables.standard import decode_heart_rate
from fall_motion import SimulatedFall, as_batch, claps, worn
from ingest.journal.journal import Journal
from ripresa.session.live_analysis import LiveAnalysis
from ripresa.session.session_service import SessionService
from telemetry.clock import ManualClock
from telemetry.identity import new_ulid
from telemetry.latency import Latencies
from telemetry.messages.requests import StartExercise
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from therapy.session.agenda import agenda_of
from therapy.session.questions import untroubled_answer
from therapy.session.screens import Ask, screen_of
from therapy.session.session_settings import SessionSettings
from therapy.session.session_state import SessionStage
from therapy_builders import WRIST, plan

TOPICS = HomeTopics("clinic", "p-1")


def observe(_started, _opened, *_known):
    return Observation(stream=STREAM, axis=(1.0, 0.0, 0.0), what="forearm elevation")


class Patient:
    """The session service and the live core as a home wires them, and who answers."""

    def __init__(self, analysis, clock, service):
        self.analysis, self.clock, self.service = analysis, clock, service

    async def ask(self, what, **value):
        session, number = self.service.state.session, new_ulid(self.clock)
        self.service.request(request_of(what, **value).stamped(number, session))
        async with asyncio.timeout(20):
            await self.service.wait_for(lambda state: number in state.seen)

    async def to_play(self):
        state = self.service.state
        while self.service.state.stage is SessionStage.CHECK_IN:
            question = self.service.state.asking[0]
            await self.ask("check.answered", answer=untroubled_answer(question))
        while self.service.state.stage is SessionStage.ALIGN:
            await self.ask("segment.calibrated", passed=True)
        await self.ask("exercise.started")
        assert self.service.state.open_item, state

    async def move(self, acc, *, first_index=0, every=6):
        """Send accelerations as a gateway would, a few samples a packet."""
        whole = as_batch(acc, first_index=first_index)
        for start in range(0, len(whole), every):
            part = whole.cut(start, min(start + every, len(whole)))
            self.analysis(part)
            if start % (every * 20) == 0:
                await asyncio.sleep(0)
        # The bus delivers in the loop's next turn; then a request that is refused ends the queue.
        for _ in range(3):
            await asyncio.sleep(0)
        refused, session = self.service.refused, self.service.session
        self.service.request(StartExercise().stamped(new_ulid(self.clock), session))
        async with asyncio.timeout(20):
            await self.service.wait_for(lambda _: self.service.refused > refused)

    @property
    def told(self):
        return [e for e in self.service.events if e.type in ("fall.suspected", "check.answered")]


@pytest.fixture
async def patient(tmp_path):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    journal = Journal.open(tmp_path / "journal.sqlite", clock)
    analysis = LiveAnalysis(bus, TOPICS, clock, observe, Latencies())
    service = SessionService(
        journal, bus, TOPICS, clock, spans=lambda: {STREAM: 0}, last_sample_ns=clock.now_ns
    )
    service.on_event, analysis.on_live = analysis.take_event, service.take_live
    running = asyncio.create_task(service.run())
    analysis(worn("wrist-right"))
    agreed = plan()
    agenda = agenda_of(agreed, agreed.day_of(T0_NS))
    settings = SessionSettings(plan=agreed, site="clinic", agenda=agenda, worn=(WRIST,))
    await service.open(settings)
    one = Patient(analysis, clock, service)
    one.journal = journal
    await one.to_play()
    yield one
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    journal.close()


async def test_a_fall_is_asked_about_and_recorded_before_anybody_answers(patient):
    await patient.move(SimulatedFall(impact_g=6).sensed())
    state = patient.service.state
    assert state.paused
    screen = screen_of(state)
    assert isinstance(screen, Ask)
    assert screen.question.id == "fallen"
    for text in (screen.question.text.it, screen.question.text.en):
        assert text.endswith("?"), "it asks, and promises nobody's help"
    kept = patient.journal.events(state.session)
    assert kept[-1].type == "fall.suspected"
    assert kept[-1].placement == "wrist-right"


async def test_a_lost_skin_contact_is_recorded_once_and_its_rate_is_not(patient):
    for payload in ("14485503", "14485503", "16485503", "0400", "016602", "0046"):
        measured = decode_heart_rate(bytes.fromhex(payload))
        patient.service.note_heart_rate("band", T0_NS, measured)
    await patient.service.wait_for(
        lambda _: sum(e.type == "heart.measured" for e in patient.service.events) == 4
    )
    kept = patient.journal.events(patient.service.session)
    told = [(e.rate_bpm, e.contact) for e in kept if e.type == "heart.measured"]
    assert told == [(None, False), (72, True), (None, False), (70, None)]


async def test_a_false_suspicion_costs_one_question_and_nothing_else(patient):
    before = patient.service.state
    fall = SimulatedFall(impact_g=6).sensed()
    await patient.move(np.concatenate([fall, claps()]))
    await patient.ask("check.answered", question="fallen", answer=False)
    after = patient.service.state
    assert [e.type for e in patient.told][-2:] == ["fall.suspected", "check.answered"]
    assert (after.stage, after.counted, after.today) == (before.stage, before.counted, before.today)
    assert not after.fallen
    assert not after.paused
    assert not after.held_back


async def test_a_fall_that_is_told_ends_the_exercise(patient):
    await patient.move(SimulatedFall(impact_g=6).sensed())
    await patient.ask("check.answered", question="fallen", answer=True)
    assert patient.service.state.stage is SessionStage.CHECK_OUT
    assert patient.service.state.fallen


async def test_clapping_asks_nothing(patient):
    await patient.move(claps())
    assert not patient.service.state.paused
    assert all(e.type != "fall.suspected" for e in patient.service.events)
