"""The 95 % band of a joint angle and of a range of motion.

Four things make an angle uncertain, and each has its part in the variance:

- **drift and observability**: the slow part's standard deviation, from the smoother that found it
  (`joints.angle.RecordedAngle.offset_sigma_rad`); it grows where the axis stands upright, without
  rest, and in short recordings;
- **soft tissue and axes**: a sensor turns against its bone, in proportion to how far the joint has
  moved from its zero and, as the skin wanders, at the zero as well. How loosely the two sensors
  follow one hinge is measured in the recording itself (`looseness`) and scales both; of a rigid
  joint little remains but the smoother's own error, and a floor for what no recording shows;
- **calibration level**: an axis found from the motion alone and a zero from marked sensors are
  worth less than a functional calibration;
- **gaps**: over bridged samples the angle is a guess, in proportion to the speed around them.

The sizes (`BandModel`) were fitted to simulated joints, rigid, with soft tissue of one size and of
sizes drawn at random (the hinge simulator of `research`), so that 95 of 100 true angles of each of
these lie inside a band as narrow as may be; other seeds check it. They say nothing about bodies
that the simulation does not resemble.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.joints.angle import SETTLING_S

if TYPE_CHECKING:
    from analytics.calibration.functional import CalibrationLevel, SegmentCalibration
    from analytics.joints.angle import RecordedAngle
    from analytics.movement.askewness import Askewness
    from analytics.signals.arrays import Array, Mask


COVERAGE_95 = 1.96
MOST_DEG = 90.0
"""A band wider than this says no more than that the angle was not seen."""


@dataclass(frozen=True, slots=True)
class AngleParts:
    """Standard deviations of the parts of an angle's error, for one way to know the axes.

    Attributes:
        drift, short_drift: of what the smoother says of drift and gravity, in a recording of
            `joints.angle.SETTLING_S` or more, and in a very short one.
        fixed_deg: at every angle, of the most rigid joint.
        loose_deg: at every angle, per looseness to the power `power`: where the skin lay when the
            angle began, and how it wanders.
        share: of the angle: skin that leans with its bone shows in no recording.
        short_share: of the angle, of axes found in a very short recording.
        loose_share: of the angle, per looseness to the power `power`.
    """

    drift: float
    short_drift: float
    fixed_deg: float
    loose_deg: float
    share: float
    short_share: float
    loose_share: float
    power: float


@dataclass(frozen=True, slots=True)
class BandModel:
    """Standard deviations of the parts of the error."""

    calibrated: AngleParts = AngleParts(0.5, 0.5, 0.3, 18.0, 0.025, 0.0, 0.69, 1.45)
    motion: AngleParts = AngleParts(0.38, 0.87, 0.1, 24.0, 0.008, 0.02, 0.54, 1.03)
    """With axes found from the motion itself, which follow the skin, and an angle that counts from
    its start."""
    range_floor_deg: float = 1.5
    """Of a range, whatever its size: where a stroke begins and ends, and skin that never shows."""
    range_drift: float = 0.82
    """Of a range, of what the smoother says of a change within a repetition."""
    range_share: tuple[float, float] = (0.48, 0.09)
    """Of a range, per looseness and up to which, with calibrated axes: less than of an angle,
    since what is common to both ends drops out and repetitions differ."""
    range_motion_share: tuple[float, float] = (0.80, 0.045)
    """As `range_share`, with axes found from the motion."""
    range_beyond: float = 0.05
    """Of a range, per looseness beyond that."""
    range_unproven: float = 0.08
    """Of a range about axes found from the motion, per how far following is unproven."""
    unproven_swing: float = 1.5
    """The same, of how far the proximal segment swings: a wrong axis counts it twice at most."""
    peak_share: tuple[float, float] = (0.36, 0.09)
    """As `range_share`, of a peak, from the zero on: less than of single samples, for tremor and
    pace drop out where the movement turns."""
    peak_beyond: float = 0.14
    """Of a peak, per looseness beyond that."""
    posture_deg: float = 2.3
    """Of a peak: the zero was taken in another posture, in which the skin lies differently."""
    one_deg: float = 0.7
    """Of one repetition beyond the item's median: where its strokes begin and end."""
    one_share: tuple[float, float] = (0.05, 0.2)
    """The same, of its range, per looseness and up to which, with calibrated axes."""
    one_motion_share: tuple[float, float] = (0.12, 0.2)
    """As `one_share`, with axes found from the motion."""
    gap_share: float = 0.5
    """Of the angle swept while samples were missing."""


