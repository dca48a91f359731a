"""Recordings with something else spliced in: walking, drinking, handling, getting into position.

The truth is exact: none of it is a repetition. What is spliced in is a simulated arm's, read by a
sensor of its own donning; between recording and activity the sensor turns as `joined` has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from research.simulation.body import ARM_REST, arm
from research.simulation.everyday import drink, handled, position, walk
from research.simulation.limb_motion import MANNERS, MotionBuilder
from research.simulation.worn_sensor import Skin, WornSensor, read

from .repetition_cases import SensorRecording, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["EVERYDAY", "EverydayCase", "everyday_cases"]

EVERYDAY = ("walking", "drinking", "handling", "positioning")
WALKING_S, HANDLING_S = 25.0, 18.0
PEOPLE = 4
"""Different people who do each; recordings take turns."""


@dataclass(frozen=True, slots=True)
class EverydayCase:
    """A recording with an activity in it, in which as many repetitions were done as before."""

    activity: str
    sensors: dict[str, SensorRecording]


def everyday_cases(
    sensors: Mapping[str, SensorRecording], rate_hz: float, at: int, *, seed: int
) -> Iterator[EverydayCase]:
    """One case an activity.

    Args:
        sensors: of an arm, each gets the activity as its own wrist felt it.
        rate_hz: of all.
        at: sample at rest, where the activity is spliced in; getting into position comes first.
        seed: of the person and the way between.
    """
    for activity in EVERYDAY:
        felt = _felt(activity, rate_hz, seed % PEOPLE)
        made = {}
        for placement, sensor in sensors.items():
            if activity == "positioning":
                made[placement] = joined(felt, sensor, rate_hz, seed=seed)
            else:
                first = joined(sensor.part(0, at), felt, rate_hz, seed=seed)
                rest = sensor.part(at, len(sensor))
                made[placement] = joined(first, rest, rate_hz, seed=seed + 1)
        yield EverydayCase(activity, made)


@lru_cache(maxsize=4 * PEOPLE)
def _felt(activity: str, rate_hz: float, person: int) -> SensorRecording:
    """What a watch at the wrist reads of an activity, a second of rest before and after."""
    rng = np.random.default_rng([person, *activity.encode()])
    motion = MotionBuilder(rng, ARM_REST, MANNERS["usual"])
    motion.still(1.0)
    begun = motion.length
    match activity:
        case "walking":
            walk(motion, WALKING_S)
        case "drinking":
            drink(motion)
        case "positioning":
            position(motion)
        case _:
            motion.still(HANDLING_S)
    until = motion.length
    motion.still(1.0)
    done = motion.finish(())
    slip = handled(rng, len(done), begun, until) if activity == "handling" else None
    sensor = WornSensor.drawn(rng, "wrist", Skin())
    times = np.arange(int(done.seconds * rate_hz) - 1) / rate_hz
    seen = read(rng, sensor, arm(done.done)["forearm"], times, rate_hz, slip=slip)
    return SensorRecording(seen[:, :3], seen[:, 3:])
