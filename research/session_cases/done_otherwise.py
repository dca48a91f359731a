"""The sets of `spliced` in other ways: other rises, paces, gaits, hands and ways into position."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from research.simulation.exercise_motion import do_set
from research.simulation.other_ways import get_up, refit, settle, shaped_rise, standing, stroll
from research.simulation.worn_sensor import Skin

from .case_spec import CaseSpec
from .simulated_session import Person, simulate_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from research.simulation.exercise_motion import ExerciseMotion
    from research.simulation.limb_motion import LimbMotion, MotionBuilder
    from research.simulation.worn_sensor import Slip

    from .session_case import SessionCase

__all__ = ["OTHERWISE", "done_otherwise"]

OTHERWISE = {
    "nothing": ("",),
    "walking": ("before", "between", "after"),
    "handling": ("before", "between", "after"),
    "positioning": ("before", "before slowly", "after"),
}
"""What else is done, and where."""
EXERCISES = ("elbow", "abduction", "forward-raise", "knee", "shank", "heel-slide")
MANNERS = ("usual", "paretic", "brisk", "segmented", "trembling", "irregular", "slow")
RATES_HZ = (50.0, 104.0, 30.0)


@dataclass(slots=True)
class _Otherwise:
    activity: str
    where: str
    handling: list[tuple[int, int]] = field(default_factory=list)

    def script(self, motion: MotionBuilder, what: ExerciseMotion) -> None:
        """One set of six to twelve, the activity before, after or between its halves."""
        rng = motion.rng
        motion.rise = shaped_rise(rng)
        pace = 1.6 if self.where == "before slowly" else float(np.exp(rng.normal(0, 0.2)))
        effort = rng.uniform(0.65, 1.0) * motion.manner.effort
        repetitions = int(rng.integers(6, 13))
        shares = (effort * np.linspace(1, rng.uniform(0.85, 1.05), repetitions)).tolist()
        cut = {"between": repetitions // 2, "after": repetitions}.get(self.where, 0)
        for part in (shares[:cut], None, shares[cut:]):
            if part is None:
                self._act(motion, what)
            elif part:
                do_set(motion, what, len(part), shares=part, pace=pace)

    def slips(self, rng: np.random.Generator, motion: LimbMotion) -> dict[str, Slip]:
        """The observed sensor in hands."""
        return {
            site: refit(rng, len(motion), start, stop)
            for start, stop in self.handling
            for site in ("upper-arm", "wrist", "shank")
        }

    def _act(self, motion: MotionBuilder, what: ExerciseMotion) -> None:
        rng, begun = motion.rng, motion.length
        match self.activity, self.where:
            case "walking", _:
                motion.still(rng.uniform(0.3, 2.5))
                stroll(motion, rng.uniform(10, 35))
                motion.still(rng.uniform(0.5, 2.5))
            case "positioning", "after":
                get_up(motion)
            case "positioning", _:
                settle(motion, what.pose)
            case "handling", _:
                motion.still(rng.uniform(6, 25))
                self.handling.append((begun, motion.length))
                motion.still(rng.uniform(1.0, 2.5))


def otherwise_session(
    name: str, *, exercise: str, activity: str, where: str, manner: str, rate_hz: float, seed: int
) -> SessionCase:
    """One set in a way of its own, with an activity of `OTHERWISE` beside it."""
    told = _Otherwise(activity, where)
    getting = activity == "positioning" and where != "after"
    found = simulate_item(
        exercise,
        Person(manner, rate_hz, Skin(0.8)),
        seed + 5000,
        script=told.script,
        slips=told.slips,
        before=standing if getting else None,
    )
    return found.case(name, f"{activity} {where}".strip())


def done_otherwise(activity: str, seeds: Sequence[int]) -> list[CaseSpec]:
    """An activity at every exercise, by people who go round with the seeds."""
    return [
        CaseSpec(
            f"otherwise-{activity}-{where.replace(' ', '-')}-{exercise}-{seed:02d}",
            otherwise_session,
            {
                "exercise": exercise,
                "activity": activity,
                "where": where,
                "manner": MANNERS[(seed + number) % len(MANNERS)],
                "rate_hz": RATES_HZ[(seed + number) % len(RATES_HZ)],
                "seed": seed,
            },
        )
        for number, (seed, where, exercise) in enumerate(
            product(seeds, OTHERWISE[activity], EXERCISES)
        )
    ]