MODEL = BandModel()
INCLINATION_SIGMA_DEG = 0.75
"""VQF 6D online, mean over BROAD's trials, disturbed ones included (Laidig and Seel 2023)."""
RECORDED_INCLINATION_SIGMA_DEG = 0.35
"""Of each end of a range seen from before and after: holds 96 % of the differences between the ends
of BROAD's movements of 4 s, mean over trials; 0.3 holds 95 %."""
MARKED_ASKEW_DEG, MEASURED_ASKEW_DEG = 6.0, 4.0
"""How far a sensor that is strapped on by its marking lies off its limb, and an axis that was taken
from a hanging limb, standard deviation in each of two directions: assumed, not measured."""
SKIN_SIGMA_DEG = 1.5
"""Of an elevation, by skin that sags and muscle that swells under the sensor: assumed alike for all
limbs. Of a range it is as much from a quarter turn on, and in proportion below."""
ONE_SIGMA_DEG, ONE_SHARE = 1.5, 0.03
"""Of one repetition that one sensor sees, beyond the item's median: skin that lies otherwise each
time, and where its strokes begin; of a small one in proportion."""
SKIN_FULL_DEG = 90.0
SWEPT_SKIN_FULL_DEG = 45.0
"""As that, of a swept angle: a thigh that lies sags with all of it before it has turned so far, as
simulated bridges show (81 % inside their band with 90)."""
ASKEW_SHARE, HANGING_ASKEW_SHARE = 0.03, 0.01
"""Of a swept range: a movement whose axis is found 14 degrees off reads 3 % too little. A limb that
hangs as it begins shows its axis better; and there the skin bears the sensor's weight alike before
and after, so that it gives as under an elevation."""
ZERO_SIGMA_DEG: dict[CalibrationLevel, float] = {
    "functional": 0.0,
    "stored": 2.0,
    "gravity": 5.0,
    "motion": 0.0,
}
"""Of the zero beyond what a functional one leaves, which is in `AngleParts`; `motion` has none and
counts from its start."""


def angle_band_deg(
    found: RecordedAngle,
    calibration: SegmentCalibration,
    rate_hz: float,
    *,
    bridged: Mask | None = None,
    model: BandModel = MODEL,
) -> Array:
    """[n] half width of the 95 % band of a recorded angle.

    Args:
        found: the angle.
        calibration: how its axes and zero came about.
        rate_hz: of the angle.
        bridged: [n] where samples were missing and are filled in.
        model: sizes of the parts.
    """
    angle = np.rad2deg(found.angle_rad)
    parts = model.motion if calibration.level == "motion" else model.calibrated
    short = 1 - min(len(angle) / rate_hz / SETTLING_S, 1.0)
    loose = min(found.looseness, 1.0) ** parts.power
    share = np.hypot(np.hypot(parts.share, parts.short_share * short), parts.loose_share * loose)
    drift = parts.drift + (parts.short_drift - parts.drift) * short
    drift_deg = drift * np.rad2deg(found.offset_sigma_rad)
    fixed = np.hypot(parts.fixed_deg, parts.loose_deg * loose)
    zero = ZERO_SIGMA_DEG[calibration.level]
    gap = 0.0 if bridged is None else model.gap_share * _swept_in_gaps(angle, bridged, rate_hz)
    sigma = np.sqrt(drift_deg**2 + (share * angle) ** 2 + fixed**2 + zero**2 + gap**2)
    return np.asarray(np.minimum(COVERAGE_95 * sigma, MOST_DEG))


@dataclass(frozen=True, slots=True)
class RangeBand:
    """A range of motion with its 95 % band, degrees."""

    range_deg: float
    low_deg: float
    high_deg: float


