"""A joint's flexion over a whole item, from the frames of two streams with clocks of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from telemetry.errors import NotObservable

if TYPE_CHECKING:
    from .observation import Hinge
    from .track import Frames

__all__ = ["flexion_deg"]

Floats = npt.NDArray[np.float64]

LEAST_SHARED = 0.9
"""Share of the item that both sensors must have seen."""


def flexion_deg(distal: Frames, proximal: Frames, rate_hz: float, hinge: Hinge) -> Floats:
    """The joint's angle at each frame of the distal sensor; see `joint_angle`.

    1. The proximal sensor's samples are put on the distal one's frames by host time.
    2. Without a calibration the axes come from the movement itself, and the largest excursion
       is taken to be flexion.
    3. The angle by gated fusion, forward and backward.

    Args:
        distal: frames of the item.
        proximal: frames of the same time, a little beyond it where there are.
        rate_hz: of the distal frames.
        hinge: calibration, where there is one.

    Returns:
        [n] degrees; from the calibrated zero, else from where the item begins. Flexion, or
        how far the joint was straightened: see `observation.Hinge`.

    Raises:
        NotObservable: one of the two saw too little of the item, or nothing turns.
    """
    from .joint_angle import recorded_angle  # noqa: PLC0415 - scipy is slow to import
    from .joint_axis import estimate_axes  # noqa: PLC0415

    if len(proximal) < 2 or len(distal) < 2:
        raise NotObservable("joint angle: one of the two sensors gave no samples in this item")
    shared = (distal.t_us >= proximal.t_us[0]) & (distal.t_us <= proximal.t_us[-1])
    if shared.mean() < LEAST_SHARED:
        raise NotObservable(
            f"joint angle: both sensors together saw only {100 * shared.mean():.0f} % of the item"
        )
    acc, gyr = (
        np.column_stack([np.interp(distal.t_us, proximal.t_us, v[:, i]) for i in range(3)])
        for v in (proximal.acc, proximal.gyr)
    )
    axes = hinge.axes or estimate_axes(acc, gyr, distal.acc, distal.gyr, rate_hz)
    found = recorded_angle((acc, gyr), (distal.acc, distal.gyr), rate_hz, axes, hinge.zero_rad)
    flexion: Floats = np.degrees(found.angle_rad)
    if hinge.straight_deg is None:
        return flexion
    return (0.0 if hinge.zero_rad is None else hinge.straight_deg) - flexion
