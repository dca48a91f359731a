"""Two worn sensors on either side of a hinge joint, with soft tissue, errors and known truth.

A body frame of x right, y forward, z up; limbs hang along -z at angle zero. The joint turns about
x: elbow flexion is positive, knee flexion negative about x. Segments move in space as the movement
says, so a sensor feels the true acceleration of its place on the limb, not gravity alone.

Steps: (1) a movement gives the joint's angle, the proximal segment's orientation and the joint's
position on a grid finer than the sensor's; (2) soft tissue turns each sensor against its bone;
(3) specific force and angular rate follow from positions and orientations by central differences;
(4) mounting, scale, bias, drift and noise are added and the result is taken at the sensor's rate.

What is drawn at random, and how widely, stands in `NoiseRanges` and `SoftTissue`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from .hinge_movement import MOVEMENTS, HingeMovement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analytics.signals.arrays import Array

GRAVITY = np.array([0.0, 0.0, 9.81])
FINE = 4
"""Movement samples per sensor sample."""


@dataclass(frozen=True, slots=True)
class NoiseRanges:
    """Errors of one sensor; signs and values are drawn per sensor and axis."""

    gyr_bias_deg_s: float = 0.5
    """Constant, this size with a random sign on each axis."""
    gyr_drift_deg_s: float = 0.003
    """Random walk of the bias, standard deviation after one second."""
    gyr_noise_deg_s: float = 0.1
    gyr_scale: float = 0.005
    acc_bias_m_s2: float = 0.05
    acc_noise_m_s2: float = 0.04
    acc_scale: float = 0.003


@dataclass(frozen=True, slots=True)
class SoftTissue:
    """How far a sensor turns against its bone: with flexion, and by wobbling when it moves."""

    twist_deg: float = 6.0
    """About the limb's long axis at 130 degrees of flexion, proximal sensor."""
    tilt_deg: float = 3.0
    """About the joint's axis at 130 degrees of flexion, proximal (+) and distal (-2/3)."""
    wobble_deg: float = 1.5
    """At 300 degrees per second."""
    wobble_hz: float = 5.0
    axial_deg: float = 20.0
    """Pronation or tibial rotation, wandering; a quarter of it at the knee."""


def drawn_tissue(rng: np.random.Generator) -> SoftTissue:
    """Soft tissue of a person drawn at random.

    One looseness, evenly between none and 1.5 times the sizes above, holds for all parts, each
    varied by up to a half and with a random direction; every fourth person has none.
    """
    usual = SoftTissue()
    loose = 0.0 if rng.random() < 0.25 else rng.uniform(0, 1.5)
    twist, tilt, wobble, axial = loose * rng.uniform(0.5, 1.5, 4)
    turns = rng.choice([-1.0, 1.0], 2)
    return SoftTissue(
        usual.twist_deg * twist * turns[0],
        usual.tilt_deg * tilt * turns[1],
        usual.wobble_deg * wobble,
        usual.wobble_hz,
        usual.axial_deg * axial,
    )


RIGID = SoftTissue(0.0, 0.0, 0.0, 5.0, 0.0)


@dataclass(frozen=True, slots=True)
class HingeScenario:
    """One kind of simulated recording."""

    movement: str
    seconds: float = 60.0
    rest_s: float = 5.0
    tissue: SoftTissue = RIGID
    calibrated: bool = False
    """Whether neutral pose, flexions and straight raises are recorded before it."""
    contracture_deg: float = 0.0
    """The joint never gets straighter than this."""
    joint: str = "elbow"
    rate_hz: float = 100.0
    noise: NoiseRanges = field(default_factory=NoiseRanges)


