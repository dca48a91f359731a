"""Segment calibration of a joint: how two sensors lie on their segments, by the ladder.

(a) **Gravity only**, still for 2 s: the axes come from how the sensors are marked (x along the
limb away from the trunk, z away from the skin), the zero from gravity.
(b) **Stored**: axes and zero were measured at the clinic and are used again.
(c) **Functional**: neutral pose still, flexions, raises with the joint straight. Axes by two-stage
principal components: `j2` from the distal gyroscope in the flexions, `j1` from the proximal one in
the raises; their relative sign from the raises, in which a straight joint does not turn; flexion
is what leaves the neutral pose. The zero is the neutral pose, and only if the joint's angle there
is told: 0 for a person who can straighten it, 25 for a 25 degree contracture measured by a
clinician. Where neither is known, the neutral pose may not serve as zero and the level gives axes
without one.

Every level checks itself and says in plain words what to repeat (`calibration_finding`).
Angles in radians inside; conventions in `docs/conventions.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from analytics.joints.angle import in_plane_angle
from analytics.joints.axis import HingeAxes, principal_direction
from analytics.signals.arrays import Array

from .finding import STOPS, CalibrationFinding
from .phases import (
    LEAST_FLEXION_RAD,
    LEAST_RAISE_RAD,
    CalibrationPhases,
    crossings,
    find_phases,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.body import Side

CalibrationLevel: TypeAlias = Literal["gravity", "stored", "functional", "motion"]
Sensor: TypeAlias = tuple[Array, Array]
"""(acc m/s², gyr rad/s), [n, 3] each."""

LEAST_FLEXIONS = 3
LEAST_VISIBLE = 0.35
"""Gravity's share in the joint's plane below which a pose tells no zero."""
MOST_BENT = 0.4
"""Joint's turning in the raises, as a share of the limb's."""
MOST_OFF_AXIS = 0.5
"""Turning across the axis in the flexions, as a share of that along it."""
MARKED_WITHIN = np.cos(np.deg2rad(50))
"""How far a sensor may lie from its marked position before that is told."""


@dataclass(frozen=True, slots=True)
class SegmentCalibration:
    """How the sensors of a joint lie.

    Attributes:
        level: how it was found; `motion` is the joint's own movement, without any calibration.
        axes: signed so that flexion is positive.
        zero_rad: the in-plane angle (`joints.angle.in_plane_angle`) that reads 0; None: only the
            size of a movement can be told.
        findings: what was noticed; a calibration with one of `STOPS` is not to be used.
    """

    level: CalibrationLevel
    axes: HingeAxes | None
    zero_rad: float | None
    findings: tuple[CalibrationFinding, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it may be used."""
        return self.axes is not None and STOPS.isdisjoint(self.findings)


@dataclass(frozen=True, slots=True)
class Markings:
    """How a joint's sensors are meant to lie, for the checks and for the gravity level.

    Attributes:
        side: `left` or `right`.
        flexion: direction in which the distal segment goes: `forward` (elbow) or `back` (knee).
    """

    side: Side
    flexion: Literal["forward", "back"] = "forward"

    @property
    def axis(self) -> Array:
        """[3] the flexion axis in a sensor marked x to the limb's end, z off the skin, laterally.

        On the right side z points to the right; forward flexion of a hanging limb turns about
        the right-pointing axis, so about z there and about -z on the left.
        """
        sign = (1.0 if self.side == "right" else -1.0) * (
            1.0 if self.flexion == "forward" else -1.0
        )
        return np.array([0.0, 0.0, sign])


def functional_calibration(
    proximal: Sensor,
    distal: Sensor,
    rate_hz: float,
    *,
    neutral_deg: float | None = 0.0,
    markings: Markings | None = None,
) -> SegmentCalibration:
    """Calibrate from neutral pose, flexions and straight raises, in this order.

    Args:
        proximal: the calibration recording of the sensor nearer to the trunk.
        distal: that of the other, on the same grid.
        rate_hz: of the grid.
        neutral_deg: the joint's angle in the neutral pose; None where it is not known.
        markings: how the sensors should lie, to tell a wrong placement; None: not checked.
    """
    if not all(np.isfinite(part).all() for sensor in (proximal, distal) for part in sensor):
        return SegmentCalibration("functional", None, None, (CalibrationFinding.SENSOR_FAULT,))
    phases, findings = find_phases(proximal, distal, rate_hz)
    if phases is None:
        return SegmentCalibration("functional", None, None, tuple(findings))
    axes = _two_stage(phases)
    findings += _check_movements(phases, axes)
    zero = None
    if neutral_deg is None:
        findings.append(CalibrationFinding.NEUTRAL_FORBIDDEN)
    else:
        zero = _zero(phases.still_up, axes, neutral_deg)
        if zero is None:
            findings.append(CalibrationFinding.ZERO_NOT_SEEN)
    if markings is not None:
        findings += check_markings(phases.still_up, axes, markings)
    return SegmentCalibration("functional", axes, zero, tuple(dict.fromkeys(findings)))


