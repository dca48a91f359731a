"""People of all kinds with their sensors where they belong: nothing here is to be refused."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from research.simulation.exercise_motion import EXERCISE_MOTIONS
from research.simulation.limb_motion import MANNERS
from research.simulation.worn_sensor import Skin

from .case_spec import CaseSpec
from .simulated_session import Person, simulate_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .session_case import SessionCase

__all__ = ["RATES_HZ", "RIGHT_EXERCISES", "brisk_joints", "people", "right_session", "rigid_chains"]

RATES_HZ = (25.0, 50.0, 60.0, 100.0, 120.0)
SOFT = (0.5, 1.0, 1.8)
"""Scales of the soft tissue, from lean to soft."""
RIGHT_EXERCISES = tuple(name for name in EXERCISE_MOTIONS if name != "folding-shank")
JOINTS = ("elbow", "knee", "heel-slide")


def right_session(
    name: str,
    *,
    exercise: str,
    manner: str,
    rate_hz: float,
    softness: float,
    calibrated: bool,
    seed: int,
) -> SessionCase:
    """One set by one person, sensors as they should be."""
    who = Person(manner, rate_hz, Skin(softness), calibrated)
    return simulate_item(exercise, who, seed).case(name, manner)


def people(seeds: Sequence[int], manners: Sequence[str] = tuple(MANNERS)) -> list[CaseSpec]:
    """Every kind of person at every exercise; rate, tissue and calibration go round with them."""
    specs = []
    for number, (seed, manner, exercise) in enumerate(product(seeds, manners, RIGHT_EXERCISES)):
        rate_hz = RATES_HZ[(number + seed) % len(RATES_HZ)]
        settings = {
            "exercise": exercise,
            "manner": manner,
            "rate_hz": rate_hz,
            "softness": SOFT[(number // 2 + seed) % len(SOFT)],
            "calibrated": (number + seed) % 2 == 0,
            "seed": seed,
        }
        name = f"{manner}-{exercise}-{rate_hz:g}Hz-{seed:02d}"
        specs.append(CaseSpec(name, right_session, settings))
    return specs


def rigid_chains(seeds: Sequence[int]) -> list[CaseSpec]:
    """Joints with rigid brackets and no calibration at 40 Hz, as a chain moved by hand."""
    return _joints("rigid", seeds, ("usual", "brisk"), ((40.0, 0.0),))


def brisk_joints(seeds: Sequence[int]) -> list[CaseSpec]:
    """Joints moved briskly by people, without calibration."""
    return _joints("people", seeds, ("brisk",), ((60.0, 0.5), (100.0, 1.0)))


def _joints(
    whose: str,
    seeds: Sequence[int],
    manners: Sequence[str],
    worn: Sequence[tuple[float, float]],
) -> list[CaseSpec]:
    """Uncalibrated joints; `worn` are rates in Hz and softness."""
    return [
        CaseSpec(
            f"{whose}-{exercise}-{manner}-{rate_hz:g}Hz-{seed:02d}",
            right_session,
            {
                "exercise": exercise,
                "manner": manner,
                "rate_hz": rate_hz,
                "softness": softness,
                "calibrated": False,
                "seed": seed,
            },
        )
        for seed, exercise, manner, (rate_hz, softness) in product(seeds, JOINTS, manners, worn)
    ]
