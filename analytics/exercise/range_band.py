"""The 95 % band of an item's range, from what its frames show: gaps, restarts, level."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analytics.signals.gaps import gap_sigma_rad

from .observation import Method
from .uncertainty import RangeBand, joint_range_band, segment_range_band

if TYPE_CHECKING:
    from analytics.signals.oriented_stream import Frames

    from .flexion import Flexion
    from .observation import Observation

__all__ = ["item_range_band"]


def item_range_band(
    range_deg: float,
    observation: Observation,
    frames: Frames,
    rate_hz: float,
    flexion: Flexion | None = None,
    *,
    ends_deg: tuple[float, float] | None = None,
) -> RangeBand:
    """The band around an item's median range.

    Args:
        range_deg: median range of its repetitions.
        observation: how it was seen: by one sensor against gravity or as a hinge of two.
        frames: of the item.
        rate_hz: of the frames.
        flexion: where it was seen as a hinge, what was measured of it.
        ends_deg: of an elevation, the lowest and the highest of its median repetition.
    """
    gap_deg = worst_gap_deg(frames, rate_hz)
    settled = not frames.restarted[1:].any()
    if flexion is not None and observation.hinge is not None:
        return joint_range_band(
            range_deg,
            level=observation.hinge.known_by,
            looseness=flexion.looseness,
            change_sigma_deg=flexion.change_sigma_deg,
            gap_sigma_deg=gap_deg,
        )
    return segment_range_band(
        range_deg,
        ends_deg=ends_deg if observation.method is Method.ELEVATION else None,
        axis_measured=observation.axis_measured,
        gap_sigma_deg=gap_deg,
        settled=settled,
    )


def worst_gap_deg(frames: Frames, rate_hz: float) -> float:
    """Standard deviation that the worst run of filled-in frames leaves, degrees."""
    edges = np.diff(np.concatenate([[False], frames.interpolated, [False]]).astype(int))
    starts, stops = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    worst = 0.0
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        before = frames.gyr[max(start - 1, 0)].tolist()
        after = frames.gyr[min(stop, len(frames) - 1)].tolist()
        worst = max(worst, gap_sigma_rad(before, after, (stop - start + 1) / rate_hz))
    return math.degrees(worst)