SCENARIOS: Mapping[str, HingeScenario] = {
    "hinge-horizontal": HingeScenario("curls"),
    "no-rest": HingeScenario("curls", rest_s=0.0),
    "ten-minutes": HingeScenario("curls", seconds=600.0, rest_s=0.0),
    "hinge-vertical": HingeScenario("curls-arm-level"),
    "soft-tissue": HingeScenario("curls", tissue=SoftTissue(), calibrated=True),
    "knee-extension": HingeScenario(
        "knee-extension", joint="knee", tissue=SoftTissue(), calibrated=True
    ),
    "squat": HingeScenario("squat", joint="knee", tissue=SoftTissue(), calibrated=True),
    "walking": HingeScenario("walking", joint="knee", tissue=SoftTissue(), calibrated=True),
}


@dataclass(frozen=True, slots=True)
class HingeRecording:
    """A simulated recording and its truth.

    Attributes:
        proximal, distal: [n, 6] acc m/s², gyr rad/s.
        reference_deg: [n] flexion of the bones, 0 straight.
        calibration_proximal, calibration_distal: [m, 6] or None.
        axis_proximal, axis_distal: unit vector of the joint's axis in each sensor's frame.
    """

    joint: str
    rate_hz: float
    proximal: Array
    distal: Array
    reference_deg: Array
    calibration_proximal: Array | None
    calibration_distal: Array | None
    axis_proximal: Array
    axis_distal: Array

    def cut(self, start: int, stop: int) -> HingeRecording:
        """The samples `start` up to `stop`, without the calibration."""
        part = slice(start, stop)
        return HingeRecording(
            self.joint,
            self.rate_hz,
            self.proximal[part],
            self.distal[part],
            self.reference_deg[part],
            None,
            None,
            self.axis_proximal,
            self.axis_distal,
        )


@dataclass(frozen=True, slots=True)
class _Sensor:
    """One sensor's mounting and errors, the same through a recording."""

    mounting: Rotation
    place_m: Array
    gyr_bias: Array
    gyr_scale: Array
    acc_bias: Array
    acc_scale: Array


def simulate(scenario: HingeScenario, seed: int) -> HingeRecording:
    """One recording; the same scenario and seed give the same arrays."""
    rng = np.random.default_rng(seed)
    noise = scenario.noise
    proximal = _draw_sensor(rng, noise, np.array([0.04, 0.02, 0.13]))
    distal = _draw_sensor(rng, noise, np.array([0.0, 0.03, -0.19]))
    parts = []
    if scenario.calibrated:
        parts.append(MOVEMENTS["calibration"](rng, scenario))
    parts.append(MOVEMENTS[scenario.movement](rng, scenario))
    recorded = [_record(rng, scenario, movement, proximal, distal) for movement in parts]
    trial_proximal, trial_distal, reference_deg = recorded[-1]
    calibration = recorded[0] if scenario.calibrated else (None, None, None)
    axis = np.array([1.0 if scenario.joint == "elbow" else -1.0, 0.0, 0.0])
    return HingeRecording(
        joint=scenario.joint,
        rate_hz=scenario.rate_hz,
        proximal=trial_proximal,
        distal=trial_distal,
        reference_deg=reference_deg,
        calibration_proximal=calibration[0],
        calibration_distal=calibration[1],
        axis_proximal=proximal.mounting.inv().apply(axis),
        axis_distal=distal.mounting.inv().apply(axis),
    )


def single_repetitions(
    recording: HingeRecording, *, seconds: float = 1.5, least_range_deg: float = 30.0
) -> Iterator[HingeRecording]:
    """Cuts of one movement each: windows in which the joint turns far enough, side by side."""
    length = round(seconds * recording.rate_hz)
    start = 0
    while start + length <= len(recording.reference_deg):
        if np.ptp(recording.reference_deg[start : start + length]) >= least_range_deg:
            yield recording.cut(start, start + length)
            start += length
        else:
            start += length // 4


def _draw_sensor(rng: np.random.Generator, noise: NoiseRanges, place_m: Array) -> _Sensor:
    return _Sensor(
        mounting=Rotation.random(rng=rng),
        place_m=place_m,
        gyr_bias=np.deg2rad(noise.gyr_bias_deg_s) * rng.choice([-1.0, 1.0], 3),
        gyr_scale=1 + noise.gyr_scale * rng.standard_normal(3),
        acc_bias=noise.acc_bias_m_s2 * rng.standard_normal(3),
        acc_scale=1 + noise.acc_scale * rng.standard_normal(3),
    )


