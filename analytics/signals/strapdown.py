"""How a sensor has turned by its gyroscope alone, and directions seen from before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from vqf import VQF

if TYPE_CHECKING:
    from .arrays import Array

__all__ = ["into_sensor", "to_start", "turned"]


def turned(gyr: Array, rate_hz: float) -> Array:
    """[n, 4] how the sensor has turned since the first sample, w x y z, by rates [n, 3] rad/s.

    VQF without acceleration and without a bias of its own is that and no more.
    """
    steps = np.ascontiguousarray((gyr[1:] + gyr[:-1]) / 2)
    strapdown = VQF(1 / rate_hz, motionBiasEstEnabled=False, restBiasEstEnabled=False)
    found = strapdown.updateBatch(steps, np.zeros_like(steps))["quat6D"]
    return np.concatenate(([[1.0, 0.0, 0.0, 0.0]], found))


def to_start(q: Array, vectors: Array) -> Array:
    """[k, 3] vectors in the sensor as seen from where it began."""
    w, v = q[:, :1], q[:, 1:]
    across = 2 * np.cross(v, vectors)
    return np.asarray(vectors + w * across + np.cross(v, across))


def into_sensor(q: Array, vectors: Array) -> Array:
    """[k, 3] the other way round."""
    return to_start(q * np.array([1.0, -1.0, -1.0, -1.0]), vectors)
