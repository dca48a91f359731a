"""Which way is up, seen from a sensor: VQF on one stream, accelerometer and gyroscope only.

VQF: Laidig & Seel, "VQF: Highly accurate IMU orientation estimation with bias estimation and
magnetic disturbance rejection", Information Fusion 91 (2023). Its 6D quaternion turns sensor
into earth coordinates (east, north, up, heading free) and is w x y z.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from vqf import VQF

from .gap_trust import GapTrust

if TYPE_CHECKING:
    from .conditioning import Segment

__all__ = [
    "OrientationFilter",
    "Quaternion",
    "Vector",
    "elevation_deg",
    "elevations_deg",
    "up_in_sensor",
]

Floats = npt.NDArray[np.float64]
Quaternion: TypeAlias = tuple[float, float, float, float]
Vector: TypeAlias = tuple[float, float, float]


GRAVITY_ONLY_TAU_S = 0.3
"""Without a gyroscope gravity is the low-passed acceleration: enough to count by."""


class OrientationFilter:
    """VQF fed segment by segment; a segment that says so starts it afresh.

    After samples that were filled in, gravity is believed more for a while: see `gap_trust`.
    """

    def __init__(self, rate_hz: float, *, gyroscope: bool = True) -> None:
        self._period_s = 1.0 / rate_hz
        self._gyroscope = gyroscope
        self._trust = GapTrust(self._period_s)
        self._last: list[float] | None = None
        self._vqf = self._afresh()

    def _afresh(self) -> VQF:
        tau_s = self._trust.tau_s if self._gyroscope else GRAVITY_ONLY_TAU_S
        return VQF(self._period_s, tauAcc=tau_s)

    def push(self, segment: Segment) -> Floats:
        """Quaternions [n, 4] of a segment's samples; cutting it changes no bit of them."""
        if segment.restart:
            self._trust.clear()
            self._vqf = self._afresh()
        filled = segment.interpolated if self._gyroscope and self._last is not None else 0
        quaternions = self._update(segment.gyr[:filled], segment.acc[:filled])
        if filled:
            self._bridge(segment, filled)
        quaternions += self._update(segment.gyr[filled:], segment.acc[filled:])
        self._last = segment.gyr[-1].tolist()
        return quaternions[0] if len(quaternions) == 1 else np.concatenate(quaternions)

    def _update(self, gyr: Floats, acc: Floats) -> list[Floats]:
        quaternions, at = [], 0
        while at < len(gyr):
            settled = self._trust.settled
            stop = len(gyr) if settled else min(len(gyr), at + self._trust.due)
            quaternions.append(self._vqf.updateBatch(gyr[at:stop], acc[at:stop])["quat6D"])
            if not settled and self._trust.passed(stop - at):
                self._vqf.setTauAcc(self._trust.tau_s)
            at = stop
        return quaternions

    def _bridge(self, segment: Segment, filled: int) -> None:
        ax, ay, az = self._last or (0.0, 0.0, 0.0)
        bx, by, bz = segment.gyr[filled].tolist()
        self._trust.bridged((ax, ay, az), (bx, by, bz), filled)
        self._vqf.setTauAcc(self._trust.tau_s)

    @property
    def gap_sigma_rad(self) -> float:
        """Standard deviation of the inclination that bridged gaps leave behind."""
        return self._trust.sigma_rad

    def state(self) -> dict[str, Any]:
        """All that it remembers beside its settings, as plain values."""
        return {"vqf": dict(self._vqf.state), "trust": self._trust.state(), "last": self._last}

    def resume(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._trust.resume(state["trust"])
        self._last = state["last"]
        self._vqf = self._afresh()
        self._vqf.state = state["vqf"]


def up_in_sensor(quaternions: Floats) -> Floats:
    """Earth's up as unit vectors [n, 3] in sensor coordinates: the last row of the rotations."""
    w, x, y, z = quaternions.T
    return np.stack(
        (2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z), axis=1
    )


def elevation_deg(q: Quaternion, axis: Vector) -> float:
    """Angle of a segment against gravity: 0 hanging down, 90 level, 180 straight overhead.

    Args:
        q: unit quaternion, sensor to earth.
        axis: unit vector along the segment, away from the trunk, in sensor coordinates.
    """
    w, x, y, z = q
    ax, ay, az = axis
    up = 2 * ((x * z - w * y) * ax + (y * z + w * x) * ay) + (w * w - x * x - y * y + z * z) * az
    return math.degrees(math.acos(max(-1.0, min(1.0, -up))))


def elevations_deg(quaternions: Floats, axis: Vector) -> Floats:
    """`elevation_deg` of [n, 4] quaternions: [n] degrees."""
    up = up_in_sensor(quaternions)
    along = up[:, 0] * axis[0] + up[:, 1] * axis[1] + up[:, 2] * axis[2]
    elevations: Floats = np.degrees(np.arccos(np.clip(-along, -1.0, 1.0)))
    return elevations
