"""Standing still and walking, as a body does them: what is no set of strokes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from .body import SHANK_M, THIGH_M
from .limb_motion import FINE_HZ, minimum_jerk

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

    from .limb_motion import Manner, MotionBuilder

__all__ = ["STOOD_S", "chair_test", "stances", "walks"]

STOOD_S: Final = 20.0
TRUNK_M: Final = 1.3
"""Of the sternum above the ankles, about which a body sways."""
LEG_TILTS: Final = TRUNK_M / (THIGH_M + SHANK_M)
"""How far straight legs tilt, whose ankles stay where they are, by a tilt of the trunk."""
STEP_DEG: Final = 14.0
"""By which the hip flexes in a small step."""
STRIDES_A_BOUT: Final = 22


def stances(motion: MotionBuilder, repetitions: int) -> None:
    """Take place, stand `STOOD_S` and a little more, step out, step in; some give up early."""
    rng, manner = motion.rng, motion.manner
    _take_place(motion)
    for number in range(repetitions):
        if number and rng.random() < 0.2 * (manner.effort < 1) + 0.2 * (manner.hesitation > 0):
            _sway(motion, rng.uniform(4.0, 11.0), manner)
            _step(motion)
        begun = motion.length
        _sway(motion, STOOD_S + rng.uniform(0.3, 3.5), manner)
        motion.repetition(begun)
        _step(motion)


def _sway(motion: MotionBuilder, seconds: float, manner: Manner) -> None:
    """An inverted pendulum about the ankles, 0.1 to 1.1 Hz, larger in who moves less surely."""
    rng = motion.rng
    t = np.arange(round(seconds * FINE_HZ)) / FINE_HZ
    size_deg = rng.uniform(0.15, 0.45) * (1 + (manner.effort < 1) + 2 * manner.spread)
    fade = minimum_jerk(t / 1.0) * minimum_jerk((seconds - t) / 1.0)
    tilts = []
    for direction in (1.0, 0.7):
        out = np.zeros_like(t)
        for hz in rng.uniform(0.1, 1.1, 5):
            out += (
                rng.normal(0, 1)
                / (1 + (hz / 0.4) ** 2)
                * np.sin(2 * np.pi * (hz * t + rng.random()))
            )
        if manner.tremor_deg:
            out += 0.06 * manner.tremor_deg * np.sin(2 * np.pi * manner.tremor_hz * t)
        tilts.append(direction * size_deg * fade * out)
    lean, tilt = tilts
    moved = TRUNK_M * np.radians(np.column_stack([tilt, lean]))
    legs = {"hip": -LEG_TILTS * lean, "aside": -LEG_TILTS * tilt}
    trunk = {"lean": lean, "tilt": tilt, "x": moved[:, 0], "y": moved[:, 1]}
    motion.follow(trunk | legs, seconds)


def _take_place(motion: MotionBuilder) -> None:
    """A few steps to where the stance is held."""
    for number in range(5):
        _one_step(motion, 0.55, side=0.5, leant=0.7, right=number % 2 == 0)
    motion.still(1.0)


def _step(motion: MotionBuilder) -> None:
    """Step out of a stance and back into it with one leg after the other, and breathe."""
    rng = motion.rng
    for number in range(int(rng.integers(2, 5))):
        seconds, side = rng.uniform(0.45, 0.7), rng.uniform(-1, 1)
        _one_step(motion, seconds, side=side, leant=rng.uniform(0.5, 1), right=number % 2 == 0)
        motion.still(rng.uniform(0.05, 0.3))
    motion.still(rng.uniform(0.2, 1.5))


def _one_step(
    motion: MotionBuilder, seconds: float, *, side: float, leant: float, right: bool
) -> None:
    t = np.arange(round(seconds * FINE_HZ)) / FINE_HZ
    up = np.sin(np.pi * t / seconds) ** 2
    landing = np.exp(-(((t - 0.85 * seconds) / 0.02) ** 2))
    motion.follow(
        {
            "z": 0.022 * up - 0.0012 * landing,
            "tilt": 4 * side * up,
            "lean": 5 * leant * up,
            "x": 0.05 * side * minimum_jerk(t / seconds),
            "hip": right * STEP_DEG * up,
            "knee": right * 2 * STEP_DEG * up,
        },
        seconds,
    )


def chair_test(motion: MotionBuilder, repetitions: int) -> None:
    """Stand up and sit down so often without a rest; the marks are the way up and the way down."""
    rng = motion.rng
    motion.still(rng.uniform(0.3, 1.0))
    seat = {k: motion.at[k] for k in ("hip", "knee", "z", "y")}
    for _ in range(repetitions):
        tall = rng.uniform(3.0, 9.0)
        begun = motion.length
        motion.stroke(1.0, hip=tall, knee=tall, z=seat["z"] + 0.4, y=seat["y"] + 0.38)
        motion.repetition(begun)
        motion.still(rng.uniform(0.02, 0.35))
        begun = motion.length
        motion.stroke(1.1, **seat)
        motion.repetition(begun)
        motion.still(rng.uniform(0.02, 0.35))


def walks(motion: MotionBuilder, repetitions: int) -> None:
    """Walk up and down the room, with halts: five strides and a half for each repetition."""
    manner, rng = motion.manner, motion.rng
    left = repetitions * STRIDES_A_BOUT // 4
    while left > 0:
        strides = min(left, int(rng.integers(12, STRIDES_A_BOUT + 1)))
        _walk(motion, strides, manner)
        left -= strides
        motion.still(rng.uniform(2.0, 5.0))


def _walk(motion: MotionBuilder, strides: int, manner: Manner) -> None:
    rng = motion.rng
    stride_s = np.clip(1.1 * manner.pace**0.55 * rng.uniform(0.92, 1.1), 0.9, 2.1)
    lasting = stride_s * np.exp((0.02 + 0.25 * manner.pace_spread) * rng.standard_normal(strides))
    edges = np.concatenate(([0.0], np.cumsum(np.clip(lasting, 0.75, 2.4))))
    t = np.arange(round(edges[-1] * FINE_HZ)) / FINE_HZ
    phase = np.interp(t, edges, np.arange(strides + 1))
    cycle = 2 * np.pi * phase
    size = (0.75 + 0.25 * manner.effort) * rng.uniform(0.85, 1.1)
    if manner.effort < 1:
        size *= 0.75
    going = minimum_jerk(t / 0.5) * minimum_jerk((edges[-1] - t) / 0.5)
    steps_m = 1.15 * size / stride_s * going / FINE_HZ
    turning = sum(
        180.0 * minimum_jerk((t - at) / (2.0 * manner.pace**0.55))
        for at in np.arange(7.0, edges[-1] - 3, 8.0)
    ) + np.zeros_like(t)
    heading = np.radians(turning)
    strike = _bell(2 * phase, 0.03, 0.012) * going
    begun = motion.length
    motion.follow(
        {
            "turn": turning,
            "x": np.cumsum(-np.sin(heading) * steps_m),
            "y": np.cumsum(np.cos(heading) * steps_m),
            "z": going * 0.02 * size * (np.cos(2 * cycle) - 1) - 0.0012 * strike,
            "hip": size * going * (6 + 21 * np.cos(2 * np.pi * (phase - 0.95))),
            "knee": size * going * (16 * _bell(phase, 0.15, 0.06) + 57 * _bell(phase, 0.73, 0.09)),
            "ankle": size * going * 12 * np.sin(cycle + 2.0),
        },
        float(edges[-1]),
    )
    for a, b in pairwise(edges):
        motion.repetition(begun + round(a * FINE_HZ), begun + round(b * FINE_HZ))


def _bell(phase: Array, at: float, width: float) -> Array:
    bell: Array = np.exp((np.cos(2 * np.pi * (phase - at)) - 1) / (2 * np.pi * width) ** 2)
    return bell
