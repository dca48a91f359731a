"""The 95 % bands of ranges and peaks of one item, from what its frames show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.movement.askewness import askewness_of
from analytics.observability.gate import Estimate
from analytics.signals.orientation import up_in_sensor

from .observation import Method
from .uncertainty import (
    COVERAGE_95,
    MARKED_ASKEW_DEG,
    MEASURED_ASKEW_DEG,
    ZERO_SIGMA_DEG,
    RangeBand,
    joint_peak_band,
    joint_range_band,
    segment_peak_band,
    segment_range_band,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.movement.askewness import Askewness
    from analytics.movement.repetition import Excursion
    from analytics.signals.oriented_stream import Frames

    from .flexion import Flexion
    from .observation import Observation

__all__ = ["ItemBands", "item_bands", "of_median"]

FEWEST_RANKED = 4


@dataclass(frozen=True, slots=True)
class ItemBands:
    """What all repetitions of an item have in common, for the bands of their figures.

    Attributes:
        observation: how the item was seen: by one sensor against gravity or as a hinge of two.
        flexion: where it was seen as a hinge, what was measured of it.
        gap_deg: standard deviation that the worst run of filled-in frames leaves.
        settled: whether no orientation filter began afresh in the item.
        swing_deg: how far a joint's proximal segment turns about its axis in a repetition.
        askew: of an elevation, what a sensor askew on its limb leaves open.
    """

    observation: Observation
    flexion: Flexion | None
    gap_deg: float
    settled: bool
    swing_deg: float = math.inf
    askew: Askewness | None = None

    def range_figure(self, range_deg: float) -> Estimate:
        """An excursion of so many degrees with its band."""
        hinge = self.observation.hinge
        if self.flexion is not None and hinge is not None:
            band = joint_range_band(
                range_deg,
                level=hinge.known_by,
                looseness=self.flexion.looseness,
                change_sigma_deg=self.flexion.change_sigma_deg,
                gap_sigma_deg=self.gap_deg,
                unproven=self.flexion.unproven,
                swing_deg=self.swing_deg,
            )
        else:
            band = segment_range_band(
                range_deg,
                askew=self.askew,
                from_hanging=self.observation.from_hanging,
                gap_sigma_deg=self.gap_deg,
                settled=self.settled,
            )
        return _figure(band)

    def peak_figure(self, peak_deg: float) -> Estimate:
        """An angle at the end of a movement, with its band; only where its zero is known."""
        hinge = self.observation.hinge
        if self.flexion is not None and hinge is not None:
            flexed = peak_deg if hinge.straight_deg is None else hinge.straight_deg - peak_deg
            half = joint_peak_band(
                flexed,
                level=hinge.known_by,
                looseness=self.flexion.looseness,
                change_sigma_deg=self.flexion.change_sigma_deg,
                gap_sigma_deg=self.gap_deg,
            )
        else:
            half = segment_peak_band(
                axis_measured=self.observation.axis_measured,
                gap_sigma_deg=self.gap_deg,
                settled=self.settled,
            )
        return Estimate(peak_deg, peak_deg - half, peak_deg + half)

    @property
    def donning_sigma_deg(self) -> float | None:
        """By how much a peak differs from one donning to the next, as the bands assume it."""
        if self.observation.method is Method.ELEVATION:
            return MEASURED_ASKEW_DEG if self.observation.axis_measured else MARKED_ASKEW_DEG
        hinge = self.observation.hinge
        if hinge is None or hinge.zero_rad is None:
            return None
        return ZERO_SIGMA_DEG[hinge.known_by]


def _figure(band: RangeBand) -> Estimate:
    return Estimate(band.range_deg, band.low_deg, band.high_deg)


def item_bands(
    observation: Observation,
    frames: Frames,
    rate_hz: float,
    flexion: Flexion | None,
    excursions: Sequence[Excursion] = (),
) -> ItemBands:
    """What an item's frames at `rate_hz` leave uncertain in its repetitions, or in all of it."""
    spans = [slice(e.valley, e.end + 1) for e in excursions] or [slice(None)]
    return ItemBands(
        observation,
        flexion,
        math.degrees(max(frames.bridged_rad[span].max(initial=0.0) for span in spans)),
        not frames.restarted[1:].any(),
        _swing_deg(flexion, rate_hz, excursions),
        _askew(observation, frames, excursions),
    )


def _askew(
    observation: Observation, frames: Frames, excursions: Sequence[Excursion]
) -> Askewness | None:
    if observation.method is not Method.ELEVATION or observation.axis is None or not excursions:
        return None
    off_deg = MEASURED_ASKEW_DEG if observation.axis_measured else MARKED_ASKEW_DEG
    return askewness_of(up_in_sensor(frames.q), excursions, observation.axis, off_deg)


def of_median(figure: Estimate, values: Sequence[float], *, sure: bool) -> Estimate:
    """The band of a median of repetitions, where it is not sure which are the repetitions.

    With one more or one less the median would be its neighbour in size.

    Args:
        figure: the median with the band of a single repetition: what is common to all of them
            does not shrink with their number.
        values: of all repetitions.
        sure: nothing else was moved, and they resemble each other.
    """
    ordered, middle = sorted(values), (len(values) - 1) / 2
    if sure or len(ordered) < FEWEST_RANKED:
        return figure
    apart = ordered[math.ceil(middle) + 1] - ordered[math.floor(middle) - 1]
    ranked = COVERAGE_95 * apart / 3
    low, high = (math.hypot(end - figure.value, ranked) for end in (figure.low, figure.high))
    return Estimate(figure.value, min(figure.low, figure.value - low), figure.value + high)


def _swing_deg(flexion: Flexion | None, rate_hz: float, excursions: Sequence[Excursion]) -> float:
    if flexion is None or flexion.seen is None or not excursions:
        return math.inf
    turned = np.cumsum(flexion.seen.rates[0] @ flexion.seen.axes.proximal) / rate_hz
    return float(np.degrees(np.median([np.ptp(turned[e.valley : e.peak + 1]) for e in excursions])))
