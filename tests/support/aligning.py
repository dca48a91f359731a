"""A home that measures alignments on the motion of a simulated, worn arm."""

import asyncio
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analytics.calibration.motion import OnOneGrid
from analytics.exercise.observing import observe_by
from asking import request_of
from research.simulation.hinge_simulator import SCENARIOS, simulate
from ripresa.session.live_analysis import LiveAnalysis
from ripresa.session.sensor_alignment import SensorAlignment
from ripresa.session.session_service import SessionService
from telemetry.identity import new_ulid
from telemetry.latency import Latencies
from telemetry.messages.events import SegmentCalibrated, Worn
from telemetry.messages.live import ControlBatch, decode_live
from telemetry.messages.motion import MotionBatch, StreamOpened
from telemetry.transport.topics import HomeTopics
from therapy.session.agenda import agenda_of
from therapy.session.alignment import Alignment, AlignmentPhase
from therapy.session.questions import untroubled_answer
from therapy.session.session_settings import SessionSettings
from therapy.session.session_state import SessionStage
from therapy_builders import item, plan

pytestmark = pytest.mark.slow

RATE_HZ = 100.0
TOPICS = HomeTopics("clinic", "p-1")
STREAMS = {
    "upper-arm-right": "01J0000000000000000000000A",
    "forearm-right": "01J0000000000000000000000B",
}
PAIR = Alignment("forearm-right", "upper-arm-right", "elbow")
STEP_S = 0.25
# As marked on a hanging right arm: x down, y forward, z to the right (earth: x right).
ON_RIGHT_ARM = Rotation.from_matrix(np.array([[0, 0, 1.0], [0, 1, 0], [-1, 0, 0]]))


@cache
def worn_arm(contracture_deg=0.0, seed=3):
    """Calibration movements, then curls, of two sensors as marked: (acc, gyr) side by side."""
    scenario = replace(SCENARIOS["soft-tissue"], seconds=15.0, contracture_deg=contracture_deg)
    r = simulate(scenario, seed)
    onto = []
    for axis, calibration, trial in (
        (r.axis_proximal, r.calibration_proximal, r.proximal),
        (r.axis_distal, r.calibration_distal, r.distal),
    ):
        still_up = calibration[100:400, :3].mean(axis=0)
        turn, _ = Rotation.align_vectors(
            ON_RIGHT_ARM.inv().apply([[1.0, 0, 0], [0, 0, 1]]), [axis, still_up], weights=[1, 1]
        )
        onto.append(
            tuple(
                np.hstack([turn.apply(s[:, :3]), turn.apply(s[:, 3:])])
                for s in (calibration, trial)
            )
        )
    (cal1, trial1), (cal2, trial2) = onto
    return {
        "calibration": dict(zip(STREAMS, (cal1, cal2), strict=True)),
        "trial": dict(zip(STREAMS, (trial1, trial2), strict=True)),
    }


def upside_down(sensor):
    turn = Rotation.from_euler("z", 180, degrees=True)
    return np.hstack([turn.apply(sensor[:, :3]), turn.apply(sensor[:, 3:])])


def elbow(**more):
    bend = item(
        id="bend",
        exercise="elbow-bend",
        posture="seated",
        placements=list(STREAMS),
        limit_deg=140,
        clinician_range_deg=60,
    )
    return plan(bend, **({"calibration": "functional", "helper": True} | more))


