"""The home measures segment calibrations on live motion, from the batches to the angle."""

import asyncio
import contextlib
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from typer.testing import CliRunner

from analytics.calibration.finding import WORDS, CalibrationFinding
from analytics.calibration.measuring import evaluate, movements
from analytics.calibration.motion import OnOneGrid
from analytics.exercise.observing import observe_by
from asking import request_of
from builders import T0_NS
from ingest.journal.journal import Journal
from research.simulation.hinge_simulator import SCENARIOS, simulate
from ripresa.cli.main import app
from ripresa.session.live_analysis import LiveAnalysis
from ripresa.session.sensor_alignment import SensorAlignment
from ripresa.session.session_service import SessionService
from telemetry.clock import ManualClock
from telemetry.identity import new_ulid
from telemetry.latency import Latencies
from telemetry.messages.codec import encode_item
from telemetry.messages.events import SegmentCalibrated, Worn
from telemetry.messages.live import ControlBatch, decode_live
from telemetry.messages.motion import MotionBatch, StreamOpened
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from therapy.plan.plan_file import parse_plan_json
from therapy.session.agenda import agenda_of
from therapy.session.alignment import Alignment, AlignmentPhase
from therapy.session.questions import untroubled_answer
from therapy.session.screens import Ready, screen_of
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
    """Session service, segment alignment and live core on one bus, and a wearer."""

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
        self.alignments = SensorAlignment(bus, TOPICS, clock, self.service, lambda: self.opened)
        self.control = []
        bus.subscribe(TOPICS.control, self._hear)

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
            self.bus.publish(TOPICS.motion(stream), encode_item(item))

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
            self.bus.publish(TOPICS.motion(stream), encode_item(batch))


@pytest.fixture
async def at_home(tmp_path):
    async with contextlib.AsyncExitStack() as stack:

        async def home(the_plan, placements=tuple(STREAMS)):
            clock, bus = ManualClock(T0_NS), LocalBus()
            journal = Journal.open(tmp_path / "home" / "journal.sqlite", clock)
            stack.callback(journal.close)
            one = Home(journal, the_plan, clock, bus)
            tasks = [asyncio.create_task(p.run()) for p in (one.service, one.alignments)]

            async def stop():
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

            stack.push_async_callback(stop)
            await one.begin_session(placements)
            return one

        yield home


def waits(state):
    return state.stage is not SessionStage.ALIGN or state.measuring.phase is AlignmentPhase.WAITING


def still(sensors, seconds=6):
    return {p: s[50 : 50 + round(seconds * RATE_HZ)] for p, s in sensors.items()}


async def rest_angle_deg(home, trial):
    """What the live core reads before the first curl."""
    await home.ask("exercise.started")
    await home.move({p: s[:400] for p, s in trial.items()})
    return float(np.median(np.concatenate([c.angle_deg for c in home.control])))


async def test_a_contracture_of_25_degrees_reads_25_degrees_in_a_session(at_home):
    measured = [{"joint": "elbow", "side": "right", "angle_deg": 25}]
    home = await at_home(elbow(neutral_pose=False, neutral_angles=measured))
    arm = worn_arm(contracture_deg=25.0)
    phases = []
    await home.ask("segment.calibrated", ask="begin")
    await home.move(
        arm["calibration"],
        until=lambda s: phases.append((s.measuring.phase, s.measuring.seen)) or waits(s),
    )
    (event,) = home.calibrated
    assert (event.level, event.passed) == ("functional", True)
    assert event.hinge.zero_rad is not None
    assert {(AlignmentPhase.FLEXIONS, 2), (AlignmentPhase.RAISES, 1)} <= set(phases)
    assert isinstance(screen_of(home.state), Ready)
    assert await rest_angle_deg(home, arm["trial"]) == pytest.approx(25, abs=4)
    kept = home.journal.events(home.state.session)
    types = [e.type for e in kept]
    assert types.index("segment.calibrated") < types.index("exercise.started")


async def test_a_joint_that_can_be_straightened_reads_0_when_straight(at_home):
    home = await at_home(elbow())
    arm = worn_arm()
    await home.ask("segment.calibrated", ask="begin")
    await home.move(arm["calibration"], until=waits)
    assert home.calibrated[0].passed
    assert await rest_angle_deg(home, arm["trial"]) == pytest.approx(0, abs=4)


