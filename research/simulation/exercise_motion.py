"""The exercises that are simulated: pose, stroke, truth, and a set of repetitions of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .body import ARM_REST, LEG_REST, LimbSegment, arm, elevation_deg, leg
from .limb_motion import LimbMotion, Manner, MotionBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analytics.signals.arrays import Array

__all__ = ["EXERCISE_MOTIONS", "ExerciseMotion", "begin", "calibration_motion", "do_set"]


@dataclass(frozen=True, slots=True)
class ExerciseMotion:
    """One exercise as a body does it.

    Attributes:
        exercise, posture: as the library has them.
        sites: where sensors are worn, the one that is looked at first.
        body: from channels to segments.
        rest: channels that differ from standing.
        moves: by channel, its value at a share of the asked range, from 0 at rest to 1.
        up_s, hold_s, down_s, pause_s: of a repetition.
        angle_deg: the truth on the grid, from channels and segments.
        marked: whether the sensor must lie as it is marked.
        stance: every channel of the body, standing; None: the arm's or the leg's.
        resting: channels that nothing moves, for the body lies or leans on something.
        script: how a set of so many repetitions is done, where it is no strokes.
        compensates: the channel of the trunk in which somebody helps himself along.
    """

    exercise: str
    posture: str
    sites: tuple[str, ...]
    body: Callable[[Mapping[str, Array]], dict[str, LimbSegment]]
    rest: Mapping[str, float]
    moves: Mapping[str, tuple[float, float]]
    angle_deg: Callable[[Mapping[str, Array], Mapping[str, LimbSegment]], Array]
    up_s: float = 1.4
    hold_s: float = 0.6
    down_s: float = 1.4
    pause_s: float = 0.9
    marked: bool = False
    stance: Mapping[str, float] | None = None
    resting: tuple[str, ...] = ()
    script: Callable[[MotionBuilder, int], None] | None = None
    compensates: str = "lean"

    @property
    def upright(self) -> Mapping[str, float]:
        """Every channel with its value standing."""
        return self.stance or (ARM_REST if self.body is arm else LEG_REST)

    @property
    def pose(self) -> dict[str, float]:
        """Every channel with its value where the exercise begins."""
        return dict(self.upright) | dict(self.rest)

    @property
    def trembling(self) -> tuple[str, ...]:
        """The channels in which a tremor shows: angles, not places."""
        return tuple(channel for channel in self.moves if channel not in {"x", "y", "z"})

    def truth_deg(self, motion: LimbMotion) -> Array:
        """[m] the angle that the exercise is about, without tremor."""
        return self.angle_deg(motion.meant, self.body(motion.meant))


def _elevation(site: str) -> Callable[[Mapping[str, Array], Mapping[str, LimbSegment]], Array]:
    return lambda _, segments: elevation_deg(segments[site])


def _forward(channels: Mapping[str, Array], _: Mapping[str, LimbSegment]) -> Array:
    """The shank's angle from hanging, forward positive: below a chair it may begin behind."""
    return channels["hip"] - channels["knee"]


_SEATED = {"hip": 86.0, "knee": 88.0, "aside": 4.0}
_LYING = {"lie": 90.0, "hip": 6.0, "knee": 12.0}