class Home:
    """Session service, segment alignment and live core as a home wires them, and a wearer."""

    def __init__(self, journal, the_plan, clock, bus):
        self.clock, self.bus, self.plan, self.journal = clock, bus, the_plan, journal
        self.streams = dict(STREAMS)
        self.sent = dict.fromkeys(STREAMS.values(), 0)
        self.opened = {}
        self.analysis = LiveAnalysis(bus, TOPICS, clock, observe_by(the_plan), Latencies())
        self.service = SessionService(
            journal,
            bus,
            TOPICS,
            clock,
            spans=lambda: dict(self.sent),
            last_sample_ns=clock.now_ns,
        )
        self.service.on_event = self.analysis.take_event
        self.analysis.on_live = self.service.take_live
        self.alignments = SensorAlignment(clock, self.service, lambda: self.opened)
        self.control = []
        bus.subscribe(TOPICS.control, self._hear)

    def sense(self, item):
        self.analysis(item)
        self.alignments(item)

    def _hear(self, message):
        told = decode_live(message.payload)
        if isinstance(told, ControlBatch) and told.angle_deg is not None:
            self.control.append(told)

    def open_streams(self):
        for placement, stream in self.streams.items():
            item = StreamOpened(
                stream=stream,
                wearable=f"dot-{placement}",
                model="movella-dot",
                placement=placement,
                rate_hz=RATE_HZ,
                opened_ns=self.clock.now_ns(),
            )
            self.opened[stream] = item
            self.sent.setdefault(stream, 0)
            self.sense(item)

    async def begin_session(self, placements=tuple(STREAMS)):
        worn = [Worn(wearable=f"dot-{p}", model="movella-dot", placement=p) for p in placements]
        day = self.plan.day_of(self.clock.now_ns())
        await self.service.open(
            SessionSettings(
                plan=self.plan,
                site="clinic",
                agenda=agenda_of(self.plan, day),
                worn=tuple(worn),
                helper_present=self.plan.helper,
                measured=True,
            )
        )
        self.open_streams()
        while self.state.stage is SessionStage.CHECK_IN:
            await self.ask("check.answered", answer=untroubled_answer(self.state.asking[0]))

    @property
    def state(self):
        return self.service.state

    @property
    def calibrated(self):
        return [e for e in self.service.events if isinstance(e, SegmentCalibrated)]

    async def ask(self, what, **value):
        wish = request_of(what, **value).stamped(new_ulid(self.clock), self.state.session)
        self.service.request(wish)
        async with asyncio.timeout(5):
            await self.service.wait_for(lambda s: wish.request in s.seen)

    async def move(self, sensors, *, until=lambda _: False, skip=()):
        """Let the sensors measure, a quarter of a second at a time, until the session says so."""
        length = max(len(s) for s in sensors.values())
        step = round(STEP_S * RATE_HZ)
        for start in range(0, length, step):
            for number, (placement, values) in enumerate(sensors.items()):
                if placement not in skip:
                    self._send(self.streams[placement], values[start : start + step], number)
            await self.clock.advance(STEP_S)
            await asyncio.sleep(0.004)
            if until(self.state):
                return
        # What was measured may still be on its way through a thread or to the journal.
        for _ in range(8):
            await asyncio.sleep(0.05)
            if until(self.state):
                return
            await self.clock.advance(STEP_S)

    def _send(self, stream, values, number):
        if not len(values):
            return
        first = self.sent[stream]
        self.sent[stream] = first + len(values)
        # The two sensors sample at different instants; their radios send 5 samples at a time.
        for at in range(0, len(values), 5):
            part = values[at : at + 5]
            dt_us = np.round(np.arange(len(part)) * 1e6 / RATE_HZ).astype(np.int32)
            batch = MotionBatch(
                stream=stream,
                first_index=first + at,
                t0_ns=self.clock.now_ns() + at * 10_000_000 + number * 3_000_000,
                dt_us=dt_us,
                lag_us=np.full(len(part), 7000, np.int32),
                acc=part[:, :3].astype(np.float32),
                gyr=part[:, 3:].astype(np.float32),
            )
            self.sense(batch)


def waits(state):
    return state.stage is not SessionStage.ALIGN or state.measuring.phase is AlignmentPhase.WAITING


def still(sensors, seconds=6):
    return {p: s[50 : 50 + round(seconds * RATE_HZ)] for p, s in sensors.items()}


async def rest_angle_deg(home, trial):
    """What the live core reads before the first curl."""
    await home.ask("exercise.started")
    await home.move({p: s[:400] for p, s in trial.items()})
    return float(np.median(np.concatenate([c.angle_deg for c in home.control])))


def grid_of(sensors):
    parts = tuple((s[:, :3], s[:, 3:]) for s in sensors.values())
    return OnOneGrid(parts, RATE_HZ, 0.0)
