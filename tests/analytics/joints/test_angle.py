import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vqf import VQF

from analytics.calibration.functional import functional_calibration
from analytics.joints.angle import JointAngleFilter, in_plane_angle, recorded_angle
from analytics.joints.axis import HingeAxes, estimate_axes
from analytics.signals.orientation import up_in_sensor
from research.simulation.hinge_simulator import SCENARIOS, simulate, single_repetitions
from telemetry.errors import NotObservable


def parts(sensor):
    return np.ascontiguousarray(sensor[:, :3]), np.ascontiguousarray(sensor[:, 3:])


@cache
def recording(name, seed=1, seconds=30.0):
    return simulate(replace(SCENARIOS[name], seconds=seconds), seed)


def true_axes(r):
    return HingeAxes(r.axis_proximal, r.axis_distal)


def axes_from_motion(r):
    return estimate_axes(*parts(r.proximal), *parts(r.distal), r.rate_hz)


def error_deg(r, axes, zero_rad=None):
    found = recorded_angle(parts(r.proximal), parts(r.distal), r.rate_hz, axes, zero_rad)
    return np.rad2deg(found.angle_rad) - r.reference_deg


@pytest.mark.parametrize("name", ["hinge-horizontal", "no-rest", "hinge-vertical"])
def test_a_rigid_hinge_is_found_and_followed_without_any_calibration(name):
    r = recording(name)
    error = error_deg(r, axes_from_motion(r))
    assert np.sqrt(np.mean((error - error[0]) ** 2)) < 1.5


@pytest.mark.parametrize("name", ["soft-tissue", "knee-extension", "squat", "walking"])
def test_one_repetition_of_a_second_and_a_half_is_enough(name):
    r = next(single_repetitions(recording(name)))
    angle = error_deg(r, axes_from_motion(r)) + r.reference_deg
    sign = np.sign(np.corrcoef(angle, r.reference_deg)[0, 1])
    assert abs(np.corrcoef(angle, r.reference_deg)[0, 1]) > 0.97
    assert np.std(sign * angle - r.reference_deg) < 3


def test_functional_calibration_gives_the_angle_itself_under_soft_tissue():
    r = recording("soft-tissue")
    calibration = functional_calibration(
        parts(r.calibration_proximal), parts(r.calibration_distal), r.rate_hz
    )
    assert calibration.holds
    assert not calibration.findings
    error = error_deg(r, calibration.axes, calibration.zero_rad)
    assert np.sqrt(np.mean(error**2)) < 5


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 700), max_size=12))
def test_any_cutting_gives_the_same_bytes(cuts):
    r = recording("hinge-horizontal", seconds=10.0)
    whole = follow(r, [])
    assert follow(r, cuts).tobytes() == whole.tobytes()


@cache
def live_inputs(seconds=10.0):
    r = recording("hinge-horizontal", seconds=seconds)
    inputs = []
    for sensor in (r.proximal, r.distal):
        acc, gyr = parts(sensor)
        found = VQF(1 / r.rate_hz).updateBatch(gyr, acc)
        inputs.append((up_in_sensor(found["quat6D"]), gyr - found["bias"]))
    return inputs


def follow(r, cuts):
    (up1, gyr1), (up2, gyr2) = live_inputs()
    axes = true_axes(r)
    fusion, out, edges = JointAngleFilter(r.rate_hz, axes), [], sorted({0, len(up1), *cuts})
    for start, stop in itertools.pairwise(edges):
        part = slice(start, stop)
        out.append(fusion.push(up1[part], up2[part], gyr1[part], gyr2[part])[0])
        resumed = JointAngleFilter(r.rate_hz, axes)
        resumed.resume(fusion.state())
        fusion = resumed
    return np.concatenate(out)


def test_the_live_angle_follows_a_rigid_hinge():
    r = recording("hinge-horizontal", seconds=10.0)
    error = np.rad2deg(follow(r, [])) - r.reference_deg
    assert np.sqrt(np.mean((error - error[0]) ** 2)) < 2


@given(st.floats(-170, 170), st.integers(0, 10**6))
def test_gravity_alone_tells_the_angle_of_a_level_hinge_however_the_sensors_lie(angle_deg, seed):
    rng = np.random.default_rng(seed)
    axis = np.array([1.0, 0, 0])
    half = np.deg2rad(angle_deg)
    bent = np.array([[1, 0, 0], [0, np.cos(half), -np.sin(half)], [0, np.sin(half), np.cos(half)]])
    mount1, mount2 = (np.linalg.qr(rng.standard_normal((3, 3)))[0] for _ in range(2))
    mount1, mount2 = (m * np.sign(np.linalg.det(m)) for m in (mount1, mount2))
    up = np.array([0, 0, 1.0])
    axes = HingeAxes(mount1.T @ axis, mount2.T @ axis)

    def plane(distal):
        return in_plane_angle((mount1.T @ up)[None], (mount2.T @ distal.T @ up)[None], axes)[0][0]

    turned = np.rad2deg(plane(bent) - plane(np.eye(3)))
    assert (turned - angle_deg + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


def test_an_upright_axis_is_told_as_not_visible():
    up, axis = np.array([[0, 0, 1.0]]), np.array([0, 0, 1.0])
    assert in_plane_angle(up, up, HingeAxes(axis, axis))[1][0] == pytest.approx(0)


def test_stillness_and_a_moment_too_short_are_refused_with_a_reason():
    still = np.tile([0, 0, 9.81, 0, 0, 0.0], (300, 1))
    with pytest.raises(NotObservable, match="hardly turn"):
        estimate_axes(*parts(still), *parts(still), 100.0)
    with pytest.raises(NotObservable, match="too short"):
        estimate_axes(*parts(still[:30]), *parts(still[:30]), 100.0)
