"""The 95 % bands of ranges and peaks of one item, from what its frames show."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analytics.movement.askewness import askewness_of
from analytics.movement.slippage import Slippage
from analytics.movement.strokes import TREMBLING_DEG, tremor_deg
from analytics.observability.gate import Estimate
from analytics.signals.orientation import up_in_sensor

from .observation import Method
from .uncertainty import (
    COVERAGE_95,
    MARKED_ASKEW_DEG,
    MEASURED_ASKEW_DEG,
    ZERO_SIGMA_DEG,
    joint_peak_band,
    joint_range_band,
    of_one_deg,
    segment_peak_band,
    segment_range_band,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.movement.askewness import Askewness
    from analytics.movement.repetition import Excursion
    from analytics.signals.arrays import Array
    from analytics.signals.oriented_stream import Frames

    from .flexion import Flexion, SeenByBoth
    from .observation import Observation

__all__ = ["ItemBands", "item_bands", "of_median"]

FEWEST_RANKED = 4
BEYOND_DEG = 5.0
"""From the vertical, from which on a limb is on its other side."""
HANGS_DEG = -5.0, 15.0
"""Between which a limb hangs, from straight down; an arm lies against the trunk."""
SHAKEN_OUT = 1.5
"""Times what shakes in an angle: by so much a tremor widens a range (`docs/challenges.md`)."""
LIKELY_LATE = 3.0
"""Log likelihood from which on a lag between two sensors is held possible: of right placements a
fifth show one, seldom of more than 0.3 s."""


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
        clocks_deg: by how much a repetition of a joint would be another one if the clocks of the
            two sensors were as far apart as their movement lets it seem possible.
        slippage: how unlike each other the repetitions' ends are.
        through_vertical: whether an elevation goes from one side of the vertical to the other.
        begins_deg: of an elevation that begins hanging, where it does so, from straight down.
        heading_deg: of a joint, see `Flexion.heading_deg`.
        shaking_deg: standard deviation of what shakes in the angle (`movement.strokes.tremor_deg`).
    """

    observation: Observation
    flexion: Flexion | None
    gap_deg: float
    settled: bool
    swing_deg: float = math.inf
    askew: Askewness | None = None
    clocks_deg: float = 0.0
    slippage: Slippage = field(default_factory=Slippage)
    through_vertical: bool = False
    begins_deg: float | None = None
    heading_deg: float = 0.0
    shaking_deg: float = 0.0

    def of_repetition(self, range_deg: float) -> float:
        """Half of 95 %: by how much one repetition's figures are less sure than their median."""
        hinge = self.observation.hinge
        if self.flexion is None or hinge is None:
            return of_one_deg(range_deg)
        return of_one_deg(range_deg, level=hinge.known_by, looseness=self.flexion.looseness)

    def range_figure(self, range_deg: float, beside_deg: float = 0.0) -> Estimate:
        """A median excursion of so many degrees with its band.

        Args:
            range_deg: the excursion.
            beside_deg: what comes to it, half of 95 %; see `of_repetition`.
        """
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
                through_vertical=self.through_vertical,
                gap_sigma_deg=self.gap_deg,
                settled=self.settled,
            )
        low, high = (
            math.hypot(end - band.range_deg, *self._of_pair_deg, self.slippage.half_deg, beside_deg)
            for end in (band.low_deg, band.high_deg)
        )
        low = math.hypot(low, self._shaken_out_deg)
        return Estimate(band.range_deg, max(0.0, band.range_deg - low), band.range_deg + high)

    def peak_figure(self, peak_deg: float, beside_deg: float = 0.0) -> Estimate:
        """A median angle at the end of a movement, with its band; only where its zero is known.

        Args:
            peak_deg: the angle.
            beside_deg: as for `range_figure`.
        """
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
            half = math.hypot(half, *self._of_pair_deg)
        else:
            half = segment_peak_band(
                axis_measured=self.observation.axis_measured,
                gap_sigma_deg=self.gap_deg,
                settled=self.settled,
            )
        half = math.hypot(half, self.slippage.half_deg, beside_deg)
        below, above = self._askew_at_rest_deg()
        low, high = math.hypot(half, below, self._shaken_out_deg / 2), math.hypot(half, above)
        return Estimate(peak_deg, peak_deg - low, peak_deg + high)

    @property
    def _of_pair_deg(self) -> tuple[float, float]:
        """Half of 95 %: what a joint's clocks and its axis in the proximal sensor leave open."""
        return self.clocks_deg, COVERAGE_95 * self.heading_deg

    @property
    def _shaken_out_deg(self) -> float:
        """By how much a tremor widens a range: at each end the furthest of it is what is seen."""
        return SHAKEN_OUT * self.shaking_deg if self.shaking_deg > TREMBLING_DEG else 0.0

    def _askew_at_rest_deg(self) -> tuple[float, float]:
        """By how much a peak may be lower, and higher, as where the limb hangs seems to tell.

        What hangs lies near straight down; seen elsewhere, it is held there, or its sensor is
        askew by as much. Nothing tells which.
        """
        begins = self.begins_deg
        if begins is None:
            return 0.0, 0.0
        least, most = HANGS_DEG
        return max(0.0, begins - most), max(0.0, least - begins)

    @property
    def donning_sigma_deg(self) -> float | None:
        """By how much a peak differs from one donning to the next, as the bands assume it."""
        if self.observation.method is Method.ELEVATION:
            return MEASURED_ASKEW_DEG if self.observation.axis_measured else MARKED_ASKEW_DEG
        hinge = self.observation.hinge
        if hinge is None or hinge.zero_rad is None:
            return None
        return ZERO_SIGMA_DEG[hinge.known_by]