async def test_by_gravity_a_forbidden_neutral_pose_gives_axes_and_no_zero(at_home):
    home = await at_home(elbow(neutral_pose=False))
    await home.ask("segment.calibrated", ask="begin")
    await home.move(still(worn_arm(contracture_deg=25.0)["calibration"]), until=waits)
    (event,) = home.calibrated
    assert (event.level, event.passed) == ("gravity", True)
    assert event.hinge.proximal_axis == (0, 0, 1)
    assert event.hinge.zero_rad is None


async def test_what_was_wrong_is_told_and_after_two_attempts_an_easier_level_passes(at_home):
    home = await at_home(elbow())
    arm = worn_arm()["calibration"]
    resting = {p: np.tile(s[100:400], (10, 1)) for p, s in arm.items()}
    for attempt in range(2):
        await home.ask("segment.calibrated", ask="begin")
        await home.move(resting, until=waits)
        if attempt == 0:
            assert home.state.measuring.told == WORDS[CalibrationFinding.NO_FLEXIONS]
    assert home.state.levels[0] == "gravity"
    await home.ask("segment.calibrated", ask="begin")
    await home.move(still(arm), until=waits)
    assert [(e.level, e.passed) for e in home.calibrated] == [
        ("functional", False),
        ("gravity", True),
    ]
    assert home.calibrated[0].note == WORDS[CalibrationFinding.NO_FLEXIONS].it


async def test_a_silent_sensor_is_named_and_costs_no_attempt(at_home):
    home = await at_home(elbow(calibration="gravity"))
    arm = still(worn_arm()["calibration"])
    await home.ask("segment.calibrated", ask="begin")
    await home.move(arm, until=waits, skip=("forearm-right",))
    assert "all'avambraccio destro" in home.state.measuring.told.it
    assert home.state.measuring.failed == 0
    assert home.calibrated == []
    await home.ask("segment.calibrated", ask="begin")
    await home.move(arm, until=waits)
    assert home.calibrated[0].passed


async def test_a_sensor_that_begins_anew_in_the_middle_is_told_as_silent(at_home):
    home = await at_home(elbow())
    arm = worn_arm()["calibration"]
    await home.ask("segment.calibrated", ask="begin")
    await home.move({p: s[:1000] for p, s in arm.items()})
    assert home.state.measuring.phase is AlignmentPhase.FLEXIONS
    home.streams["forearm-right"] = "01J0000000000000000000000C"
    home.open_streams()
    await home.move({p: s[1000:] for p, s in arm.items()}, until=waits)
    assert "all'avambraccio destro" in home.state.measuring.told.it
    assert home.calibrated == []


async def test_samples_lost_for_a_moment_are_told_and_cost_no_attempt(at_home):
    home = await at_home(elbow())
    arm = worn_arm()["calibration"]
    await home.ask("segment.calibrated", ask="begin")
    await home.move({p: s[:1200] for p, s in arm.items()})
    await home.clock.advance(1.0)
    await home.move({p: s[1200:] for p, s in arm.items()}, until=waits)
    assert home.state.measuring.told == WORDS[CalibrationFinding.SAMPLES_LOST]
    assert home.state.measuring.failed == 0


async def test_a_restless_person_is_told_to_keep_still(at_home):
    home = await at_home(elbow(calibration="gravity"))
    moving = {p: s[700:2500] for p, s in worn_arm()["calibration"].items()}
    await home.ask("segment.calibrated", ask="begin")
    await home.move(moving, until=waits)
    assert home.state.measuring.told == WORDS[CalibrationFinding.NOT_STILL]
    assert home.state.measuring.failed == 1


async def test_leaving_in_the_middle_stops_the_measurement(at_home):
    home = await at_home(elbow())
    await home.ask("segment.calibrated", ask="begin")
    await home.move({p: s[:300] for p, s in worn_arm()["calibration"].items()})
    await home.ask("unwell.reported")
    assert home.state.closed
    await home.clock.advance(5)
    assert home.calibrated == []


async def test_one_hanging_sensor_gives_its_axis_and_upside_down_is_told(at_home):
    home = await at_home(elbow(), ("forearm-right",))
    arm = still(worn_arm()["calibration"])["forearm-right"]
    await home.ask("segment.calibrated", ask="begin")
    await home.move({"forearm-right": upside_down(arm)}, until=waits)
    assert home.state.measuring.told == WORDS[CalibrationFinding.UPSIDE_DOWN]
    await home.ask("segment.calibrated", ask="begin")
    await home.move({"forearm-right": arm}, until=waits)
    (event,) = home.calibrated
    assert event.passed
    assert np.dot(event.axis, (1, 0, 0)) > np.cos(np.deg2rad(10))


