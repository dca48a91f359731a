"""What a sensor reads that is strapped on skin: a mass on a spring, not a point of the bone.

Steps: (1) the bone's orientation and the place under the sensor come from the body; (2) the
sensor turns against the bone as a damped oscillator, driven by the bone's angular acceleration
and by the specific force on its mass, sags with gravity and is turned by the muscle that swells
under it; (3) specific force and angular rate follow by differences on the fine grid; (4) they are
averaged over a sample period, as sensors do, and read at the sensor's own times; (5) scale,
offsets, drift and noise are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import bilinear, lfilter
from scipy.spatial.transform import Rotation

from .limb_motion import FINE_HZ

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.signals.arrays import Array

    from .body import LimbSegment

__all__ = ["PLACES_M", "Skin", "Slip", "WornSensor", "read", "still_reading"]

GRAVITY_M_S2 = 9.81

PLACES_M: Mapping[str, tuple[float, float, float]] = {
    "sternum": (0.0, 0.11, 0.30),
    "upper-arm": (0.045, 0.01, -0.17),
    "forearm": (0.025, 0.0, -0.14),
    "wrist": (0.0, -0.025, -0.23),
    "thigh": (0.02, 0.075, -0.24),
    "shank": (0.01, 0.045, -0.17),
    "foot": (0.01, 0.09, -0.01),
}
"""Where sensors are strapped, metres from the joint nearer to the trunk."""


@dataclass(frozen=True, slots=True)
class Skin:
    """How softly a sensor is coupled to its bone; `scale` 0 is a rigid bracket.

    Attributes:
        scale: multiplies all that follows.
        hz, damping: of the oscillation on the skin.
        lag: share of the bone's turning that the sensor's inertia resists.
        sag_deg: how far gravity tilts it when the strap lies across gravity.
        swell_deg: twist about the limb at 120 degrees of bending; half of it as tilt.
    """

    scale: float = 1.0
    hz: float = 7.0
    damping: float = 0.25
    lag: float = 0.25
    sag_deg: float = 1.5
    swell_deg: float = 5.0


@dataclass(frozen=True, slots=True)
class WornSensor:
    """One sensor, its donning and its errors; the same through a session.

    Attributes:
        mounting: sensor to segment.
        place_m: of it on the segment.
        skin: under it.
        swell: sign and size of the swelling, drawn for the person.
    """

    mounting: Rotation
    place_m: Array
    skin: Skin
    swell: float
    gyr_offset: Array
    gyr_scale: Array
    acc_offset: Array
    acc_scale: Array

    @classmethod
    def drawn(
        cls, rng: np.random.Generator, site: str, skin: Skin, *, marked: float | None = None
    ) -> WornSensor:
        """A sensor put on by a person.

        Args:
            rng: draws donning and errors.
            site: where.
            skin: under it.
            marked: its x axis points to the limb's end (1) or away from it (-1), askew by 6
                degrees (standard deviation in two directions); None: strapped on anyhow.
        """
        mounting = Rotation.random(rng=rng)
        if marked is not None:
            around = Rotation.from_euler("x", rng.uniform(-np.pi, np.pi))
            askew = Rotation.from_rotvec(np.radians(6.0) * np.array([0.0, *rng.normal(0, 1, 2)]))
            along = Rotation.from_matrix(
                np.column_stack([(0, 0, -marked), (0, 1, 0), (marked, 0, 0)])
            )
            mounting = along * askew * around
        place = np.array(PLACES_M[site]) + rng.normal(0, 0.012, 3)
        return cls(
            mounting=mounting,
            place_m=place,
            skin=skin,
            swell=float(rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.5)),
            gyr_offset=np.radians(rng.normal(0, 0.4, 3)),
            gyr_scale=1 + rng.normal(0, 0.004, 3),
            acc_offset=rng.normal(0, 0.05, 3),
            acc_scale=1 + rng.normal(0, 0.003, 3),
        )


@dataclass(frozen=True, slots=True)
class Slip:
    """How a sensor turns and moves against its donning, in the segment's frame.

    Attributes:
        turned_rad: [m, 3] rotation vector.
        moved_m: [m, 3].
    """

    turned_rad: Array
    moved_m: Array


def read(
    rng: np.random.Generator,
    sensor: WornSensor,
    segment: LimbSegment,
    times_s: Array,
    rate_hz: float,
    *,
    slip: Slip | None = None,
) -> Array:
    """[n, 6] acceleration m/s² and angular rate rad/s at the sensor's own times.

    Args:
        rng: draws the noise.
        sensor: as worn.
        segment: on which.
        times_s: [n] within the motion; beyond its ends it stays as it was.
        rate_hz: over whose period a sample is averaged.
        slip: how the sensor leaves its place: a loose strap, or hands.
    """
    place = segment.joint_m + segment.turned.apply(
        sensor.place_m if slip is None else sensor.place_m + slip.moved_m
    )
    on_skin = segment.turned * Rotation.from_rotvec(_give(sensor, segment, place))
    turned = on_skin * sensor.mounting
    if slip is not None:
        turned = on_skin * Rotation.from_rotvec(slip.turned_rad) * sensor.mounting
    force = turned.inv().apply(_acceleration(place) + np.array([0, 0, GRAVITY_M_S2]))
    rate = _rates(turned)
    ideal = np.hstack([force, rate])
    seen = uniform_filter1d(ideal, max(1, round(FINE_HZ / rate_hz)), axis=0, mode="nearest")
    grid = np.arange(len(seen)) / FINE_HZ
    sampled = np.column_stack([np.interp(times_s, grid, c) for c in seen.T])
    return _with_errors(rng, sensor, sampled, rate_hz)


def still_reading(
    rng: np.random.Generator, sensor: WornSensor, lying: Rotation, n: int, rate_hz: float
) -> Array:
    """[n, 6] of a sensor that lies on a table."""
    force = lying.inv().apply([0, 0, GRAVITY_M_S2])
    ideal = np.tile(np.concatenate([force, np.zeros(3)]), (n, 1))
    return _with_errors(rng, sensor, ideal, rate_hz)


def _give(sensor: WornSensor, segment: LimbSegment, place: Array) -> Array:
    """[m, 3] rotation vector of the sensor against its bone, in the bone's frame."""
    skin = sensor.skin
    if skin.scale == 0:
        return np.zeros_like(place)
    spinning = np.gradient(_rates(segment.turned), axis=0) * FINE_HZ
    felt = segment.turned.inv().apply(_acceleration(place) + np.array([0, 0, GRAVITY_M_S2]))
    outwards = np.array([sensor.place_m[0], sensor.place_m[1], 0.0])
    outwards = outwards / max(float(np.linalg.norm(outwards)), 1e-9)
    own = 2 * np.pi * skin.hz
    pull = np.radians(skin.sag_deg) / GRAVITY_M_S2 * own**2
    drive = -skin.lag * spinning - pull * np.cross(outwards, felt)
    numerator, denominator = bilinear([1.0], [1.0, 2 * skin.damping * own, own**2], FINE_HZ)
    settled = drive[0] / own**2
    yielding = settled + lfilter(numerator, denominator, drive - drive[0], axis=0)
    swell = np.radians(skin.swell_deg * sensor.swell) * segment.bent_deg / 120
    yielding += np.column_stack([0.5 * swell, np.zeros_like(swell), swell])
    give: Array = skin.scale * yielding
    return give


def _acceleration(place: Array) -> Array:
    out = np.zeros_like(place)
    out[1:-1] = (place[2:] - 2 * place[1:-1] + place[:-2]) * FINE_HZ**2
    out[0], out[-1] = out[1], out[-2]
    return out


def _rates(turned: Rotation) -> Array:
    out = np.zeros((len(turned), 3))
    out[1:-1] = (turned[:-2].inv() * turned[2:]).as_rotvec() * (FINE_HZ / 2)
    out[0], out[-1] = out[1], out[-2]
    return out


def _with_errors(
    rng: np.random.Generator, sensor: WornSensor, ideal: Array, rate_hz: float
) -> Array:
    shape = ideal[:, :3].shape
    drift = np.cumsum(rng.standard_normal(shape), axis=0) * np.radians(0.003) / np.sqrt(rate_hz)
    acc = ideal[:, :3] * sensor.acc_scale + sensor.acc_offset + rng.normal(0, 0.04, shape)
    gyr = (
        ideal[:, 3:] * sensor.gyr_scale
        + sensor.gyr_offset
        + drift
        + rng.normal(0, np.radians(0.1), shape)
    )
    return np.hstack([acc, gyr])