def item_bands(
    observation: Observation,
    frames: Frames,
    rate_hz: float,
    flexion: Flexion | None,
    excursions: Sequence[Excursion] = (),
    *,
    slippage: Slippage | None = None,
    raw: Array | None = None,
) -> ItemBands:
    """What an item's frames at `rate_hz` leave uncertain in its repetitions, or in all of it.

    `raw` is their angle before smoothing, where there is one.
    """
    spans = [slice(e.valley, e.end + 1) for e in excursions] or [slice(None)]
    return ItemBands(
        observation,
        flexion,
        math.degrees(max(frames.bridged_rad[span].max(initial=0.0) for span in spans)),
        not frames.restarted[1:].any(),
        _swing_deg(flexion, rate_hz, excursions),
        _askew(observation, frames, excursions),
        _clocks_deg(flexion, rate_hz, excursions),
        slippage or Slippage(),
        _through_vertical(observation, excursions),
        _begins_deg(observation, excursions),
        0.0 if flexion is None else flexion.heading_deg(excursions, rate_hz),
        0.0 if raw is None else tremor_deg(raw, excursions, rate_hz),
    )


def _through_vertical(observation: Observation, excursions: Sequence[Excursion]) -> bool:
    if observation.method is not Method.ELEVATION or not excursions:
        return False
    low, high = (float(np.median([getattr(e, at) for e in excursions])) for at in ("low", "high"))
    return low < -BEYOND_DEG or high > 180 + BEYOND_DEG


def _begins_deg(observation: Observation, excursions: Sequence[Excursion]) -> float | None:
    if observation.method is not Method.ELEVATION or not observation.from_hanging:
        return None
    return float(np.median([e.low for e in excursions])) if excursions else None


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


def _clocks_deg(flexion: Flexion | None, rate_hz: float, excursions: Sequence[Excursion]) -> float:
    """What the proximal segment turns about its axis within a possible lag, over a repetition."""
    pairing = None if flexion is None else flexion.pairing
    if flexion is None or flexion.seen is None or pairing is None or not excursions:
        return 0.0
    if pairing.lag_evidence < LIKELY_LATE:
        return 0.0
    turned = _turned(flexion.seen, rate_hz)
    at = np.arange(len(turned)) - round(pairing.lag_s * rate_hz)
    missed = turned - turned[np.clip(at, 0, len(turned) - 1)]
    changes = [abs(missed[e.peak] - missed[e.valley]) for e in excursions]
    return float(np.degrees(np.median(changes)))


def _turned(seen: SeenByBoth, rate_hz: float) -> Array:
    """[n] how far the proximal segment has turned about the joint's axis, rad."""
    turned: Array = np.cumsum(seen.rates[0] @ seen.axes.proximal) / rate_hz
    return turned


def _swing_deg(flexion: Flexion | None, rate_hz: float, excursions: Sequence[Excursion]) -> float:
    if flexion is None or flexion.seen is None or not excursions:
        return math.inf
    turned = _turned(flexion.seen, rate_hz)
    return float(np.degrees(np.median([np.ptp(turned[e.valley : e.peak + 1]) for e in excursions])))
