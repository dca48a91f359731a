"""A second sensor that is not the joint's is refused with its reason; a right one is not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator
from scipy.spatial.transform import Rotation

from analytics import offline
from analytics.calibration.functional import functional_calibration
from analytics.core import Core
from analytics.exercise.observation import Hinge, Method, Observation
from analytics.joints.axis import HingeAxes
from analytics.joints.pairing import Pairing
from analytics.observability.doubt import DoubtKind
from analytics.observability.grounds import joint_doubts
from arm_motion import exercise, one_batch, whole_stream
from builders import SESSION, STREAM
from joint_motion import PROXIMAL
from research.session_cases.simulated_session import Person, simulate_item
from research.simulation.everyday import gesture
from research.simulation.hinge_simulator import SCENARIOS, SoftTissue, simulate
from telemetry.messages.motion import QualityKind, StreamQuality
from telemetry.messages.results import results_hash

RATE_HZ = 50.0
TISSUE = SoftTissue(twist_deg=3.0, tilt_deg=1.5, wobble_deg=1.0, axial_deg=5.0)


@cache
def worn(name, seed=5):
    scenario = replace(
        SCENARIOS[name], seconds=30.0, rate_hz=RATE_HZ, tissue=TISSUE, calibrated=True
    )
    return simulate(scenario, seed)


def lying_on_a_table(like, seed):
    rng = np.random.default_rng(seed)
    acc = np.tile([0.6 * 9.81, 0, 0.8 * 9.81], (len(like), 1)) + rng.normal(0, 0.04, (len(like), 3))
    gyr = np.radians([0.5, -0.4, 0.5]) + np.radians(rng.normal(0, 0.1, (len(like), 3)))
    return np.hstack((acc, gyr))


def on_the_same_segment(distal, seed):
    """A second sensor a few centimetres away, on skin that moves by two degrees."""
    rng = np.random.default_rng(seed)
    t = np.arange(len(distal)) / RATE_HZ
    skin = Rotation.from_rotvec(np.radians(2) * np.sin(np.outer(t, rng.uniform(2, 20, 3))))
    turn = skin * Rotation.random(rng=rng)
    return np.hstack((turn.apply(distal[:, :3]), turn.apply(distal[:, 3:])))


PLACEMENTS = {
    "right": lambda r: (r.proximal, r.distal),
    "table": lambda r: (lying_on_a_table(r.distal, 1), r.distal),
    "other person": lambda _: (worn("walking", 9).proximal, worn("squat", 5).distal),
    "same segment": lambda r: (on_the_same_segment(r.distal, 2), r.distal),
    "swapped": lambda r: (r.distal, r.proximal),
}
EXPECTED = {
    "table": DoubtKind.LYING_STILL,
    "other person": DoubtKind.NOT_FOLLOWING,
    "same segment": DoubtKind.ONE_SEGMENT,
    "swapped": DoubtKind.AXES,
}


def hinge_of(r, *, calibrated=True):
    if not calibrated:
        return Hinge(PROXIMAL)
    parts = [(c[:, :3], c[:, 3:]) for c in (r.calibration_proximal, r.calibration_distal)]
    found = functional_calibration(parts[0], parts[1], RATE_HZ)
    return Hinge(PROXIMAL, found.axes, found.zero_rad)


def streams_of(proximal, distal, *, late_us=0):
    items = []
    for stream, values, late in ((STREAM, distal, 0), (PROXIMAL, proximal, late_us)):
        batch = one_batch(np.zeros(len(values)), stream=stream, rate_hz=RATE_HZ)
        acc, gyr = values[:, :3].astype(np.float32), values[:, 3:].astype(np.float32)
        batch = replace(batch, acc=acc, gyr=gyr, t0_ns=batch.t0_ns + late * 1000)
        first, *rest = whole_stream(batch, range(0, len(batch), 30))
        items.append([replace(first, rate_hz=RATE_HZ), *rest])
    return items


def item_of(streams, hinge):
    seen = Observation(stream=STREAM, axis=None, what="x", method=Method.FLEXION, hinge=hinge)
    count = sum(len(i) for i in streams[0][1:-1])
    events = exercise(count)
    result = offline.run(SESSION, events, streams, lambda *_: seen, plan_version=1)
    return result.items[0]


def kinds(item):
    return [d.kind for d in item.doubts]


@pytest.mark.parametrize("name", ["squat", "knee-extension", "hinge-vertical", "soft-tissue"])
@pytest.mark.parametrize("calibrated", [True, False])
def test_a_right_placement_is_told(name, calibrated):
    r = worn(name)
    item = item_of(streams_of(*PLACEMENTS["right"](r)), hinge_of(r, calibrated=calibrated))
    assert kinds(item) == []
    assert item.range_of_motion is not None


@pytest.mark.parametrize("placement", sorted(EXPECTED))
def test_a_wrong_second_sensor_is_refused_with_its_reason(placement):
    r = worn("squat")
    item = item_of(streams_of(*PLACEMENTS[placement](r)), hinge_of(r))
    assert EXPECTED[placement] in kinds(item)
    assert item.range_of_motion is None
    assert item.active_peak is None
    assert all(d.it and d.en for d in item.doubts)
    assert item.not_observable == item.doubts[0].en
    assert all(rep.range_deg is None and rep.peak_deg is None for rep in item.repetitions)


def moved_anyhow(seconds=60.0, seed=3):
    """[n, 6] of a proximal and a distal sensor on a rigid hinge that hands move, never twice alike.

    The axis is z in both.
    """
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    knots = np.linspace(0, n - 1, round(seconds / 1.2))
    drawn = [rng.normal(0, 35, len(knots)) for _ in range(3)]
    drawn.append(np.where(np.arange(len(knots)) % 2, rng.uniform(50, 110, len(knots)), 10))
    turned = [PchipInterpolator(knots, d)(np.arange(n)) for d in drawn]
    near = Rotation.from_euler("xyz", np.column_stack(turned[:3]), degrees=True)
    far = near * Rotation.from_rotvec(np.outer(np.radians(turned[3]), [0, 0, 1]))
    sensors = []
    for body in (near, far):
        rate = (body[:-1].inv() * body[1:]).as_rotvec() * RATE_HZ
        gyr = np.vstack([rate, rate[-1:]]) + rng.normal(0, 0.003, (n, 3))
        acc = body.inv().apply([0, 0, 9.81]) + rng.normal(0, 0.05, (n, 3))
        sensors.append(np.hstack((acc, gyr)))
    return sensors[0], sensors[1]


def test_a_joint_that_hands_move_never_twice_alike_is_told():
    proximal, distal = moved_anyhow()
    z = np.array([0.0, 0.0, 1.0])
    item = item_of(streams_of(proximal, distal), Hinge(PROXIMAL, HingeAxes(z, z), 0.0))
    assert kinds(item) == []
    assert item.alike < 0.5
    assert item.range_of_motion.band_low_deg < 70 < item.range_of_motion.band_high_deg
    assert len(item.repetitions) > 20


@pytest.mark.parametrize(("repetitions", "seed"), [(3, 702), (3, 705), (8, 703), (8, 712)])
def test_somebody_elses_still_thigh_beside_a_bent_knee_is_no_joint(repetitions, seed):
    """Who sits and talks hardly turns the thigh, and so follows as little as chance lets it."""
    still = Person(rate_hz=RATE_HZ)
    mine, theirs = (
        simulate_item("heel-slide", Person(rate_hz=RATE_HZ, repetitions=repetitions), seed),
        simulate_item("heel-slide", still, seed + 1000, script=lambda m, _: gesture(m, 60.0)),
    )
    distal, proximal = mine.what.sites
    n = len(mine.readings[distal])
    own, other = mine.readings[proximal], theirs.readings[proximal][:n]
    told, refused = (
        item_of(streams_of(near, mine.readings[distal]), hinge_of(None, calibrated=False))
        for near in (own, other)
    )
    assert kinds(told) == []
    assert DoubtKind.NOT_FOLLOWING in kinds(refused)


def test_clocks_half_a_second_apart_are_refused():
    r = worn("squat")
    late = streams_of(r.proximal, r.distal, late_us=500_000)
    assert DoubtKind.CLOCKS in kinds(item_of(late, hinge_of(r)))


def test_a_marker_of_an_uncertain_clock_withholds_the_joint_from_where_it_holds():
    r = worn("squat")
    streams = streams_of(r.proximal, r.distal)
    uncertain = StreamQuality(
        stream=PROXIMAL, first_index=300, kind=QualityKind.CLOCK, uncertainty_us=300_000
    )
    streams[1].insert(2, uncertain)
    assert kinds(item_of(streams, hinge_of(r))) == [DoubtKind.CLOCKS]


def test_a_doubted_item_has_the_same_bytes_live_and_recorded():
    r = worn("squat")
    streams, hinge = streams_of(*PLACEMENTS["table"](r)), hinge_of(r)
    seen = Observation(stream=STREAM, axis=None, what="x", method=Method.FLEXION, hinge=hinge)
    count = sum(len(i) for i in streams[0][1:-1])
    started, ended = exercise(count)
    started = started.model_copy(update={"spans": {STREAM: 0, PROXIMAL: 0}})
    core = Core(SESSION, lambda *_: seen)
    core.take_event(started)
    for pair in zip(*streams, strict=True):
        for item in pair:
            core.take(item)
    core.take_event(ended)
    live = core.result(plan_version=1, provisional=True)
    again = offline.run(SESSION, [started, ended], streams, lambda *_: seen, plan_version=1)
    assert results_hash(live) == results_hash(again)


def moved(**how):
    """What two sensors that keep to one joint show in 40 s, but for what is given."""
    joint = {
        "proximal_speed_deg_s": 4.0,
        "moving_s": 20.0,
        "livelier_deg_s": 30.0,
        "apart": 0.95,
        "apart_deg": 40.0,
        "apart_across": 1.0,
        "across_deg_s": 2.0,
        "gain": 0.95,
        "gain_sigma": 0.1,
        "following": 0.3,
        "lag_s": 0.0,
        "lag_evidence": 0.0,
        "following_at_lag": 0.3,
        "heaving": 0.6,
        "heaved_m_s2": (0.12, 0.13),
        "seconds": 40.0,
        "one_body": 200.0,
    }
    return Pairing(**(joint | how))


def doubted(pairing):
    return [d.kind for d in joint_doubts(pairing, ("distal", "proximal"), 0, 2400)]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"gain": 0.76, "gain_sigma": 0.15},
        {"gain": 0.46, "gain_sigma": 0.1},
        {"heaving": -0.2, "heaved_m_s2": (0.02, 0.05)},
    ],
)
def test_a_joint_that_follows_as_far_as_skin_lets_it_is_not_refused(how):
    assert doubted(moved(**how)) == []


def test_a_sensor_that_follows_by_half_and_surely_no_more_is_on_nobody_of_this_joint():
    assert doubted(moved(gain=0.42, gain_sigma=0.07)) == [DoubtKind.NOT_FOLLOWING]


@pytest.mark.parametrize(("one_body", "kinds"), [(60.0, []), (20.0, [DoubtKind.NOT_FOLLOWING])])
def test_a_following_that_is_not_seen_is_believed_where_all_together_is_no_chance(one_body, kinds):
    unseen = {"gain": 0.37, "gain_sigma": 0.34, "following": 0.016}
    shaken = {"heaving": 0.6, "heaved_m_s2": (0.76, 2.43)}
    assert doubted(moved(**unseen, **shaken, one_body=one_body)) == kinds
    surely_not = unseen | {"gain_sigma": 0.1}
    assert doubted(moved(**surely_not, **shaken)) == [DoubtKind.NOT_FOLLOWING]


@pytest.mark.parametrize(("heaving", "kinds"), [(0.73, []), (0.45, [DoubtKind.NOT_FOLLOWING])])
def test_a_forearm_that_trembles_more_than_its_arm_is_of_one_body_if_both_heave_alike(
    heaving, kinds
):
    assert doubted(moved(heaving=heaving, heaved_m_s2=(0.37, 2.05))) == kinds


def test_clocks_are_apart_only_where_the_movement_clearly_agrees_better_later():
    late = {"lag_s": 0.5, "following_at_lag": 0.4}
    assert doubted(moved(**late, lag_evidence=12.0)) == [DoubtKind.CLOCKS]
    assert doubted(moved(**late, lag_evidence=6.0)) == []
    assert doubted(moved(**late | {"lag_s": 0.1}, lag_evidence=12.0)) == []


def test_a_sensor_that_sinks_while_the_other_rises_is_on_another_body():
    assert doubted(moved(heaving=-0.77)) == [DoubtKind.NOT_FOLLOWING]


@pytest.mark.parametrize(("livelier_deg_s", "told"), [(4.0, True), (0.8, False)])
def test_sensors_that_turn_as_one_are_on_one_segment_however_little_it_moves(livelier_deg_s, told):
    """A thigh that hardly moves under both; the swaying of who sits tells nothing."""
    as_one = {"apart": 0.1, "apart_deg": 0.2, "apart_across": 0.3, "moving_s": 0.0}
    kinds = doubted(moved(**as_one, livelier_deg_s=livelier_deg_s))
    assert (DoubtKind.ONE_SEGMENT in kinds) is told