def gravity_calibration(
    proximal: Sensor,
    distal: Sensor,
    rate_hz: float,
    markings: Markings,
    *,
    pose_deg: float | None = None,
) -> SegmentCalibration:
    """Calibrate from 2 s of stillness and the sensors' markings.

    Args:
        proximal: the still recording of the sensor nearer to the trunk; longer than 2 s will do.
        distal: that of the other.
        rate_hz: of both.
        markings: how the sensors lie.
        pose_deg: the joint's angle while still, where a clinician measured it; None: the zero is
            that of the markings, x axes in line.
    """
    from .phases import still_window  # noqa: PLC0415

    window = still_window(proximal, distal, rate_hz)
    if window is None:
        return SegmentCalibration("gravity", None, None, (CalibrationFinding.NOT_STILL,))
    ups = tuple(_unit(sensor[0][window].mean(axis=0)) for sensor in (proximal, distal))
    axes = HingeAxes(markings.axis, markings.axis)
    findings = check_markings((ups[0], ups[1]), axes, markings)
    if _visible((ups[0], ups[1]), axes) < LEAST_VISIBLE:
        return SegmentCalibration(
            "gravity", axes, None, (*findings, CalibrationFinding.ZERO_NOT_SEEN)
        )
    # Both x axes along the limb: a straight joint has equal in-plane angles, so the zero is 0.
    zero = 0.0 if pose_deg is None else _zero((ups[0], ups[1]), axes, pose_deg)
    return SegmentCalibration("gravity", axes, zero, tuple(findings))


def stored_calibration(axes: HingeAxes, zero_rad: float) -> SegmentCalibration:
    """What the clinic measured, used again; the sensors must lie as they did there."""
    return SegmentCalibration("stored", axes, zero_rad)


def stored_zero(still_up: tuple[Array, Array], axes: HingeAxes, measured_deg: float) -> float:
    """The zero to store when a clinician's goniometer shows `measured_deg` in a still pose.

    Args:
        still_up: [3] unit vectors to up in both sensors in that pose.
        axes: of the calibration.
        measured_deg: with a 25 degree contracture, 25.

    Raises:
        NotObservable: the joint's axis is so upright that gravity tells no angle.
    """
    from telemetry.errors import NotObservable  # noqa: PLC0415

    zero = _zero(still_up, axes, measured_deg)
    if zero is None:
        raise NotObservable(
            "joint zero: the joint's axis is nearly vertical in this pose; "
            "measure in a pose where the limb bends in a vertical plane"
        )
    return zero


def check_markings(
    still_up: tuple[Array, Array], axes: HingeAxes, markings: Markings
) -> list[CalibrationFinding]:
    """Whether sensors in a hanging or upright pose lie as they are marked.

    x must point down (towards the limb's end), and the flexion axis must be on the marked side.
    """
    findings = [
        finding
        for up, finding in zip(
            still_up,
            (CalibrationFinding.UPPER_UPSIDE_DOWN, CalibrationFinding.LOWER_UPSIDE_DOWN),
            strict=True,
        )
        if up[0] > MARKED_WITHIN
    ]
    agreement = np.array([axes.proximal, axes.distal]) @ markings.axis
    if (agreement < -MARKED_WITHIN).all():
        findings.append(CalibrationFinding.SIDES_CONFUSED)
    return findings


def _two_stage(phases: CalibrationPhases) -> HingeAxes:
    distal = principal_direction(phases.flexion_gyr[1])
    proximal = principal_direction(phases.raise_gyr[0])
    together = (phases.raise_gyr[0] @ proximal) @ (phases.raise_gyr[1] @ distal)
    axes = HingeAxes(proximal, distal if together >= 0 else -distal)
    return axes if _flexion_angle(phases, axes).mean() >= 0 else axes.flipped()


def _flexion_angle(phases: CalibrationPhases, axes: HingeAxes) -> Array:
    """[n] rad, from the start of the flexions."""
    rate = axes.rate(phases.flexion_gyr[0], phases.flexion_gyr[1])
    return np.cumsum(rate) / phases.rate_hz


def _check_movements(phases: CalibrationPhases, axes: HingeAxes) -> Iterable[CalibrationFinding]:
    findings = []
    flexion = _flexion_angle(phases, axes)
    if np.ptp(flexion) < LEAST_FLEXION_RAD:
        findings.append(CalibrationFinding.SMALL_FLEXIONS)
    elif crossings(flexion)[0] < LEAST_FLEXIONS:
        findings.append(CalibrationFinding.FEW_FLEXIONS)
    limb = np.cumsum(phases.raise_gyr[0] @ axes.proximal) / phases.rate_hz
    if np.ptp(limb) < LEAST_RAISE_RAD:
        findings.append(CalibrationFinding.SMALL_RAISES)
    bent = _rms(axes.rate(*phases.raise_gyr)) / max(_rms(phases.raise_gyr[0] @ axes.proximal), 1e-9)
    if bent > MOST_BENT:
        findings.append(CalibrationFinding.BENT_IN_RAISES)
    along = phases.flexion_gyr[1] @ axes.distal
    across = phases.flexion_gyr[1] - np.outer(along, axes.distal)
    if _rms(np.linalg.norm(across, axis=1)) > MOST_OFF_AXIS * max(_rms(along), 1e-9):
        findings.append(CalibrationFinding.OTHER_AXIS)
    return findings


def _zero(still_up: tuple[Array, Array], axes: HingeAxes, pose_deg: float) -> float | None:
    plane, visible = in_plane_angle(still_up[0][None], still_up[1][None], axes)
    return None if visible[0] < LEAST_VISIBLE else float(plane[0] - np.deg2rad(pose_deg))


def _visible(still_up: tuple[Array, Array], axes: HingeAxes) -> float:
    return float(in_plane_angle(still_up[0][None], still_up[1][None], axes)[1][0])


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))


__all__ = [
    "Markings",
    "SegmentCalibration",
    "check_markings",
    "functional_calibration",
    "gravity_calibration",
    "stored_calibration",
    "stored_zero",
]
