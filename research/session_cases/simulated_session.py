"""Sessions of simulated people: a body moves, sensors are read, a home records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analytics.calibration.functional import functional_calibration
from research.simulation.exercise_motion import (
    EXERCISE_MOTIONS,
    ExerciseMotion,
    begin,
    calibration_motion,
    do_set,
)
from research.simulation.leg_motion import LEG_MOTIONS
from research.simulation.limb_motion import FINE_HZ, MANNERS, LimbMotion, Manner, MotionBuilder
from research.simulation.worn_sensor import Skin, Slip, WornSensor, read
from telemetry.messages.events import HingeCalibration

from .session_case import ItemTruth, SensorStream, SessionCase, TrueRepetition, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.signals.arrays import Array
    from research.simulation.body import LimbSegment

__all__ = ["Person", "Recorded", "simulate_item"]

LEAD_S = 3.0
"""Streams run before an item begins, and a little after it has ended."""
TAIL_S = 1.5


@dataclass(frozen=True, slots=True)
class Person:
    """Who exercises, and how the sensors sit.

    Attributes:
        manner: name of `MANNERS`.
        rate_hz: of the sensors.
        skin: under them.
        calibrated: whether a joint was calibrated by movements before the item.
        repetitions: of a set.
    """

    manner: str = "usual"
    rate_hz: float = 60.0
    skin: Skin = field(default_factory=Skin)
    calibrated: bool = False
    repetitions: int = 8

    @property
    def moves(self) -> Manner:
        """How the person moves."""
        return MANNERS[self.manner]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A simulated item before it is put into a session.

    Attributes:
        what: the exercise.
        person: who.
        motion: of the limb.
        segments: of the body that moved.
        sensors: by site, as worn.
        readings: by site, [n, 6].
        hinge: the joint's calibration, where there was one that passed.
    """

    what: ExerciseMotion
    person: Person
    motion: LimbMotion
    segments: dict[str, LimbSegment]
    sensors: dict[str, WornSensor]
    readings: dict[str, Array]
    hinge: HingeCalibration | None

    def times_s(self, *, behind_s: float = 0.0, slow: float = 0.0) -> Array:
        """[n] when a sensor's samples are taken, if its clock is so far behind and so slow.

        Its stamps say that they were taken at whole sample periods from the start.
        """
        n = int(self.motion.seconds * self.person.rate_hz) - 1
        return np.arange(n) / self.person.rate_hz * (1 + slow) + behind_s

    def streams(self) -> list[SensorStream]:
        """The sensors' streams, the observed one first."""
        rate_hz = self.person.rate_hz
        return [
            SensorStream(f"{site}-right", rate_hz, self.readings[site]) for site in self.what.sites
        ]

    def seen_by(
        self, sensor: WornSensor, site: str, seed: int, times_s: Array | None = None
    ) -> Array:
        """[n, 6] what a sensor reads that is strapped where another one was meant to be.

        Args:
            sensor: as worn.
            site: where it really is.
            seed: of its noise.
            times_s: when it is read; None: at whole sample periods.
        """
        times = self.times_s() if times_s is None else times_s
        rng = np.random.default_rng([seed, 7])
        return read(rng, sensor, _segment(self.segments, site), times, self.person.rate_hz)

    def truth(self) -> ItemTruth:
        """What was done, at the samples of the observed stream."""
        angle = self.what.truth_deg(self.motion)
        grid = np.arange(len(angle)) / FINE_HZ
        return ItemTruth(
            repetitions=tuple(_true(angle, a, b) for a, b in self.motion.repetitions),
            angle_deg=np.interp(self.times_s(), grid, angle),
            rate_hz=self.person.rate_hz,
            from_index=round(LEAD_S * self.person.rate_hz),
        )

    def case(
        self,
        name: str,
        kind: str,
        *,
        right: bool = True,
        streams: list[SensorStream] | None = None,
        truth: ItemTruth | None = None,
    ) -> SessionCase:
        """The session; `streams` replaces what the sensors really measured."""
        recording = recorded(
            self.what.exercise,
            self.what.posture,
            self.streams() if streams is None else streams,
            LEAD_S,
            self.motion.seconds - TAIL_S / 2,
            hinge=self.hinge,
        )
        return SessionCase(name, kind, right, recording, truth or self.truth())