def range_band(angle_deg: Array, half_band_deg: Array) -> RangeBand:
    """Largest minus smallest angle of one movement, with its band.

    The errors of both ends are added as if they were independent, which is a little wide where
    drift and zero are common to both.

    Args:
        angle_deg: [n] of one repetition or item.
        half_band_deg: [n] from `angle_band_deg`.
    """
    high, low = int(np.argmax(angle_deg)), int(np.argmin(angle_deg))
    size = float(angle_deg[high] - angle_deg[low])
    half = float(np.hypot(half_band_deg[high], half_band_deg[low]))
    return RangeBand(size, max(0.0, size - half), size + half)


def segment_range_band(
    range_deg: float,
    *,
    askew: Askewness | None = None,
    from_hanging: bool = False,
    through_vertical: bool = False,
    gap_sigma_deg: float = 0.0,
    settled: bool = True,
) -> RangeBand:
    """The band of a recorded range seen by one sensor against gravity.

    Parts: inclination at both ends, `RECORDED_INCLINATION_SIGMA_DEG` each, twice that while the
    filter has not settled; a sensor that lies askew on the limb, on skin that gives; bridged gaps.

    Args:
        range_deg: largest minus smallest elevation, tilt or swept angle.
        askew: of an elevation, what its sensor may be askew by; None: a swept angle, of which it
            costs `ASKEW_SHARE`.
        from_hanging: whether the limb hangs as the movement begins.
        through_vertical: whether it goes through the vertical: the skin then sags to the one side
            at one end and to the other at the other, which adds up.
        gap_sigma_deg: largest `OrientationFilter.gap_sigma_rad` in the movement, in degrees.
        settled: whether the filter has run for at least 3 s.
    """
    inclination = RECORDED_INCLINATION_SIGMA_DEG * (1 if settled else 2) * math.sqrt(2)
    swept = HANGING_ASKEW_SHARE if from_hanging else ASKEW_SHARE
    share = swept * range_deg if askew is None else 0.0
    full_deg = SWEPT_SKIN_FULL_DEG if askew is None and not from_hanging else SKIN_FULL_DEG
    skin = SKIN_SIGMA_DEG * min(1.0, range_deg / full_deg) * (2 if through_vertical else 1)
    half = COVERAGE_95 * math.sqrt(inclination**2 + share**2 + skin**2 + gap_sigma_deg**2)
    below, above = (0.0, 0.0) if askew is None else (askew.below_deg, askew.above_deg)
    low, high = (min(math.hypot(half, by), MOST_DEG) for by in (below, above))
    return RangeBand(range_deg, max(0.0, range_deg - low), range_deg + high)


def segment_peak_band(
    *, axis_measured: bool = False, gap_sigma_deg: float = 0.0, settled: bool = True
) -> float:
    """Half of the 95 % band of an elevation: a sensor off its limb shifts it whole.

    Args:
        axis_measured: whether a calibration measured the limb's axis in the sensor.
        gap_sigma_deg: what bridged gaps leave behind.
        settled: whether the filter has run for at least 3 s.
    """
    inclination = RECORDED_INCLINATION_SIGMA_DEG * (1 if settled else 2)
    off_deg = MEASURED_ASKEW_DEG if axis_measured else MARKED_ASKEW_DEG
    sigma = math.sqrt(inclination**2 + off_deg**2 + SKIN_SIGMA_DEG**2 + gap_sigma_deg**2)
    return min(COVERAGE_95 * sigma, MOST_DEG)


def joint_peak_band(
    flexion_deg: float,
    *,
    level: CalibrationLevel,
    looseness: float,
    change_sigma_deg: float,
    gap_sigma_deg: float = 0.0,
    model: BandModel = MODEL,
) -> float:
    """Half of the 95 % band of a joint's median angle at a repetition's end.

    Args:
        flexion_deg: from the calibrated zero.
        level: how axes and zero were found.
        looseness: as measured in the item.
        change_sigma_deg: standard deviation of the slow part of a change within a repetition.
        gap_sigma_deg: what bridged gaps leave behind.
        model: sizes of the parts.
    """
    parts = model.motion if level == "motion" else model.calibrated
    loose = min(looseness, 1.0) ** parts.power
    slope, most = model.peak_share
    share = slope * min(looseness, most) + model.peak_beyond * max(0.0, looseness - most)
    fixed = math.hypot(parts.fixed_deg, parts.loose_deg * loose)
    drift = parts.drift * change_sigma_deg / math.sqrt(2)
    zero = math.hypot(ZERO_SIGMA_DEG[level], model.posture_deg)
    sigma = math.sqrt((share * flexion_deg) ** 2 + fixed**2 + drift**2 + zero**2 + gap_sigma_deg**2)
    return min(COVERAGE_95 * sigma, MOST_DEG)


