"""Which way is up, seen from a sensor: VQF on one stream, live and from a recording.

VQF: Laidig & Seel, "VQF: Highly accurate IMU orientation estimation with bias estimation and
magnetic disturbance rejection", Information Fusion 91 (2023). Its 6D quaternion turns sensor
into earth coordinates (east, north, up, heading free) and is w x y z. It comes from acceleration
and angular rate alone: a magnetometer changes no bit of it.

Where a magnetometer is worn, the 9D quaternion has a heading beside it. A heading is trusted
where all of this holds:

1. the wearable's model delivers a calibrated magnetic field (`CALIBRATED_MAGNETOMETERS`);
2. VQF has taken the local field for its reference: for 5 s, turning by over 20°/s, the norm stayed
   within 10 % and the dip within 10°, which a badly calibrated magnetometer does not manage;
3. the field has agreed with that reference for the last half second.

On BROAD that leaves 0.5 to 2.6° of heading error in the trusted samples of each trial, magnets near
or not. Nothing that is reported of an exercise uses a heading.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from vqf import VQF, offlineVQF

from .gaps import GapTrust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array, Mask, Quaternion, Vector
    from .conditioning import Segment

__all__ = [
    "CALIBRATED_MAGNETOMETERS",
    "Heading",
    "OrientationFilter",
    "Orientations",
    "elevation_deg",
    "elevations_deg",
    "elevations_in_turn_deg",
    "looked_back",
    "orientations_afterwards",
    "up_in_sensor",
]

CALIBRATED_MAGNETOMETERS = frozenset({"movella-dot"})
"""Models of wearables that correct their magnetic field for their own iron."""
GRAVITY_ONLY_TAU_S = 0.3
"""Without a gyroscope gravity is the low-passed acceleration: enough to count by."""
BIAS_DEG_S, BIAS_OF_JOINTS_DEG_S = 0.5, 1.0
"""Standard deviation of a gyroscope's bias before anything is known of it: VQF's, and a joint's.

The first draws what a few seconds of rest told back towards zero by one to three hundredths, which
nothing mends about an axis that gravity does not show. By the second, a movement without a rest
tells more of a bias than it knows: a single sensor's range was off by a quarter where gravity
seemed to creep. Between two sensors on a joint gravity is compared, and the axis may be upright.
"""


class Heading(NamedTuple):
    """Orientations with a heading.

    Attributes:
        quaternions: [n, 4] sensor to earth, north magnetic; inclination as in 6D.
        trusted: [n] whether the heading may be believed; see the module's head.
    """

    quaternions: Array
    trusted: Mask


class Orientations(NamedTuple):
    """Orientations of consecutive samples.

    Attributes:
        quaternions: [n, 4] sensor to earth, heading free.
        heading: None where no calibrated magnetic field came with the samples.
    """

    quaternions: Array
    heading: Heading | None = None


class OrientationFilter:
    """VQF fed segment by segment; a segment that says so starts it afresh.

    After samples that were filled in, gravity is believed more for a while: see `gaps`.

    Args:
        rate_hz: of the samples.
        gyroscope: whether there is one.
        magnetometer: whether there is a calibrated one; else the magnetic field is passed over.
    """

    def __init__(
        self, rate_hz: float, *, gyroscope: bool = True, magnetometer: bool = False
    ) -> None:
        self._period_s = 1.0 / rate_hz
        self._gyroscope = gyroscope
        self._magnetometer = magnetometer
        self._trust = GapTrust(self._period_s)
        self._last: list[float] | None = None
        self._vqf = self._afresh()

    def _afresh(self) -> VQF:
        tau_s = self._trust.tau_s if self._gyroscope else GRAVITY_ONLY_TAU_S
        return VQF(self._period_s, tauAcc=tau_s)

    def push(self, segment: Segment) -> Orientations:
        """Orientations of a segment's samples; cutting it changes no bit of them."""
        if segment.restart:
            self._trust.clear()
            self._vqf = self._afresh()
        filled = segment.interpolated if self._gyroscope and self._last is not None else 0
        if not filled and self._trust.settled and not self._magnetometer:
            self._last = segment.gyr[-1].tolist()
            return Orientations(self._vqf.updateBatch(segment.gyr, segment.acc)["quat6D"])
        found = []
        if filled:
            found = self._update(segment, 0, filled)
            self._bridge(segment, filled)
        found += self._update(segment, filled, len(segment.gyr))
        self._last = segment.gyr[-1].tolist()
        quaternions = _joined([f["quat6D"] for f in found])
        if "quat9D" not in found[0]:
            return Orientations(quaternions)
        return Orientations(quaternions, _heading(found))

    def _update(self, segment: Segment, at: int, end: int) -> list[dict[str, Any]]:
        acc, gyr, mag = segment.acc, segment.gyr, segment.mag if self._magnetometer else None
        found = []
        while at < end:
            settled = self._trust.settled
            stop = end if settled else min(end, at + self._trust.due)
            field = None if mag is None else mag[at:stop]
            found.append(self._vqf.updateBatch(gyr[at:stop], acc[at:stop], field))
            if not settled and self._trust.passed(stop - at):
                self._vqf.setTauAcc(self._trust.tau_s)
            at = stop
        return found

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