def simulate_item(
    exercise: str,
    person: Person,
    seed: int,
    *,
    script: Callable[[MotionBuilder, ExerciseMotion], None] | None = None,
    slips: Callable[[np.random.Generator, LimbMotion], dict[str, Slip]] | None = None,
    before: Callable[[dict[str, float]], dict[str, float]] | None = None,
) -> Recorded:
    """One item of a person; the same arguments give the same arrays.

    Args:
        exercise: name of `EXERCISE_MOTIONS` or `LEG_MOTIONS`.
        person: who.
        seed: of everything that is drawn.
        script: what is done between lead and tail; None: one set.
        slips: by site, how sensors leave their places.
        before: from the exercise's pose to the one in which the streams begin; None: the same.
    """
    rng = np.random.default_rng([seed, sum(exercise.encode())])
    what = EXERCISE_MOTIONS.get(exercise) or LEG_MOTIONS[exercise]
    builder = begin(rng, what, person.moves)
    if before is not None:
        builder.at = before(what.pose)
    builder.still(LEAD_S)
    if script is None and what.script is not None:
        what.script(builder, person.repetitions)
    elif script is None:
        do_set(builder, what, person.repetitions)
    else:
        script(builder, what)
    builder.still(TAIL_S)
    motion = builder.finish(what.trembling, what.resting)
    segments = what.body(motion.done)
    sensors = {site: _put_on(rng, what, site, person.skin) for site in what.sites}
    moved = slips(rng, motion) if slips is not None else {}
    times = np.arange(int(motion.seconds * person.rate_hz) - 1) / person.rate_hz
    readings = {
        site: read(
            rng, sensor, _segment(segments, site), times, person.rate_hz, slip=moved.get(site)
        )
        for site, sensor in sensors.items()
    }
    hinge = _calibrate(rng, what, person, sensors) if person.calibrated else None
    return Recorded(what, person, motion, segments, sensors, readings, hinge)


def _put_on(rng: np.random.Generator, what: ExerciseMotion, site: str, skin: Skin) -> WornSensor:
    """A sensor as it is strapped on: a watch on the right wrist points to the elbow."""
    toward_end = -1.0 if site == "wrist" else 1.0
    return WornSensor.drawn(rng, site, skin, marked=toward_end if what.marked else None)


def _segment(segments: dict[str, LimbSegment], site: str) -> LimbSegment:
    return segments["forearm" if site == "wrist" else site]


def _calibrate(
    rng: np.random.Generator,
    what: ExerciseMotion,
    person: Person,
    sensors: dict[str, WornSensor],
) -> HingeCalibration | None:
    """What the home's calibration finds in simulated calibration movements; None: it failed."""
    if len(what.sites) < 2 or what.marked:
        return None
    distal, proximal = what.sites
    motion = calibration_motion(rng, what)
    segments = what.body(motion.done)
    times = np.arange(int(motion.seconds * person.rate_hz) - 1) / person.rate_hz
    seen = [
        read(rng, sensors[site], _segment(segments, site), times, person.rate_hz)
        for site in (proximal, distal)
    ]
    parts = [(np.ascontiguousarray(s[:, :3]), np.ascontiguousarray(s[:, 3:])) for s in seen]
    found = functional_calibration(parts[0], parts[1], person.rate_hz)
    if not found.holds or found.axes is None:
        return None
    return HingeCalibration(
        proximal=f"{proximal}-right",
        distal=f"{distal}-right",
        proximal_axis=_vector(found.axes.proximal),
        distal_axis=_vector(found.axes.distal),
        zero_rad=found.zero_rad,
    )


def _vector(values: Array) -> tuple[float, float, float]:
    x, y, z = (values / np.linalg.norm(values)).tolist()
    return (x, y, z)


def _true(angle_deg: Array, start: int, stop: int) -> TrueRepetition:
    part = angle_deg[start:stop]
    peak = int(np.argmax(part))
    return TrueRepetition(
        start / FINE_HZ,
        stop / FINE_HZ,
        float(part[peak] - part[: peak + 1].min()),
        float(part[peak]),
    )
