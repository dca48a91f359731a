"""An elevation that goes through the vertical: told on, not folded back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.orientation import elevations_deg, up_in_sensor

from .gravity_sweep import across_of
from .movement import main_axis, rotation_vectors

if TYPE_CHECKING:
    from analytics.signals.arrays import Array, Mask, Vector

__all__ = ["unfolded_elevation_deg"]

NEAR_DEG: Final = 14.0
"""An elevation that never comes so near to straight down or up does not go through it."""
IN_PLANE: Final = 0.85
"""Of the limb's axis and of gravity across the axis of turning: else there is no plane to tell."""
LEAST_DEG, MOST_DEG = -60.0, 205.0
"""No limb goes further behind, or beyond straight up: then the sensor turns on it."""
LONGER_DEG: Final = 8.0
"""A sweep that is longer than the folded elevation by so much went through the vertical."""
MOST_ARC_DEG: Final = 170.0
"""No limb sweeps further in one plane: then the sensor lies askew."""


def unfolded_elevation_deg(q: Array, axis: Vector, restarted: Mask, rate_hz: float) -> Array:
    """[n] elevation, beyond 180 where the limb passes straight up, below 0 where it hangs behind.

    `elevations_deg` is an angle between two directions and turns back at 180: a shank that goes on
    from 105 to 195 degrees reads 165 at its end, and one arc becomes two. Where the limb moves in a
    vertical plane, the angle between gravity and the limb in that plane goes on instead.

    Args:
        q: [n, 4] orientations, sensor to earth.
        axis: unit vector along the segment, away from the trunk, in sensor coordinates.
        restarted: [n] whether the filter started afresh before a frame.
        rate_hz: of the frames.
    """
    folded = elevations_deg(q, axis)
    if not len(folded) or (folded.max() < 180 - NEAR_DEG and folded.min() > NEAR_DEG):
        return folded
    turning = np.array(main_axis(rotation_vectors(q, restarted), rate_hz))
    x, y = across_of(turning)
    limb = np.array(axis)
    along = float(np.hypot(limb @ x, limb @ y))
    up = up_in_sensor(q)
    seen = np.hypot(up @ x, up @ y)
    if along < IN_PLANE or float(np.median(seen)) < IN_PLANE:
        return folded
    hanging = np.arctan2(-(up @ y), -(up @ x))
    angle = np.degrees(np.unwrap(hanging - np.arctan2(limb @ y, limb @ x)))
    angle -= 360.0 * round(float(np.median(angle)) / 360.0)
    # The limb is raised to the side on which it gets further from hanging down.
    if abs(angle.min()) > abs(angle.max()):
        angle = -angle
    beyond = angle.min() < LEAST_DEG or angle.max() > MOST_DEG or np.ptp(angle) > MOST_ARC_DEG
    if beyond or np.ptp(angle) < np.ptp(folded) + LONGER_DEG:
        return folded
    return np.asarray(angle)
