"""The same set among the same things, done in other ways than `everyday` and `exercise_motion` do.

Rises that are early or late, even in speed or past their mark; a way into position that takes a few
steps, armrests, crossed legs or a bed; a gait that shuffles, leans on a stick or hurries; a sensor
that is turned over and over, knocked, laid down or tightened. What holds for one simulator alone is
no property of the core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .limb_motion import FINE_HZ, minimum_jerk
from .worn_sensor import Slip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analytics.signals.arrays import Array

    from .limb_motion import MotionBuilder

__all__ = ["get_up", "refit", "settle", "shaped_rise", "standing", "stroll"]

SEAT_M = 0.45
HANGING = {"raise": 7.0, "plane": 70.0, "elbow": 14.0, "pronation": 0.0, "rotation": 0.0}


def shaped_rise(rng: np.random.Generator) -> Callable[[Array], Array]:
    """A rise from 0 to 1 that begins slowly or at once, goes evenly, or beyond and back."""
    early, even = float(np.exp(rng.normal(0, 0.2))), rng.uniform(0, 0.8)
    past = max(0.0, rng.normal(0, 0.03))

    def rise(x: Array) -> Array:
        way = np.clip(x, 0, 1) ** early
        soft = 0.5 - 0.5 * np.cos(np.pi * way)
        ramp = way * way * (3 - 2 * way)
        beyond = past * np.sin(np.pi * way) ** 2 * way
        return np.asarray((1 - even) * soft + even * ramp + beyond)

    return rise


def standing(wanted: Mapping[str, float]) -> dict[str, float]:
    """Upright before the chair or the bed, from the exercise's pose."""
    pose = dict(wanted) | {"lie": 0.0, "z": wanted["z"] + SEAT_M, "turn": wanted["turn"] + 40.0}
    limb = HANGING | {"lean": 2.0} if "raise" in pose else {"hip": 3.0, "knee": 5.0}
    return pose | {k: v for k, v in limb.items() if k in pose}


def settle(motion: MotionBuilder, wanted: Mapping[str, float]) -> None:
    """From standing into the exercise's pose, in one of several ways, and wait a moment there."""
    rng = motion.rng
    pace = float(np.exp(rng.normal(0, 0.3)))

    def go(seconds: float, **to: float) -> None:
        motion.move(pace * seconds * rng.uniform(0.7, 1.4), **to)
        motion.still(float(rng.choice([0.05, 0.4, 1.5])))

    if rng.random() < 0.4:
        stroll(motion, rng.uniform(3.0, 6.0), home=False)
    if "raise" in motion.at:
        _arm_settles(motion, wanted, go)
    else:
        _leg_settles(motion, wanted, go)
    go(1.1, **wanted)
    motion.still(rng.uniform(0.6, 3.0))


def _arm_settles(
    motion: MotionBuilder, wanted: Mapping[str, float], go: Callable[..., None]
) -> None:
    rng = motion.rng
    down = {"turn": wanted["turn"], "z": wanted["z"]}
    if rng.random() < 0.5:
        # Both hands feel for the armrests behind, and take the weight.
        go(0.8, **{"raise": rng.uniform(20, 40), "plane": -30.0, "elbow": rng.uniform(40, 70)})
        go(1.6, lean=rng.uniform(25, 45), elbow=rng.uniform(70, 100), **down)
        go(0.9, lean=2.0, **{"raise": 15.0, "plane": 60.0, "elbow": 85.0})
    else:
        go(1.4, lean=rng.uniform(20, 40), **down)
        go(0.9, lean=3.0)
    for _ in range(int(rng.integers(1, 4))):
        match int(rng.integers(4)):
            case 0:  # to the other arm's strap
                go(0.9, **{"raise": 40.0, "plane": 110.0, "elbow": 95.0, "pronation": 30.0})
                go(0.5, pronation=-20.0, elbow=rng.uniform(85, 110))
            case 1:  # through the hair, or to the glasses
                go(0.8, **{"raise": rng.uniform(60, 110), "plane": 75.0, "elbow": 130.0})
            case 2:  # smooths the clothes over the thigh
                go(0.7, **{"raise": 30.0, "plane": 85.0, "elbow": 50.0})
                go(0.6, **{"raise": 45.0, "elbow": 15.0})
            case _:  # shrugs the shoulder loose
                go(0.5, **{"raise": rng.uniform(20, 35), "plane": 15.0, "rotation": 20.0})


