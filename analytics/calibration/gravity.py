"""Gravity's word on sensors that are worn already: one by itself, or a joint's two as stored.

One sensor (`segment_calibration`), still for 2 s:

1. Where posture and placement let the segment hang, its marked axis points down; the opposite
   tells a sensor that is upside down, anything between one that lies across.
2. Where the pose may serve as zero, the axis is measured: straight down, within the marking's
   tolerance. Elsewhere the marking holds, and that is told.

A joint's two (`check_stored`): in the pose whose angle is known they must read that angle with
the stored axes and zero; a sensor that lies otherwise shifts it. A turn about the limb's own
length in a hanging limb cannot be seen so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.joints.angle import in_plane_angle

from .finding import STOPS, CalibrationFinding
from .functional import LEAST_VISIBLE, MARKED_WITHIN, SegmentCalibration
from .phases import still_window

if TYPE_CHECKING:
    from analytics.joints.axis import HingeAxes
    from analytics.signals.arrays import Array, Vector

    from .functional import Sensor

__all__ = ["SingleCalibration", "check_stored", "segment_calibration"]

STORED_WITHIN_RAD = math.radians(30)
"""How far a pose may read from its known angle: a person does not repeat one better."""
GRAVITY_M_S2 = 9.81
GRAVITY_WITHIN_M_S2 = 2.0


@dataclass(frozen=True, slots=True)
class SingleCalibration:
    """How one sensor lies on its segment.

    Attributes:
        axis: the segment's long axis, away from the trunk, in the sensor; None: as marked.
        findings: what was noticed; with one of `STOPS` it is not to be used.
    """

    axis: Vector | None
    findings: tuple[CalibrationFinding, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it may be used."""
        return STOPS.isdisjoint(self.findings)


def segment_calibration(
    sensor: Sensor,
    rate_hz: float,
    marked: Vector | None,
    *,
    hangs: bool,
    zero_allowed: bool,
) -> SingleCalibration:
    """Check one sensor while its wearer is still, and measure its axis where that is allowed.

    Args:
        sensor: what it measured; longer than 2 s will do.
        rate_hz: of it.
        marked: the segment's axis by the sensor's marking; None: not known there.
        hangs: the segment hangs straight down in this pose.
        zero_allowed: the pose may serve as zero.
    """
    window = still_window(sensor, sensor, rate_hz)
    if window is None:
        return SingleCalibration(None, (CalibrationFinding.NOT_STILL,))
    force: Array = sensor[0][window].mean(axis=0)
    size = float(np.linalg.norm(force))
    if abs(size - GRAVITY_M_S2) > GRAVITY_WITHIN_M_S2:
        return SingleCalibration(None, (CalibrationFinding.SENSOR_FAULT,))
    if marked is None or not hangs:
        return SingleCalibration(None, (CalibrationFinding.MARKING_ONLY,))
    return _hanging(-force / size, np.asarray(marked), zero_allowed=zero_allowed)


def _hanging(down: Array, marked: Array, *, zero_allowed: bool) -> SingleCalibration:
    along = float(down @ marked)
    if along < -MARKED_WITHIN:
        return SingleCalibration(None, (CalibrationFinding.UPSIDE_DOWN,))
    if not zero_allowed:
        return SingleCalibration(None, (CalibrationFinding.MARKING_ONLY,))
    if along < MARKED_WITHIN:
        return SingleCalibration(None, (CalibrationFinding.ACROSS,))
    x, y, z = down.tolist()
    return SingleCalibration((x, y, z))


def check_stored(
    proximal: Sensor,
    distal: Sensor,
    rate_hz: float,
    axes: HingeAxes,
    zero_rad: float | None,
    *,
    pose_deg: float | None,
) -> SegmentCalibration:
    """Use what the clinic stored, once the sensors were seen to lie as there.

    Args:
        proximal: what the sensor nearer to the trunk measured; longer than 2 s will do.
        distal: the other, on the same grid.
        rate_hz: of the grid.
        axes: stored.
        zero_rad: stored; None: only the size of a movement can be told.
        pose_deg: the joint's angle in the pose that is held; None where it is not known.
    """
    window = still_window(proximal, distal, rate_hz)
    if window is None:
        return SegmentCalibration("stored", None, None, (CalibrationFinding.NOT_STILL,))
    up1, up2 = (_unit(acc[window].mean(axis=0)) for acc, _ in (proximal, distal))
    plane, visible = in_plane_angle(up1[None], up2[None], axes)
    if zero_rad is None or pose_deg is None or visible[0] < LEAST_VISIBLE:
        return SegmentCalibration("stored", axes, zero_rad, (CalibrationFinding.POSE_NOT_CHECKED,))
    off = math.remainder(float(plane[0]) - zero_rad - math.radians(pose_deg), 2 * math.pi)
    findings = (CalibrationFinding.NOT_AS_STORED,) if abs(off) > STORED_WITHIN_RAD else ()
    return SegmentCalibration("stored", axes, zero_rad, findings)


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))
