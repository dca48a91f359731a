"""Simulated sensors obey mechanics, and know nothing of the core that is measured with them."""

import ast
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from research.simulation.body import ARM_REST, LimbSegment, arm, elevation_deg
from research.simulation.exercise_motion import EXERCISE_MOTIONS, begin, do_set
from research.simulation.limb_motion import FINE_HZ, MANNERS, Manner, MotionBuilder
from research.simulation.worn_sensor import Skin, WornSensor, read

SIMULATION = Path(__file__).parents[3] / "research" / "simulation"


def bare(skin=0.0, *, place=(0.0, 0.0, 0.0)):
    """A sensor without errors, its axes those of the segment."""
    return WornSensor(
        mounting=Rotation.identity(),
        place_m=np.array(place),
        skin=Skin(skin),
        swell=1.0,
        gyr_offset=np.zeros(3),
        gyr_scale=np.ones(3),
        acc_offset=np.zeros(3),
        acc_scale=np.ones(3),
    )


def spinning(rate_rad_s, seconds):
    """A bone that turns about the vertical through its joint."""
    n = round(seconds * FINE_HZ)
    turned = Rotation.from_euler("z", rate_rad_s * np.arange(n)[:, None] / FINE_HZ)
    return LimbSegment(turned, np.zeros((n, 3)), np.zeros(n))


def test_the_simulators_import_nothing_of_the_core():
    for path in SIMULATION.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            of_core = {n for n in [*names, module] if n.startswith("analytics")}
            assert of_core <= {"analytics.signals.arrays"}, path.name


def test_a_sensor_on_a_spinning_bone_feels_gravity_and_the_way_to_the_centre():
    times = np.arange(100) / 50 + 0.5
    seen = read(np.random.default_rng(0), bare(place=(0.3, 0, 0)), spinning(2.0, 3.0), times, 50.0)
    assert seen[:, 2].mean() == pytest.approx(9.81, abs=0.02)
    assert seen[:, 0].mean() == pytest.approx(-0.3 * 2.0**2, abs=0.02)
    assert seen[:, 5].mean() == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("rate_hz", [25.0, 60.0, 120.0])
def test_the_angular_rate_of_a_rigid_sensor_adds_up_to_the_bones_turn(rate_hz):
    what = EXERCISE_MOTIONS["abduction"]
    motion = begin(np.random.default_rng(2), what, Manner())
    motion.still(1.0)
    motion.move(1.5, **{"raise": 100.0})
    motion.still(1.0)
    done = motion.finish(())
    segment = what.body(done.meant)["upper-arm"]
    times = np.arange(int(done.seconds * rate_hz) - 1) / rate_hz
    seen = read(np.random.default_rng(0), bare(), segment, times, rate_hz)
    turned = np.degrees(np.linalg.norm(seen[:, 3:], axis=1).sum() / rate_hz)
    swept = (segment.turned[0].inv() * segment.turned[-1]).magnitude()
    assert turned == pytest.approx(np.degrees(swept), abs=12)


def test_soft_tissue_lets_a_sensor_ring_after_a_jerk_and_a_bracket_does_not():
    builder = MotionBuilder(np.random.default_rng(1), ARM_REST, Manner())
    builder.still(1.0)
    builder.move(0.25, elbow=70.0)
    builder.still(1.0)
    segment = arm(builder.finish(()).meant)["forearm"]
    times = np.arange(200) / 100
    soft, rigid = (
        read(np.random.default_rng(0), bare(skin, place=(0.03, 0, -0.2)), segment, times, 100.0)
        for skin in (1.5, 0.0)
    )
    after = slice(130, 190)
    assert np.ptp(soft[after, 3]) > 2 * np.ptp(rigid[after, 3])


def test_elevation_is_counted_from_hanging():
    channels = {k: np.array([v]) for k, v in ARM_REST.items()} | {"raise": np.array([90.0])}
    assert elevation_deg(arm(channels)["upper-arm"])[0] == pytest.approx(90, abs=1e-6)


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("exercise", EXERCISE_MOTIONS)
def test_every_person_does_every_exercise_as_often_as_asked(exercise, manner):
    what = EXERCISE_MOTIONS[exercise]
    motion = begin(np.random.default_rng(3), what, MANNERS[manner])
    motion.still(1.0)
    do_set(motion, what, 3)
    done = motion.finish(what.trembling)
    angle = what.truth_deg(done)
    assert len(done.repetitions) == 3
    for start, stop in done.repetitions:
        assert 25 < np.ptp(angle[start:stop]) < 150
