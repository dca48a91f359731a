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
    """Standard deviations of the parts of the error, degrees unless said otherwise."""

    floor_deg: float = 0.25
    share: float = 0.010
    """Of the distance from the zero, in a joint that looks perfectly tight."""
    loose_share: float = 0.10
    """Of the distance from the zero, per unit of looseness."""
    loose_deg: float = 2.0
    """Anywhere, per unit of looseness."""
    drift_factor: float = 1.0
    gap_share: float = 0.5
    """Of the angle swept while samples were missing."""


MODEL = BandModel()
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
    loose = min(found.looseness, 1.0)
    drift = model.drift_factor * np.rad2deg(found.offset_sigma_rad)
    tissue = np.hypot(model.share, model.loose_share * loose) * np.abs(angle)
    fixed = model.floor_deg**2 + (model.loose_deg * loose) ** 2
    fixed += ZERO_SIGMA_DEG[calibration.rung] ** 2
    gap = 0.0 if bridged is None else model.gap_share * _swept_in_gaps(angle, bridged, rate_hz)
    sigma = np.sqrt(drift**2 + tissue**2 + fixed + gap**2)
    return np.asarray(np.minimum(COVERAGE_95 * sigma, MOST_DEG))


@dataclass(frozen=True, slots=True)
class RangeBand:
    """A range of motion with its 95 % band, degrees."""

    range_deg: float
    low_deg: float
    high_deg: float


def range_band(angle_deg: Array, half_band_deg: Array) -> RangeBand:
    """Largest minus smallest angle of one movement, with its band.

    The two ends' errors share their drift and zero only in part; they are added as if
    independent, less the smaller one's floor, which makes the band a little wide for slow
    repetitions and right for the others.

    Args:
        angle_deg: [n] of one repetition or item.
        half_band_deg: [n] from `angle_band_deg`.
    """
    high, low = int(np.argmax(angle_deg)), int(np.argmin(angle_deg))
    size = float(angle_deg[high] - angle_deg[low])
    half = float(max(half_band_deg[high], half_band_deg[low]))
    return RangeBand(size, max(0.0, size - half), size + half)


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
    "median_band",
    "range_band",
]
