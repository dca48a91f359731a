"""A joint case as a home's session, so that what is scored is what a clinician would see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analytics.calibration.functional import functional_calibration
from research.session_cases.session_case import ItemTruth, SensorStream, SessionCase, recorded
from telemetry.messages.events import HingeCalibration

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

    from .joint_case import JointCase

__all__ = ["MISPLACED", "misplaced", "session_of"]

_WORN = {
    "knee": ("heel-slide", "supine", "shank-right", "thigh-right"),
    "elbow": ("elbow-bend", "seated", "wrist-right", "upper-arm-right"),
}
"""By joint: exercise and posture in which it is measured, distal and proximal placement."""
CLOCKS_MS = (100, 200, 500)
MISPLACED = (
    "on the table",
    "on another person",
    "both on the distal segment",
    "both on the proximal segment",
    "swapped",
    *(f"clocks {ms} ms apart" for ms in CLOCKS_MS),
)
"""What can be made wrong of a recorded joint's second sensor."""


def session_of(case: JointCase, kind: str = "as recorded", *, right: bool = True) -> SessionCase:
    """The case as a session with one item over all of it.

    The truth is the reference's median range over the repetitions that are found. Where the case
    has calibration movements, the home's calibration is made of them.

    Args:
        case: of two sensors; a joint that is neither knee nor elbow is measured as an elbow.
        kind: what the case is about.
        right: the sensors are where they belong.
    """
    exercise, posture, distal, proximal = _WORN.get(case.joint, _WORN["elbow"])
    streams = [
        SensorStream(distal, case.rate_hz, case.distal),
        SensorStream(proximal, case.rate_hz, case.proximal),
    ]
    recording = recorded(
        exercise,
        posture,
        streams,
        0.0,
        len(case.distal) / case.rate_hz,
        hinge=_calibrated(case, proximal, distal),
    )
    truth = ItemTruth(None, case.reference_deg, case.rate_hz, 0)
    return SessionCase(case.name, kind, right, recording, truth)


def misplaced(case: JointCase, kind: str, other: JointCase, seed: int) -> JointCase:
    """The case with its second sensor not where it is believed to be.

    Args:
        case: as recorded.
        kind: of `MISPLACED`.
        other: another recording, whose proximal sensor stands for somebody else's.
        seed: of mountings and noise.

    Raises:
        ValueError: there is no such kind.
    """
    rng = np.random.default_rng([seed, 19])
    named = f"{case.name}: {kind}"
    if kind == "on the table":
        lying = np.zeros_like(case.proximal)
        lying[:, :3] = 9.81 * Rotation.random(rng=rng).apply([0, 0, 1])
        return replace(case, name=named, proximal=lying + _noise(rng, lying))
    if kind == "on another person":
        elsewhere = np.resize(
            other.proximal[::-1] if other is case else other.proximal, case.proximal.shape
        )
        return replace(case, name=named, proximal=elsewhere)
    if kind == "both on the distal segment":
        return replace(case, name=named, proximal=_beside(rng, case.distal))
    if kind == "both on the proximal segment":
        return replace(case, name=named, distal=_beside(rng, case.proximal))
    if kind == "swapped":
        return replace(case, name=named, proximal=case.distal, distal=case.proximal)
    for ms in CLOCKS_MS:
        if kind == f"clocks {ms} ms apart":
            at = np.arange(len(case.proximal)) + ms / 1000 * case.rate_hz
            own = np.arange(len(case.proximal))
            late = np.column_stack([np.interp(at, own, c) for c in case.proximal.T])
            return replace(case, name=named, proximal=late)
    raise ValueError(f"no {kind!r}: there are {', '.join(MISPLACED)}")


def _beside(rng: np.random.Generator, sensor: Array) -> Array:
    """A second sensor strapped beside this one, turned anyhow."""
    turned = Rotation.random(rng=rng).inv()
    both = np.hstack([turned.apply(sensor[:, :3]), turned.apply(sensor[:, 3:])])
    return both + _noise(rng, sensor)


def _noise(rng: np.random.Generator, sensor: Array) -> Array:
    acc, gyr = rng.normal(0, 0.03, (len(sensor), 3)), rng.normal(0, 0.002, (len(sensor), 3))
    return np.hstack([acc, gyr])


def _calibrated(case: JointCase, proximal: str, distal: str) -> HingeCalibration | None:
    if case.calibration_proximal is None or case.calibration_distal is None:
        return None
    parts = [
        (np.ascontiguousarray(s[:, :3]), np.ascontiguousarray(s[:, 3:]))
        for s in (case.calibration_proximal, case.calibration_distal)
    ]
    found = functional_calibration(parts[0], parts[1], case.rate_hz, neutral_deg=case.neutral_deg)
    if not found.holds or found.axes is None:
        return None
    axes = (found.axes.proximal, found.axes.distal)
    near, far = ((a / np.linalg.norm(a)).tolist() for a in axes)
    return HingeCalibration(
        proximal=proximal,
        distal=distal,
        proximal_axis=(near[0], near[1], near[2]),
        distal_axis=(far[0], far[1], far[2]),
        zero_rad=found.zero_rad,
    )
