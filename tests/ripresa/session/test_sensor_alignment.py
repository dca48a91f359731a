"""The home measures segment calibrations on live motion, from the batches to the angle."""

import asyncio
import contextlib

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from typer.testing import CliRunner

from aligning import (
    PAIR,
    STREAMS,
    Home,
    elbow,
    grid_of,
    rest_angle_deg,
    still,
    upside_down,
    waits,
    worn_arm,
)
from analytics.calibration.finding import WORDS, CalibrationFinding
from analytics.calibration.measuring import evaluate
from builders import T0_NS
from ingest.journal.journal import Journal
from ripresa.cli.main import app
from telemetry.clock import ManualClock
from telemetry.transport.bus import LocalBus
from therapy.plan.plan_file import parse_plan_json
from therapy.session.alignment import AlignmentPhase
from therapy.session.screens import Ready, screen_of

pytestmark = pytest.mark.slow

pytestmark = pytest.mark.slow


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