def _leg_settles(
    motion: MotionBuilder, wanted: Mapping[str, float], go: Callable[..., None]
) -> None:
    rng = motion.rng
    lying = wanted["lie"] > 45
    go(1.5, hip=rng.uniform(75, 95), knee=rng.uniform(85, 105), z=wanted["z"], turn=wanted["turn"])
    if lying:
        # The leg is swung up on the bed, then the trunk goes down.
        go(1.3, hip=rng.uniform(60, 85), knee=rng.uniform(10, 40), turn=wanted["turn"] + 80.0)
        go(2.0, lie=wanted["lie"], hip=rng.uniform(10, 30), knee=rng.uniform(15, 40))
    for _ in range(int(rng.integers(1, 4))):
        match int(rng.integers(3)):
            case 0:  # shuffles further back
                go(0.5, hip=motion.at["hip"] + rng.uniform(8, 18), knee=rng.uniform(60, 80))
                go(0.6, hip=wanted["hip"], knee=wanted["knee"] + rng.uniform(-10, 10))
            case 1:  # crosses it over the other and back
                go(1.0, hip=wanted["hip"] + 20.0, aside=-18.0, knee=rng.uniform(50, 75))
                go(0.9, hip=wanted["hip"], aside=wanted["aside"], knee=wanted["knee"])
            case _:  # draws the foot in
                go(0.6, knee=min(125.0, wanted["knee"] + rng.uniform(10, 22)))


def get_up(motion: MotionBuilder) -> None:
    """Out of the exercise's pose to standing."""
    rng, wanted = motion.rng, dict(motion.at)
    motion.still(rng.uniform(0.4, 2.5))
    if "raise" in motion.at:
        motion.move(0.8, **{"raise": 30.0, "plane": -20.0, "elbow": 60.0, "lean": 35.0})
    elif wanted["lie"] > 45:
        motion.move(1.6, lie=20.0, hip=60.0, knee=40.0)
    motion.move(1.4 * rng.uniform(0.7, 1.5), **standing(wanted))
    motion.still(0.5)


def stroll(motion: MotionBuilder, seconds: float, *, home: bool = True) -> None:
    """Walk as somebody does who shuffles, hurries or leans on a stick; `home`: sit down again."""
    rng, begun = motion.rng, dict(motion.at)
    is_arm = "raise" in motion.at
    if home:
        motion.move(1.2 * rng.uniform(0.7, 1.5), **standing(begun))
    t = np.arange(round(max(2.0, seconds - 3.0 * home) * FINE_HZ)) / FINE_HZ
    gait = minimum_jerk(t / 0.8) * minimum_jerk((t[-1] - t) / 0.8)
    stride_hz = rng.uniform(0.55, 1.15)
    phase = stride_hz * t + 0.03 * np.sin(2 * np.pi * 0.23 * t + rng.uniform(0, 6))
    hard, amble = rng.uniform(0.5, 1.6), rng.uniform(0.35, 1.2)
    heading = np.radians(np.cumsum(gait * rng.choice([-1, 1]) * rng.uniform(5, 35)) / FINE_HZ)
    step = rng.uniform(0.3, 1.3) * gait / FINE_HZ
    strike = np.exp(-((2 * phase % 1.0) * 22.0)) * gait
    curves = {
        "turn": np.degrees(heading),
        "x": np.cumsum(-np.sin(heading) * step) + 0.025 * gait * np.sin(2 * np.pi * phase),
        "y": np.cumsum(np.cos(heading) * step),
        "z": 0.015 * amble * gait * (np.cos(4 * np.pi * phase) - 1) - 0.0012 * hard * strike,
    }
    swing = np.sin(2 * np.pi * phase) + 0.25 * np.sin(4 * np.pi * phase + 1.0)
    if is_arm:
        # A stick's arm hardly swings; the other bends as it comes forward.
        curves["raise"] = gait * rng.choice([3.0, 9.0, 18.0]) * swing
        curves["elbow"] = gait * rng.uniform(3, 16) * (1.3 + swing)
    else:
        curves["hip"] = gait * 20 * amble * (swing + 0.3)
        flexed = np.maximum(0.0, np.sin(2 * np.pi * phase - 1.2)) ** 1.5
        curves["knee"] = gait * (6 + 55 * amble * flexed)
    motion.follow(curves, len(t) / FINE_HZ)
    if home:
        back = {k: v for k, v in begun.items() if k not in {"x", "y", "turn"}}
        motion.move(1.3 * rng.uniform(0.7, 1.6), **back)


def refit(rng: np.random.Generator, length: int, start: int, stop: int) -> Slip:
    """A sensor is loosened, turned over, knocked or laid flat, and strapped on again."""
    turned, moved = np.zeros((length, 3)), np.zeros((length, 3))
    at = start
    held = np.zeros(3)
    while at < stop - FINE_HZ:
        n = min(round(rng.uniform(0.4, 2.2) * FINE_HZ), stop - at)
        way = minimum_jerk(np.arange(n) / n)
        to = held + rng.normal(0, rng.choice([0.2, 1.1]), 3)
        turned[at : at + n] += held + way[:, None] * (to - held)
        if rng.random() < 0.4:
            knock = 0.006 * np.sin(2 * np.pi * rng.uniform(3, 8) * np.arange(n) / FINE_HZ)
            moved[at : at + n] += (knock * np.sin(np.pi * way) ** 2)[:, None]
        at, held = at + n, to
        wait = min(round(rng.uniform(0, 1.5) * FINE_HZ), max(0, stop - at))
        turned[at : at + wait] += held
        at += wait
    back = minimum_jerk((np.arange(length - at)) / (0.6 * FINE_HZ))
    turned[at:] += held * (1 - back[:, None]) + back[:, None] * np.radians(rng.normal(0, 3, 3))
    return Slip(turned, moved)
