"""Movements of one sensor about an axis, and of two on either side of a joint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arm_motion import GRAVITY_M_S2, one_batch
from builders import STREAM

PROXIMAL = "01J00000000000000000000003"
RATE_HZ = 60.0


def turning_batch(angle_deg, axis, up, *, stream=STREAM, noise=0.02, seed=0, t_shift_us=0):
    """A sensor that turns by `angle_deg` about `axis` (its own), its up at first `up`."""
    angle = np.radians(angle_deg)
    axis, up = np.asarray(axis, float), np.asarray(up, float)
    c, s = np.cos(-angle)[:, None], np.sin(-angle)[:, None]
    seen = up * c + np.cross(axis, up) * s + axis * (axis @ up) * (1 - c)
    rng = np.random.default_rng(seed)
    batch = one_batch(angle_deg, stream=stream)
    gyr = np.gradient(angle)[:, None] * RATE_HZ * axis
    return replace(
        batch,
        t0_ns=batch.t0_ns + t_shift_us * 1000,
        acc=(GRAVITY_M_S2 * seen + rng.normal(0, noise, seen.shape)).astype(np.float32),
        gyr=(gyr + rng.normal(0, noise / 10, seen.shape)).astype(np.float32),
    )


def two_segments(flexion_deg, *, t_shift_us=0):
    """A hanging upper arm that hardly moves and a forearm that flexes about the same axis.

    The upper arm sways, and gives a little as the forearm is flexed, as every arm does.
    """
    axis = (0, 0, 1)
    n = len(flexion_deg)
    sway = 3 * np.sin(np.arange(n) / 90) + 0.02 * flexion_deg
    proximal = turning_batch(sway, axis, (-1, 0, 0), stream=PROXIMAL, t_shift_us=t_shift_us)
    distal = turning_batch(sway + flexion_deg, axis, (-1, 0, 0), seed=1)
    return distal, proximal