def of_one_deg(
    range_deg: float,
    *,
    level: CalibrationLevel | None = None,
    looseness: float = 0.0,
    model: BandModel = MODEL,
) -> float:
    """By how much one repetition's figures are less sure than their median, half of 95 %.

    Args:
        range_deg: of the repetition.
        level: how a joint's axes were found; None: one sensor saw it.
        looseness: of the joint, as measured in the item.
        model: sizes of the parts.
    """
    if level is None:
        return COVERAGE_95 * min(ONE_SIGMA_DEG, ONE_SHARE * range_deg)
    slope, most = model.one_motion_share if level == "motion" else model.one_share
    return COVERAGE_95 * math.hypot(model.one_deg, slope * min(looseness, most) * range_deg)


def joint_range_band(
    range_deg: float,
    *,
    level: CalibrationLevel,
    looseness: float,
    change_sigma_deg: float,
    gap_sigma_deg: float = 0.0,
    unproven: float = 0.0,
    swing_deg: float = math.inf,
    model: BandModel = MODEL,
) -> RangeBand:
    """The band of the median range of a joint's repetitions.

    How askew axes lie that were taken from markings or stored shows in the looseness, so those
    levels count as calibrated; the zero drops out of a range.

    Args:
        range_deg: largest minus smallest flexion of the median repetition.
        level: how its axes were found.
        looseness: as measured in the item, see `joints.angle.RecordedAngle`.
        change_sigma_deg: standard deviation of the slow part of a change within a repetition.
        gap_sigma_deg: what bridged gaps leave behind.
        unproven: how far the movement leaves open that one sensor follows the other, 0 to 1: axes
            found from such a movement may be off.
        swing_deg: how far the proximal segment turns about the axis in a repetition.
        model: sizes of the parts.
    """
    slope, most = model.range_motion_share if level == "motion" else model.range_share
    share = slope * min(looseness, most) + model.range_beyond * max(0.0, looseness - most)
    astray = 0.0
    if level == "motion":
        astray = unproven * min(model.range_unproven * range_deg, model.unproven_swing * swing_deg)
    fixed = math.hypot(model.range_floor_deg, model.range_drift * change_sigma_deg)
    sigma = math.sqrt((share * range_deg) ** 2 + astray**2 + fixed**2 + gap_sigma_deg**2)
    half = min(COVERAGE_95 * sigma, MOST_DEG)
    return RangeBand(range_deg, max(0.0, range_deg - half), range_deg + half)


def median_band(ranges: list[RangeBand]) -> RangeBand:
    """The band of the median of an item's repetitions.

    Soft tissue, axes and zero are the same in all of them, so the band does not shrink with their
    number: it is the median band.

    Raises:
        ValueError: there are none.
    """
    if not ranges:
        raise ValueError("no repetitions to take a median of")
    middle = float(np.median([r.range_deg for r in ranges]))
    half = float(np.median([r.high_deg - r.range_deg for r in ranges]))
    return RangeBand(middle, max(0.0, middle - half), middle + half)


def _swept_in_gaps(angle: Array, bridged: Mask, rate_hz: float) -> Array:
    """[n] degrees swept in all gaps so far, fading over the 2 s in which gravity mends them."""
    swept = np.abs(np.gradient(angle)) * bridged
    fade = np.exp(-1 / (2.0 * rate_hz))
    out, level = np.empty_like(angle), 0.0
    for i, step in enumerate(swept.tolist()):
        level = level * fade + step
        out[i] = level
    return out


__all__ = [
    "MODEL",
    "ZERO_SIGMA_DEG",
    "AngleParts",
    "BandModel",
    "RangeBand",
    "angle_band_deg",
    "joint_peak_band",
    "joint_range_band",
    "median_band",
    "of_one_deg",
    "range_band",
    "segment_peak_band",
    "segment_range_band",
]
