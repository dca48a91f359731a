"""The solvers that enter the joint-angle challenge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from vqf import VQF

from analytics.calibration.functional import SegmentCalibration, functional_calibration, stored_zero
from analytics.calibration.phases import still_window
from analytics.exercise.uncertainty import angle_band_deg
from analytics.joints.angle import JointAngleFilter, in_plane_angle, recorded_angle
from analytics.joints.axis import estimate_axes
from analytics.signals.orientation import up_in_sensor
from telemetry.errors import NotObservable

from .joint_case import JointAngleSolution

if TYPE_CHECKING:
    from analytics.joints.axis import HingeAxes
    from analytics.signals.arrays import Array

    from .joint_case import JointTask


def ripresa_angle(case: JointTask) -> JointAngleSolution:
    """The product's recorded angle: calibration if there is one, else axes from the motion."""
    proximal, distal, bridged = _mended(case)
    calibration = _calibration(case, proximal, distal)
    if calibration.axes is None:
        raise NotObservable("joint angle: the axis was not found")
    found = recorded_angle(
        _parts(proximal), _parts(distal), case.rate_hz, calibration.axes, calibration.zero_rad
    )
    band = angle_band_deg(found, calibration, case.rate_hz, bridged=bridged)
    return JointAngleSolution(np.rad2deg(found.angle_rad), band)


def ripresa_live(case: JointTask) -> JointAngleSolution:
    """The product's live angle, sample by sample; axes found from motion see the whole case."""
    proximal, distal, _ = _mended(case)
    calibration = _calibration(case, proximal, distal)
    if calibration.axes is None:
        raise NotObservable("joint angle: the axis was not found")
    ups, gyrs = [], []
    for acc, gyr in (_parts(proximal), _parts(distal)):
        found = VQF(1 / case.rate_hz).updateBatch(gyr, acc)
        ups.append(up_in_sensor(found["quat6D"]))
        gyrs.append(gyr - found["bias"])
    fusion = JointAngleFilter(case.rate_hz, calibration.axes, calibration.zero_rad or 0.0)
    angle = np.unwrap(fusion.push(ups[0], ups[1], gyrs[0], gyrs[1])[0])
    return JointAngleSolution(np.rad2deg(angle))


def gravity_only(case: JointTask) -> JointAngleSolution:
    """The in-plane angle of gravity by the accelerometers alone, smoothed over 0.1 s."""
    proximal, distal, _ = _mended(case)
    calibration = _calibration(case, proximal, distal)
    axes = calibration.axes or _axes_from_motion(case, proximal, distal)
    width = max(1, round(0.1 * case.rate_hz))
    ups = []
    for sensor in (proximal, distal):
        smooth = np.column_stack(
            [np.convolve(c, np.full(width, 1 / width), mode="same") for c in sensor[:, :3].T]
        )
        ups.append(smooth / np.linalg.norm(smooth, axis=1, keepdims=True))
    angle = np.unwrap(in_plane_angle(ups[0], ups[1], axes)[0])
    zero = angle[0] if calibration.zero_rad is None else calibration.zero_rad
    turns = 2 * np.pi * np.round((np.median(angle) - zero) / (2 * np.pi))
    return JointAngleSolution(np.rad2deg(angle - zero - turns))


def gyroscope_only(case: JointTask) -> JointAngleSolution:
    """The integrated rate, from the start."""
    proximal, distal, _ = _mended(case)
    rate = _axes(case, proximal, distal).rate(proximal[:, 3:], distal[:, 3:])
    return JointAngleSolution(np.rad2deg(np.cumsum(rate) / case.rate_hz))


def _calibration(case: JointTask, proximal: Array, distal: Array) -> SegmentCalibration:
    """The best level that the case allows: functional, else the pose's zero, else motion alone."""
    if case.calibration_proximal is None or case.calibration_distal is None:
        return SegmentCalibration("motion", _axes_from_motion(case, proximal, distal), None)
    recorded = _finite(case.calibration_proximal), _finite(case.calibration_distal)
    calibration = functional_calibration(
        _parts(recorded[0]), _parts(recorded[1]), case.rate_hz, neutral_deg=case.neutral_deg
    )
    if calibration.axes is not None:
        return calibration
    axes = _axes_from_motion(case, proximal, distal)
    window = still_window(_parts(recorded[0]), _parts(recorded[1]), case.rate_hz)
    if window is None:
        return SegmentCalibration("motion", axes, None)
    ups = _up(recorded[0][window]), _up(recorded[1][window])
    zero = stored_zero(ups, axes, case.neutral_deg)
    angle = recorded_angle(_parts(proximal), _parts(distal), case.rate_hz, axes, zero).angle_rad
    if np.median(angle) < np.deg2rad(case.neutral_deg):
        # A joint leaves its neutral pose by flexing.
        axes = axes.flipped()
        zero = stored_zero(ups, axes, case.neutral_deg)
    return SegmentCalibration("stored", axes, zero)


def _axes_from_motion(case: JointTask, proximal: Array, distal: Array) -> HingeAxes:
    return estimate_axes(*_parts(proximal), *_parts(distal), case.rate_hz)


def _up(still: Array) -> Array:
    mean = still[:, :3].mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def _axes(case: JointTask, proximal: Array, distal: Array) -> HingeAxes:
    axes = _calibration(case, proximal, distal).axes
    if axes is None:
        raise NotObservable("joint angle: the axis was not found")
    return axes


def _parts(sensor: Array) -> tuple[Array, Array]:
    return np.ascontiguousarray(sensor[:, :3]), np.ascontiguousarray(sensor[:, 3:])


def _mended(case: JointTask) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Both sensors with non-finite samples bridged linearly, and where that was."""
    both = np.hstack([case.proximal, case.distal])
    bad = np.asarray(~np.isfinite(both).all(axis=1))
    return _finite(case.proximal), _finite(case.distal), bad


def _finite(sensor: Array) -> Array:
    good = np.isfinite(sensor).all(axis=1)
    if good.all():
        return sensor
    if good.sum() < 2:
        raise NotObservable("joint angle: a sensor has no usable sample")
    at = np.arange(len(sensor))
    return np.column_stack([np.interp(at, at[good], column[good]) for column in sensor.T])


__all__ = ["gravity_only", "gyroscope_only", "ripresa_angle", "ripresa_live"]
