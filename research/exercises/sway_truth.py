"""The sway that a perfect sensor would tell, computed apart from the core's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from research.simulation.limb_motion import FINE_HZ

if TYPE_CHECKING:
    from analytics.signals.arrays import Array
    from research.simulation.body import LimbSegment

__all__ = ["true_sway"]

GRAVITY_M_S2: Final = 9.81
ASKED_S: Final = 20.0
CUTOFF_HZ: Final = 3.5


def true_sway(trunk: LimbSegment, place_m: Array, start: int, stop: int) -> dict[str, float]:
    """ISway's measures (Mancini et al. 2012) of one stance on the fine grid.

    The specific force at the sensor's place on a rigid trunk, seen by axes that turn with it:
    forward and aside once the trunk's usual tilt is taken off, low-passed at 3.5 Hz by a
    Butterworth filter of second order forth and back.

    Args:
        trunk: its motion.
        place_m: of the sensor on it.
        start: first grid point of the stance.
        stop: after the last.
    """
    place = trunk.joint_m + trunk.turned.apply(place_m)
    force = np.gradient(np.gradient(place, axis=0), axis=0) * FINE_HZ**2
    felt = trunk.turned.inv().apply(force + np.array([0, 0, GRAVITY_M_S2]))[start:stop]
    up = felt.mean(axis=0) / np.linalg.norm(felt.mean(axis=0))
    aside = np.cross([0.0, 1.0, 0.0], up)
    aside /= np.linalg.norm(aside)
    ahead = np.cross(up, aside)
    sos = butter(2, CUTOFF_HZ, fs=FINE_HZ, output="sos")
    flat = np.column_stack([felt @ aside, felt @ ahead])
    flat = sosfiltfilt(sos, flat - flat.mean(axis=0), axis=0)
    flat -= flat.mean(axis=0)
    seconds = len(flat) / FINE_HZ
    distance = np.hypot(flat[:, 0], flat[:, 1])
    path = float(np.hypot(*np.diff(flat, axis=0).T).sum())
    return {
        "sway RMS": float(np.sqrt(np.mean(distance**2))),
        "sway path": path * ASKED_S / seconds,
        "sway frequency": path / (2 * np.pi * float(distance.mean()) * seconds),
    }
