"""Sets with something else between, before or within them: what belongs to the set?"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from research.simulation.everyday import drink, handled, loose_strap, position, walk
from research.simulation.exercise_motion import do_set
from research.simulation.worn_sensor import Skin

from .case_spec import CaseSpec
from .simulated_session import Person, simulate_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from research.simulation.exercise_motion import ExerciseMotion
    from research.simulation.limb_motion import LimbMotion, MotionBuilder
    from research.simulation.worn_sensor import Slip

    from .session_case import SessionCase

__all__ = ["ACTIVITIES", "failing_peaks", "folding", "held", "loose", "spliced"]

ACTIVITIES = ("walking", "drinking", "handling", "positioning")
WALKING_S, HANDLING_S = 25.0, 18.0


@dataclass(slots=True)
class _Spliced:
    """A script with an activity in it; remembers when the sensors were in somebody's hands."""

    activity: str
    where: str
    handling: list[tuple[int, int]] = field(default_factory=list)

    def script(self, motion: MotionBuilder, what: ExerciseMotion) -> None:
        """Two sets of eight, or one of ten, and the activity where it belongs."""
        if self.where == "before":
            self._act(motion)
            motion.still(1.0)
            do_set(motion, what, 10)
        elif self.where == "after":
            do_set(motion, what, 10)
            motion.still(1.0)
            self._act(motion)
        else:
            repetitions, rest_s = (8, 2.5) if self.where == "between" else (5, 0.01)
            do_set(motion, what, repetitions)
            motion.still(rest_s)
            self._act(motion)
            motion.still(rest_s)
            do_set(motion, what, repetitions)

    def slips(self, rng: np.random.Generator, motion: LimbMotion) -> dict[str, Slip]:
        """The observed sensor in hands."""
        return {
            site: handled(rng, len(motion), start, stop)
            for start, stop in self.handling
            for site in ("upper-arm", "wrist", "shank")
        }

    def _act(self, motion: MotionBuilder) -> None:
        begun = motion.length
        match self.activity:
            case "walking":
                walk(motion, WALKING_S)
            case "drinking":
                drink(motion)
            case "positioning":
                position(motion)
            case _:
                motion.still(HANDLING_S)
                self.handling.append((begun, motion.length))


def spliced_session(
    name: str, *, exercise: str, activity: str, where: str, manner: str, seed: int
) -> SessionCase:
    """Two sets with an activity between them, or one set that begins or ends with it.

    Args:
        name: of the case.
        exercise: of `EXERCISE_MOTIONS`.
        activity: of `ACTIVITIES`.
        where: `between` sets, `into`: in the middle of a set without a pause, `before` or `after`.
        manner: of the person.
        seed: of everything drawn.
    """
    told = _Spliced(activity, where)
    found = simulate_item(exercise, Person(manner), seed, script=told.script, slips=told.slips)
    return found.case(name, f"{activity} {where}")


def spliced(activity: str, seeds: Sequence[int]) -> list[CaseSpec]:
    """An activity at exercises in which it happens; getting into position comes before."""
    arms, legs = ("elbow", "abduction", "forward-raise"), ("knee", "shank")
    exercises = arms if activity == "drinking" else arms + legs
    places = ("before",) if activity == "positioning" else ("between", "into", "after")
    return [
        CaseSpec(
            f"{activity}-{where}-{exercise}-{seed:02d}",
            spliced_session,
            {
                "exercise": exercise,
                "activity": activity,
                "where": where,
                "manner": ("usual", "slow", "irregular")[seed % 3],
                "seed": seed,
            },
        )
        for seed, where, exercise in product(seeds, places, exercises)
    ]


def failing_session(name: str, *, exercise: str, manner: str, seed: int) -> SessionCase:
    """Twelve repetitions whose peaks fail: the last reach a quarter of the first."""

    def script(motion: MotionBuilder, what: ExerciseMotion) -> None:
        shares = np.linspace(0.95, 0.26, 12).tolist()
        do_set(motion, what, len(shares), shares=shares)

    return simulate_item(exercise, Person(manner), seed, script=script).case(name, "failing peaks")


def failing_peaks(seeds: Sequence[int]) -> list[CaseSpec]:
    """Sets that tire, of usual and paretic people."""
    return [
        CaseSpec(
            f"failing-{e}-{m}-{seed:02d}",
            failing_session,
            {"exercise": e, "manner": m, "seed": seed},
        )
        for seed, e, m in product(seeds, ("abduction", "elbow", "shank"), ("usual", "paretic"))
    ]


def folding_session(name: str, *, seed: int) -> SessionCase:
    """A shank that begins behind the vertical and swings through it."""
    return simulate_item("folding-shank", Person(repetitions=10), seed).case(name, "folding")


def folding(seeds: Sequence[int]) -> list[CaseSpec]:
    """The same of several people."""
    return [CaseSpec(f"folding-{seed:02d}", folding_session, {"seed": seed}) for seed in seeds]


def loose_session(name: str, *, exercise: str, seed: int) -> SessionCase:
    """The observed sensor's strap lets go at every stroke."""

    def slips(rng: np.random.Generator, motion: LimbMotion) -> dict[str, Slip]:
        return dict.fromkeys(("wrist", "upper-arm", "shank"), loose_strap(rng, motion))

    found = simulate_item(exercise, Person(repetitions=10), seed, slips=slips)
    return found.case(name, "loose strap", right=False)


def loose(seeds: Sequence[int]) -> list[CaseSpec]:
    """Loose straps of one and of two sensors."""
    return [
        CaseSpec(f"loose-{e}-{seed:02d}", loose_session, {"exercise": e, "seed": seed})
        for seed, e in product(seeds, ("abduction", "forward-raise", "shank", "elbow"))
    ]


def held_session(name: str, *, exercise: str, hold_s: float, seed: int) -> SessionCase:
    """Smooth strokes with a hold of this length."""

    def script(motion: MotionBuilder, what: ExerciseMotion) -> None:
        do_set(motion, what, 6, hold_s=hold_s)

    found = simulate_item(exercise, Person(rate_hz=100.0, skin=Skin(0.0)), seed, script=script)
    return found.case(name, f"hold {hold_s:g} s")


def held(hold_s: float, seeds: Sequence[int]) -> list[CaseSpec]:
    """The same of several people."""
    return [
        CaseSpec(
            f"hold-{hold_s:g}-{e}-{seed:02d}",
            held_session,
            {"exercise": e, "hold_s": hold_s, "seed": seed},
        )
        for seed, e in product(seeds, ("abduction", "elbow"))
    ]