def _joined(parts: Sequence[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _heading(found: Sequence[dict[str, Any]]) -> Heading:
    disturbed = np.concatenate([f["magDistDetected"] for f in found]).astype(np.bool_)
    return Heading(_joined([f["quat9D"] for f in found]), ~disturbed)


def looked_back(
    acc: Array,
    gyr: Array,
    mag: Array | None,
    rate_hz: float,
    *,
    gyroscope: bool = True,
    of_joint: bool = False,
) -> dict[str, Any]:
    """What `offlineVQF` finds in an unbroken run: see `orientations_afterwards`.

    For a joint it departs from VQF's usual settings in `BIAS_OF_JOINTS_DEG_S`.

    Returns:
        `quat6D` [n, 4], `bias` [n, 3] rad/s and, with a magnetic field, `quat9D`.
    """
    params = {"biasSigmaInit": BIAS_OF_JOINTS_DEG_S if of_joint else BIAS_DEG_S}
    if not gyroscope:
        params["tauAcc"] = GRAVITY_ONLY_TAU_S
    found: dict[str, Any] = offlineVQF(gyr, acc, mag, 1.0 / rate_hz, params)
    return found


def orientations_afterwards(
    acc: Array,
    gyr: Array,
    mag: Array | None,
    rate_hz: float,
    *,
    gyroscope: bool = True,
    of_joint: bool = False,
) -> Orientations:
    """Orientations of an unbroken run of samples, each seen from before and from after.

    VQF's own form for recordings (`offlineVQF`): the gyroscope's bias from a run forward and one
    backward, gravity from the acceleration without delay.

    Args:
        acc: [n, 3] m/s², C-contiguous float64 as all of them.
        gyr: [n, 3] rad/s; zeros without a gyroscope.
        mag: [n, 3] calibrated magnetic field, zero where it is not known, or None.
        rate_hz: of the samples.
        gyroscope: whether there is one.
        of_joint: whether two sensors are compared by them.
    """
    found = looked_back(acc, gyr, mag, rate_hz, gyroscope=gyroscope, of_joint=of_joint)
    return Orientations(found["quat6D"], None if mag is None else _heading([found]))


def up_in_sensor(quaternions: Array) -> Array:
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
    return elevations_in_turn_deg((q,), axis)[0]


def elevations_in_turn_deg(quaternions: Sequence[Sequence[float]], axis: Vector) -> list[float]:
    """`elevation_deg` of orientations as they come, the same to the bit however many at once."""
    ax, ay, az = axis
    return [
        math.degrees(math.acos(down if -1.0 <= down <= 1.0 else math.copysign(1.0, down)))
        for w, x, y, z in quaternions
        for down in (
            -(
                2 * ((x * z - w * y) * ax + (y * z + w * x) * ay)
                + (w * w - x * x - y * y + z * z) * az
            ),
        )
    ]


def elevations_deg(quaternions: Array, axis: Vector) -> Array:
    """`elevation_deg` of [n, 4] quaternions: [n] degrees."""
    up = up_in_sensor(quaternions)
    along = up[:, 0] * axis[0] + up[:, 1] * axis[1] + up[:, 2] * axis[2]
    elevations: Array = np.degrees(np.arccos(np.clip(-along, -1.0, 1.0)))
    return elevations
