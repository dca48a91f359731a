from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analytics.calibration.finding import STOPS, WORDS, CalibrationFinding
from analytics.calibration.functional import (
    Markings,
    functional_calibration,
    gravity_calibration,
    stored_calibration,
    stored_zero,
)
from analytics.joints.angle import recorded_angle
from analytics.joints.axis import HingeAxes
from research.simulation.hinge_simulator import SCENARIOS, simulate
from telemetry.errors import NotObservable

RATE_HZ = 100.0
MARKED = Markings("right", "forward")
# A sensor marked as on a hanging right arm: x down, y forward, z to the right (earth: x right).
ON_RIGHT_ARM = Rotation.from_matrix(np.array([[0, 0, 1.0], [0, 1, 0], [-1, 0, 0]]))


def parts(sensor):
    return np.ascontiguousarray(sensor[:, :3]), np.ascontiguousarray(sensor[:, 3:])


@cache
def recorded(contracture_deg=0.0, joint="elbow", movement="curls", seed=3):
    scenario = replace(
        SCENARIOS["soft-tissue"],
        seconds=15.0,
        contracture_deg=contracture_deg,
        joint=joint,
        movement=movement,
    )
    return simulate(scenario, seed)


def calibration_of(r, **changes):
    return functional_calibration(
        parts(changes.pop("proximal", r.calibration_proximal)),
        parts(changes.pop("distal", r.calibration_distal)),
        RATE_HZ,
        **changes,
    )


def remounted(r, sensor, onto):
    """The calibration recording with a sensor laid onto the limb as `onto` says."""
    axis = r.axis_proximal if sensor == "proximal" else r.axis_distal
    data = r.calibration_proximal if sensor == "proximal" else r.calibration_distal
    still_up = data[100:400, :3].mean(axis=0)
    wanted, _ = Rotation.align_vectors(
        onto.inv().apply([[1.0, 0, 0], [0, 0, 1]]), [axis, still_up], weights=[1, 1]
    )
    return np.hstack([wanted.apply(data[:, :3]), wanted.apply(data[:, 3:])])


def test_a_contracture_of_25_degrees_stays_25_degrees():
    r = recorded(contracture_deg=25.0)
    calibration = calibration_of(r, neutral_deg=25.0)
    found = recorded_angle(
        parts(r.proximal), parts(r.distal), RATE_HZ, calibration.axes, calibration.zero_rad
    )
    rest = np.rad2deg(np.median(found.angle_rad[100:400]))
    assert rest == pytest.approx(25, abs=3)


def test_a_neutral_pose_of_unknown_angle_gives_no_zero():
    calibration = calibration_of(recorded(contracture_deg=25.0), neutral_deg=None)
    assert calibration.zero_rad is None
    assert CalibrationFinding.NEUTRAL_FORBIDDEN in calibration.findings
    assert not calibration.holds


def test_the_offset_the_clinic_stored_holds_for_a_contracture():
    r = recorded(contracture_deg=25.0)
    ups = tuple(s[100:400, :3].mean(axis=0) for s in (r.calibration_proximal, r.calibration_distal))
    ups = tuple(u / np.linalg.norm(u) for u in ups)
    axes = HingeAxes(r.axis_proximal, r.axis_distal)
    calibration = stored_calibration(axes, stored_zero(ups, axes, 25.0))
    found = recorded_angle(
        parts(r.proximal), parts(r.distal), RATE_HZ, calibration.axes, calibration.zero_rad
    )
    assert np.rad2deg(found.angle_rad[:400]).mean() == pytest.approx(25, abs=3)


def test_no_zero_is_stored_in_a_pose_that_hides_it():
    up = np.array([0, 0, 1.0])
    with pytest.raises(NotObservable, match="vertical"):
        stored_zero((up, up), HingeAxes(up, up), 0.0)


@pytest.mark.parametrize(("joint", "movement"), [("elbow", "curls"), ("knee", "squat")])
def test_axes_come_out_signed_so_that_flexion_is_positive(joint, movement):
    r = recorded(joint=joint, movement=movement)
    axes = calibration_of(r).axes
    assert axes.proximal @ r.axis_proximal > np.cos(np.deg2rad(15))
    assert axes.distal @ r.axis_distal > np.cos(np.deg2rad(15))


def test_swapped_sensors_are_told():
    r = recorded()
    swapped = calibration_of(r, proximal=r.calibration_distal, distal=r.calibration_proximal)
    assert swapped.findings == (CalibrationFinding.SWAPPED,)
    assert not swapped.holds


def test_two_sensors_on_one_segment_are_told():
    r = recorded()
    both = calibration_of(r, proximal=r.calibration_distal)
    assert CalibrationFinding.SAME_SEGMENT in both.findings


def test_a_restless_start_too_little_motion_and_a_missing_part_are_told():
    r = recorded()
    p, d = r.calibration_proximal, r.calibration_distal
    assert calibration_of(r, proximal=p[600:], distal=d[600:]).findings == (
        CalibrationFinding.NOT_STILL,
    )
    still = calibration_of(r, proximal=p[:480], distal=d[:480])
    assert still.findings == (CalibrationFinding.NO_FLEXIONS,)
    no_raises = calibration_of(r, proximal=p[:2550], distal=d[:2550])
    assert no_raises.findings == (CalibrationFinding.NO_RAISES,)
    broken = np.full_like(p, np.nan)
    assert calibration_of(r, proximal=broken).findings == (CalibrationFinding.SENSOR_FAULT,)


def test_sensors_as_marked_pass_and_an_upside_down_one_is_told():
    r = recorded()
    as_marked = {s: remounted(r, s, ON_RIGHT_ARM) for s in ("proximal", "distal")}
    assert calibration_of(r, **as_marked, markings=MARKED).findings == ()
    turned = Rotation.from_euler("z", 180, degrees=True)
    flipped = np.hstack(
        [turned.apply(as_marked["distal"][:, :3]), turned.apply(as_marked["distal"][:, 3:])]
    )
    told = calibration_of(r, proximal=as_marked["proximal"], distal=flipped, markings=MARKED)
    assert CalibrationFinding.LOWER_UPSIDE_DOWN in told.findings
    assert CalibrationFinding.UPPER_UPSIDE_DOWN not in told.findings


def test_left_and_right_confused_is_told():
    r = recorded()
    as_marked = {s: remounted(r, s, ON_RIGHT_ARM) for s in ("proximal", "distal")}
    told = calibration_of(r, **as_marked, markings=Markings("left", "forward"))
    assert CalibrationFinding.SIDES_CONFUSED in told.findings


def test_gravity_alone_gives_axes_from_the_markings_and_the_pose():
    r = recorded()
    sensors = [remounted(r, s, ON_RIGHT_ARM)[:450] for s in ("proximal", "distal")]
    calibration = gravity_calibration(*map(parts, sensors), RATE_HZ, MARKED)
    assert calibration.holds
    assert calibration.zero_rad == 0.0
    moving = gravity_calibration(
        *(parts(s[600:900]) for s in (r.calibration_proximal, r.calibration_distal)),
        RATE_HZ,
        MARKED,
    )
    assert moving.findings == (CalibrationFinding.NOT_STILL,)


def test_every_finding_has_words_in_both_languages_and_stops_or_not():
    assert set(WORDS) == set(CalibrationFinding)
    for wording in WORDS.values():
        assert wording.it
        assert wording.en
        assert wording.it != wording.en
    assert set(CalibrationFinding) > STOPS
