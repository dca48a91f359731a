"""Sensors that are not where the session believes them, or whose clocks do not agree."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from research.simulation.everyday import gesture
from research.simulation.worn_sensor import Skin, still_reading
from telemetry.messages.events import SegmentCalibrated

from .case_spec import CaseSpec
from .session_case import SensorStream, recorded
from .simulated_session import LEAD_S, Person, Recorded, simulate_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from research.simulation.exercise_motion import ExerciseMotion
    from research.simulation.limb_motion import MotionBuilder

    from .session_case import SessionCase

__all__ = [
    "CLOCKS_S",
    "SECOND_SENSOR",
    "clocks_apart",
    "failed_calibrations",
    "late_session",
    "second_sensor_session",
    "wrong",
]

CLOCKS_S: Mapping[str, float] = {
    f"clocks {ms} ms apart": ms / 1000 for ms in (20, 50, 100, 200, 500)
}
BEHIND_MS = (20, 50, 100, 200, 300, 400, 500, 800)
SLOW_CLOCK = 0.006
"""A clock that loses a second in three minutes and is not noticed."""
SECOND_SENSOR = (
    "on the table",
    "on another person",
    "both on the distal segment",
    "both on the proximal segment",
    "swapped",
    *CLOCKS_S,
    "clock drifts",
)
"""What may be wrong with the second sensor of a joint."""


def second_sensor_session(
    name: str, *, exercise: str, what: str, calibrated: bool, seed: int
) -> SessionCase:
    """A joint whose second sensor is not where it is believed to be.

    Args:
        name: of the case.
        exercise: one of two sensors.
        what: of `SECOND_SENSOR`.
        calibrated: it was in place while the joint was calibrated, and is no more.
        seed: of person and sensors.
    """
    right = simulate_item(exercise, Person(rate_hz=60.0, calibrated=calibrated), seed)
    distal, proximal = right.what.sites
    readings = {distal: right.readings[distal], proximal: right.readings[proximal]}
    rng = np.random.default_rng([seed, 11])
    if what == "on the table":
        lying = Rotation.random(rng=rng)
        n, rate_hz = len(readings[proximal]), right.person.rate_hz
        readings[proximal] = still_reading(rng, right.sensors[proximal], lying, n, rate_hz)
    elif what == "on another person":
        readings[proximal] = _on_another(right, exercise, proximal, seed)
    elif what == "both on the distal segment":
        sensor = replace(
            right.sensors[proximal], place_m=right.sensors[distal].place_m + (0.0, 0.0, 0.06)
        )
        readings[proximal] = right.seen_by(sensor, distal, seed)
    elif what == "both on the proximal segment":
        sensor = replace(
            right.sensors[distal], place_m=right.sensors[proximal].place_m + (0.0, 0.0, 0.06)
        )
        readings[distal] = right.seen_by(sensor, proximal, seed)
    elif what == "swapped":
        readings = {distal: readings[proximal], proximal: readings[distal]}
    else:
        behind_s, slow = CLOCKS_S.get(what, 0.0), SLOW_CLOCK if what == "clock drifts" else 0.0
        times = right.times_s(behind_s=behind_s, slow=slow)
        readings[proximal] = right.seen_by(right.sensors[proximal], proximal, seed, times)
    streams = [
        SensorStream(f"{site}-right", right.person.rate_hz, readings[site])
        for site in right.what.sites
    ]
    return right.case(name, what, right=False, streams=streams)


def wrong(seeds: Sequence[int]) -> list[CaseSpec]:
    """Every wrong second sensor at each joint, calibrated before and not."""
    return [
        CaseSpec(
            f"{what}-{exercise}{'-calibrated' if calibrated else ''}-{seed:02d}",
            second_sensor_session,
            {"exercise": exercise, "what": what, "calibrated": calibrated, "seed": seed},
        )
        for seed, what, exercise, calibrated in product(
            seeds, SECOND_SENSOR, ("elbow", "knee", "heel-slide"), (False, True)
        )
    ]


def late_session(
    name: str,
    *,
    exercise: str,
    manner: str,
    behind_ms: int,
    calibrated: bool,
    softness: float,
    seed: int,
) -> SessionCase:
    """A joint in place, whose proximal sensor's clock is behind and says nothing of it.

    Args:
        name: of the case.
        exercise: one of two sensors.
        manner: how the person moves, of `MANNERS`.
        behind_ms: by how much the clock is behind.
        calibrated: whether the joint was calibrated.
        softness: of the tissue.
        seed: of person and sensors.
    """
    right = simulate_item(exercise, Person(manner, 60.0, Skin(softness), calibrated), seed)
    distal, proximal = right.what.sites
    times = right.times_s(behind_s=behind_ms / 1000)
    late = right.seen_by(right.sensors[proximal], proximal, seed, times)
    readings = {distal: right.readings[distal], proximal: late}
    streams = [SensorStream(f"{site}-right", 60.0, readings[site]) for site in right.what.sites]
    kind = f"{behind_ms} ms apart"
    return right.case(name, kind, right=False, streams=streams)


def clocks_apart(seeds: Sequence[int]) -> list[CaseSpec]:
    """Every lag at each joint, moved calmly and briskly; tissue and calibration go round."""
    return [
        CaseSpec(
            f"{behind_ms}-ms-{exercise}-{manner}-{seed:02d}",
            late_session,
            {
                "exercise": exercise,
                "manner": manner,
                "behind_ms": behind_ms,
                "calibrated": (number + seed) % 2 == 0,
                "softness": (0.0, 0.5, 1.0)[(number // 2 + seed) % 3],
                "seed": seed,
            },
        )
        for seed in seeds
        for number, (exercise, manner) in enumerate(
            product(("elbow", "knee", "heel-slide"), ("usual", "brisk", "irregular"))
        )
        for behind_ms in BEHIND_MS
    ]


def failed_calibration_session(name: str, *, what: str, seed: int) -> SessionCase:
    """A marked sensor that lies wrong; its calibration failed, or was told to trust the marking.

    Args:
        name: of the case.
        what: `upside down` or `60 degrees askew`.
        seed: of the person.
    """
    found = simulate_item("abduction", Person(skin=Skin(1.0)), seed)
    turn = np.pi if what == "upside down" else np.radians(60.0)
    sensor = found.sensors["upper-arm"]
    across = Rotation.from_rotvec(turn * np.array([0.0, 0.0, 1.0]))
    lying = replace(sensor, mounting=sensor.mounting * across)
    told = SegmentCalibrated(
        session="01KDYX0000000000000000000A",
        number=1,
        t_ns=0,
        placement="upper-arm-right",
        level="none",
        passed=False,
        note=what,
    )
    recording = recorded(
        found.what.exercise,
        found.what.posture,
        [SensorStream("upper-arm-right", 60.0, found.seen_by(lying, "upper-arm", seed))],
        LEAD_S,
        found.motion.seconds - 1.0,
        calibrated=[told],
    )
    return replace(found.case(name, what, right=False), recording=recording)


def failed_calibrations(seeds: Sequence[int]) -> list[CaseSpec]:
    """Items that follow a calibration that did not pass."""
    return [
        CaseSpec(f"{what}-{seed:02d}", failed_calibration_session, {"what": what, "seed": seed})
        for seed, what in product(seeds, ("upside down", "60 degrees askew"))
    ]


def _on_another(right: Recorded, exercise: str, site: str, seed: int) -> npt.NDArray[np.float64]:
    """What the second sensor reads on somebody who sits beside and talks."""
    seconds = right.motion.seconds

    def talk(motion: MotionBuilder, _: ExerciseMotion) -> None:
        gesture(motion, seconds)

    other = simulate_item(exercise, right.person, seed + 1000, script=talk)
    return other.readings[site][: len(right.readings[site])]