EXERCISE_MOTIONS: Mapping[str, ExerciseMotion] = {
    "elbow": ExerciseMotion(
        "elbow-bend", "seated", ("wrist", "upper-arm"), arm,
        {"raise": 6.0, "elbow": 10.0, "plane": 60.0},
        {"elbow": (10.0, 132.0), "raise": (6.0, 14.0), "pronation": (0.0, -25.0)},
        lambda channels, _: channels["elbow"],
    ),
    "knee": ExerciseMotion(
        "knee-extension", "seated", ("shank", "thigh"), leg,
        _SEATED, {"knee": (88.0, 8.0), "hip": (86.0, 90.0)},
        lambda channels, _: 90 - channels["knee"],
        hold_s=1.0,
    ),
    "heel-slide": ExerciseMotion(
        "heel-slide", "supine", ("shank", "thigh"), leg,
        _LYING, {"knee": (12.0, 108.0), "hip": (6.0, 55.0)},
        lambda channels, _: channels["knee"],
        up_s=1.8, down_s=1.8,
    ),
    "abduction": ExerciseMotion(
        "arm-abduction", "standing", ("upper-arm",), arm,
        {"raise": 12.0, "plane": 12.0}, {"raise": (12.0, 118.0), "lean": (0.0, 2.0)},
        _elevation("upper-arm"), marked=True,
    ),
    "forward-raise": ExerciseMotion(
        "forward-arm-raise", "standing", ("wrist",), arm,
        {"raise": 12.0, "plane": 82.0, "elbow": 4.0}, {"raise": (12.0, 135.0)},
        _elevation("forearm"), marked=True,
    ),
    "shank": ExerciseMotion(
        "knee-extension", "seated", ("shank",), leg,
        _SEATED, {"knee": (88.0, 8.0), "hip": (86.0, 90.0)},
        _forward, hold_s=1.0, marked=True,
    ),
    "folding-shank": ExerciseMotion(
        "knee-extension", "seated", ("shank",), leg,
        _SEATED | {"knee": 104.0}, {"knee": (104.0, 14.0), "hip": (86.0, 89.0)},
        _forward, hold_s=1.0, marked=True,
    ),
}  # fmt: skip
"""By name: three joints of two sensors, and four exercises of one marked sensor."""


def begin(rng: np.random.Generator, what: ExerciseMotion, manner: Manner) -> MotionBuilder:
    """A motion that begins in the exercise's pose."""
    return MotionBuilder(rng, what.pose, manner)


def do_set(
    motion: MotionBuilder,
    what: ExerciseMotion,
    repetitions: int,
    *,
    shares: Sequence[float] | None = None,
    hold_s: float | None = None,
    pace: float = 1.0,
) -> None:
    """Add a set of repetitions and mark them.

    Args:
        motion: in the exercise's pose.
        what: the exercise.
        repetitions: how many.
        shares: of the asked range, one a repetition; None: what the person's effort reaches.
        hold_s: at the peak; None: as the exercise has it.
        pace: stretches all phases.
    """
    manner, rng = motion.manner, motion.rng
    for number in range(repetitions):
        share = manner.effort if shares is None else shares[number]
        share *= 1 + manner.spread * rng.standard_normal()
        share = float(np.clip(share, 0.05, 1.08))
        top = {k: low + share * (high - low) for k, (low, high) in what.moves.items()}
        if what.compensates in motion.at:
            top[what.compensates] = manner.compensation_deg * share
        rest = {k: motion.at[k] for k in top}
        begun = motion.length
        motion.stroke(what.up_s * pace, **top)
        motion.still(pace * (what.hold_s if hold_s is None else hold_s))
        motion.stroke(what.down_s * pace, **rest)
        motion.repetition(begun)
        motion.still(pace * what.pause_s * rng.uniform(0.7, 1.6))


def calibration_motion(rng: np.random.Generator, what: ExerciseMotion) -> LimbMotion:
    """A joint's functional calibration, standing: still, five flexions, five straight raises."""
    helped = Manner(spread=0.06)
    is_arm = what.body is arm
    motion = MotionBuilder(rng, dict(ARM_REST if is_arm else LEG_REST), helped)
    joint, root, bent, raised = (
        ("elbow", "raise", 115.0, 55.0) if is_arm else ("knee", "hip", 85.0, 50.0)
    )
    motion.at |= {joint: 0.0, root: 0.0} | ({"plane": 90.0} if is_arm else {})
    motion.still(6.0)
    for channel, top in [(joint, bent)] * 5 + [(root, raised)] * 5:
        motion.stroke(1.3, **{channel: top})
        motion.still(0.4)
        motion.stroke(1.3, **{channel: 0.0})
        motion.still(0.7)
    motion.still(1.0)
    return motion.finish(())