def _record(
    rng: np.random.Generator,
    scenario: HingeScenario,
    movement: HingeMovement,
    proximal: _Sensor,
    distal: _Sensor,
) -> tuple[Array, Array, Array]:
    """What both sensors read during a movement, and the true angle, at the sensor's rate."""
    fine_hz = FINE * scenario.rate_hz
    flexion, tissue = movement.flexion_deg, scenario.tissue
    sign = 1.0 if scenario.joint == "elbow" else -1.0
    along = np.zeros_like(flexion)
    axial = tissue.axial_deg * (1.0 if scenario.joint == "elbow" else 0.25) * movement.axial
    bone1 = movement.proximal
    bone2 = (
        bone1
        * Rotation.from_euler("x", sign * flexion[:, None], degrees=True)
        * Rotation.from_euler("z", axial[:, None], degrees=True)
    )
    wobble = (
        tissue.wobble_deg
        * (np.gradient(flexion, 1 / fine_hz) / 300)
        * np.sin(2 * np.pi * tissue.wobble_hz * np.arange(len(flexion)) / fine_hz)
    )
    share = flexion / 130
    skin1 = Rotation.from_euler(
        "zx", np.column_stack([-tissue.twist_deg * share + wobble, tissue.tilt_deg * share]), True
    )
    skin2 = Rotation.from_euler(
        "zx", np.column_stack([along + wobble, -tissue.tilt_deg * 2 / 3 * share]), True
    )
    readings = []
    for bone, skin, sensor in ((bone1, skin1, proximal), (bone2, skin2, distal)):
        place = movement.joint_m + bone.apply(sensor.place_m)
        orientation = bone * skin * sensor.mounting
        readings.append(_read(rng, scenario, orientation, place, sensor))
    return readings[0], readings[1], np.ascontiguousarray(flexion[::FINE])


def _read(
    rng: np.random.Generator,
    scenario: HingeScenario,
    orientation: Rotation,
    place_m: Array,
    sensor: _Sensor,
) -> Array:
    """[n, 6] readings of a sensor with this orientation (sensor to earth) and place."""
    noise, fine_hz = scenario.noise, FINE * scenario.rate_hz
    acceleration = np.zeros_like(place_m)
    acceleration[1:-1] = (place_m[2:] - 2 * place_m[1:-1] + place_m[:-2]) * fine_hz**2
    acceleration[0], acceleration[-1] = acceleration[1], acceleration[-2]
    force = orientation.inv().apply(acceleration + GRAVITY)[::FINE]
    rate = np.zeros_like(place_m)
    rate[1:-1] = (orientation[:-2].inv() * orientation[2:]).as_rotvec() * (fine_hz / 2)
    rate[0], rate[-1] = rate[1], rate[-2]
    rate = rate[::FINE]
    drift = np.cumsum(rng.standard_normal(rate.shape), axis=0) / np.sqrt(scenario.rate_hz)
    gyr = (
        rate * sensor.gyr_scale
        + sensor.gyr_bias
        + np.deg2rad(noise.gyr_drift_deg_s) * drift
        + np.deg2rad(noise.gyr_noise_deg_s) * rng.standard_normal(rate.shape)
    )
    acc = (
        force * sensor.acc_scale
        + sensor.acc_bias
        + noise.acc_noise_m_s2 * rng.standard_normal(force.shape)
    )
    return np.ascontiguousarray(np.hstack([acc, gyr]))


__all__ = [
    "RIGID",
    "SCENARIOS",
    "HingeRecording",
    "HingeScenario",
    "NoiseRanges",
    "SoftTissue",
    "drawn_tissue",
    "simulate",
    "single_repetitions",
]