async def test_what_the_clinic_measured_is_used_at_home_and_a_turned_sensor_is_told(
    at_home, tmp_path
):
    home = await at_home(elbow())
    arm = worn_arm()["calibration"]
    await home.ask("segment.calibrated", ask="begin")
    await home.move(arm, until=waits)
    journal = tmp_path / "home" / "journal.sqlite"
    printed = CliRunner().invoke(
        app, ["session", "calibrations", home.state.session, "--journal", str(journal)]
    )
    assert printed.exit_code == 0, printed.output
    stored = home.calibrated[0].hinge
    assert printed.output.count("[[calibrations]]") == 1
    assert f"zero_rad = {stored.zero_rad!r}" in printed.output
    body = elbow(calibration="stored", calibrations=[stored.model_dump()])
    again = parse_plan_json(body.canonical_json())
    seen = evaluate(again, PAIR, "stored", grid_of(still(arm)))
    assert seen.passed
    assert seen.hinge == stored
    tilted = Rotation.from_euler("z", 60, degrees=True)
    turned = still(arm)
    values = turned["forearm-right"]
    turned["forearm-right"] = np.hstack([tilted.apply(values[:, :3]), tilted.apply(values[:, 3:])])
    off = evaluate(again, PAIR, "stored", grid_of(turned))
    assert off.note == WORDS[CalibrationFinding.NOT_AS_STORED]
    assert not off.passed


def grid_of(sensors):
    parts = tuple((s[:, :3], s[:, 3:]) for s in sensors.values())
    return OnOneGrid(parts, RATE_HZ, 0.0)


def test_a_watch_at_the_wrist_gives_no_axis_by_gravity_and_says_so():
    arm = still(worn_arm()["calibration"])
    watch = Alignment("wrist-right", "upper-arm-right", "elbow")
    outcome = evaluate(elbow(), watch, "gravity", grid_of(arm))
    assert outcome.passed
    assert outcome.hinge is None
    assert outcome.note == WORDS[CalibrationFinding.AXIS_FROM_MOVEMENT]


def three_and_three(sensors):
    """The first three of the five bends and of the five raises."""
    whole = grid_of(sensors)

    def first(which, count):
        for n in range(500, len(whole.sensors[0][0]), 20):
            part = tuple((acc[:n], gyr[:n]) for acc, gyr in whole.sensors)
            if movements(OnOneGrid(part, RATE_HZ, 0.0))[which] == count:
                return n + 60
        raise AssertionError(f"not {count}")

    bends, raises, raises_from = first(0, 3), first(1, 3), 2600
    return {
        p: np.concatenate([s[:bends], s[raises_from : max(raises, raises_from)]])
        for p, s in sensors.items()
    }


@pytest.mark.parametrize("seed", range(6))
def test_three_bends_and_three_raises_are_enough(seed):
    arm = three_and_three(worn_arm(seed=seed)["calibration"])
    found = evaluate(elbow(), PAIR, "functional", grid_of(arm))
    assert found.passed, found.note
    across = (1, 0, 0)
    assert abs(np.dot(found.hinge.proximal_axis, across)) < np.sin(np.deg2rad(15))
    assert found.hinge.distal_axis[2] > np.cos(np.deg2rad(15))


def test_the_clinic_sees_in_a_plan_what_it_measured_and_what_changed(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))

    def run(*arguments):
        told = CliRunner().invoke(app, ["plan", *arguments])
        assert told.exit_code == 0, told.output
        return told.output

    file = tmp_path / "plan.toml"
    file.write_text(PLAN_TOML, "utf-8")
    run("import", str(file))
    file.write_text(PLAN_TOML.replace("version = 1", "version = 2") + STORED_TOML, "utf-8")
    run("import", str(file))
    shown = run("show", "p-1")
    assert "right elbow: 25° in the neutral pose" in shown
    assert "stored calibration: forearm-right against upper-arm-right, zero 0.25 rad" in shown
    told = run("diff", "p-1", "1", "2")
    assert "neutral_angles.right elbow: new: 25.0" in told
    assert "calibrations.upper-arm-right+forearm-right" in told


PLAN_TOML = """
patient = "p-1"
version = 1
valid_from = 2023-01-01
calibration = "stored"
neutral_pose = false

[[items]]
id = "bend"
exercise = "elbow-bend"
side = "right"
"""
STORED_TOML = """
[[neutral_angles]]
joint = "elbow"
side = "right"
angle_deg = 25

[[calibrations]]
proximal = "upper-arm-right"
distal = "forearm-right"
proximal_axis = [0, 0, 1]
distal_axis = [0, 0, 1]
zero_rad = 0.25
"""
