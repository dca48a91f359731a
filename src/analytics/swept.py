"""The angle that a segment sweeps, by gravity alone: without drift, however the sensor lies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from telemetry.errors import NotObservable

from .movement import main_axis, rotation_vectors
from .orientation import up_in_sensor

__all__ = ["LEAST_VISIBLE", "swept_deg"]

Floats = npt.NDArray[np.float64]

LEAST_VISIBLE = 0.35
"""Gravity's share across the axis below which the axis is too upright to tell an angle."""


def swept_deg(q: Floats, restarted: npt.NDArray[np.bool_], rate_hz: float) -> Floats:
    """Angle from the item's first orientation, about its main axis of turning.

    1. The main axis in sensor coordinates, as `movement.Turning` finds it.
    2. Earth's up in sensor coordinates, projected across that axis; its angle from the first.
       So a wandering heading cannot enter, and neither can a turn about the vertical.
    3. Continued past half a turn; it points so that the item begins low.

    A forearm turn, a foot's or a thigh's tilt and a lying person's shoulder rotation are such
    angles; the neutral-zero method's zero is the pose in which the item begins.

    Args:
        q: [n, 4] orientations, sensor to earth.
        restarted: [n] whether the filter started afresh before a frame.
        rate_hz: of the frames.

    Returns:
        [n] degrees.

    Raises:
        NotObservable: the axis is nearly vertical.
    """
    axis = np.array(main_axis(rotation_vectors(q, restarted), rate_hz))
    up = up_in_sensor(q)
    first = np.zeros(3)
    first[int(np.argmin(np.abs(axis)))] = 1.0
    x = np.cross(axis, first)
    x /= np.linalg.norm(x)
    y = np.cross(axis, x)
    along_x = up[:, 0] * x[0] + up[:, 1] * x[1] + up[:, 2] * x[2]
    along_y = up[:, 0] * y[0] + up[:, 1] * y[1] + up[:, 2] * y[2]
    if float(np.median(np.sqrt(along_x * along_x + along_y * along_y))) < LEAST_VISIBLE:
        raise NotObservable(
            "a rotation about the vertical cannot be seen without a heading: "
            "the movement's axis is nearly upright"
        )
    # The sensor turns one way and sees the earth turn the other.
    angle = -np.degrees(np.unwrap(np.arctan2(along_y, along_x)))
    swept: Floats = angle - angle[0]
    return swept
