"""The 95 % band of a joint angle and of a range of motion.

Four things make an angle uncertain, and each has its part in the variance:

- **drift and observability**: the slow part's standard deviation, from the smoother that found it
  (`joint_angle.RecordedAngle.offset_sigma_rad`); it grows where the axis stands upright, without
  rest, and in short recordings;
- **soft tissue and axes**: a sensor turns against its bone in proportion to how far the joint has
  moved from its zero. How loosely the two sensors follow one hinge is measured in the recording
  itself (`looseness`) and scales this part; a floor stays for what no recording shows;
- **calibration rung**: an axis found from the motion alone and a zero from marked sensors are
  worth less than a functional calibration;
- **gaps**: over bridged samples the angle is a guess, in proportion to the speed around them.

The sizes (`BandModel`) were fitted to simulated joints with soft tissue drawn at random
(`research.hinge_simulator.drawn_tissue`) so that 95 of 100 true angles lie inside; other seeds
check it. They say nothing about bodies that the simulation does not resemble.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from analytics.calibration import Rung, SegmentCalibration
    from analytics.joint_angle import RecordedAngle

Array = npt.NDArray[np.float64]

COVERAGE_95 = 1.96
MOST_DEG = 90.0
"""A band wider than this says no more than that the angle was not seen."""


@dataclass(frozen=True, slots=True)
class BandModel:
    """Standard deviations of the parts of the error."""

    floor_deg: float = 0.1
    drift_factor: float = 0.82
    """Of what the smoother says of drift and gravity."""
    share: float = 0.02
    """Of the angle, with calibrated axes: skin that leans with its bone shows in no recording."""
    loose_share: float = 0.25
    """Of the angle, per square root of looseness, with calibrated axes."""
    motion_share: float = 0.0025
    """As `share`, with axes found from the motion itself, which follow the skin."""
    motion_loose_share: float = 0.26
    """As `loose_share`, with axes found from the motion."""
    range_share: tuple[float, float] = (0.48, 0.09)
    """Of a range, per looseness and up to which, with calibrated axes: less than of an angle,
    since what is common to both ends drops out and repetitions differ."""
    range_motion_share: tuple[float, float] = (0.80, 0.05)
    """As `range_share`, with axes found from the motion."""
    range_beyond: float = 0.05
    """Of a range, per looseness beyond that."""
    gap_share: float = 0.5
    """Of the angle swept while samples were missing."""


MODEL = BandModel()
INCLINATION_SIGMA_DEG = 0.75
"""VQF 6D online, mean over BROAD's trials, disturbed ones included (Laidig and Seel 2023)."""
ASKEW_SHARE = 0.03
"""Of the range: a strapped sensor 14 degrees off the limb's axis reads 3 % too little."""
ZERO_SIGMA_DEG: dict[Rung, float] = {
    "functional": 0.5,
    "stored": 2.0,
    "gravity": 5.0,
    "motion": 0.0,
}
"""Of the zero: how well it is found again; `motion` has none and counts from its start."""


def angle_band_deg(
    found: RecordedAngle,
    calibration: SegmentCalibration,
    rate_hz: float,
    *,
    bridged: npt.NDArray[np.bool_] | None = None,
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
    loose = min(found.looseness, 1.0) ** 0.5
    if calibration.rung == "motion":
        share = np.hypot(model.motion_share, model.motion_loose_share * loose)
    else:
        share = np.hypot(model.share, model.loose_share * loose)
    drift = model.drift_factor * np.rad2deg(found.offset_sigma_rad)
    fixed = np.hypot(model.floor_deg, ZERO_SIGMA_DEG[calibration.rung])
    gap = 0.0 if bridged is None else model.gap_share * _swept_in_gaps(angle, bridged, rate_hz)
    sigma = np.sqrt(drift**2 + (share * angle) ** 2 + fixed**2 + gap**2)
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
    range_deg: float, *, gap_sigma_deg: float = 0.0, settled: bool = True
) -> RangeBand:
    """The band of a range seen by one sensor against gravity.

    Parts: inclination at both ends, `INCLINATION_SIGMA_DEG` each, twice that while the filter has
    not settled; a sensor that lies askew on the limb, `ASKEW_SHARE` of the range; bridged gaps.

    Args:
        range_deg: largest minus smallest elevation, tilt or swept angle.
        gap_sigma_deg: largest `OrientationFilter.gap_sigma_rad` in the movement, in degrees.
        settled: whether the filter has run for at least 3 s.
    """
    inclination = INCLINATION_SIGMA_DEG * (1 if settled else 2) * np.sqrt(2)
    sigma = np.sqrt(inclination**2 + (ASKEW_SHARE * range_deg) ** 2 + gap_sigma_deg**2)
    half = float(min(COVERAGE_95 * sigma, MOST_DEG))
    return RangeBand(range_deg, max(0.0, range_deg - half), range_deg + half)


def joint_range_band(
    range_deg: float,
    *,
    rung: Rung,
    looseness: float,
    change_sigma_deg: float,
    gap_sigma_deg: float = 0.0,
    model: BandModel = MODEL,
) -> RangeBand:
    """The band of the median range of a joint's repetitions.

    How askew axes lie that were taken from markings or stored shows in the looseness, so those
    rungs count as calibrated; the zero drops out of a range.

    Args:
        range_deg: largest minus smallest flexion of the median repetition.
        rung: how its axes were found.
        looseness: as measured in the item, see `joint_angle.RecordedAngle`.
        change_sigma_deg: standard deviation of the slow part of a change within a repetition.
        gap_sigma_deg: what bridged gaps leave behind.
        model: sizes of the parts.
    """
    slope, most = model.range_motion_share if rung == "motion" else model.range_share
    share = slope * min(looseness, most) + model.range_beyond * max(0.0, looseness - most)
    fixed = np.hypot(model.floor_deg, model.drift_factor * change_sigma_deg)
    sigma = np.sqrt((share * range_deg) ** 2 + fixed**2 + gap_sigma_deg**2)
    half = float(min(COVERAGE_95 * sigma, MOST_DEG))
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


def _swept_in_gaps(angle: Array, bridged: npt.NDArray[np.bool_], rate_hz: float) -> Array:
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
    "BandModel",
    "RangeBand",
    "angle_band_deg",
    "joint_range_band",
    "median_band",
    "range_band",
    "segment_range_band",
]
